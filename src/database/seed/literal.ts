/** Values of column defaults that are written out: `'OPEN'::"Status"`, `0`, `'{}'::text[]`, `false`. */

/** `undefined` where the default is not a literal, such as `now()`; arrays and JSON as their text. */
export function literalOf(sql: string | undefined): string | number | boolean | undefined {
  if (sql === undefined) return undefined
  const text = sql.trim()
  const quoted = /^'((?:[^']|'')*)'(?:::.*)?$/s.exec(text)
  if (quoted?.[1] !== undefined) return quoted[1].replaceAll("''", "'")
  if (/^ARRAY\[\](::.*)?$/i.test(text)) return '{}'
  const number = /^\(?(-?\d+(?:\.\d+)?)\)?(?:::.*)?$/.exec(text)
  if (number?.[1] !== undefined) return Number(number[1])
  if (/^true$/i.test(text)) return true
  if (/^false$/i.test(text)) return false
  return undefined
}

/** Elements of `{a,"b c"}`: `undefined` where it is nested. */
export function arrayLiteral(text: string): string[] | undefined {
  if (!text.startsWith('{') || !text.endsWith('}') || text.slice(1, -1).includes('{')) return undefined
  const inner = text.slice(1, -1)
  if (inner.trim() === '') return []
  return [...inner.matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/g)].map(([, quoted, bare]) =>
    quoted === undefined ? (bare ?? '').trim() : quoted.replaceAll(/\\(.)/g, '$1'),
  )
}
