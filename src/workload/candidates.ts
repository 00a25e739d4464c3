import { alternativesOf, type Condition, conditionsOf, type SortKey, sortKeysOf } from './conditions.ts'
import { quoted } from './connection.ts'
import { type IndexSpec, isCovered, type SpecColumn, specKey } from './index-spec.ts'
import { nodesOf, type RawPlan, unmatched } from './plan.ts'
import type { Table } from './tables.ts'

/** What the plans of a statement ask of one table. */
interface Demand {
  table: Table
  conditions: Condition[]
  /** Columns that an OR seeks text in: one index of trigrams can serve all of them. */
  sought: string[][]
  sort: SortKey[]
  /** Rows were found. */
  matched: boolean
}

/** Columns of one index: more than these make it wide, and the first ones have found the rows already. */
const MAX_COLUMNS = 4
/** All orders of so many equal columns are tried; of more, only the most selective first. */
const MAX_PERMUTED = 3

/**
 * Indexes that could help a statement: equal columns in every order, then a range or the sort; keys of joins; conditions that
 * are always the same as partial indexes; trigrams for text that is sought inside. Of a table of which the statement found no
 * row, only indexes that begin with every equal column: the others cannot be told from them by what it cost.
 *
 * @param ran the plan as it was executed
 * @param bare one that was made as if there were no indexes: it shows conditions and sorts that they hide
 */
export function candidatesOf(ran: RawPlan, bare: RawPlan, tables: readonly Table[]): IndexSpec[] {
  const found = new Map<string, IndexSpec>()
  const empty = unmatched(ran)
  for (const demand of demandsOf([ran, bare], tables)) {
    demand.matched = !empty.has(demand.table.name)
    for (const spec of specsFor(demand)) {
      if (!isCovered(spec, demand.table)) found.set(specKey(spec), spec)
    }
  }
  return [...found.values()]
}

function demandsOf(plans: readonly RawPlan[], tables: readonly Table[]): Demand[] {
  const demands = new Map<string, Demand>()
  for (const node of plans.flatMap((plan) => [...nodesOf(plan)])) {
    const table = tables.find(
      ({ schema, name }) => name === node['Relation Name'] && schema === (node.Schema ?? schema),
    )
    if (table && node.Alias)
      demands.set(node.Alias, { table, conditions: [], sought: [], sort: [], matched: true })
  }
  for (const node of plans.flatMap((plan) => [...nodesOf(plan)])) {
    for (const text of [node.Filter, node['Index Cond'], node['Recheck Cond'], node['Join Filter']])
      collect(text)
    for (const text of [node['Hash Cond'], node['Merge Cond']]) collect(text)
    const sort = sortKeysOf(node['Sort Key'])
    const own = sort[0] && demands.get(sort[0].alias)
    if (own && sort.every(({ alias }) => alias === sort[0]?.alias)) own.sort = sort
  }
  return [...demands.values()]

  function collect(text: string | undefined): void {
    for (const condition of conditionsOf(text)) {
      const conditions = demands.get(condition.alias)?.conditions
      const same = (one: Condition): boolean =>
        one.column === condition.column && one.test === condition.test && one.with === condition.with
      if (conditions && !conditions.some(same)) conditions.push(condition)
    }
    for (const either of alternativesOf(text)) {
      const columns = either.map((all) => all.find(({ test, wrapped }) => test === 'inside' && !wrapped))
      const alias = columns[0]?.alias
      const names = columns.flatMap((one) => (one && one.alias === alias ? one.column : []))
      if (alias && names.length === either.length) demands.get(alias)?.sought.push([...new Set(names)])
    }
  }
}

function specsFor({ table, conditions, sought, sort, matched }: Demand): IndexSpec[] {
  const plain = conditions.filter(({ wrapped }) => !wrapped)
  const equal = plain.filter((one) => one.test === 'equal' && !one.with).map(({ column }) => column)
  const nulls = plain.filter(({ test }) => test === 'null').map(({ column }) => column)
  const joins = plain.filter((one) => one.with && one.test === 'equal').map(({ column }) => column)
  const ranges = plain.filter(({ test }) => test === 'range').map(({ column }) => column)
  const make = (columns: SpecColumn[], more: Partial<IndexSpec> = {}): IndexSpec => ({
    schema: table.schema,
    table: table.name,
    columns,
    ...more,
  })

  const keys = new Set<string>([...equal, ...nulls])
  if (!matched) {
    const all = [...ordersOf([...keys], table), ...(keys.size === 0 ? joins.map((join) => [join]) : [])]
    return limited(all.flatMap((start) => endings(start, ranges, sort))).map((list) => make(list))
  }
  const starts = [...ordersOf([...keys], table), ...[...keys].map((column) => [column])]
  for (const join of new Set(joins)) starts.push([join], ...[...keys].map((key) => [join, key]))
  const lists: SpecColumn[][] = starts.flatMap((start) => endings(start, ranges, sort))
  lists.push(...endings([], ranges, sort))
  const specs = lists
    .filter((list) => list.length > 0 && list.length <= MAX_COLUMNS)
    .map((list) => make(list))
  specs.push(...partial(plain, equal, ranges, sort).map(([list, where]) => make(list, { where })))
  specs.push(...special(conditions, equal).map(([list, more]) => make(list, more)))
  const trigrams = sought.map((names) => names.map((name): SpecColumn => ({ name, ops: 'gin_trgm_ops' })))
  specs.push(...trigrams.map((list) => make(list, { method: 'gin', extension: 'pg_trgm' })))
  return specs
}

