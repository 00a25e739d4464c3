/** Routes that hand every request on to something inside: what can be asked there. */
import type { Endpoint, GuardLevel } from '../../core/map.ts'
import { PATHS_INSIDE } from '../flow/libraries.ts'
import type { Run } from '../project.ts'
import { MOUNTS } from './proxy.ts'

const CATCH_ALL = /\/\[{1,2}(?:\.\.\.)?\w+\]{1,2}$/

/** Least asked of a caller first. */
const LEVELS: readonly GuardLevel[] = ['none', 'session', 'permission', 'secret', 'signature', 'api-key']

/**
 * Notes on the run of each such route which one inside answers the same method, the one that asks least: the path of the
 * route itself leads to nothing. `textOf` gives the text of a file.
 */
export function applyInside(runs: readonly Run[], textOf: (file: string) => string | undefined): void {
  for (const run of runs) {
    const { endpoint } = run
    if (!endpoint || !/^(route|pages-api)$/.test(endpoint.kind) || !CATCH_ALL.test(endpoint.path)) continue
    // It answers itself.
    if (run.events.some(({ k }) => k === 'access')) continue
    const inside = insideOf(endpoint, runs, textOf(endpoint.location.file) ?? '')
    if (inside) run.inside = inside
  }
}

function insideOf(endpoint: Endpoint, runs: readonly Run[], text: string): Run | undefined {
  const base = endpoint.path.replace(CATCH_ALL, '')
  for (const { imports, paths } of PATHS_INSIDE) {
    const path = imports.test(text) ? paths[endpoint.method ?? ''] : undefined
    if (path === undefined) continue
    const label = `${endpoint.method} ${base}${path}`
    return { label, events: [], endpoint: { ...endpoint, id: label, path: base + path } }
  }
  const kinds = MOUNTS.filter(([, imports]) => imports.test(text)).map(([kind]) => kind)
  const answers = runs.filter(
    ({ endpoint: one }) =>
      one && kinds.some((kind) => kind.test(one.kind)) && fits(one, base, endpoint.method ?? 'ANY'),
  )
  return answers.toSorted((a, b) => cost(a) - cost(b))[0]
}

function fits(one: Endpoint, base: string, method: string): boolean {
  if (one.kind === 'hono')
    return one.path.startsWith(`${base}/`) && (method === 'ANY' || one.method === method)
  // Those of oRPC are posted to, whatever they do.
  const wanted = method === 'POST' ? [undefined, 'mutation'] : ['query']
  return one.kind === 'procedure' && wanted.includes(one.method)
}

/** What it asks of its caller, then how much it has to be told. */
const cost = ({ endpoint, events }: Run): number =>
  LEVELS.indexOf(endpoint?.guard.level ?? 'none') * 100 +
  (endpoint?.path.match(/\/:/g)?.length ?? 0) * 10 +
  Math.min(9, events.filter(({ k }) => k === 'parse').length)
