/** Which paths a `proxy.ts` or `middleware.ts` runs for, and what that means for the endpoints there. */
import { posix } from 'node:path'
import type { Endpoint, Guard } from '../../core/map.ts'
import type { Flow } from '../flow/flow.ts'
import { coversPath } from '../flow/known-path.ts'
import type { Value } from '../flow/value.ts'

/** The patterns of `export const config = { matcher }`; none means every path. */
export function matchersOf(flow: Flow, file: string): string[] {
  const config = flow.exported(file, 'config')
  const matcher = config?.shape?.k === 'object' ? config.shape.fields.get('matcher') : undefined
  return matcher ? textsOf(matcher) : []
}

function textsOf(value: Value): string[] {
  const shape = value.shape
  if (shape?.k === 'literal') return typeof shape.value === 'string' ? [shape.value] : []
  if (shape?.k === 'array') return (shape.items ?? []).flatMap(textsOf)
  const source = shape?.k === 'object' ? shape.fields.get('source') : undefined
  return source ? textsOf(source) : []
}

/** Servers inside a route, by what the file of the route imports. */
export const MOUNTS: [kind: RegExp, imports: RegExp][] = [
  [/^procedure$/, /['"]@(trpc\/server\/adapters\/|orpc\/server\/|trpc\/server\/rsc)/],
  [/^resolver$/, /['"](graphql-yoga|@apollo\/server|@as-integrations\/|apollo-server)/],
  [/^hono$/, /['"]hono\/vercel['"]/],
]

/** A procedure or a resolver is behind the proxy when each route that may mount it is. */
export function applyProxiesToMounted(
  endpoints: readonly Endpoint[],
  textOf: (file: string) => string | undefined,
): void {
  for (const [kind, imports] of MOUNTS) {
    const inside = endpoints.filter((one) => kind.test(one.kind))
    const mounts = endpoints.filter(
      (one) => /^(route|pages-api)$/.test(one.kind) && imports.test(textOf(one.location.file) ?? ''),
    )
    const proxy = mounts[0]?.guard.proxy
    if (proxy === undefined || !mounts.every((one) => one.guard.proxy === proxy)) continue
    const { sometimes } = mounts[0]?.guard ?? {}
    for (const one of inside) one.guard = { ...one.guard, proxy, ...(sometimes ? { sometimes } : {}) }
  }
}

/**
 * Notes on each endpoint below a guarding proxy that it is behind it. `guardAt`: what the proxy asks of a request for one
 * path. Actions are left out: they can be posted to any page that bundles them, so a proxy of one path does not protect them.
 */
export function applyProxies(
  endpoints: Endpoint[],
  matchers: ReadonlyMap<string, string[]>,
  guardAt: (proxy: Endpoint, path: string) => Guard,
): void {
  for (const proxy of endpoints) {
    if (proxy.kind !== 'middleware') continue
    const patterns = matchers.get(proxy.location.file) ?? []
    proxy.path = patterns.length === 0 ? 'every path' : patterns.join(', ')
    const folder = posix.dirname(proxy.location.file).replace(/(^|\/)src$/, '')
    for (const endpoint of endpoints) {
      const inside = folder === '' || folder === '.' || endpoint.location.file.startsWith(`${folder}/`)
      const runs = patterns.length === 0 || coversPath(patterns, endpoint.path)
      if (!inside || !runs || !/^(route|page|pages-api|pages-ssr)$/.test(endpoint.kind)) continue
      const { level, sometimes } = guardAt(proxy, endpoint.path)
      const asks = level !== 'none' ? level : sometimes && `${sometimes} on some paths`
      if (asks === undefined) continue
      endpoint.guard = {
        ...endpoint.guard,
        proxy: `${proxy.location.file} (${asks})`,
        ...(level === 'none' && sometimes ? { sometimes } : {}),
      }
    }
  }
}
