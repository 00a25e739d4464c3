/** Values that an input schema accepts. `unique` makes two samples of one run differ where a column may demand it. */
import type { InputSchema, StringFormat } from '../project/input-schema.ts'

/** Plain data, as it goes into a body. A Date stays one: how it is written is the business of the encoding. */
export type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain }

export interface Sampling {
  /** A short token, different for every request: letters and digits. */
  unique: string
  /** A value that is known to fit: of a seeded row, say. */
  known?: (path: string, schema: InputSchema) => Plain | undefined
  /** Only what must be there. */
  bare?: boolean
}

/** A day in every timezone after now, so that due dates and expiries are in the future. */
const FUTURE = '2032-05-04T10:00:00.000Z'

/** `undefined`: leave it out. `path` names the value for `known` and for guesses by name. */
export function sample(schema: InputSchema, path: string, sampling: Sampling): Plain | undefined {
  const known = sampling.known?.(path, schema)
  if (known !== undefined && (schema.k !== 'object' || isRecord(known)))
    return schema.k === 'array' && known !== null && !Array.isArray(known) ? [known] : known
  switch (schema.k) {
    case 'string':
      return text(schema, last(path), sampling.unique)
    case 'number':
      return number(schema, last(path))
    case 'boolean':
      return true
    case 'date':
      return FUTURE
    case 'values':
      return chosen(schema.values, last(path))
    case 'object':
      return object(schema.fields, path, sampling)
    case 'array': {
      const one = sample(schema.of, `${path}[]`, sampling)
      if (one === undefined) return schema.min === 0 ? [] : undefined
      return Array.from({ length: Math.max(1, Math.min(schema.min, 50)) }, () => one)
    }
    case 'union': {
      const found = schema.options.map((option) => sample(option, path, sampling))
      return found.find((value) => value !== undefined)
    }
    case 'record':
      return {}
    case 'file':
      return undefined
    case 'unknown':
      return schema.optional ? undefined : guess(last(path), sampling.unique)
  }
}

/** Of rights that are given away, the most: with few of them little can be asked later. */
function chosen(values: readonly Plain[], name: string): Plain | undefined {
  const rights = /permission|access|scope/i.test(name) ? [/manage|admin|full|all/i, /write|edit/i] : []
  const most = rights.map((pattern) => values.find((one) => pattern.test(String(one))))
  return most.find((one) => one !== undefined) ?? values[0]
}

const isRecord = (value: Plain): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function object(fields: ReadonlyMap<string, InputSchema>, path: string, sampling: Sampling): Plain {
  const out: { [key: string]: Plain } = {}
  for (const [key, field] of fields) {
    if (sampling.bare && field.optional) continue
    const value = sample(field, `${path}.${key}`, sampling)
    if (value !== undefined) out[key] = value
  }
  return out
}

const last = (path: string): string => path.split('.').at(-1)?.replace(/\[\]$/, '') ?? path

/** A zone decides which rows are of today: it is compared with times, and is none. */
export const ZONE = /time_?zone$|^tz$/i

/** What a value of this name usually is, where no schema says. */
export function guess(name: string, unique: string): Plain {
  const by: [RegExp, Plain][] = [
    [/e-?mail/i, `new-${unique}@example.test`],
    [/(^|_)(url|uri|link|href|website)$|Url$|Link$/i, `https://example.test/${unique}`],
    [ZONE, 'Europe/Berlin'],
    [/(date|Date|_at|At|deadline|until|from|to|(start|end|due)_?[Tt]ime)$/, FUTURE],
    [/colou?r$/i, '#3366cc'],
    [/^(locale|language|lang|lng)$/i, 'en'],
    [/(^|_)path$|Path$/, '/sample'],
    [/password/i, `Horse-${unique}-battery-9`],
    [/^(is|has|can|should|with)[A-Z]|enabled|active/, true],
    [/slug|handle|username/i, `sample-${unique}`],
    [
      /(count|amount|price|cents|quantity|qty|size|number|total|page|limit|take|year|position|order|index)$/i,
      1,
    ],
  ]
  return by.find(([pattern]) => pattern.test(name))?.[1] ?? `sample ${unique}`
}

const BY_FORMAT: Record<StringFormat, (unique: string) => string> = {
  email: (unique) => `new-${unique}@example.test`,
  url: (unique) => `https://example.test/${unique}`,
  uuid: () => '3f2c8f0e-6a51-4d0b-9d3a-0b6f5c1e7a42',
  cuid: () => 'cjld2cjxh0000qzrmn831i7rn',
  cuid2: () => 'tz4a98xxat96iws9zmbrgj3a',
  ulid: () => '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  nanoid: () => 'V1StGXR8_Z5jdHi6B-myT',
  datetime: () => FUTURE,
  date: () => FUTURE.slice(0, 10),
  time: () => '10:00:00',
  ip: () => '192.0.2.7',
  base64: () => 'c2FtcGxl',
  emoji: () => '✅',
  jwt: () => 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln',
  e164: () => '+4930123456',
}

type TextSchema = InputSchema & { k: 'string' }

function text(schema: TextSchema, name: string, unique: string): string | undefined {
  if (schema.format) return BY_FORMAT[schema.format](unique)
  const byName = guess(name, unique)
  const plain = `${schema.startsWith ?? ''}${typeof byName === 'string' ? byName : `sample ${unique}`}`
  const { pattern } = schema
  if (!pattern) return fitted(plain, schema)
  const expression = compiled(pattern)
  const candidates = [
    plain,
    ...CANDIDATES,
    unique,
    unique.toUpperCase(),
    `sample-${unique}`,
    `sample_${unique}`,
  ]
  return expression ? candidates.map((one) => fitted(one, schema)).find((one) => expression.test(one)) : plain
}

/** For patterns: identifiers, numbers, codes, colours, times, phones, versions, words. */
const CANDIDATES = [
  'sample-1',
  'sample',
  'SAMPLE',
  'Sample',
  'abc123',
  'ABC123',
  'a',
  'A1',
  '1',
  '12',
  '1234',
  '123456',
  '10.00',
  'EUR',
  'de',
  'de-DE',
  'de_DE',
  '#a1b2c3',
  '10:30',
  '2032-05-04',
  '2032-05',
  FUTURE,
  '+4930123456',
  '1.2.3',
  'example.test',
  'https://example.test/a',
  '/sample',
  'A1B2C3D4',
  'Horse-1-battery',
  '00000000-0000-4000-8000-000000000000',
  'a'.repeat(24),
  'a'.repeat(32),
  '0'.repeat(40),
  '0'.repeat(64),
]

function compiled({ source, flags }: { source: string; flags: string }): RegExp | undefined {
  try {
    return new RegExp(source, flags.replace(/[gy]/g, ''))
  } catch {
    // A pattern for a newer engine than this one: no candidate can be tested against it.
    return undefined
  }
}

function fitted(value: string, { min = 0, max = Number.POSITIVE_INFINITY }: TextSchema): string {
  const long = value.length < min ? value.padEnd(Math.min(min, 10_000), 'x') : value
  return long.length > max ? long.slice(0, max) : long
}

function number({ int, min, max }: InputSchema & { k: 'number' }, name: string): number {
  const year = new Date().getUTCFullYear()
  // Rows are of the last years: a report of the year 2000 would show none of them.
  if (/year$/i.test(name) && year >= (min ?? year) && year <= (max ?? year)) return year
  const low = min ?? Math.min(1, max ?? 1)
  const value = int ? Math.ceil(low) : low
  return max !== undefined && value > max ? max : value
}
