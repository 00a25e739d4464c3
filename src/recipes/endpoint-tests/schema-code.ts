/** Values that an input schema takes, and such as it does not, as code. */
import type { InputSchema } from '../../project/input-schema.ts'
import { sample } from '../../proof/sample.ts'
import { keyed, literal, words } from './text.ts'

/** Code of a value that is known to fit: the id of a row. */
export type Known = (path: string) => string | undefined

/** A valid value; `undefined` when none can be made. */
export function validCode(schema: InputSchema, path: string, known: Known): string | undefined {
  const given = known(path)
  if (given !== undefined) return given
  switch (schema.k) {
    case 'object': {
      const parts = [...schema.fields].flatMap(([key, field]) => {
        const code = validCode(field, `${path}.${key}`, known)
        return code === undefined ? [] : [`${keyed(key)}: ${code}`]
      })
      return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`
    }
    case 'array': {
      const one = validCode(schema.of, `${path}[]`, known)
      return one === undefined
        ? undefined
        : `[${Array.from({ length: Math.max(1, schema.min) }, () => one).join(', ')}]`
    }
    case 'string':
      return literal(validText(schema, path))
    case 'date':
      // A day is taken where a time is wanted, too.
      return isLater(path) ? "'2032-05-05'" : "'2032-05-04'"
    default: {
      const value = sample(schema, path, { unique: 'one' })
      return value === undefined ? undefined : literal(value)
    }
  }
}

/** What ends does so after what starts. */
const isLater = (path: string): boolean => /end|until|expire|due|[Tt]o$/.test(path.split('.').at(-1) ?? '')

function validText(schema: InputSchema & { k: 'string' }, path: string): string {
  const name = path.split('.').at(-1)?.replace(/\[\]$/, '') ?? ''
  const made = sample(schema, path, { unique: 'one' })
  if (schema.format === 'datetime' && isLater(path)) return '2032-05-04T11:00:00.000Z'
  if (schema.format || schema.pattern || schema.startsWith || typeof made !== 'string')
    return String(made ?? '')
  if (!made.startsWith('sample')) return made
  const plain = `Some ${words(name)}`
  const { min = 0, max = Number.POSITIVE_INFINITY } = schema
  return plain.length < min || plain.length > max ? made : plain
}

export interface Variation {
  /** In words, for the name of a test: `a title of 161 characters`. */
  what: string
  /** Of the value. */
  code: string
  /** What is expected of the endpoint: to take it, not to, or whatever it does. */
  expected: 'taken' | 'refused' | 'either'
}

const LONG = 10_000

/** Variations of one value. `text`: it comes from a URL, where all is text. */
export function variationsOf(schema: InputSchema, path: string, known: Known, text = false): Variation[] {
  const name = words(path.split('.').at(-1) ?? '')
  const all = [...ofKind(schema, path, name, known, text)]
  if (!schema.optional) all.unshift({ what: `no ${name}`, code: 'undefined', expected: 'refused' })
  else all.push({ what: `no ${name}`, code: 'undefined', expected: 'taken' })
  if (!text) all.push({ what: `${name} null`, code: 'null', expected: schema.nullable ? 'taken' : 'refused' })
  return all
}

function ofKind(schema: InputSchema, path: string, name: string, known: Known, text: boolean): Variation[] {
  const refused = (what: string, code: string): Variation => ({ what, code, expected: 'refused' })
  const taken = (what: string, code: string): Variation => ({ what, code, expected: 'taken' })
  const either = (what: string, code: string): Variation => ({ what, code, expected: 'either' })
  switch (schema.k) {
    case 'string':
      // Of a key, other texts are keys of no row.
      if (known(path) !== undefined)
        return [
          ...(text ? [] : [refused(`${name} as a number`, '17')]),
          ...((schema.min ?? 0) > 0 ? [refused(`an empty ${name}`, "''")] : []),
          ...(schema.format ? [refused(`${name} that is no ${schema.format}`, "'not one'")] : []),
        ]
      return [
        ...(text ? [] : [refused(`${name} as a number`, '17')]),
        ...texts(schema, path, name, { refused, taken, either }),
      ]
    case 'number': {
      const { int, min, max } = schema
      const shown = (value: number): string => (text ? literal(String(value)) : String(value))
      return [
        refused(`${name} as a word`, "'many'"),
        ...(int ? [refused(`${name} 1.5`, text ? "'1.5'" : '1.5')] : []),
        ...(min === undefined
          ? []
          : [
              taken(`${name} ${min}`, shown(min)),
              refused(`${name} ${min - 1}`, shown(min - 1)),
              taken(`${name} ${min + 1}`, shown(min + 1)),
            ]),
        ...(max === undefined
          ? []
          : [taken(`${name} ${max}`, shown(max)), refused(`${name} ${max + 1}`, shown(max + 1))]),
      ]
    }
    case 'boolean':
      return text ? [] : [refused(`${name} as a word`, "'perhaps'"), taken(`${name} false`, 'false')]
    case 'date':
      return [refused(`${name} that is no date`, "'some day'")]
    case 'values':
      return [
        refused(`${name} of another kind`, "'NO_SUCH_VALUE'"),
        ...schema.values.slice(0, 8).map((value) => taken(`${name} ${value}`, literal(value))),
      ]
    case 'array': {
      const one = validCode(schema.of, `${path}[]`, known)
      const of = (count: number): string => `Array.from({ length: ${count} }, () => (${one ?? 'null'}))`
      return [
        refused(`${name} as a text`, "'one'"),
        ...(schema.min > 0
          ? [
              refused(
                `${schema.min === 1 ? 'no entry' : `${schema.min - 1} entries`} of ${name}`,
                schema.min === 1 ? '[]' : of(schema.min - 1),
              ),
            ]
          : [taken(`no entry of ${name}`, '[]')]),
        ...SIZES.map((size) => either(`${size} entries of ${name}`, of(size))),
        ...inside(schema.of, path, known).map((one) => ({ ...one, code: `[${one.code}]` })),
      ]
    }
    case 'object':
      return inside(schema, path, known)
    default:
      return []
  }
}

/** Limits that people write, and one more. */
const SIZES = [10, 11, 20, 21, 50, 51, 100, 101]

/** An object with one of its fields varied. */
function inside(schema: InputSchema, path: string, known: Known): Variation[] {
  if (schema.k !== 'object') return []
  const own = (changed: string, code: string): string =>
    `{ ${[...schema.fields]
      .flatMap(([key, field]) => {
        const value = key === changed ? code : validCode(field, `${path}.${key}`, known)
        return value === undefined ? [] : [`${keyed(key)}: ${value}`]
      })
      .join(', ')} }`
  return [...schema.fields].flatMap(([key, field]) =>
    variationsOf(field, `${path}.${key}`, known).map((one) => ({ ...one, code: own(key, one.code) })),
  )
}

type Make = (what: string, code: string) => Variation

function texts(
  schema: InputSchema & { k: 'string' },
  path: string,
  name: string,
  { refused, taken, either }: Record<'refused' | 'taken' | 'either', Make>,
): Variation[] {
  const { min = 0, max, format, pattern } = schema
  const long = (count: number): string => (count > 8 ? `'x'.repeat(${count})` : literal('x'.repeat(count)))
  const plain = !format && !pattern && !schema.startsWith
  const all: Variation[] = []
  if (format) all.push(refused(`${name} that is no ${format}`, "'not one'"))
  if (pattern) {
    all.push(refused(`${name} of other characters`, "'No Match! Ä'"))
    const [low, high] = boundsOf(pattern.source)
    if (low !== undefined)
      all.push(
        taken(`${name} of ${low} characters`, long(low)),
        refused(`${name} of ${low - 1} characters`, long(low - 1)),
      )
    if (high !== undefined)
      all.push(
        taken(`${name} of ${high} characters`, long(high)),
        refused(`${name} of ${high + 1} characters`, long(high + 1)),
      )
  }
  if (min > 0) {
    all.push(
      refused(
        min === 1 ? `an empty ${name}` : `${name} of ${min - 1} characters`,
        min === 1 ? "''" : long(min - 1),
      ),
    )
    if (plain)
      all.push(
        either(`${name} of spaces alone`, literal(' '.repeat(min + 2))),
        taken(`${name} of ${min} characters`, long(min)),
      )
  }
  if (max !== undefined && max <= LONG) {
    if (plain)
      all.push(
        taken(`${name} of ${max} characters`, long(max)),
        refused(`${name} of ${max + 1} characters`, long(max + 1)),
      )
    else if (format === 'email')
      all.push(
        either(`${name} of ${max} characters`, `\`\${'x'.repeat(${max - 13})}@example.test\``),
        refused(`${name} of ${max + 1} characters`, `\`\${'x'.repeat(${max - 12})}@example.test\``),
      )
    else if (format === 'url')
      all.push(
        either(`${name} of ${max} characters`, `\`https://example.test/\${'x'.repeat(${max - 21})}\``),
        refused(`${name} of ${max + 1} characters`, `\`https://example.test/\${'x'.repeat(${max - 20})}\``),
      )
  }
  if (plain) {
    all.push(either(`${name} with a character that cannot be stored`, "'nul \\u0000 in it'"))
    all.push(either(`${name} with spaces around it`, literal(`  ${validText(schema, path)}  `)))
  }
  if (format === 'email')
    all.push(either(`${name} in capitals`, literal(validText(schema, path).toUpperCase())))
  if (format === 'url')
    all.push(
      either(`${name} of another protocol`, literal(validText(schema, path).replace('https:', 'http:'))),
    )
  return all
}

/** `{3,40}` at the end of a pattern of one class. */
function boundsOf(source: string): [number | undefined, number | undefined] {
  const [, low, high] = /^\^\[[^\]]*a-z[^\]]*\]\{(\d+)(?:,(\d+))?\}\$$/.exec(source) ?? []
  return [
    low === undefined ? undefined : Number(low),
    high === undefined ? (low === undefined ? undefined : Number(low)) : Number(high),
  ]
}
