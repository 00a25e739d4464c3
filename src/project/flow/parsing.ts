/** Input that is read and held against a schema: `schema.parse(input)` and friends, forms with files. */
import type { Syntax } from '../../source/syntax.ts'
import { externalOf, unwrap } from './forms.ts'
import type { Machine } from './machine.ts'
import { keepsKey } from './passage.ts'
import { fieldSchema, isLoose, KEEPS_SCHEMA } from './schemas.ts'
import { sifted } from './sieves.ts'
import { limitedText, schemaOf } from './text.ts'
import {
  allDeps,
  client,
  literal,
  shaped,
  type Text,
  textOf,
  unknown,
  type Value,
  visibleFields,
} from './value.ts'

const PARSES =
  /^(parse|parseAsync|safeParse|safeParseAsync|validate|validateSync|validateAsync|cast|assert|create|spa)$/
/** Packages that read a form with files: https://github.com/node-formidable/formidable, https://github.com/pillarjs/multiparty */
const FORMS = /^(formidable|multiparty)$/
const VALIDATORS =
  /^(zod|yup|joi|valibot|arktype|superstruct|@sinclair\/typebox|typia|ajv|zod\/.*|zod-form-data)$/

/** `refine(fn)` of a schema: the function looks at what was parsed, and the schema stays what it was. */
export const keepsSchema = (from: string, name: string): boolean =>
  isValidator(from) && (KEEPS_SCHEMA.test(name) || name === 'preprocess')

/** A package of schemas: what its functions are called says what they accept, however they were imported. */
export const isValidator = (from: string): boolean => VALIDATORS.test(from)

/** `schema.nullable()`, `nullish()`, `optional()`: a row that is missing is let through. */
const acceptsNothing = ({ shape }: Value): boolean =>
  shape?.k === 'chain' && shape.steps.some(({ name }) => /^(nullable|nullish|optional|maybe)$/.test(name))

/** A row that was read, or several: none of the caller's input, though an input found it. */
const holdsRows = (value: Value): boolean => {
  const { shape } = unwrap(value)
  return shape?.k === 'row' || (shape?.k === 'array' && shape.of.shape?.k === 'row')
}

/** `{ ...row, size }` */
const spreadsRows = ({ shape }: Value): boolean => shape?.k === 'object' && (shape.open ?? []).some(holdsRows)

/** `form.parse(request, (error, fields, files) => …)`, or a promise of `[fields, files]`. */
function formRead(machine: Machine, args: Value[], syntax: Syntax, at: number): Value {
  const body = client('body')
  const work = args.find(({ shape }) => shape?.k === 'closure')
  if (work) machine.attempt(work, [literal(undefined), body, body], syntax, at)
  const read = shaped({ k: 'array', of: body, literal: true, items: [body, body] })
  return shaped({ k: 'promise', of: read, name: 'parse' })
}

/** `schema.parse(input)` and friends: the caller's input stays the caller's, but its form is known. */
export function parseCall(
  machine: Machine,
  of: Value,
  method: string,
  args: Value[],
  syntax: Syntax,
  at: number,
): Value | undefined {
  if (!PARSES.test(method)) return undefined
  const what = externalOf(of)
  if (what && FORMS.test(what.from)) return formRead(machine, args, syntax, at)
  const known = what !== undefined && VALIDATORS.test(what.from)
  // Valibot: `v.parse(schema, input)`.
  const isFirst = what?.from === 'valibot' && args[1] !== undefined
  const schema = isFirst ? (args[0] ?? of) : of
  const input = isFirst
    ? args[1]
    : (args.find((arg) => [...allDeps(arg)].some((dep) => dep.startsWith('client:'))) ?? args[0])
  if (!input || (!known && !(method.startsWith('safeParse') || method.startsWith('parse')))) return undefined
  if (!known && of.shape?.k === 'external' && of.shape.from === 'global') return undefined
  if (known)
    machine.emit({
      ...machine.moment(syntax, at),
      k: 'parse',
      library: what.from,
      schema: what.root,
      input,
      by: schema,
      ...(/^parse(Async)?$/.test(method) ? { throws: true as const } : {}),
    })
  // `Member.parse(await prisma.member.findFirst(…))` throws where there is no row.
  if (known && /^parse(Async)?$/.test(method) && unwrap(input).shape?.k === 'row' && !acceptsNothing(schema))
    machine.assume(input.deps, syntax, at, true)
  const run = (fn: Value, given: Value): Value => machine.attempt(fn, [given], syntax, at)
  const parsed = parsedInput(input, schema, { run, keeps: known && keepsUnnamed(what.from, args) })
  if (!method.startsWith('safe') && method !== 'spa') return parsed
  // That an input has the right form says nothing of who sent it.
  const outcome = {
    ...unknown(new Set([...parsed.deps].filter((dep) => dep.startsWith('client:')))),
    text: textOf(parsed),
  }
  return shaped(
    {
      k: 'object',
      fields: new Map([
        ['success', outcome],
        ['data', parsed],
        ['error', outcome],
      ]),
    },
    parsed.deps,
  )
}

