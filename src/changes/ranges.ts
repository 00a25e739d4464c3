/** Ranges of versions as manifests write them, as far as planning needs: what they begin with, and whether two meet. */

export type Version = readonly [major: number, minor: number, patch: number]

/** From a version, `to` exclusive. */
interface Span {
  from: Version
  to: Version
}

const zero: Version = [0, 0, 0]
const endless: Version = [Number.POSITIVE_INFINITY, 0, 0]

/** The lowest version that a range allows; `undefined` of what is no range: a tag, a path, `workspace:*`. */
export function lowest(range: string): Version | undefined {
  return spansOf(range)
    ?.map(({ from }) => from)
    .sort(compare)[0]
}

/** Some version is in both; `undefined` when one of them is no range of versions. Prereleases count as their release. */
export function meet(one: string, other: string): boolean | undefined {
  const [a, b] = [spansOf(one), spansOf(other)]
  if (!a || !b) return undefined
  return a.some((x) => b.some((y) => compare(x.from, y.to) < 0 && compare(y.from, x.to) < 0))
}

export function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}

function spansOf(range: string): Span[] | undefined {
  const spans: Span[] = []
  for (const part of range.split('||')) {
    const span = spanOf(part.trim())
    if (!span) return undefined
    if (compare(span.from, span.to) < 0) spans.push(span)
  }
  return spans
}

function spanOf(text: string): Span | undefined {
  const hyphen = /^(\S+)\s+-\s+(\S+)$/.exec(text)
  const parts = hyphen
    ? [`>=${hyphen[1]}`, `<=${hyphen[2]}`]
    : text
        .replace(/([<>=~^])\s+/g, '$1')
        .split(/\s+/)
        .filter(Boolean)
  let span: Span = { from: zero, to: endless }
  for (const part of parts) {
    const next = comparator(part)
    if (!next) return undefined
    span = {
      from: compare(next.from, span.from) > 0 ? next.from : span.from,
      to: compare(next.to, span.to) < 0 ? next.to : span.to,
    }
  }
  return span
}

function comparator(text: string): Span | undefined {
  const match =
    /^(>=|<=|>|<|=|\^|~>?)?v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:[-+][\w.+-]*)?$/.exec(text)
  if (!match) return undefined
  const [, operator = '=', ...numbers] = match
  const given = numbers.map((one) => (one !== undefined && /^\d+$/.test(one) ? Number(one) : undefined))
  const [major, minor, patch] = given
  if (major === undefined) return { from: zero, to: operator === '<' ? zero : endless }
  const from: Version = [major, minor ?? 0, patch ?? 0]
  const after: Version =
    minor === undefined ? [major + 1, 0, 0] : patch === undefined ? [major, minor + 1, 0] : next(from)
  switch (operator) {
    case '>=':
      return { from, to: endless }
    case '>':
      return { from: after, to: endless }
    case '<':
      return { from: zero, to: from }
    case '<=':
      return { from: zero, to: after }
    case '^':
      if (major > 0 || minor === undefined) return { from, to: [major + 1, 0, 0] }
      return { from, to: minor > 0 || patch === undefined ? [0, minor + 1, 0] : next(from) }
    case '=':
      return { from, to: after }
    default:
      return { from, to: minor === undefined ? [major + 1, 0, 0] : [major, minor + 1, 0] }
  }
}

const next = ([major, minor, patch]: Version): Version => [major, minor, patch + 1]
