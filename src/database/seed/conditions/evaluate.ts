/** Says whether a condition holds for the values of a row, as far as it is understood. */
import type { Condition } from './parse.ts'

type Value = (column: string) => unknown

/** `null` as in SQL; `undefined` where it cannot be told. */
export function holds(condition: Condition, value: Value): boolean | null | undefined {
  const result = evaluate(condition, value)
  return typeof result === 'boolean' || result === null ? result : undefined
}

export function evaluate(condition: Condition, value: Value): unknown {
  switch (condition.kind) {
    case 'literal':
      return condition.value
    case 'column':
      return value(condition.name)
    case 'array':
      return condition.items.map((item) => evaluate(item, value))
    case 'some':
    case 'every':
      return quantified(condition, value)
    case 'call':
      return called(
        condition.name,
        condition.args.map((one) => evaluate(one, value)),
      )
    case 'operator':
      return operated(
        condition.sign,
        condition.args.map((one) => evaluate(one, value)),
      )
  }
}

function quantified(condition: Extract<Condition, { kind: 'some' | 'every' }>, value: Value): unknown {
  const left = evaluate(condition.left, value)
  const list = evaluate(condition.list, value)
  if (!Array.isArray(list)) return list === null ? null : undefined
  const results = list.map((one: unknown) => operated(condition.sign, [left, one]))
  return operated(condition.kind === 'some' ? 'or' : 'and', results)
}

function operated(sign: string, args: unknown[]): unknown {
  if (sign === 'and' || sign === 'or') {
    const decisive = sign === 'or'
    if (args.includes(decisive)) return decisive
    if (args.includes(undefined)) return undefined
    return args.includes(null) ? null : !decisive
  }
  if (args.includes(undefined)) return undefined
  const [a, b] = args
  if (sign === 'is null') return a === null
  if (sign === 'is') return a === null || b === null ? a === b : compare(a, b) === 0
  if (args.includes(null)) return null
  if (sign === 'not') return typeof a === 'boolean' ? !a : undefined
  return arithmetic(sign, a, b) ?? matched(sign, a, b) ?? ordered(sign, compare(a, b))
}

/** Negative, 0 or positive; `undefined` for what has no order here. */
function compare(a: unknown, b: unknown): number | undefined {
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  if (typeof a === 'number' || typeof b === 'number') {
    const [x, y] = [Number(a), Number(b)]
    return Number.isNaN(x) || Number.isNaN(y) ? undefined : x - y
  }
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  return JSON.stringify(a) === JSON.stringify(b) ? 0 : undefined
}

function ordered(sign: string, order: number | undefined): boolean | undefined {
  if (order === undefined) return undefined
  switch (sign) {
    case '=':
      return order === 0
    case '<>':
      return order !== 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
    default:
      return undefined
  }
}

function arithmetic(sign: string, a: unknown, b: unknown): unknown {
  if (sign === '||') return `${a}${b}`
  if (typeof a !== 'number' || typeof b !== 'number') return undefined
  switch (sign) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return b === 0 ? undefined : a / b
    case '%':
      return b === 0 ? undefined : a % b
    default:
      return undefined
  }
}

function matched(sign: string, a: unknown, b: unknown): boolean | undefined {
  if (typeof a !== 'string' || typeof b !== 'string' || !sign.includes('~')) return undefined
  const flags = sign.endsWith('*') ? 'is' : 's'
  const pattern = regexOf(sign.includes('~~') ? likePattern(b) : b, flags)
  if (!pattern) return undefined
  return pattern.test(a) !== sign.startsWith('!')
}

function regexOf(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(
      source.replaceAll(/\[\[:(\w+):\]\]/g, (_, name) => CLASSES[name] ?? '.'),
      flags,
    )
  } catch {
    // A pattern that only Postgres understands: it will decide.
    return undefined
  }
}

const CLASSES: Record<string, string> = {
  alpha: '[A-Za-z]',
  digit: '\\d',
  alnum: '[A-Za-z0-9]',
  space: '\\s',
}

const likePattern = (like: string): string =>
  `^${like
    .replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('%', '.*')
    .replaceAll('_', '.')}$`

function called(name: string, args: unknown[]): unknown {
  if (name === 'coalesce') return args.find((one) => one !== null) ?? null
  if (name === 'num_nonnulls')
    return args.includes(undefined) ? undefined : args.filter((one) => one !== null).length
  if (name === 'num_nulls')
    return args.includes(undefined) ? undefined : args.filter((one) => one === null).length
  if (args.includes(undefined)) return undefined
  if (args.includes(null)) return null
  const [first] = args
  if (name === 'jsonb_typeof' || name === 'json_typeof') return jsonType(first)
  if (Array.isArray(first)) {
    if (name === 'cardinality') return first.length
    // Of an empty array it is no number.
    if (name === 'array_length') return first.length === 0 ? null : first.length
    return undefined
  }
  if (typeof first === 'number') {
    if (name === 'abs') return Math.abs(first)
    return undefined
  }
  if (typeof first !== 'string') return undefined
  switch (name) {
    case 'length':
    case 'char_length':
    case 'character_length':
      return [...first].length
    case 'octet_length':
      return Buffer.byteLength(first)
    case 'lower':
      return first.toLowerCase()
    case 'upper':
      return first.toUpperCase()
    case 'trim':
    case 'btrim':
      return args.length === 1 ? first.trim() : undefined
    default:
      return undefined
  }
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'object' ? 'object' : typeof value
}
