/** The user's installed packages, at the same places in the copy, without a second installation. */
import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { isWithin, type Layout } from './place.ts'

export interface LinkedPackages {
  /** Absolute path in the user's project → size and time of change, of each file that the copy shares. */
  shared: Map<string, string>
  links: number
  copies: number
}

/** Caches of tools: not needed, and large. */
const skipped = new Set(['.cache', '.vite', '.vitest', '.turbo', '.vite-temp', '.modules.yaml'])
/** Holds packages that were added to a copy. */
export const STORE = '.backend-engineer'
/** Folders with a dot that hold packages. All others were made by generators, which would write through a hard link. */
const stores = new Set([STORE, '.pnpm', '.store', '.bin', '.aspect_rules_js'])
/** Packages that generate into themselves. */
const written = /[/\\]@prisma[/\\](?:client|engines)$|[/\\]@zenstackhq[/\\]runtime$/

/**
 * Mirrors every `node_modules` of the layout below `to`, which stands for its top: files as hard links, where the
 * file system allows them, and as copies where not; links stay links. What generators write into is copied.
 */
export async function linkPackages(
  layout: Layout,
  to: string,
  signal?: AbortSignal,
): Promise<LinkedPackages> {
  const state: State = {
    top: realpathSync(layout.top),
    to,
    canLink: true,
    result: { shared: new Map(), links: 0, copies: 0 },
  }
  for (const holder of layout.holders) {
    const from = join(holder, 'node_modules')
    await mirror(state, from, join(to, relative(layout.top, from)), false, signal)
  }
  return state.result
}

/** Files of the user's packages that are not as they were: absolute paths. */
export async function compareShared({ shared }: LinkedPackages): Promise<string[]> {
  const changed: string[] = []
  let count = 0
  for (const [path, before] of shared) {
    if (stampOf(path) !== before) changed.push(path)
    if (++count % 2000 === 0) await breathe()
  }
  return changed
}

interface State {
  /** Real path of the user's top folder, and what stands for it in the copy. */
  top: string
  to: string
  canLink: boolean
  result: LinkedPackages
}

async function mirror(
  state: State,
  from: string,
  to: string,
  copying: boolean,
  signal?: AbortSignal,
): Promise<void> {
  const pending: [string, string, boolean][] = [[from, to, copying]]
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [source, target, own] = next
    signal?.throwIfAborted()
    mkdirSync(target, { recursive: true })
    for (const entry of readdirSync(source, { withFileTypes: true })) {
      const [path, goal] = [join(source, entry.name), join(target, entry.name)]
      if (entry.isSymbolicLink()) {
        const outside = relink(state, path, goal)
        if (outside !== undefined) pending.push([outside, goal, own])
      } else if (entry.isDirectory()) {
        if (!skipped.has(entry.name)) pending.push([path, goal, own || isWritten(source, entry.name)])
      } else if (entry.isFile()) {
        place(state, path, goal, own)
      }
    }
    await breathe()
  }
}

function isWritten(parent: string, name: string): boolean {
  const generated = parent.endsWith(`${sep}node_modules`) && name.startsWith('.') && !stores.has(name)
  return generated || written.test(join(parent, name))
}

function place(state: State, from: string, to: string, copying: boolean): void {
  if (!copying && state.canLink) {
    try {
      linkSync(from, to)
      state.result.shared.set(from, stampOf(from) ?? '')
      state.result.links++
      return
    } catch (error) {
      // Too many links of one file: copy this one. Another file system, or not allowed: copy all that follows.
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (
        code !== 'EMLINK' &&
        code !== 'EXDEV' &&
        code !== 'EPERM' &&
        code !== 'EACCES' &&
        code !== 'ENOTSUP'
      )
        throw error
      state.canLink = code === 'EMLINK'
    }
  }
  copyFileSync(from, to, constants.COPYFILE_FICLONE)
  state.result.copies++
}

/**
 * A link that stays inside the top becomes a relative one. Of a link to a folder outside, that folder is given back:
 * bundlers refuse what is outside of their root.
 */
function relink(state: State, path: string, to: string): string | undefined {
  const text = readlinkSync(path)
  const goal = isAbsolute(text) ? text : resolve(realpathSync(dirname(path)), text)
  if (isWithin(goal, state.top)) {
    const mirrored = join(state.to, relative(state.top, goal))
    symlinkSync(isAbsolute(text) ? relative(dirname(to), mirrored) : text, to)
    return undefined
  }
  if (!existsSync(path)) return undefined
  const real = realpathSync(path)
  if (statSync(real).isDirectory()) return real
  place(state, real, to, true)
  return undefined
}

function stampOf(path: string): string | undefined {
  try {
    const { size, mtimeMs } = lstatSync(path)
    return `${size} ${mtimeMs}`
  } catch {
    return undefined
  }
}
