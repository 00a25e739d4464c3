/** Which files of a project may be written, and where they really are. */
import { lstat, realpath } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { UserError } from '../core/error.ts'

const notOurs = new Set([
  'node_modules',
  'bower_components',
  '.git',
  '.hg',
  '.svn',
  '.next',
  '.turbo',
  '.vercel',
  '.yarn',
  '.pnpm-store',
])

/** `.env` and `.env.local` hold secrets; `.env.example` is for all to read. */
const secrets = /^\.env(?!\.(?:example|sample|template|dist|defaults)$)(?:\..*)?$|^\.(?:npmrc|netrc|pgpass)$/

/** Where a file is: links followed, inside of the real root. */
export interface Place {
  /** As the change names it. */
  file: string
  absolute: string
}

/**
 * The place of a file that a change names. Throws a UserError when it is not inside the project, also by a link, or when
 * nobody should write it: installed packages, the repository's own data, secrets.
 */
export async function placeIn(root: string, file: string): Promise<Place> {
  const parts = file.split('/')
  if (/^$|[\\\0]|^[A-Za-z]:/.test(file) || parts.some((part) => part === '' || part === '.' || part === '..'))
    throw refused(file, 'it is not a path inside of the project')
  refuseForeign(file, parts)
  const realRoot = await realpath(root)
  const absolute = await follow(join(realRoot, ...parts))
  const inside = relative(realRoot, absolute)
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside))
    throw refused(file, 'a link leads out of the project')
  refuseForeign(file, inside.split(sep))
  return { file, absolute }
}

function refuseForeign(file: string, parts: readonly string[]): void {
  const lower = parts.map((part) => part.toLowerCase())
  const foreign = lower.find((part) => notOurs.has(part))
  if (foreign) throw refused(file, `\`${foreign}\` is not written by hand`)
  if (lower.join('/').startsWith('.backend-engineer/undo')) throw refused(file, 'it is where undo is kept')
  if (secrets.test(lower.at(-1) ?? '')) throw refused(file, 'it may hold secrets')
}

/** The real path of a file that may not exist yet: of the deepest folder that does, and the rest. */
async function follow(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  if (await isLink(path)) throw refused(path.split(sep).at(-1) ?? path, 'it is a link that leads nowhere')
  const folder = dirname(path)
  return join(await follow(folder), path.slice(folder.length))
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink()
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR'
}

/** `ENOSPC`, `EACCES`; undefined of what is no error of the system. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

function refused(file: string, why: string): UserError {
  return new UserError(
    `${file} is not written: ${why}.`,
    'Make this part of the change by hand, or leave it out.',
  )
}
