/** One maker of values for each column. */
import type { Column, Table } from '../catalog.ts'
import { arrayLiteral, literalOf } from './literal.ts'
import { bestPlan, isAlive, isAliveValue, isDeadValue, isOver, isVaried, meaningOf } from './meaning.ts'
import { numberMaker } from './number-values.ts'
import { hex, idOf, token } from './random.ts'
import { type Cell, type Made, type TextRules, textMaker } from './text-values.ts'
import { timeMaker } from './time-values.ts'
import type { TableHints } from './world.ts'

export type Maker = (cell: Cell) => Made

export interface Makers {
  /** Column → maker. */
  makers: Map<string, Maker>
  /** Columns that are left to their default. */
  left: string[]
  /** Columns that must have a value of a type that is not known. */
  unknown: string[]
}

export interface MakerOptions {
  hints: TableHints | undefined
  /** Columns that references fill. */
  linked: ReadonlySet<string>
  canaries: boolean
  /** Rows of these are people and their rights: they are active whatever the default says. */
  acting: boolean
  offset: number
}

export function makersOf(table: Table, options: MakerOptions): Makers {
  const result: Makers = { makers: new Map(), left: [], unknown: [] }
  for (const column of table.columns) {
    if (column.generated || options.linked.has(column.name)) continue
    const maker = makerOf(table, column, options)
    if (maker) result.makers.set(column.name, maker)
    else if (column.nullable || column.default !== undefined) result.left.push(column.name)
    else result.unknown.push(column.name)
  }
  return result
}

export const isUnique = (table: Table, column: string): boolean =>
  table.uniques.some(({ columns }) => columns.includes(column))

/** Whether each key that holds the column also holds one whose values never repeat. */
function isSpared(table: Table, column: Column, { hints, linked }: MakerOptions): boolean {
  if (isStrong(column, hints)) return false
  return table.uniques
    .filter((key) => key.columns.includes(column.name))
    .every((key) =>
      table.columns.some(
        (other) =>
          other !== column &&
          key.columns.includes(other.name) &&
          !linked.has(other.name) &&
          isStrong(other, hints),
      ),
    )
}

function isStrong({ name, type }: Column, hints: TableHints | undefined): boolean {
  if (type.array) return false
  if (type.base === 'uuid' || hints?.ids[name]) return true
  return ['text', 'varchar', 'citext'].includes(type.base) && (type.length ?? 99) >= 20 && isVaried(name)
}

function makerOf(table: Table, column: Column, options: MakerOptions): Maker | undefined {
  const { hints, offset, acting } = options
  const unique = isUnique(table, column.name) && !isSpared(table, column, options)
  const rules: TextRules = {
    unique,
    secret: hints?.secrets.includes(column.name) ?? false,
    canaries: options.canaries,
    ...(hints?.ids[column.name] ? { id: hints.ids[column.name] } : {}),
    ...(hints?.words?.[column.name] ? { words: hints.words[column.name] } : {}),
    primary: table.primaryKey.includes(column.name),
    offset,
  }
  if (column.nullable && !unique && isOver(column.name) && column.type.base !== 'bool')
    return () => ({ value: null })
  if (!column.type.array) return scalarMaker(column, rules, acting)
  // The default is that of the list, not of what is in it.
  const { default: _, ...element } = column
  const scalar = scalarMaker(element, rules, acting)
  if (!scalar) return undefined
  const fixed = literalOf(column.default)
  const list = typeof fixed === 'string' ? arrayLiteral(fixed) : undefined
  if (list && list.length > 0) return () => ({ value: list })
  // A list of ids of rows that are not there, or of objects of a form that is not known, is better empty.
  if (['json', 'jsonb'].includes(column.type.base) || meaningOf(column.name) === 'id')
    return () => ({ value: [] })
  return (cell) => {
    const { value, canary } = scalar(cell)
    return { value: value === null ? [] : [value], ...(canary === undefined ? {} : { canary }) }
  }
}

function scalarMaker(column: Column, rules: TextRules, acting: boolean): Maker | undefined {
  const { base, values } = column.type
  if (values) return enumMaker(column, values, acting)
  switch (base) {
    case 'text':
    case 'varchar':
    case 'bpchar':
    case 'citext':
    case 'name': {
      const plan = acting && !rules.unique ? bestPlan(column.name, rules.words ?? []) : undefined
      return plan === undefined ? textMaker(column, rules) : () => ({ value: plan })
    }
    case 'int2':
    case 'int4':
    case 'int8':
    case 'oid':
    case 'numeric':
    case 'float4':
    case 'float8':
    case 'money':
      return plain(numberMaker(column, rules.unique, rules.offset))
    case 'bool':
      return plain(() => truth(column, acting))
    case 'uuid':
      return ({ random, born }) => {
        const value = idOf(rules.id?.format === 'uuid7' ? rules.id : { format: 'uuid4' }, random, born)
        return { value, canary: value }
      }
    case 'json':
    case 'jsonb':
      return jsonMaker(column, rules)
    case 'bytea':
      return ({ random }) => {
        const value = hex(random, 64)
        return { value: `\\x${value}`, canary: value }
      }
    case 'timestamp':
    case 'timestamptz':
    case 'date':
    case 'time':
    case 'timetz':
      return timeText(column, rules.unique)
    default:
      return rareMaker(column)
  }
}

