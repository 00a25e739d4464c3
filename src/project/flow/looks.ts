/**
 * Conditions that look at a part of a text: how it begins, what stands in it. Whoever passes `next.startsWith('/')` may
 * still send `//evil.example`, and whoever passes `path.startsWith('/uploads/')` may still send `/uploads/../../.env`.
 */
import type { Expr } from '../../source/syntax.ts'
import type { Fact } from './events.ts'
import { isChecked, namesOf } from './text.ts'
import { isClosed, type Sources, type Text, textOf, type Value } from './value.ts'

/** `input.startsWith('/')` that held, or did not. */
export interface Look {
  /** `client:query.next` */
  source: string
  /** `kind`: whether it is a list. */
  how: 'starts' | 'ends' | 'has' | 'kind'
  text: string
  held: boolean
}

const METHODS: Record<string, Look['how']> = { startsWith: 'starts', endsWith: 'ends', includes: 'has' }

/** Patterns that ask only how a URL or an absolute path begins. */
const BEGINNINGS: Record<string, string> = {
  '^\\/': '/',
  '^[/]': '/',
  '^https?:\\/\\/': 'http',
  '^https?:': 'http',
}

/** What a test that came out as `held` looked at; nothing when it is another kind of test. `read` evaluates a part. */
export function lookIn(test: Expr, held: boolean, read: (expr: Expr) => Value): Look | undefined {
  if (test.k !== 'call' || test.callee.k !== 'member') return undefined
  const { callee, args } = test
  const [arg] = args
  const how = METHODS[callee.key]
  if (!arg || args.length > 1 || (!how && !/^(test|isArray)$/.test(callee.key))) return undefined
  const [of, given] = [read(callee.of), read(arg)]
  if (how) {
    const text = given.shape?.k === 'literal' ? given.shape.value : undefined
    const source = sentIn(of)
    return source === undefined || typeof text !== 'string' ? undefined : { source, how, text, held }
  }
  const source = sentIn(given)
  if (source === undefined) return undefined
  if (callee.key === 'isArray') return { source, how: 'kind', text: '', held }
  const start = of.shape?.k === 'regex' ? BEGINNINGS[of.shape.pattern] : undefined
  return start === undefined ? undefined : { source, how: 'starts', text: start, held }
}

/** The input that a value is, as it was sent or with a default for it; not a path or URL that was made with it. */
function sentIn(value: Value): string | undefined {
  if (value.client !== undefined) return `client:${value.client}`
  if (value.shape && value.shape.k !== 'literal') return undefined
  const { all, head } = textOf(value)
  const [one] = all
  return all.size === 1 && one?.startsWith('client:') && head.has(one) ? one : undefined
}

/** What may be left of an input: as it was sent, something of it, nothing. */
type Left = 'all' | 'some' | 'none'

/**
 * What stands in a text under conditions. A condition that only looked at a part of an input leaves of it what can still
 * get past: `all` is read as a path, in which `..` is what does harm, `head` as the beginning of a URL.
 */
export function leaving(text: Text, facts: readonly Fact[]): Text {
  if (facts.length === 0 || text.all.size === 0) return text
  const whole = facts.filter((fact) => !fact.look)
  const looks = facts.flatMap(({ look }) => look ?? [])
  const left = (of: Sources, judge: (own: readonly Look[]) => Left): Sources => {
    const kept = new Set<string>()
    for (const one of of) {
      const source = one.replace(/^\?/, '')
      if (isChecked(whole, source)) continue
      const names = namesOf(source)
      const own = looks.filter((look) => names.includes(look.source))
      const rest = own.length === 0 ? 'all' : judge(own)
      if (rest === 'all') kept.add(one)
      else if (rest === 'some') kept.add(`?${source}`)
    }
    return kept.size === of.size && [...kept].every((one) => of.has(one)) ? of : kept
  }
  const all = left(text.all, asPath)
  const head = left(text.head, asUrl)
  return all === text.all && head === text.head ? text : { ...text, all, head }
}

function asPath(looks: readonly Look[]): Left {
  const refused = looks.filter(({ held, how }) => !held && how === 'has').map(({ text }) => text)
  if (refused.some((text) => /^(\.\.?[/\\]?|[/\\]\.\.?|\/)$/.test(text))) return 'none'
  return looks.some(({ held, how }) => held && how === 'ends') || refused.length > 0 ? 'some' : 'all'
}

/** A browser reads `\` as `/`, so that `/\evil.example` leaves the site as `//evil.example` does. */
function asUrl(looks: readonly Look[]): Left {
  const begins = looks.filter(({ held, how }) => held && how === 'starts')
  if (begins.some(({ text }) => /[^/]/.test(text) && isClosed(text))) return 'none'
  const refused = looks.filter(({ held, how }) => !held && /^(starts|has)$/.test(how)).map(({ text }) => text)
  const slashes = refused.some((text) => /^(\/\/|:?\/\/|\/)$/.test(text))
  const backslash = refused.some((text) => text.includes('\\'))
  if (slashes && backslash && begins.some(({ text }) => text === '/')) return 'none'
  return slashes || backslash || looks.some(({ held, how }) => held && how === 'ends') ? 'some' : 'all'
}

/** The inputs that both ways of a condition have checked: `mode === 'a' || mode === 'b'`. */
export function checkedBoth(before: readonly Fact[], one: readonly Fact[], other: readonly Fact[]): Sources {
  const isNew = (fact: Fact): boolean => !fact.look && !fact.missing && !before.includes(fact)
  const [a, b] = [one, other].map((facts) => facts.filter(isNew))
  const sources = (a ?? []).flatMap(({ deps }) => [...deps]).filter((dep) => dep.startsWith('client:'))
  return new Set(sources.filter((source) => isChecked(a ?? [], source) && isChecked(b ?? [], source)))
}

/** The value as it is under conditions: what these have looked at does not stand in it any more. */
export function allowing(value: Value, facts: readonly Fact[]): Value {
  if (facts.length === 0 || (value.client === undefined && !value.text)) return value
  const text = textOf(value)
  const left = leaving(text, facts)
  return left === text ? value : { ...value, text: left }
}
