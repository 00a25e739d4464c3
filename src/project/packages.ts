import { basename } from 'node:path'
import picomatch from 'picomatch'
import type { Problem } from '../core/report.ts'
import { isRecord, readJsonc } from '../source/config.ts'
import { readYaml } from './yaml.ts'

/** Text of a file of the project, `undefined` when there is none. */
export type Read = (file: string) => string | undefined

export interface Package {
  name: string
  /** `.` or `apps/web`. */
  folder: string
  /** Name → range of all kinds: normal, dev, peer and optional. */
  dependencies: Record<string, string>
  manifest: Record<string, unknown>
  /** Matched by the globs of the workspace, or the root of one. */
  workspace: boolean
}

export interface Packages {
  /** Sorted by folder, the root first. */
  packages: Package[]
  /** Workspace globs are declared. */
  workspace: boolean
  manager?: 'npm' | 'pnpm' | 'yarn' | 'bun'
  problems: Problem[]
  /** The package whose folder is nearest above a file or folder. */
  packageOf(file: string): Package | undefined
}

const locks = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['pnpm-workspace.yaml', 'pnpm'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['yarn.lock', 'yarn'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
] as const

const sample = /(?:^|\/)(?:node_modules|examples?|templates?|__fixtures__|fixtures)\//

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []

function managerOf(present: Set<string>, manifest: Record<string, unknown> | undefined): Packages['manager'] {
  const declared = manifest?.packageManager
  if (typeof declared === 'string') {
    const match = /^(npm|pnpm|yarn|bun)@/.exec(declared)?.[1]
    if (match === 'npm' || match === 'pnpm' || match === 'yarn' || match === 'bun') return match
  }
  return locks.find(([file]) => present.has(file))?.[1]
}

function workspaceGlobs(
  manifest: Record<string, unknown> | undefined,
  read: Read,
  present: Set<string>,
  problems: Problem[],
): string[] {
  const field = manifest?.workspaces
  const globs = isRecord(field) ? strings(field.packages) : strings(field)
  for (const file of ['pnpm-workspace.yaml', 'pnpm-workspace.yml']) {
    const text = present.has(file) ? read(file) : undefined
    if (text === undefined) continue
    try {
      const value = readYaml(text)
      if (isRecord(value)) globs.push(...strings(value.packages))
    } catch (error) {
      const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
      problems.push({
        where: file,
        message: `The workspace file does not parse: ${message}`,
        effect: 'partial',
      })
    }
  }
  return globs
}

function matcher(globs: string[]): (folder: string) => boolean {
  const tidy = (glob: string): string => glob.replace(/^\.\//, '').replace(/\/+$/, '')
  // `/` and `!` name no folder.
  const matchers = (some: string[]) =>
    some
      .map(tidy)
      .filter((glob) => glob !== '')
      .map((glob) => picomatch(glob))
  const include = matchers(globs.filter((glob) => !glob.startsWith('!')))
  const exclude = matchers(globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1)))
  return (folder) => include.some((test) => test(folder)) && !exclude.some((test) => test(folder))
}

function dependenciesOf(manifest: Record<string, unknown>): Record<string, string> {
  const merged: Record<string, string> = {}
  for (const kind of ['peerDependencies', 'optionalDependencies', 'devDependencies', 'dependencies']) {
    const group = manifest[kind]
    if (!isRecord(group)) continue
    for (const [name, range] of Object.entries(group)) if (typeof range === 'string') merged[name] = range
  }
  return merged
}

/** Every package of the repository, except samples that no workspace glob names. */
export function readPackages(root: string, files: string[], read: Read): Packages {
  const present = new Set(files)
  const problems: Problem[] = []
  const manifests = new Map<string, Record<string, unknown>>()
  for (const file of files) {
    if (file !== 'package.json' && !file.endsWith('/package.json')) continue
    if (file.includes('node_modules/')) continue
    const text = read(file)
    if (text === undefined) continue
    const { value, errors } = readJsonc(text)
    if (errors[0] !== undefined) {
      problems.push({ where: file, message: `package.json does not parse: ${errors[0]}.`, effect: 'partial' })
    }
    if (isRecord(value)) manifests.set(file === 'package.json' ? '.' : file.slice(0, -13), value)
  }
  const rootManifest = manifests.get('.')
  const globs = workspaceGlobs(rootManifest, read, present, problems)
  const matches = matcher(globs)
  const packages: Package[] = []
  for (const [folder, manifest] of manifests) {
    const workspace = globs.length > 0 && (folder === '.' || matches(folder))
    if (!workspace && sample.test(`${folder}/`)) continue
    const name = manifest.name
    packages.push({
      name: typeof name === 'string' && name !== '' ? name : basename(folder === '.' ? root : folder),
      folder,
      dependencies: dependenciesOf(manifest),
      manifest,
      workspace,
    })
  }
  packages.sort((a, b) => (a.folder === '.' ? -1 : b.folder === '.' ? 1 : a.folder < b.folder ? -1 : 1))
  const byFolder = new Map(packages.map((item) => [item.folder, item]))
  const packageOf = (file: string): Package | undefined => {
    let folder = file
    while (folder !== '' && folder !== '.') {
      const found = byFolder.get(folder)
      if (found !== undefined) return found
      const slash = folder.lastIndexOf('/')
      folder = slash === -1 ? '' : folder.slice(0, slash)
    }
    return byFolder.get('.')
  }
  const manager = managerOf(present, rootManifest)
  return { packages, workspace: globs.length > 0, ...(manager && { manager }), problems, packageOf }
}
