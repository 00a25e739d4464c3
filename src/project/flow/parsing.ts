/** Input that is read and held against a schema: `schema.parse(input)` and friends, forms with files. */
import type { Syntax } from '../../source/syntax.ts'
import { externalOf, unwrap } from './forms.ts'
import type { Machine } from './machine.ts'
import { fieldSchema, isLoose, KEEPS_SCHEMA } from './schemas.ts'
import { allDeps, client, literal, shaped, textOf, unknown, type Value } from './value.ts'

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
  const input = args.find((arg) => [...allDeps(arg)].some((dep) => dep.startsWith('client:'))) ?? args[0]
  if (!input || (!known && !(method.startsWith('safeParse') || method.startsWith('parse')))) return undefined
  if (!known && of.shape?.k === 'external' && of.shape.from === 'global') return undefined
  if (known)
    machine.emit({
      ...machine.moment(syntax, at),
      k: 'parse',
      library: what.from,
      schema: what.root,
      input,
      by: of,
      ...(/^parse(Async)?$/.test(method) ? { throws: true as const } : {}),
    })
  // `Member.parse(await prisma.member.findFirst(…))` throws where there is no row.
  if (known && /^parse(Async)?$/.test(method) && unwrap(input).shape?.k === 'row' && !acceptsNothing(of))
    machine.assume(input.deps, syntax, at, true)
  const parsed = parsedInput(input, of)
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

export function parsedInput(input: Value, schema?: Value): Value {
  const deps = allDeps(input)
  const shape = input.shape
  if (holdsRows(input)) return input
  // `schema.parse({ id, title })`: each field stays what it is.
  if (input.client === undefined && shape?.k === 'object' && !shape.open?.length && shape.fields.size > 0) {
    const fields = [...shape.fields].map(
      ([key, value]) => [key, parsedInput(value, fieldSchema(schema, key))] as const,
    )
    return shaped({ k: 'object', fields: new Map(fields) }, deps, input.ctl)
  }
  // What was stored is no input of this caller, though an input found it.
  const stored =
    input.client === undefined && [...(input.text?.all ?? [])].some((one) => /^\?*stored:/.test(one))
  const path = input.client ?? (stored ? undefined : firstClient(input))
  if (path === undefined) return input.text ? { ...unknown(deps), text: input.text } : unknown(deps)
  const value: Value = { deps, ctl: input.ctl, client: path, parsed: !isLoose(schema) }
  return schema ? { ...value, schema } : value
}

/** `parse({ ...row, ...body })`: what is spread names it best. */
function firstClient(input: Value): string | undefined {
  const spread = input.shape?.k === 'object' ? (input.shape.open ?? []) : []
  const whole = spread.find((one) => one.client !== undefined)?.client
  return whole ?? [...allDeps(input)].find((dep) => dep.startsWith('client:'))?.slice(7)
}
