/**
 * What stands in texts that are composed: templates, `+`, `join`, the methods of strings. A query, a URL or a path is
 * dangerous by what stands in it as it was sent, and a URL by what decides its beginning.
 */
import { type InputSchema, readInputSchema } from '../input-schema.ts'
import type { Fact } from './events.ts'
import {
  allDeps,
  isClosed,
  NO_TEXT,
  NONE,
  type Sources,
  type Text,
  textOf,
  union,
  unknown,
  unsure,
  type Value,
} from './value.ts'

/** One text after the other: `prefix + value`, the parts and items of a template. */
export function textOfAll(parts: readonly (string | Value)[]): Text {
  let all: Sources = NONE
  let head: Sources = NONE
  let lead = ''
  let closed = false
  let begun = false
  for (const part of parts) {
    const fixed = typeof part === 'string' ? part : fixedText(part)
    if (fixed !== undefined) {
      if (closed) continue
      if (begun) closed = /[/?#]/.test(fixed.replace('://', ''))
      else lead += fixed
      closed ||= !begun && isClosed(lead)
      continue
    }
    if (typeof part === 'string') continue
    const text = textOf(part)
    all = union(all, text.all)
    if (closed) {
      // After a single `/`, another one may come: `//host`.
      if (!begun && lead === '/') head = union(head, unsure(text.head))
      begun = true
      continue
    }
    // `BASE + '/path'`: where it leads was said before.
    closed = begun || lead !== '' ? text.lead.startsWith('/') : text.closed
    if (!begun) lead += text.lead
    closed ||= !begun && isClosed(lead)
    if (!closed || !begun) head = union(head, begun ? unsure(text.head) : text.head)
    begun = true
  }
  return { all, head, lead, closed }
}

const fixedText = ({ shape, text }: Value): string | undefined =>
  !text && shape?.k === 'literal' && (typeof shape.value === 'string' || typeof shape.value === 'number')
    ? String(shape.value)
    : undefined

/** The value of a template. */
export const composed = (parts: readonly (string | Value)[]): Value => ({
  ...unknown(union(...parts.map((part) => (typeof part === 'string' ? NONE : allDeps(part))))),
  text: textOfAll(parts),
})

/** `new URL(path, base)`: an absolute path wins over the base. */
export function textOfUrl([path, base]: readonly Value[]): Text {
  if (!path) return NO_TEXT
  const text = textOf(path)
  if (!base) return text
  const below = textOf(base)
  const all = union(text.all, below.all)
  const inside = text.lead.startsWith('/') && text.closed
  return inside
    ? { ...below, all, head: union(below.head, text.head) }
    : { all, head: union(text.head, below.head), lead: text.lead, closed: text.closed }
}

/** `TABLE[key]`: the entry stands there, whichever it is; the key only chose it. */
export function chosenText(of: Value): Text {
  const text = textOf(of)
  return of.client !== undefined || of.text ? text : { ...text, head: text.all }
}

export const partOfText = (text: Text, key: string): Text => {
  const part = (of: Sources): Sources =>
    new Set([...of].map((one) => (one.startsWith('stored:') ? `${one}.${key}` : one)))
  return { ...NO_TEXT, all: part(text.all), head: part(text.head) }
}

const KEEPS =
  /^(trim|trimStart|trimEnd|toString|valueOf|toLowerCase|toUpperCase|toLocaleLowerCase|normalize|slice|substring|substr|at|split|padStart|padEnd|repeat|pop|shift|flat|reverse|sort|href|parse)$/
const NUMBERS =
  /^(Number|BigInt|Boolean|parseInt|parseFloat|Number\.parseInt|Number\.parseFloat|toISOString|toFixed|getTime|charCodeAt|indexOf|toPrecision|randomUUID|nanoid|digest)$/

/** What stands in the result of a call of the language itself: `of.name(…args)`; nothing where it is not known. */
export function textOfCall(name: string, of: Value | undefined, args: readonly Value[]): Text | undefined {
  const first = args[0]
  if (NUMBERS.test(name)) return NO_TEXT
  if (/^(String|decodeURIComponent|decodeURI|Array\.from|Object\.fromEntries)$/.test(name))
    return first && textOf(first)
  if (/^(encodeURIComponent|encodeURI|escape)$/.test(name))
    return first && { ...NO_TEXT, all: unsure(textOf(first).all) }
  if (!of) return undefined
  if (name === 'stringify') return first && { ...NO_TEXT, all: textOf(first).all }
  if (name === 'from') return first && textOf(first)
  // A join of a path, or of a list.
  if (name === 'join' && of.shape?.k !== 'array')
    return isPath(of) ? textOfAll(args.flatMap((arg) => [arg, '/'])) : joined(of)
  if (name === 'join') return joined(of)
  if (name === 'normalize' && isPath(of)) return first && textOf(first)
  if (name === 'resolve' && isPath(of)) return textOfAll(args.flatMap((arg) => [arg, '/']))
  if (name === 'basename') return NO_TEXT
  if (name === 'concat') return textOfAll([of, ...args])
  if (name === 'replace' || name === 'replaceAll') return replaced(of, args)
  return KEEPS.test(name) && (of.client !== undefined || of.text) ? textOf(of) : undefined
}

/** The module `path`, or one of its functions. */
export const isPath = ({ shape }: Value): boolean =>
  (shape?.k === 'external' || shape?.k === 'chain') && /^(node:)?path(\/posix)?$/.test(shape.from)

function joined(of: Value): Text | undefined {
  const items = of.shape?.k === 'array' ? of.shape.items : undefined
  if (items) return textOfAll(items.flatMap((item) => [item, ' ']))
  return of.client !== undefined || of.text || of.shape?.k === 'array' ? textOf(of) : undefined
}

/** `replace(/[^a-z0-9]/g, '')` leaves nothing that could do harm; other replacements may. */
function replaced(of: Value, [what, by]: readonly Value[]): Text {
  const text = textOf(of)
  const brought = by ? textOf(by).all : NONE
  const pattern = what?.shape?.k === 'regex' ? what.shape.pattern : ''
  // `path.replace('/api/file', ROOT)`: of what else was sent, all is left.
  const name = what?.shape?.k === 'literal' ? String(what.shape.value) : ''
  if (/[a-z]/i.test(name) && /^(?!.*\.\.)[\w\-./:]+$/.test(name))
    return { ...text, all: union(text.all, brought), head: unsure(text.head), lead: '', closed: false }
  const left = /^\[\^/.test(pattern) ? NONE : unsure(text.all)
  return { ...text, all: union(left, brought), head: /^\[\^/.test(pattern) ? NONE : unsure(text.head) }
}

const schemas = new WeakMap<Value, InputSchema>()

/** The schema that a value denotes, read once. Values of enums are of no interest here. */
export function schemaOf(value: Value): InputSchema {
  const known = schemas.get(value) ?? readInputSchema(value, () => undefined)
  schemas.set(value, known)
  return known
}

const FIXED_FORMATS = /^(uuid|cuid2?|ulid|nanoid|datetime|date|time|ip|base64|e164|jwt)$/
const CHECKS = /^(refine|superRefine|check|pipe|custom|brand|overwrite)$/

/**
 * What stands in a part of an input that a schema has parsed. Nothing given: as it was sent. `run` follows a function
 * of the schema (`transform`).
 */
export function limitedText(
  input: Value,
  schema: Value | undefined,
  run: (fn: Value) => Value,
): Text | undefined {
  const sent = textOf(input)
  const doubt: Text = { ...NO_TEXT, all: unsure(sent.all), head: unsure(sent.head) }
  if (!schema) return doubt
  const form = schemaOf(schema)
  const free = freedomOf(form)
  if (free === 'none') return NO_TEXT
  const steps = schema.shape?.k === 'chain' ? schema.shape.steps : []
  const transform = steps.findLast((step) => step.name === 'transform')?.args[0]
  if (transform?.shape?.k === 'closure') return textOf(run(transform))
  if (free === 'unknown' || steps.some((step) => CHECKS.test(step.name))) return doubt
  if (form.k === 'string' && form.startsWith !== undefined) {
    // After a single `/`, another one may come.
    const closed = form.startsWith !== '/' && isClosed(form.startsWith)
    return { ...sent, lead: form.startsWith, closed, head: closed ? NONE : sent.head }
  }
  return undefined
}

/** Whether a text that the schema lets through can be any text. */
function freedomOf(schema: InputSchema): 'any' | 'none' | 'unknown' {
  switch (schema.k) {
    case 'string':
      return schema.pattern || FIXED_FORMATS.test(schema.format ?? '') ? 'none' : 'any'
    case 'number':
    case 'boolean':
    case 'date':
    case 'values':
      return 'none'
    case 'array':
      return freedomOf(schema.of)
    case 'union':
      return most(schema.options)
    case 'object':
      return schema.loose ? 'any' : most([...schema.fields.values()])
    case 'record':
    case 'file':
      return 'any'
    case 'unknown':
      return 'unknown'
  }
}

function most(schemas: readonly InputSchema[]): 'any' | 'none' | 'unknown' {
  const all = schemas.map(freedomOf)
  return all.includes('any') ? 'any' : all.includes('unknown') ? 'unknown' : 'none'
}

/** The value is, or carries, an input as it was sent: that it is there says nothing of what it is. */
export const holdsInput = (value: Value): boolean =>
  [...textOf(value).all].some((one) => !one.startsWith('?'))

/**
 * A condition on what an input is, not on whether or how much of it is there. That no row was found by it is none; what a
 * function made of it is.
 */
const isTest = ({ deps, presence, missing, absent, count, derived, lookup, tie }: Fact): boolean =>
  !absent &&
  // Of whose row it is, not of what stands in it.
  tie === undefined &&
  !count &&
  !lookup &&
  (derived ? !(missing && [...deps].some((dep) => dep.startsWith('row:'))) : !presence && !missing)

/** Of the sources of conditions, those that say of the inputs among `args` which are refused: one set for each input. */
export function refusedOf(refused: ReadonlySet<string>, args: readonly Value[]): Set<string>[] {
  const given = new Set(args.flatMap((arg) => [...textOf(arg).all].map((one) => one.replace(/^\?/, ''))))
  return [...given].flatMap((source) => {
    const deps = depsOf(source)
    const asked = [deps, ...hostsOf(source)].some((one) => one.every((dep) => refused.has(dep)))
    return asked ? [new Set(deps)] : []
  })
}

/** A parameter called `url` is read as the URL of the request, whose parts are sources of their own. */
const hostsOf = (source: string): string[][] =>
  source === 'client:url' ? ['host', 'hostname', 'origin'].map((part) => [`${source}.${part}`]) : []

/** The sources that a condition on an input, or on a column, depends on. */
function depsOf(source: string): string[] {
  const column = /^stored:([^.]+)\.([^.]+)/.exec(source)
  return column ? [`row:${column[1]}`, `field:${column[2]}`] : [source]
}

/** An input, and the lists that it is an element of: what was asked of each element was asked of the first. */
export function namesOf(source: string): string[] {
  const element = source.replace(/\.\d+$/, '[]')
  return [...new Set([source, element, element.replace(/(\[\])+$/, '')])]
}

/** A condition that held has looked at the input. */
export function isChecked(facts: readonly Fact[], source: string): boolean {
  const asked = [...namesOf(source).map(depsOf), ...hostsOf(source)]
  return facts.some((fact) => isTest(fact) && asked.some((deps) => deps.every((dep) => fact.deps.has(dep))))
}