/** Packages whose schemas leave keys that they do not name where they are, unless they are told otherwise. */
const keepsUnnamed = (from: string, args: readonly Value[]): boolean =>
  !/^(zod|valibot)/.test(from) &&
  !args.some((arg) => {
    const strip = visibleFields(arg).get('stripUnknown')?.shape
    return strip?.k === 'literal' && strip.value === true
  })

/** How a schema is applied. */
interface Parsing {
  /** Follows a function of the schema: `transform`. */
  run?: (fn: Value, given: Value) => Value
  /** What the schema does not name stays. */
  keeps?: boolean
}

/** What a schema makes of an input, or of rows. Without a schema: as it was sent, in a form that is known. */
export function parsedInput(input: Value, schema?: Value, how: Parsing = {}): Value {
  const deps = allDeps(input)
  const shape = input.shape
  if (holdsRows(input)) return how.keeps ? input : sifted(input, schema ? { schema } : 'unknown')
  if (shape?.k === 'array' && spreadsRows(shape.of))
    return { ...input, shape: { ...shape, of: parsedInput(shape.of, schema, how) } }
  const open = shape?.k === 'object' ? (shape.open ?? []) : []
  // `schema.parse({ id, title })`: each field stays what it is, and so does a row that is spread.
  if (input.client === undefined && shape?.k === 'object' && open.every(holdsRows)) {
    const fields = [...shape.fields].flatMap(([key, value]): [string, Value][] =>
      !how.keeps && schema && keepsKey(schema, key) === 'no'
        ? []
        : [[key, parsedInput(value, fieldSchema(schema, key), how)]],
    )
    const rows = open.map((one) => parsedInput(one, schema, how))
    const made = shaped(
      rows.length > 0
        ? { k: 'object', fields: new Map(fields), open: rows }
        : { k: 'object', fields: new Map(fields) },
      deps,
      input.ctl,
    )
    if (shape.fields.size + rows.length > 0) return made
  }
  // What was stored is no input of this caller, though an input found it.
  const stored =
    input.client === undefined && [...(input.text?.all ?? [])].some((one) => /^\?*stored:/.test(one))
  const path = input.client ?? (stored ? undefined : firstClient(input))
  if (path === undefined) return input.text ? { ...unknown(deps), text: input.text } : unknown(deps)
  const value: Value = { deps, ctl: input.ctl, client: path, parsed: !isLoose(schema) }
  if (!schema) return value
  const text = limitedAlone(value, schema, how)
  return text ? { ...value, schema, text } : { ...value, schema }
}

/** The text of an input that is no object: `z.enum(['asc', 'desc']).parse(query.order)`. */
function limitedAlone(value: Value, schema: Value, { run }: Parsing): Text | undefined {
  if (!run || /^(object|record|union|file|unknown)$/.test(schemaOf(schema).k)) return undefined
  return limitedText(value, schema, (fn) => run(fn, value))
}

/** `parse({ ...row, ...body })`: what is spread names it best. */
function firstClient(input: Value): string | undefined {
  const spread = input.shape?.k === 'object' ? (input.shape.open ?? []) : []
  const whole = spread.find((one) => one.client !== undefined)?.client
  return whole ?? [...allDeps(input)].find((dep) => dep.startsWith('client:'))?.slice(7)
}