const plain =
  (make: (cell: Cell) => unknown): Maker =>
  (cell) => ({ value: make(cell) })

function enumMaker(column: Column, values: string[], acting: boolean): Maker {
  const fixed = column.type.array ? undefined : literalOf(column.default)
  const alive = acting ? (values.find(isAliveValue) ?? bestPlan(column.name, values)) : undefined
  const value = alive ?? fixed ?? values.find((one) => !isDeadValue(one)) ?? values[0] ?? null
  return () => ({ value })
}

function truth(column: Column, acting: boolean): boolean {
  if (acting && isAlive(column.name)) return true
  const fixed = literalOf(column.default)
  return typeof fixed === 'boolean' ? fixed : isAlive(column.name)
}

function jsonMaker(column: Column, rules: TextRules): Maker {
  const fixed = literalOf(column.default)
  if (typeof fixed === 'string') {
    const value: unknown = parsed(fixed)
    return () => ({ value })
  }
  if (column.nullable) return () => ({ value: null })
  if (!rules.canaries) return () => ({ value: {} })
  return ({ random }) => {
    const canary = token(random)
    return { value: { note: canary }, canary }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

function timeText(column: Column, unique: boolean): Maker {
  const { base } = column.type
  // A column of days or hours repeats itself unless each row is a day or a second apart.
  const step =
    base === 'date' ? 86_400_000 : base.startsWith('time') && !base.startsWith('timestamp') ? 1000 : 0
  const make = timeMaker(column, unique && step === 0)
  return (cell) => {
    const at = make(cell)
    if (at === null) return { value: null }
    const text = new Date(at + (unique ? step * cell.n : 0)).toISOString()
    if (base === 'date') return { value: text.slice(0, 10) }
    if (base === 'time') return { value: text.slice(11, 19) }
    if (base === 'timetz') return { value: `${text.slice(11, 19)}+00` }
    return { value: text }
  }
}

const RARE: Record<string, (cell: Cell, column: Column) => string> = {
  inet: ({ n }) => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`,
  cidr: ({ n }) => `10.${(n >> 8) & 255}.${n & 255}.0/24`,
  macaddr: ({ n }) => `02:00:00:${hexPair(n >> 16)}:${hexPair(n >> 8)}:${hexPair(n)}`,
  macaddr8: ({ n }) => `02:00:00:ff:fe:${hexPair(n >> 16)}:${hexPair(n >> 8)}:${hexPair(n)}`,
  bit: ({ n }, { type }) =>
    n
      .toString(2)
      .slice(-(type.length ?? 1))
      .padStart(type.length ?? 1, '0'),
  varbit: ({ n }, { type }) => n.toString(2).slice(-(type.length ?? 16)),
  xml: ({ random }) => `<note>${token(random)}</note>`,
  interval: ({ n }) => `${1 + (n % 12)} hours`,
  point: ({ n }) => `(${n},1)`,
  line: () => '{1,-1,0}',
  lseg: () => '[(0,0),(1,1)]',
  box: () => '(1,1),(0,0)',
  path: () => '[(0,0),(1,1)]',
  polygon: () => '((0,0),(1,1),(1,0))',
  circle: ({ n }) => `<(${n},0),1>`,
  tsvector: ({ random }) => token(random),
  tsquery: ({ random }) => token(random),
  hstore: ({ random }) => `note=>${token(random)}`,
  ltree: ({ n }) => `top.row${n}`,
  int4range: ({ n }) => `[${n * 10},${n * 10 + 5})`,
  int8range: ({ n }) => `[${n * 10},${n * 10 + 5})`,
  numrange: ({ n }) => `[${n * 10},${n * 10 + 5})`,
  daterange: ({ n }) => `[2030-01-01,2030-01-02)`.replaceAll('2030', String(2030 + n)),
  tsrange: ({ n }) => `[2030-01-01,2030-01-02)`.replaceAll('2030', String(2030 + n)),
  tstzrange: ({ n }) => `[2030-01-01,2030-01-02)`.replaceAll('2030', String(2030 + n)),
  vector: ({ n }, { type }) =>
    `[${Array.from({ length: type.length ?? 3 }, (_, i) => (i === n % 3 ? 1 : 0.1)).join(',')}]`,
  char: () => 'a',
}

const hexPair = (n: number): string => (n & 255).toString(16).padStart(2, '0')

function rareMaker(column: Column): Maker | undefined {
  const make = RARE[column.type.base]
  if (!make) return undefined
  return (cell) => ({ value: make(cell, column) })
}

/** Values that a column of few may take beside its first: where rows must differ in it. */
export function otherValues(column: Column): unknown[] {
  if (column.type.array) return []
  if (column.type.values) return column.type.values
  if (column.type.base === 'bool') return [false, true]
  return []
}
