/**
 * What an expression can be, as far as the source tells. The flow reader runs an endpoint symbolically: every value
 * carries the sources that it was computed from, so that "the id that was authorized" can be told from "the id that is
 * written".
 *
 * A source is a short string: `client:params.id` (sent by the caller), `kind:body.token` (only what kind of thing it is), `instead:query.userId` (taken where there is no identity, or before it), `identity:<provider>` (a verified identity),
 * `credential:<place>` (a header or cookie nobody verified yet), `row:<Model>`, `env:<NAME>`, `checked:password` (held against
 * the hash of a stored row).
 */
import type { ClassDef, Expr, Fn, Syntax } from '../../source/syntax.ts'
import type { Access, Fact } from './events.ts'

export type Sources = ReadonlySet<string>

export interface Value {
  /** Sources that flow into the value. */
  deps: Sources
  /** Sources that only decided which value it is (the conditions of the branches that produced it). */
  ctl: Sources
  /** Path of the caller's input when the value is that input itself: `body`, `params.id`. */
  client?: string
  /** Path of the caller's input that the text has in it, beside what is written there: `` `/domains/${name}` ``. */
  inText?: string
  /** True when a schema has parsed the input and names every key of it. */
  parsed?: boolean
  /** The schema, where it could be read. */
  schema?: Value
  /** Of a text that was composed or read: what stands in it. Without it, `textOf` tells. */
  text?: Text
  /** It is this value on every path: the method of a request whose endpoint serves one, an argument left out. */
  sure?: true
  /** It is the identity itself (a session, its user): when it is absent, nobody is signed in. */
  who?: true
  /** It came of holding one value against another: `session.user.role === 'ADMIN'`. */
  compared?: true
  /** HTTP status of a response, where it is a literal. */
  status?: number
  /** A response of a proxy that lets the request through. */
  pass?: true
  /** It is nothing on one of the paths. */
  gap?: Gap
  /** What holds where it is something, elsewhere it is nothing: `row.userId === me.id ? row : null`. */
  kept?: readonly Fact[]
  /** The function of the project that gave it: `canView lib/permissions.ts`. */
  by?: string
  /** What held where the function that gave the value returned last, other than with an error. */
  back?: readonly Fact[]
  /** The returns of the function that gave the value, when there are several. */
  outcomes?: readonly Outcome[]
  shape?: Shape
}

/**
 * What stands in a text as it was sent or stored: `client:body.url`, `stored:Webhook.url`. A source with a `?` before it
 * was computed with in a way that may have left nothing of it.
 */
export interface Text {
  all: Sources
  /** What decides how it begins: of a URL, where it leads. */
  head: Sources
  /** The literal that it begins with. */
  lead: string
  /** What follows cannot change where it leads any more: `https://api.example.com/` has been written. */
  closed: boolean
}

/** A value is nothing where a test came out this way. */
export interface Gap {
  /** What the test depends on. */
  deps: Sources
  held: boolean
}

/** One return of a function. `gave`: it was something (true) or nothing (false), where that is known. */
export interface Outcome {
  gave?: boolean
  facts: readonly Fact[]
}

/**
 * What a row was put through after it was read: only some of its columns were taken over, a schema parsed it, or it cannot
 * be told what is left.
 */
export type Sieve = { keys: ReadonlySet<string> } | { schema: Value } | 'unknown'

export type Native = (args: Value[], at: number) => Value

