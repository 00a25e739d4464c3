/** Modules that most of the code leans on: the logger, and the reader of the environment. */
import { type Expr, placeOf, type Syntax } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import { keyOf } from '../conventions/exported.ts'
import { findExport } from '../flow/program.ts'
import type { Habits } from './habits.ts'
import { importOf } from './imports.ts'
import type { Reading } from './reading.ts'
import { best, type Votes, vote } from './votes.ts'

const levels = /^(?:info|warn|error|debug|fatal|trace)$/

/** What is imported from the project and called as `log.info(…)`. */
export function readLogger(reading: Reading): Habits['logger'] {
  const used = usedExports(
    reading,
    /log\w*(?:\(.*?\))?(?:\.\w+)?\s*\.(?:info|warn|error|debug|fatal|trace)\(/i,
    (expr) => {
      const callee = expr.k === 'call' ? expr.callee : undefined
      if (callee?.k !== 'member' || !levels.test(callee.key)) return undefined
      const of = callee.of.k === 'call' ? callee.of.callee : callee.of
      const root = of.k === 'member' ? of.of : of
      return root.k === 'name' && /log/i.test(root.name) ? root : undefined
    },
  )
  if (!used?.at) return undefined
  const { value, at, of } = used
  const text = reading.text(value.file)
  const kind = /['"]pino['"]/.test(text) ? 'pino' : /['"]winston['"]/.test(text) ? 'winston' : 'own'
  return { value: { ...importOf(reading, value), kind }, at, ...(of && { of }) }
}

/** What is imported from the project and read as `env.DATABASE_URL` or `env().DATABASE_URL`. */
export function readEnvironment(reading: Reading): Habits['environment'] {
  const used = usedExports(
    reading,
    /(?<![\w.])\w+(?:\(\))?\.[A-Z][A-Z\d]*(?:_[A-Z\d]+)+\b/,
    (expr) => {
      if (expr.k !== 'member' || !/^[A-Z][A-Z\d]*(?:_[A-Z\d]+)+$/.test(expr.key)) return undefined
      const root = expr.of.k === 'call' ? expr.of.callee : expr.of
      return root.k === 'name' ? root : undefined
    },
    (file) => /process\.env|createEnv|@t3-oss\/env/.test(reading.text(file)),
  )
  if (!used?.at) return undefined
  const { value, at, of } = used
  const text = reading.text(value.file)
  const kind = /@t3-oss\/env|\bcreateEnv\(/.test(text)
    ? 't3'
    : isFunction(reading, value)
      ? 'function'
      : usesZod(reading, value.file)
        ? 'zod'
        : 'own'
  return { value: { ...importOf(reading, value), kind }, at, ...(of && { of }) }
}

/** The file, or one that it imports. */
function usesZod({ own, text }: Pick<Reading, 'own' | 'text'>, file: string, depth = 1): boolean {
  if (/['"]zod(?:\/\w+)?['"]/.test(text(file))) return true
  const imports = depth === 0 ? [] : (own.program.syntax(file)?.imports ?? [])
  return imports.some((one) => {
    const target = own.program.resolve(file, one).file
    return target !== undefined && usesZod({ own, text }, target, depth - 1)
  })
}

function isFunction({ own }: Reading, { file, name }: { file: string; name: string }): boolean {
  const syntax = own.program.syntax(file)
  const value = syntax?.exports.find((one) => one.name === name)?.value
  if (value?.k === 'fn') return true
  const binding = value?.k === 'name' ? syntax?.bindings[value.b] : undefined
  return binding?.k === 'fn' || (binding?.k === 'const' && binding.init?.k === 'fn')
}

/** The export that stands in most files where `pick` finds a name. */
function usedExports(
  reading: Reading,
  mentions: RegExp,
  pick: (expr: Expr) => (Expr & { k: 'name' }) | undefined,
  isRight: (file: string) => boolean = () => true,
) {
  const { own } = reading
  const votes: Votes<{ file: string; name: string }> = new Map()
  for (const { file, text } of own.files) {
    const syntax = mentions.test(text) ? own.program.syntax(file) : undefined
    if (!syntax) continue
    const names = new Set<number>()
    walk(syntax, (expr) => {
      const root = pick(expr)
      if (root) names.add(root.b)
    })
    const seen = new Set<string>()
    for (const b of names) {
      const target = targetIn(reading, syntax, b)
      const key = target && keyOf(target.syntax.file, target.entry.name)
      if (!target || key === undefined || seen.has(key) || !isRight(target.syntax.file)) continue
      seen.add(key)
      const { syntax: where, entry } = target
      vote(votes, key, () => ({
        value: { file: where.file, name: entry.name },
        at: placeOf(where, entry.at),
      }))
    }
  }
  const found = best(votes)
  return found?.of && { ...found, of: { count: found.of.count, total: own.files.length } }
}

function targetIn({ own }: Reading, syntax: Syntax, b: number) {
  const binding = syntax.bindings[b]
  if (binding?.k !== 'import') return undefined
  const target = findExport(own.program, syntax.file, binding.from, binding.imported)
  return target && 'entry' in target ? target : undefined
}
