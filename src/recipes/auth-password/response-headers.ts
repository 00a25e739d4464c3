/** Headers that the configuration of Next.js puts on responses, over those of the handlers. */

import { editsBetween } from '../../changes/edits.ts'
import { formatted } from '../../changes/format.ts'
import type { Edit } from '../../core/change.ts'
import type { Target } from './target.ts'

/**
 * Keeps tokens out of caches where the project sets `Cache-Control` for all paths: of two rules for a path, the last one
 * of the list holds (https://nextjs.org/docs/app/api-reference/config/next-config-js/headers#header-overriding-behavior).
 * Nothing where the list is not returned in a way that can be added to; the attacks tell then.
 */
export async function cacheRule(t: Target, read: (file: string) => string | undefined): Promise<Edit[]> {
  const { app, code } = t.habits
  const home = app.folder === '.' ? '' : `${app.folder}/`
  const file = ['ts', 'mjs', 'js', 'mts']
    .map((ending) => `${home}next.config.${ending}`)
    .find((one) => read(one))
  const text = file && read(file)
  if (!file || !text || !/['"]cache-control['"]/i.test(text) || !forAll.test(text)) return []
  const rule = `{ source: '/${t.path}/:path*', headers: [{ key: 'Cache-Control', value: 'no-store' }] }`
  const next = withRule(text, rule)
  if (next === undefined || text.includes(`/${t.path}/:path*`)) return []
  const neat = (await formatted(text, file, code)) === text ? await formatted(next, file, code) : next
  return editsBetween(file, text, neat)
}

/** A rule for all paths, or all of the API. */
const forAll = /\bsource:\s*['"`]\/(?:api\/)?(?::\w+\*|\(\.\*\))/

/** `headers() { return rules }` or `headers: async () => [ … ]`, with one rule more at the end. */
function withRule(text: string, rule: string): string | undefined {
  const start = /\bheaders\s*(?::\s*async\s*)?\(\s*\)\s*(?:=>\s*)?(?:\{\s*return\s+)?(?=[\w[])/.exec(text)
  if (!start) return undefined
  const at = start.index + start[0].length
  const name = /^[A-Za-z_$][\w$.]*(?=\s*;?\s*[}\n,])/.exec(text.slice(at))?.[0]
  if (name) return `${text.slice(0, at)}[...${name}, ${rule}]${text.slice(at + name.length)}`
  if (text[at] !== '[') return undefined
  const end = closing(text, at)
  if (end === undefined) return undefined
  const before = text.slice(0, end).trimEnd()
  const comma = before.endsWith(',') || before.endsWith('[') ? '' : ','
  return `${before}${comma} ${rule}${text.slice(end)}`
}

/** Offset of the bracket that ends the list which begins here; texts in quotes are skipped. */
function closing(text: string, from: number): number | undefined {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const quote = /^(['"`])(?:\\.|(?!\1)[^\\])*\1/s.exec(text.slice(at, at + 2_000))?.[0]
    if (quote) at += quote.length - 1
    else if (text[at] === '[') depth++
    else if (text[at] === ']' && --depth === 0) return at
  }
  return undefined
}
