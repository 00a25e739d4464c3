import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import type { Context } from '../core/operation.ts'

/** What an operation may use when it looks at this folder: where answers are kept, and where copies run. */
export function contextFor(root: string, env: Record<string, string | undefined>): Context {
  const cache = env.XDG_CACHE_HOME
  const base = cache && path.isAbsolute(cache) ? cache : path.join(homedir(), '.cache')
  const folder = path.join(base, 'backend-engineer')
  // A project that holds the cache folder itself (a home directory, say) is read without a cache.
  if (isInside(folder, root)) return { root, workFolder: path.join(tmpdir(), 'backend-engineer') }
  return { root, workFolder: folder, cacheFolder: folder }
}

function isInside(folder: string, root: string): boolean {
  const relative = path.relative(root, folder)
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative)
}
