/** Text of a column: a canary where it is free, otherwise what its format asks for. */
import type { Column } from '../catalog.ts'
import { literalOf } from './literal.ts'
import { isDeadValue, type Meaning, meaningOf, wordsOf } from './meaning.ts'
import { base36, hex, idOf, integer, type Random, SHORTEST, token } from './random.ts'
import type { IdFormat, PartyName } from './world.ts'

/** What the value of one cell may depend on. */
export interface Cell {
  random: Random
  /** Number of the row in its table, from 0; both parties counted. */
  n: number
  party?: PartyName
  /** Milliseconds. */
  now: number
  /** When the row was made, milliseconds. */
  born: number
}

export interface Made {
  value: unknown
  canary?: string
}

export interface TextRules {
  /** Part of a unique key: two rows never get the same. */
  unique: boolean
  secret: boolean
  /** Rows of nobody in particular hold no canaries. */
  canaries: boolean
  id?: IdFormat
  /** What the code takes for it. */
  words?: readonly string[]
  primary: boolean
  /** A number by which values of different tables differ. */
  offset: number
}

export function textMaker(column: Column, rules: TextRules): (cell: Cell) => Made {
  const length = column.type.length ?? Number.POSITIVE_INFINITY
  const { id } = rules
  if (id) return ({ random, born }) => fitted(idOf(id, random, born), length, rules, random)
  if (rules.primary) return (cell) => fitted(base36(cell.random, 24), length, rules, cell.random, cell.n)
  const meaning = rules.secret && meaningOf(column.name) !== 'password' ? 'secret' : meaningOf(column.name)
  if (meaning === 'free' || meaning === 'secret') {
    const fixed = meaning === 'free' && !rules.unique ? literalOf(column.default) : undefined
    if (typeof fixed === 'string' && fixed !== '') return () => ({ value: fixed })
    return (cell) => freeText(cell, column, meaning, length, rules)
  }
  const fixed = rules.unique ? undefined : literalOf(column.default)
  if (typeof fixed === 'string' && fixed !== '') return () => ({ value: fixed })
  return (cell) => {
    const made = formatted(meaning, column, cell, rules)
    const text = String(made.value)
    if (text.length <= length) return made
    return fitted(text, length, rules, cell.random, cell.n)
  }
}

function freeText(cell: Cell, column: Column, meaning: Meaning, length: number, rules: TextRules): Made {
  if (length < SHORTEST || !rules.canaries) {
    const word = meaning === 'secret' ? hex(cell.random, 32) : `${wordsOf(column.name)} ${cell.n + 1}`
    return fitted(word, length, rules, cell.random, cell.n)
  }
  const canary = token(cell.random).slice(0, length)
  if (meaning === 'free') return { value: canary, canary }
  // Long as real secrets are; the canary is the part to look for.
  const value = (canary + hex(cell.random, 20)).slice(0, length)
  return { value, canary }
}

/** Of a kind or state: one that the code knows, and that does not say that the row is over. */
function wordFor({ name }: Column, { words = [] }: TextRules): string {
  const known = words.find((one) => !isDeadValue(one)) ?? words[0]
  return known ?? (wordsOf(name).split(' ').at(-1) === 'role' ? 'member' : 'standard')
}

/** Cuts a text; what must be unique keeps a part that tells it apart. */
function fitted(text: string, length: number, rules: TextRules, random: Random, n = 0): Made {
  if (text.length <= length)
    return text.length >= 20 && rules.unique ? { value: text, canary: text } : { value: text }
  if (!rules.unique) return { value: text.slice(0, length) }
  return { value: length >= 12 ? base36(random, length) : numeral(n, length) }
}

/** `AA`, `AB`, …: two letters number 676 rows. */
function numeral(n: number, length: number): string {
  let text = ''
  for (let left = n; text.length < length; left = Math.floor(left / 26))
    text = String.fromCharCode(65 + (left % 26)) + text
  return text
}

const COUNTRIES = ['DE', 'FR', 'NL', 'ES', 'IT', 'PL']

function formatted(meaning: Meaning, column: Column, cell: Cell, rules: TextRules): Made {
  const { random, n, party } = cell
  const side = party ?? 'all'
  const mark = `${side}-${base36(random, 10)}`
  const own = (value: string): Made => (rules.canaries ? { value, canary: value } : { value })
  const many = (value: string): Made => ({ value: rules.unique ? `${value}-${n + 1}` : value })
  switch (meaning) {
    case 'email':
      return own(`${mark}@example.test`)
    case 'password': {
      // The form of bcrypt, 60 characters; nobody can log in with it.
      const canary = token(random)
      return { value: `$2b$10$${canary}${base36(random, 33)}`, canary }
    }
    case 'url':
      return own(`https://example.test/${mark}`)
    case 'domain':
      return own(`${mark}.example.test`)
    case 'phone':
      return own(`+1555${String(integer(random, 0, 9_999_999)).padStart(7, '0')}`)
    case 'slug':
    case 'handle':
      return own(mark)
    case 'id':
      return own(base36(random, 16))
    case 'path':
      return own(`${mark}.txt`)
    case 'ip':
      return { value: rules.unique ? `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}` : '192.0.2.10' }
    case 'currency':
      return many('EUR')
    case 'country':
      return many(COUNTRIES[n % COUNTRIES.length] ?? 'DE')
    case 'locale':
      return many('en')
    case 'timezone':
      return many('Europe/Berlin')
    case 'color':
      return { value: rules.unique ? `#${n.toString(16).padStart(6, '0')}` : '#3366cc' }
    case 'mime':
      return many('text/plain')
    case 'date':
      return { value: new Date(cell.born - n * 86_400_000).toISOString().slice(0, 10) }
    case 'time':
      return { value: rules.unique ? `${10 + (n % 10)}:${String(n % 60).padStart(2, '0')}` : '10:00' }
    case 'number':
      return { value: String(rules.offset + n + 1) }
    default:
      return many(wordFor(column, rules))
  }
}
