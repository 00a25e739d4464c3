import { createHash } from 'node:crypto'
import { type Dirent, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { Problem } from '../core/report.ts'

export interface FileList {
  /** Relative to the root with `/` separators, sorted. */
  files: string[]
  problems: Problem[]
}

/**
 * What files hold in place of what is on disk, by absolute path; `undefined`: they are not there. So a project is read as
 * it was at another commit, without a checkout.
 */
export type Instead = ReadonlyMap<string, string | undefined>

/** Files above this are no source. */
export const maxBytes = 4 * 1024 * 1024

const neverSource = new Set([
  'node_modules',
  'bower_components',
  '.git',
  '.hg',
  '.svn',
  '.next',
  '.turbo',
  '.vercel',
  '.cache',
  '.nx',
  '.yarn',
  '.pnpm-store',
  '.svelte-kit',
  '.output',
  '.open-next',
  '.contentlayer',
  '.wrangler',
])

/** Output folders by habit, yet `app/build/page.tsx` and `app/coverage/page.tsx` are routes. */
const perhapsOutput = new Set(['dist', 'out', 'coverage', 'build'])

const sourceName = /(?<!\.d)\.(?:tsx?|mts|cts|jsx)$|^(?:page|route|layout)\.js$/

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The code alone: messages of the system hold absolute paths, and reports must be the same on every machine. */
const reason = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'

function holdsSource(folder: string, depth: number): boolean {
  let entries: Dirent[]
  try {
    entries = readdirSync(folder, { withFileTypes: true })
  } catch {
    return false
  }
  if (entries.some((entry) => entry.isFile() && sourceName.test(entry.name))) return true
  if (depth === 0) return false
  return entries.some(
    (entry) =>
      entry.isDirectory() && !neverSource.has(entry.name) && holdsSource(join(folder, entry.name), depth - 1),
  )
}

function isOutput(folder: string, name: string, besideManifest: boolean): boolean {
  if (neverSource.has(name)) return true
  if (!perhapsOutput.has(name)) return false
  if (besideManifest && name !== 'build') return true
  return !holdsSource(join(folder, name), 4)
}

/** A link counts when it leads to a file of the project; folders and files elsewhere are not ours to read. */
function isOwnFileLink(path: string, realRoot: string): boolean {
  try {
    return statSync(path).isFile() && realpathSync(path).startsWith(realRoot + sep)
  } catch {
    return false
  }
}

/** All files of the project that could be source or configuration. Links to folders are never followed. */
export async function listFiles(root: string, instead?: Instead): Promise<FileList> {
  const list = await filesOnDisk(root)
  return instead ? { ...list, files: filesInstead(root, list.files, instead) } : list
}

async function filesOnDisk(root: string): Promise<FileList> {
  const files: string[] = []
  const problems: Problem[] = []
  let realRoot: string
  try {
    realRoot = realpathSync(root)
  } catch (error) {
    return {
      files,
      problems: [{ where: '.', message: `The folder cannot be read: ${reason(error)}.`, effect: 'fatal' }],
    }
  }
  const pending = ['']
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const absolute = join(root, folder)
    let entries: Dirent[]
    try {
      entries = readdirSync(absolute, { withFileTypes: true })
    } catch (error) {
      problems.push({
        where: folder === '' ? '.' : folder,
        message: `The folder was skipped because it cannot be read: ${reason(error)}.`,
        effect: folder === '' ? 'fatal' : 'partial',
      })
      continue
    }
    const besideManifest = entries.some((entry) => entry.name === 'package.json')
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) {
        if (!isOutput(absolute, entry.name, besideManifest)) pending.push(path)
      } else if (entry.isFile() || (entry.isSymbolicLink() && isOwnFileLink(join(root, path), realRoot))) {
        files.push(path)
      }
    }
  }
  files.sort(compare)
  problems.sort((a, b) => compare(a.where, b.where))
  return { files, problems }
}

/** Names of files that are text; in others, zero bytes are no surprise. */
const textual = /\.(?:[cm]?[jt]sx?|jsonc?|prisma|ya?ml|mdc?)$/

function filesInstead(root: string, onDisk: readonly string[], instead: Instead): string[] {
  const files = new Set(onDisk)
  for (const [path, text] of instead) {
    const file = relative(root, path).split(sep).join('/')
    if (file.startsWith('../')) continue
    if (text === undefined) files.delete(file)
    else if (!isOutputPath(file)) files.add(file)
  }
  return [...files].sort(compare)
}

/** The same judgement as of folders on disk, for a file whose folder may be gone. */
function isOutputPath(file: string): boolean {
  const folders = file.split('/').slice(0, -1)
  if (folders.some((name) => neverSource.has(name))) return true
  return (
    folders.some((name) => perhapsOutput.has(name)) && !sourceName.test(file.slice(file.lastIndexOf('/') + 1))
  )
}

/**
 * The text of a file without its byte order mark. `undefined` when it is missing, binary or larger than 4 MB;
 * a file that exists but was skipped is reported in `problems`.
 */
export function readText(
  root: string,
  file: string,
  problems?: Problem[],
  instead?: Instead,
): string | undefined {
  const path = join(root, file)
  if (instead?.has(path)) return instead.get(path)
  try {
    const { size } = statSync(path)
    if (size > maxBytes) {
      problems?.push({
        where: file,
        message: `The file was skipped because it is ${Math.ceil(size / 1024 / 1024)} MB; files up to 4 MB are read.`,
        effect: 'partial',
      })
      return undefined
    }
    const text = textOf(readFileSync(path))
    if (text !== undefined) return text
    if (textual.test(file))
      problems?.push({
        where: file,
        message: 'The file was skipped because it is not text: it has zero bytes in it. Save it as UTF-8.',
        effect: 'partial',
      })
    return undefined
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
      problems?.push({
        where: file,
        message: `The file was skipped because it cannot be read: ${reason(error)}.`,
        effect: 'partial',
      })
    }
    return undefined
  }
}

/** UTF-8, or UTF-16 with a byte order mark, as text without the mark; `undefined` when the bytes are binary. */
export function textOf(bytes: Buffer): string | undefined {
  const [first, second] = bytes
  const marked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  if (marked) return new TextDecoder(first === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes)
  if (bytes.includes(0)) return undefined
  const text = bytes.toString('utf8')
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

/** Short name for a content, stable over runs and machines. */
export function hashText(text: string): string {
  return createHash('sha1').update(text).digest('hex').slice(0, 16)
}
