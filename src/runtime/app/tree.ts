/** Copies the source of a project: no packages, no build output, nothing that looks like a secret. */
import { createHash } from 'node:crypto'
import { type Dirent, readFileSync, readlinkSync } from 'node:fs'
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { z } from 'zod'
import { BringUpError } from './failure.ts'
import { isWithin } from './place.ts'

export interface CopiedTree {
  /** Path relative to the root → hash of the content. */
  files: Map<string, string>
  /** Files that were left out because they may hold a secret, or are too large; relative, sorted. */
  withheld: string[]
}

const never = new Set([
  'node_modules',
  'bower_components',
  '.git',
  '.hg',
  '.svn',
  '.next',
  '.turbo',
  '.vercel',
  '.netlify',
  '.cache',
  '.nx',
  '.yarn',
  '.pnpm-store',
  '.output',
  '.open-next',
  '.wrangler',
  '.nyc_output',
  '.vitest',
  '.aws',
  '.ssh',
  '.gnupg',
  '.docker',
  '.idea',
  '.vscode',
  'playwright-report',
  'test-results',
  'storybook-static',
])

/** Output of builds when a manifest stands beside it and does not name it. */
const perhapsOutput = new Set(['dist', 'out', 'build', 'coverage'])

const sampleEnv = /^\.env(?:\.[\w-]+)*\.(?:example|sample|template|dist|defaults)$/
const secretName =
  /^\.env(?:\..*)?$|\.env$|^\.(?:npmrc|netrc|pgpass|htpasswd|git-credentials|yarnrc\.yml)$|\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|gpg)$|^id_(?:rsa|dsa|ecdsa|ed25519)|(?:service[-_]?account|credentials?|secrets?)[\w.-]*\.(?:json|ya?ml|toml|txt)$/i
const bulkName = /\.(?:dump|bak|sqlite3?|db|tar|tgz|zip|7z|mp4|mov|iso)$|\.sql\.gz$|\.tsbuildinfo$/i

const MAX_FILE = 32 << 20
const MAX_TOTAL = 2 * 1024 ** 3
const MAX_FILES = 200_000

export const isSampleEnv = (name: string): boolean => sampleEnv.test(name)

/** Whether a file of this name stays with its owner. */
export const isSecretFile = (name: string): boolean => secretName.test(name) && !sampleEnv.test(name)

/**
 * Copies `from` to `to`, which need not exist. Links are kept when they are relative and stay inside `from`.
 * Throws a `BringUpError` when the tree is larger than 2 GB or 200,000 files.
 */
export async function copyTree(from: string, to: string, signal?: AbortSignal): Promise<CopiedTree> {
  const copied: CopiedTree = { files: new Map(), withheld: [] }
  let bytes = 0
  for await (const entry of walkTree(from)) {
    signal?.throwIfAborted()
    const [source, target] = [join(from, entry.path), join(to, entry.path)]
    if (entry.kind === 'folder') {
      await mkdir(target, { recursive: true })
    } else if (entry.kind === 'withheld') {
      copied.withheld.push(entry.path)
    } else if (entry.kind === 'link') {
      await symlink(readlinkSync(source), target)
    } else {
      const content = await readFile(source)
      await writeFile(target, content, { mode: entry.mode })
      copied.files.set(entry.path, hashOf(content))
      bytes += content.length
    }
    if (bytes > MAX_TOTAL || copied.files.size > MAX_FILES)
      throw new BringUpError(
        'copy',
        'The project is larger than 2 GB or 200,000 files without its packages and build output.',
        'Name the folder of the application instead of one above it.',
      )
  }
  copied.withheld.sort()
  return copied
}

/** What is not as it was when it was copied: `changed: a.ts`, `new: b.ts`, `gone: c.ts`; empty when all is. */
export async function compareTree(from: string, before: CopiedTree): Promise<string[]> {
  const changes: string[] = []
  const left = new Set(before.files.keys())
  for await (const entry of walkTree(from)) {
    if (entry.kind !== 'file') continue
    const known = before.files.get(entry.path)
    left.delete(entry.path)
    if (known === undefined) changes.push(`new: ${entry.path}`)
    else if (known !== hashOf(await readFile(join(from, entry.path)))) changes.push(`changed: ${entry.path}`)
  }
  return [...changes, ...[...left].map((path) => `gone: ${path}`)].sort()
}

type Entry =
  | { path: string; kind: 'folder' }
  | { path: string; kind: 'link' }
  | { path: string; kind: 'withheld' }
  | { path: string; kind: 'file'; mode: number }

async function* walkTree(root: string): AsyncGenerator<Entry> {
  const pending = ['']
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    yield { path: folder, kind: 'folder' }
    const entries = await readdir(join(root, folder), { withFileTypes: true })
    const isOutput = outputOf(join(root, folder), entries)
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) {
        if (!never.has(entry.name) && !isOutput(entry.name)) pending.push(path)
      } else {
        const found = await leaf(root, path, entry)
        if (found) yield found
      }
    }
  }
}

async function leaf(root: string, path: string, entry: Dirent): Promise<Entry | undefined> {
  if (entry.isSymbolicLink()) {
    const goal = readlinkSync(join(root, path))
    const inside = !isAbsolute(goal) && isWithin(resolve(dirname(join(root, path)), goal), root)
    return { path, kind: inside && !isSecretFile(entry.name) ? 'link' : 'withheld' }
  }
  if (!entry.isFile() || bulkName.test(entry.name)) return undefined
  if (isSecretFile(entry.name)) return { path, kind: 'withheld' }
  const { size, mode } = await lstat(join(root, path))
  return size > MAX_FILE ? { path, kind: 'withheld' } : { path, kind: 'file', mode: mode & 0o777 }
}

/** A folder `dist` beside a manifest that does not name it. Of a package that is used as built, the output is its source. */
function outputOf(folder: string, entries: Dirent[]): (name: string) => boolean {
  if (!entries.some((entry) => perhapsOutput.has(entry.name))) return () => false
  if (!entries.some((entry) => entry.name === 'package.json')) return () => false
  const named = namedIn(join(folder, 'package.json'))
  return (name) => perhapsOutput.has(name) && !named.includes(`${name}/`)
}

const manifest = z.record(z.string(), z.unknown())
const entryFields = ['main', 'module', 'types', 'exports', 'imports', 'bin', 'browser'] as const

function namedIn(file: string): string {
  try {
    const parsed = manifest.parse(JSON.parse(readFileSync(file, 'utf8')))
    return JSON.stringify(entryFields.map((field) => parsed[field] ?? ''))
  } catch {
    // A manifest that does not parse names everything: a copy too many does no harm.
    return [...perhapsOutput].map((name) => `${name}/`).join(' ')
  }
}

const hashOf = (content: Buffer): string => createHash('sha1').update(content).digest('base64')
