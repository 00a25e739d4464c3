/** Which paths a `proxy.ts` or `middleware.ts` runs for, and what that means for the endpoints there. */
import { posix } from 'node:path'
import { pathToRegexp } from 'path-to-regexp'
import type { Endpoint } from '../../core/map.ts'
import type { Flow } from '../flow/flow.ts'
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

/** Next.js compiles matchers with path-to-regexp 6: https://nextjs.org/docs/app/api-reference/file-conventions/proxy#matcher */
function covers(patterns: string[], path: string): boolean {
  if (patterns.length === 0) return true
  const example = path.replace(/\[\[?\.{3}\w+\]?\]|\[\w+\]/g, 'x')
  return patterns.some((pattern) => {
    try {
      return pathToRegexp(pattern).test(example)
    } catch {
      return false
    }
  })
}

/**
 * Notes on each endpoint below a guarding proxy that it is behind it. Actions are left out: they can be posted to any
 * page that bundles them, so a proxy of one path does not protect them.
 */
export function applyProxies(endpoints: Endpoint[], matchers: ReadonlyMap<string, string[]>): void {
  for (const proxy of endpoints) {
    if (proxy.kind !== 'middleware') continue
    const patterns = matchers.get(proxy.location.file) ?? []
    proxy.path = patterns.length === 0 ? 'every path' : patterns.join(', ')
    const { level, sometimes } = proxy.guard
    const asks = level !== 'none' ? level : sometimes && `${sometimes} on some paths`
    if (asks === undefined) continue
    const folder = posix.dirname(proxy.location.file).replace(/(^|\/)src$/, '')
    for (const endpoint of endpoints) {
      const inside = folder === '' || folder === '.' || endpoint.location.file.startsWith(`${folder}/`)
      if (
        inside &&
        /^(route|page|pages-api|pages-ssr)$/.test(endpoint.kind) &&
        covers(patterns, endpoint.path)
      )
        endpoint.guard.proxy = `${proxy.location.file} (${asks})`
    }
  }
}
