/** Numbers that are plausible for the name of their column. */
import type { Column } from '../catalog.ts'
import { literalOf } from './literal.ts'
import { wordsOf } from './meaning.ts'
import { integer } from './random.ts'
import type { Cell } from './text-values.ts'

const LIMITS: Record<string, number> = { int2: 32_767, int4: 2_147_483_647, oid: 2_147_483_647 }

const NAMED: [RegExp, (cell: Cell) => number][] = [
  [
    /(^| )(cents|amount|price|total|sub ?total|cost|salary|balance|fee|budget|revenue|value)s?( |$)/,
    ({ random }) => integer(random, 1_000, 90_000),
  ],
  [/(^| )(quantity|qty|seats?|capacity|stock|units)$/, ({ random }) => integer(random, 1, 9)],
  [/(^| )(position|index|idx|rank|ordinal|sort( order)?|sequence|seq|order)$/, ({ n }) => n],
  [/(^| )(percent|percentage|discount|progress|rate|ratio)$/, ({ random }) => integer(random, 1, 20)],
  [/(^| )(rating|stars|score)$/, ({ random }) => integer(random, 1, 5)],
  [/(^| )year$/, ({ n }) => 2020 + (n % 6)],
  [/(^| )month$/, ({ n }) => 1 + (n % 12)],
  [/(^| )(day|weekday|day of week)$/, ({ n }) => n % 7],
  [/(^| )hour$/, ({ n }) => n % 24],
  [/(^| )(minute|second)$/, ({ n }) => n % 60],
  [/(^| )(lat|latitude)$/, ({ random }) => integer(random, 470, 550) / 10],
  [/(^| )(lng|lon|long|longitude)$/, ({ random }) => integer(random, 60, 150) / 10],
  [/(^| )(attempts?|retries|failures?|errors?|version|revision)$/, () => 0],
  [/(^| )(expir(es|y|ation)( at| in)?)$/, ({ now }) => Math.floor(now / 1000) + 31_536_000],
]

export function numberMaker(column: Column, unique: boolean, offset: number): (cell: Cell) => number {
  const { base, precision, scale = 0 } = column.type
  const whole =
    base.startsWith('int') || base === 'oid' || (base === 'numeric' && precision !== undefined && scale === 0)
  const most =
    LIMITS[base] ??
    (precision === undefined ? Number.MAX_SAFE_INTEGER : 10 ** Math.min(15, precision - scale) - 1)
  if (unique) {
    const start = Math.min(offset, Math.floor(most / 2))
    return ({ n }) => start + n + 1
  }
  const words = wordsOf(column.name)
  const named = NAMED.find(([pattern]) => pattern.test(words))?.[1]
  const fixed = literalOf(column.default)
  const make =
    named ?? (typeof fixed === 'number' ? () => fixed : ({ random }: Cell) => integer(random, 1, 99))
  return (cell) => {
    const value = make(cell)
    const within = value > most ? (value % most) + (most < 1 ? 0 : 1) : value
    return whole ? Math.floor(Math.min(within, most)) : Math.min(within, most)
  }
}