export type Shape =
  | { k: 'closure'; fn: Fn; syntax: Syntax; env: Env; self?: Value; calledFrom?: number }
  /** `ambient`: the context of a request. Whoever is handed it as a whole has not asked who is calling. */
  | { k: 'object'; fields: Map<string, Value>; open?: Value[]; ambient?: boolean }
  /** `keyed`: a map, as a list of its pairs. */
  | { k: 'array'; of: Value; literal: boolean; items?: Value[]; keyed?: true | undefined }
  | { k: 'literal'; value: string | number | boolean | null | undefined }
  | { k: 'regex'; pattern: string; flags: string }
  | { k: 'external'; from: string; name: string }
  | {
      k: 'chain'
      from: string
      root: string
      steps: { name: string; args: Value[]; at: number; syntax: Syntax }[]
      at: number
      syntax: Syntax
    }
  | { k: 'prisma'; tx: boolean }
  | { k: 'delegate'; model: string; tx: boolean }
  | { k: 'row'; access: Access; many: boolean; without: Set<string>; sieves?: readonly Sieve[] }
  | { k: 'promise'; of: Value; name: string }
  | { k: 'class'; cls: ClassDef; syntax: Syntax; env: Env }
  | { k: 'instance'; of: { cls: ClassDef; syntax: Syntax; env: Env }; fields: Map<string, Value> }
  | { k: 'module'; file: string }
  /** `name`: it does the same wherever it was made, so that calls that are given it can be told to be the same. */
  | { k: 'native'; call: Native; fields?: Map<string, Value>; name?: string }
  | { k: 'request' }
  | { k: 'response'; body?: Value }
  /** A text that a value was written into. */
  | { k: 'json'; of: Value }
  | { k: 'code'; expr: Expr; syntax: Syntax; env: Env }

/** Values of the bindings of one call, falling back to the call that encloses the function's definition. */
export interface Env {
  own: Map<number, Value>
  up: Env | null
  self?: Value
}

export const NONE: Sources = new Set()

export const unknown = (deps: Sources = NONE, ctl: Sources = NONE): Value => ({ deps, ctl })
export const shaped = (shape: Shape, deps: Sources = NONE, ctl: Sources = NONE): Value => ({
  deps,
  ctl,
  shape,
})
export const literal = (value: string | number | boolean | null | undefined): Value =>
  shaped({ k: 'literal', value })
export const source = (name: string): Value => unknown(new Set([name]))
export const client = (path: string): Value => ({
  deps: new Set([`client:${path}`]),
  ctl: NONE,
  client: path,
})

/** All sources of several sets. Returns one of them when it already holds the others: most unions add nothing. */
export function union(...sets: Sources[]): Sources {
  let result: Sources = NONE
  let own: Set<string> | undefined
  for (const set of sets) {
    if (set.size === 0 || set === result) continue
    if (result.size === 0) {
      result = set
      continue
    }
    for (const item of set) {
      if (result.has(item)) continue
      if (!own) {
        if (set.size > result.size && includes(set, result)) {
          result = set
          break
        }
        own = new Set(result)
        result = own
      }
      own.add(item)
    }
  }
  return result
}

function includes(large: Sources, small: Sources): boolean {
  for (const item of small) if (!large.has(item)) return false
  return true
}

/** All sources a value holds, through the fields of objects and arrays, to a bounded depth. */
export function allDeps(value: Value, depth = 4): Sources {
  const shape = value.shape
  if (!shape || depth === 0) return value.deps
  if (shape.k === 'object' && shape.ambient) {
    return new Set([...insideDeps(value, depth)].filter((dep) => !dep.startsWith('identity:')))
  }
  if (shape.k === 'object')
    return union(
      value.deps,
      ...[...shape.fields.values()].map((v) => allDeps(v, depth - 1)),
      ...(shape.open ?? []).map((v) => allDeps(v, depth - 1)),
    )
  if (shape.k === 'array') return union(value.deps, allDeps(shape.of, depth - 1))
  if (shape.k === 'promise') return union(value.deps, allDeps(shape.of, depth - 1))
  return value.deps
}

/** All sources of a value, those of an ambient object included: what one of its own methods may know. */
export const insideDeps = (value: Value, depth = 4): Sources =>
  value.shape?.k === 'object' && value.shape.ambient
    ? allDeps({ ...value, shape: { ...value.shape, ambient: false } }, depth)
    : allDeps(value, depth)

/** Either of two values, chosen by something that depends on `ctl`. */
export function either(a: Value, b: Value, ctl: Sources = NONE, depth = 6): Value {
  const deps = union(a.deps, b.deps)
  const control = union(a.ctl, b.ctl, ctl)
  const out: Value = { deps, ctl: control }
  const sent = isEmpty(b) ? a.client : isEmpty(a) ? b.client : a.client === b.client ? a.client : undefined
  if (sent !== undefined) out.client = sent
  if (sent !== undefined) keepParsed(out, isEmpty(b) ? [a] : isEmpty(a) ? [b] : [a, b])
  if ((a.who && (b.who || isNothing(b))) || (b.who && isNothing(a))) out.who = true
  if (a.inText !== undefined && a.inText === b.inText) out.inText = a.inText
  if (a.status !== undefined && a.status === b.status) out.status = a.status
  if (a.pass || b.pass) out.pass = true
  if (a.compared && b.compared) out.compared = true
  const gap = a.gap ?? b.gap
  if (gap) out.gap = gap
  const kept = isNothing(b) ? a.kept : isNothing(a) ? b.kept : undefined
  if (kept) out.kept = kept
  if (a.sure && b.sure) out.sure = true
  if (a.text || b.text || a.client !== b.client) out.text = eitherText(textOf(a), textOf(b))
  const shape = depth > 0 ? eitherShape(a, b, ctl, depth - 1) : undefined
  if (shape) out.shape = shape
  return out
}