const limited = (lists: SpecColumn[][]): SpecColumn[][] =>
  lists.filter((list) => list.length > 0 && list.length <= MAX_COLUMNS)

/** The start alone, with the columns of the sort, and with one range; columns that are equal need not be sorted by. */
function endings(start: string[], ranges: string[], sort: SortKey[]): SpecColumn[][] {
  const columns = start.map((name): SpecColumn => ({ name }))
  const rest = sort.filter(({ column }) => !start.includes(column))
  const lists = [columns, [...columns, ...sorted(rest)]]
  for (const range of ranges) {
    if (!start.includes(range) && rest[0]?.column !== range) lists.push([...columns, { name: range }])
  }
  return lists
}

/** An index is read in both directions: only a mixed sort needs directions, and only an unusual one the place of nulls. */
function sorted(sort: SortKey[]): SpecColumn[] {
  const usual = sort.every(({ nulls }) => nulls === undefined)
  const same = sort.every(({ descending }) => descending === sort[0]?.descending)
  return sort.map(({ column, descending, nulls }) => ({
    name: column,
    ...(descending && !(usual && same) ? { descending } : {}),
    ...(nulls === undefined ? {} : { nulls }),
  }))
}

/** All orders of a few columns; of many, the most selective first. */
function ordersOf(columns: string[], table: Table): string[][] {
  const distinct = (name: string): number => table.columns.find((one) => one.name === name)?.distinct ?? 0
  const best = [...columns].sort((a, b) => distinct(b) - distinct(a))
  return columns.length <= MAX_PERMUTED ? permutations(best) : [best.slice(0, MAX_COLUMNS)]
}

function permutations(items: string[]): string[][] {
  if (items.length <= 1) return [items]
  return items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]))
}

/** `WHERE "deletedAt" IS NULL`: what the condition fixes need not be in the index. */
function partial(
  conditions: Condition[],
  equal: string[],
  ranges: string[],
  sort: SortKey[],
): [SpecColumn[], string][] {
  return conditions.flatMap(({ test, column, text }): [SpecColumn[], string][] => {
    const fixed = fixedCondition(test, column, text)
    if (fixed === undefined) return []
    const others = equal.filter((one) => one !== column)
    const lists = endings(
      others,
      ranges.filter((one) => one !== column),
      sort,
    )
    if (others.length === 0 && sort.length === 0) lists.push([{ name: column }])
    return lists.filter((list) => list.length > 0).map((list) => [list, fixed])
  })
}

function fixedCondition(test: Condition['test'], column: string, text: string): string | undefined {
  if (test === 'null') return `${quoted(column)} IS NULL`
  if (test === 'not-null') return `${quoted(column)} IS NOT NULL`
  if (test !== 'equal' || text.includes(' = ')) return undefined
  return text.startsWith('NOT ') ? `NOT ${quoted(column)}` : quoted(column)
}

function special(conditions: Condition[], equal: string[]): [SpecColumn[], Partial<IndexSpec>][] {
  return conditions.flatMap(
    ({ test, column, wrapped, with: other }): [SpecColumn[], Partial<IndexSpec>][] => {
      if (test === 'inside' && !wrapped) {
        return [[[{ name: column, ops: 'gin_trgm_ops' }], { method: 'gin', extension: 'pg_trgm' }]]
      }
      if (test === 'prefix' && !wrapped) {
        const key: SpecColumn = { name: column, ops: 'text_pattern_ops' }
        return [
          [[key], {}],
          ...equal.map((name): [SpecColumn[], Partial<IndexSpec>] => [[{ name }, key], {}]),
        ]
      }
      if (wrapped && test === 'equal' && !other) {
        return [[[{ name: `${wrapped}(${quoted(column)})`, expression: true }], {}]]
      }
      return []
    },
  )
}
