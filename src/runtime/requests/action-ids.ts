/** Server actions of a build: their ids, and the pages that they can be posted to. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { UserError } from '../../core/error.ts'

/** An action as the map names it. */
export interface ActionName {
  /** Relative to the project's root. */
  file: string
  name: string
}

export interface BuiltAction extends ActionName {
  /** Value of the header `next-action`. New with each build. */
  id: string
  /** Routes of pages that bundle it, as in the URL but with `[param]`: `/orgs/[orgId]`. */
  pages: string[]
}

const manifest = z.object({
  node: z.record(
    z.string(),
    z.object({
      workers: z.record(z.string(), z.unknown()).optional(),
      filename: z.string().optional(),
      exportedName: z.string().optional(),
    }),
  ),
})

/** Where the manifest is: `next build`, `next dev` since 16. */
const PLACES = ['.next/server', '.next/dev/server']

/**
 * Reads the actions of the app that was built in `folder`; of `next dev`, those of the pages that were compiled so far.
 * `mode`: of which of the two, where both were run there. Throws `UserError` when there is none.
 */
export async function readActions(folder: string, mode: 'start' | 'dev' = 'start'): Promise<BuiltAction[]> {
  for (const place of mode === 'dev' ? PLACES.toReversed() : PLACES) {
    const file = join(folder, place, 'server-reference-manifest.json')
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text === undefined) continue
    const { node } = manifest.parse(JSON.parse(text))
    return Object.entries(node).flatMap(([id, { workers, filename, exportedName }]) =>
      filename === undefined || exportedName === undefined
        ? []
        : [{ id, file: filename.replaceAll('\\', '/'), name: exportedName, pages: pagesIn(workers ?? {}) }],
    )
  }
  throw new UserError(
    'The build has no list of server actions.',
    'Build the application first: `next build`.',
  )
}

function pagesIn(workers: Record<string, unknown>): string[] {
  const routes = Object.keys(workers).flatMap((key) => {
    const path = /^app(\/.*)?\/page$/.exec(key)
    if (!path) return []
    const parts = (path[1] ?? '').split('/').filter((part) => part !== '' && !/^@|^\([^.)]*\)$/.test(part))
    // An intercepting route has no URL of its own.
    return parts.some((part) => part.startsWith('(')) ? [] : [`/${parts.join('/')}`]
  })
  return [...new Set(routes)].sort((a, b) => a.split('[').length - b.split('[').length || (a < b ? -1 : 1))
}

/** The action of that name whose file ends most like the one that is asked for. */
export function findAction(actions: readonly BuiltAction[], asked: ActionName): BuiltAction | undefined {
  const named = actions.filter((one) => one.name === asked.name)
  const common = (one: BuiltAction): number => {
    const [a, b] = [one.file, asked.file].map((file) => file.split('/').reverse())
    let same = 0
    while (a?.[same] !== undefined && a[same] === b?.[same]) same++
    return same
  }
  return named.sort((a, b) => common(b) - common(a)).find((one) => common(one) > 0)
}