/** `{ data: parsed.data }` or `{ error }`: what there is of it has been parsed. */
function keepParsed(out: Value, [one, other = one]: readonly Value[]): void {
  if (!one?.parsed || !other?.parsed) return
  out.parsed = true
  if (one.schema && one.schema === other.schema) out.schema = one.schema
}

const eitherText = (a: Text, b: Text): Text => ({
  all: union(a.all, b.all),
  head: union(a.head, b.head),
  lead: a.lead === b.lead ? a.lead : '',
  closed: a.closed && b.closed,
})

/** Nothing of the caller's stands in it. */
export const NO_TEXT: Text = { all: NONE, head: NONE, lead: '', closed: false }

/** Something of the sources may be left in it. */
export const unsure = (of: Sources): Sources =>
  of.size === 0 ? of : new Set([...of].map((one) => (one.startsWith('?') ? one : `?${one}`)))

/** What stands in a value when it is used as a text; of an object or list, in any part of it. */
export function textOf(value: Value, depth = 4): Text {
  if (value.text) return value.text
  const { shape } = value
  // What a package made of it.
  if (shape?.k === 'chain') return NO_TEXT
  if (shape?.k === 'literal') {
    const lead = typeof shape.value === 'string' ? shape.value : ''
    return { ...NO_TEXT, lead, closed: isClosed(lead) }
  }
  const inner =
    shape?.k === 'object'
      ? [...shape.fields.values(), ...(shape.open ?? [])]
      : shape?.k === 'array'
        ? [...(shape.items ?? []), shape.of]
        : shape?.k === 'promise'
          ? [shape.of]
          : undefined
  if (inner && depth > 0) {
    const parts = inner.map((one) => textOf(one, depth - 1))
    return {
      ...NO_TEXT,
      all: union(...parts.map((one) => one.all)),
      head: union(...parts.map((one) => one.head)),
    }
  }
  const sent = [...value.deps].filter((dep) => dep.startsWith('client:'))
  // An input that found a row is not in it.
  const found = value.client === undefined && [...value.deps].some((dep) => dep.startsWith('row:'))
  if (sent.length === 0 || found) return NO_TEXT
  const all: Sources =
    value.client === undefined ? unsure(new Set(sent)) : new Set([`client:${value.client}`])
  return { ...NO_TEXT, all, head: all }
}

