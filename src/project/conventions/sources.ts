/** What conventions are read from, and how places and counts of them are kept. */
import { posix } from 'node:path'
import type { Location } from '../../core/finding.ts'
import type { Program } from '../flow/program.ts'
import type { Packages, Read } from '../packages.ts'

export interface Sources {
  files: string[]
  packages: Packages
  read: Read
  program: Pick<Program, 'syntax' | 'resolve'>
  /** Files of the Prisma schemas that are in use. */
  schemas: string[]
  /** Files that answer requests. */
  handlers: ReadonlySet<string>
  /** The file whose aliases hold in a folder, when that folder has a configuration. */
  aliasesFor(folder: string): string | undefined
}

export const code = /(?<!\.d)\.[cm]?[jt]sx?$/
export const testFile = /(?:\.|\/|^)(?:test|spec|e2e)\.[cm]?[jt]sx?$|\.(?:test|spec)-d\.ts$/

export const at = (file: string, text?: string, offset = 0): Location => {
  const before = text === undefined ? '' : text.slice(0, offset)
  const lastBreak = before.lastIndexOf('\n')
  return { file, line: before.split('\n').length, column: before.length - lastBreak }
}

export const base = (file: string): string => posix.basename(file)

export function shallowFirst(a: string, b: string): number {
  return a.split('/').length - b.split('/').length || (a < b ? -1 : a > b ? 1 : 0)
}

/** Most frequent first; equal counts in order of appearance. */
export function ranked<Value>(
  counts: Map<string, { count: number; value: Value }>,
): [string, number, Value][] {
  return [...counts]
    .map(([key, { count, value }]): [string, number, Value] => [key, count, value])
    .sort((a, b) => b[1] - a[1])
}

export function tally<Value>(
  counts: Map<string, { count: number; value: Value }>,
  key: string,
  value: () => Value,
  weight = 1,
): void {
  const known = counts.get(key)
  if (known === undefined) counts.set(key, { count: weight, value: value() })
  else known.count += weight
}
