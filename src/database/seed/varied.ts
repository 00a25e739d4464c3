/** Values for many rows: as varied as real ones, so that an index has something to select. */
import type { Column, Table } from '../catalog.ts'
import { literalOf } from './literal.ts'
import { isOver, meaningOf } from './meaning.ts'
import { base36, integer, type Random } from './random.ts'
import type { Cell } from './text-values.ts'
import { isUnique, type Maker, type MakerOptions, makersOf } from './values.ts'

const HOUR = 3_600_000
const YEAR = 365 * 24 * HOUR

/** What happens to most rows some time after they were made. */
const HAPPENED =
  /^(paid|sent|seen|read|viewed|opened|published|signed|delivered|shipped|started|submitted|processed|joined|visited|synced|replied|answered)_?(at|on|date)$/i

/** Makers for the columns that no reference fills. */
export function variedMakers(table: Table, options: MakerOptions): Map<string, Maker> {
  const { makers } = makersOf(table, options)
  for (const column of table.columns) {
    const base = makers.get(column.name)
    if (!base || isUnique(table, column.name) || options.hints?.ids[column.name]) continue
    const maker = variedMaker(column, base, options.hints?.secrets.includes(column.name) ?? false)
    if (maker) makers.set(column.name, maker)
  }
  return makers
}

/** When the `n`-th row was made: over two years, later rows later. */
export const bornOf = (random: Random, now: number, share: number): number =>
  now - 2 * YEAR + Math.floor(share * 2 * YEAR * 0.99) - integer(random, 0, HOUR)

function variedMaker(column: Column, base: Maker, secret: boolean): Maker | undefined {
  const { type, nullable } = column
  if (type.array) return undefined
  if (type.values) {
    const first = literalOf(column.default)
    const values = [...type.values].sort((x, y) => Number(y === first) - Number(x === first))
    return ({ random }) => ({ value: values[skewed(random, values.length)] ?? null })
  }
  switch (type.base) {
    case 'bool': {
      const usual = literalOf(column.default) === true
      return ({ random }) => ({ value: random() < 0.85 ? usual : !usual })
    }
    case 'timestamp':
    case 'timestamptz':
      if (nullable && HAPPENED.test(column.name))
        return (cell) => ({
          value:
            cell.random() < 0.6
              ? new Date(cell.born + integer(cell.random, 1, 14 * 24) * HOUR).toISOString()
              : null,
        })
      // One of ten rows is over; the others are as in a world.
      if (!nullable || !isOver(column.name)) return undefined
      return (cell) => ({ value: cell.random() < 0.1 ? new Date(cell.born + HOUR).toISOString() : null })
    case 'int2':
    case 'int4':
    case 'int8':
    case 'numeric':
    case 'float4':
    case 'float8':
      return typeof literalOf(column.default) === 'number'
        ? (cell) => (cell.random() < 0.5 ? base(cell) : { value: integer(cell.random, 0, 9) })
        : undefined
    case 'text':
    case 'varchar':
    case 'citext':
      return secret ? undefined : textMaker(column)
    default:
      return undefined
  }
}

/** The first of a list half of the time, the second a quarter, and so on. */
function skewed(random: Random, length: number): number {
  let at = 0
  while (at < length - 1 && random() < 0.5) at++
  return at
}

const WORDS =
  'amber anchor basket beacon bridge candle canyon cedar circle cobalt copper coral cotton delta ember engine fabric falcon ferry filter forest garden glacier granite harbor harvest island ivory jacket kernel ladder lantern linen magnet maple marble meadow meteor mirror needle nickel oasis olive orbit orchid paddle pebble pepper pillar planet quarry ribbon river saddle sail shadow signal silver spiral summit tender thunder timber tunnel valley velvet violet walnut willow window winter'.split(
    ' ',
  )

function textMaker(column: Column): Maker | undefined {
  const length = column.type.length ?? 200
  if (meaningOf(column.name) !== 'free' || length < 24) return undefined
  const fixed = literalOf(column.default)
  if (typeof fixed === 'string' && fixed !== '') return undefined
  const long = /(body|text|content|description|notes?|message|comment|bio|summary|details)$/i.test(
    column.name,
  )
  return ({ random, n }: Cell) => {
    if (column.nullable && random() < 0.1) return { value: null }
    const words = Array.from({ length: long ? integer(random, 6, 20) : 2 }, () => word(random))
    return { value: `${words.join(' ')} ${long ? base36(random, 4) : n}`.slice(0, length) }
  }
}

const word = (random: Random): string => WORDS[Math.floor(random() * WORDS.length)] ?? ''