/** The beginning of a URL after which only its path follows, a path of one's own, or another scheme. */
export const isClosed = (lead: string): boolean =>
  /^(?:[a-z][a-z\d+.-]*:\/\/[^/?#\\]+[/?#]|\/(?![/\\])|[?#]|[a-z][a-z\d+.-]*:(?!\/|$))/i.test(lead)

const SPREADS = 6

/** The spreads of an object that is built up in a loop would grow without end: past a few, only their sources stay. */
export function fewer(open: Value[]): Value[] {
  const all = [...new Set(open)]
  if (all.length <= SPREADS) return all
  const rest = all.slice(SPREADS - 1)
  return [...all.slice(0, SPREADS - 1), unknown(union(...rest.map((one) => allDeps(one, 2))))]
}

export const isNothing = (value: Value): boolean =>
  value.shape?.k === 'literal' && (value.shape.value === null || value.shape.value === undefined)

/** Nothing, or what stands for it: `body.ids ?? []` are the ids that were sent, `body.id ?? ''` is the id, `body ?? {}` the body. */
function isEmpty(value: Value): boolean {
  const { shape } = value
  if (isNothing(value) || isEmptyList(value)) return true
  if (shape?.k === 'object') return shape.fields.size === 0 && !shape.open
  return shape?.k === 'literal' && shape.value === ''
}

const isEmptyList = ({ shape }: Value): boolean => shape?.k === 'array' && shape.items?.length === 0

const isUndefined = (value: Value | undefined): boolean =>
  value === undefined || (value.shape?.k === 'literal' && value.shape.value === undefined)

/** Either of the two values of `test ? yes : no`, with the gaps that it has: in itself, or in its fields. */
export function chosen(yes: Value, no: Value, deps: Sources, ctl: Sources): Value {
  const value = either(yes, no, ctl)
  if (isUndefined(yes) !== isUndefined(no)) return { ...value, gap: { deps, held: isUndefined(yes) } }
  if (value.shape?.k !== 'object' || yes.shape?.k !== 'object' || no.shape?.k !== 'object') return value
  const [a, b] = [yes.shape.fields, no.shape.fields]
  const fields = new Map(
    [...value.shape.fields].map(([key, field]): [string, Value] =>
      isUndefined(a.get(key)) === isUndefined(b.get(key))
        ? [key, field]
        : [key, { ...field, gap: { deps, held: isUndefined(a.get(key)) } }],
    ),
  )
  return { ...value, shape: { ...value.shape, fields } }
}

function eitherShape(a: Value, b: Value, ctl: Sources, depth: number): Shape | undefined {
  if (a.shape && b.shape && a.shape.k === 'object' && b.shape.k === 'object') {
    const fields = new Map<string, Value>()
    for (const key of new Set([...a.shape.fields.keys(), ...b.shape.fields.keys()]))
      fields.set(
        key,
        either(
          a.shape.fields.get(key) ?? literal(undefined),
          b.shape.fields.get(key) ?? literal(undefined),
          ctl,
          depth,
        ),
      )
    return { k: 'object', fields, open: fewer([...(a.shape.open ?? []), ...(b.shape.open ?? [])]) }
  }
  // `return []` on the side says nothing of the elements.
  if (isEmptyList(a) && (b.client !== undefined || b.shape?.k === 'array')) return b.shape
  if (isEmptyList(b) && (a.client !== undefined || a.shape?.k === 'array')) return a.shape
  // `row.items ?? []`: the elements are those of the row.
  if (isEmptyList(b) && !a.shape && a.deps.size > 0) return undefined
  if (isEmptyList(a) && !b.shape && b.deps.size > 0) return undefined
  if (a.shape?.k === 'array' && b.shape?.k === 'array') return a.shape.literal ? b.shape : a.shape
  // A literal or nothing is not that literal: conditions are decided by literals.
  if (isNothing(a)) return b.shape?.k === 'literal' && !isNothing(b) ? undefined : b.shape
  if (isNothing(b)) return a.shape?.k === 'literal' ? undefined : a.shape
  if (a.shape?.k === 'literal' && b.shape?.k === 'literal')
    return a.shape.value === b.shape.value ? a.shape : undefined
  if (a.shape?.k === 'literal') return b.shape
  if (b.shape?.k === 'literal') return a.shape
  // `payload || {}`: what the one has not, the other may have.
  if (!a.shape && b.shape?.k === 'object') return opened(b.shape, a)
  if (!b.shape && a.shape?.k === 'object') return opened(a.shape, b)
  // A response that ends the request says nothing about the value of the other branch.
  if (a.shape?.k === 'response') return b.shape ?? a.shape
  return a.shape ?? b.shape
}

/** A list with more in it. It is no longer `literal` where it grows with each round of a loop. */
export function extended(list: Shape & { k: 'array' }, more: Value[], inLoop: boolean): Value {
  const all = list.items?.length === 0 ? more : [list.of, ...more]
  const of = all.length > 0 ? all.reduce((a, b) => either(a, b)) : list.of
  const literal = list.literal && !inLoop
  return shaped(
    literal && list.items
      ? { k: 'array', of, literal, items: [...list.items, ...more] }
      : { k: 'array', of, literal },
  )
}

/** Either this object or something that is not known: what the one has, the other may have with another value. */
function opened(shape: Shape & { k: 'object' }, value: Value): Shape {
  if (value.deps.size === 0) return shape
  const other = unknown(value.deps, value.ctl)
  const fields = new Map([...shape.fields].map(([key, field]) => [key, either(field, other, NONE, 1)]))
  return { ...shape, fields, open: fewer([...(shape.open ?? []), value]) }
}

/** A verified identity or a credential that something was held against; a decoded but unverified token is neither. */
export function trusted(deps: Sources): boolean {
  const cached = judged.get(deps)
  if (cached !== undefined) return cached
  let result = false
  for (const dep of deps)
    if (
      (dep.startsWith('identity:') && !dep.startsWith('identity:unverified')) ||
      dep.startsWith('credential:')
    )
      result = true
  judged.set(deps, result)
  return result
}

const judged = new WeakMap<Sources, boolean>()

/**
 * What a condition comes to when its value is a known flag: an option of a wrapper, a default. Only flags: that a value
 * is nothing, or which string it is, is seldom known on all paths.
 */
export const truthOf = (value: Value): boolean | undefined =>
  value.shape?.k === 'literal' && typeof value.shape.value === 'boolean' ? value.shape.value : undefined

/** The same for a value that is known on every path, whatever it is. */
export const surely = ({ sure, shape }: Value): boolean | undefined =>
  sure && shape?.k === 'literal' ? Boolean(shape.value) : sure && shape?.k === 'closure' ? true : undefined

/** A value that may be another on some path. */
export const doubted = ({ sure: _, ...value }: Value): Value => value

/** A literal that is known on every path. */
export const sureLiteral = (value: string | number | boolean | null | undefined): Value => ({
  ...literal(value),
  sure: true,
})

/** Names of fields that say what somebody may do, not who it is. */
export const isRole = (key: string): boolean =>
  /role|permission|scope|admin|moderator|owner|staff|member|plan$|tier|^(can|may|has)[A-Z]|access/i.test(key)

/** The texts that a role is held against: `text:OWNER`. Nothing where no role is asked. */
export function textsAsked(deps: Sources, values: readonly Value[]): Sources {
  const asks = [...deps].some((dep) => dep.startsWith('field:') && isRole(dep.slice(6)))
  if (!asks) return NONE
  return new Set(values.flatMap(textsOf).map((text) => `text:${text}`))
}

/** The texts that a value is known to be one of: a literal, the elements of a list. */
export function textsOf(value: Value): string[] {
  const shape = value.shape
  if (shape?.k === 'literal') return typeof shape.value === 'string' ? [shape.value] : []
  // `Role.OWNER` of the generated client, whose values are called as they are.
  const last = shape?.k === 'chain' ? shape.steps.at(-1) : undefined
  if (last) return last.args.length === 0 && /^[A-Z]\w*$/.test(last.name) ? [last.name] : []
  return shape?.k === 'array' ? (shape.items ?? []).flatMap(textsOf) : []
}

/** A response that refuses: 4xx or 5xx. */
export const isRefusal = (value: Value): boolean => (value.status ?? 200) >= 400

/** The same value, with what held where its function returned. */
export function withBack(
  value: Value,
  back: readonly Fact[],
  outcomes?: readonly Outcome[],
  by = value.by,
): Value {
  const shape = value.shape
  const several = outcomes && outcomes.length > 1 ? { back, outcomes } : { back }
  const told = by === undefined ? several : { ...several, by }
  if (shape?.k !== 'promise') return { ...value, ...told }
  return { ...value, ...told, shape: { ...shape, of: withBack(shape.of, back, outcomes, by) } }
}

/** Whether a value is something or nothing, where its form tells. A row may not have been found. */
export function isGiven(value: Value): boolean | undefined {
  const shape = value.shape
  if (shape?.k === 'literal') {
    if (shape.value === null || shape.value === undefined) return false
    return typeof shape.value === 'boolean' ? shape.value : undefined
  }
  return shape && /^(object|array|response|closure|class|instance)$/.test(shape.k) ? true : undefined
}

/** The fields of an object; none when it is something else. */
export const visibleFields = (value: Value | undefined): ReadonlyMap<string, Value> =>
  value?.shape?.k === 'object' ? value.shape.fields : new Map()

/** The status of a response, when it is a literal. */
export function statusOf(value: Value | undefined): { status?: number } {
  const shape = value?.shape
  return shape?.k === 'literal' && typeof shape.value === 'number' ? { status: shape.value } : {}
}
