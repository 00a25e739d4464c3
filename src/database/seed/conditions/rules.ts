/** The conditions of a table that are understood, and changes to a row by which it keeps them. */
import type { Table, UniqueKey } from '../../catalog.ts'
import type { Random } from '../random.ts'
import { candidatesOf } from './candidates.ts'
import { holds } from './evaluate.ts'
import { type Condition, nodesOf, parseCondition } from './parse.ts'

export interface Rule {
  name: string
  condition: Condition
  columns: string[]
}

/** Checks and domains. What is not understood is left to the database to decide. */
export function rulesOf(table: Table): Rule[] {
  return table.checks.flatMap(({ name, condition: sql, column }): Rule[] => {
    const parsed = parseCondition(sql)
    if (!parsed) return []
    const condition = column === undefined ? parsed : about(parsed, column)
    const columns = columnsOf(condition)
    return [{ name, condition, columns }]
  })
}

/** Conditions of partial unique indexes that are understood. */
export function partsOf(table: Table): Map<UniqueKey, Condition> {
  const parts = new Map<UniqueKey, Condition>()
  for (const key of table.uniques) {
    const condition = key.where === undefined ? undefined : parseCondition(key.where)
    if (condition) parts.set(key, condition)
  }
  return parts
}

const columnsOf = (condition: Condition): string[] => [
  ...new Set([...nodesOf(condition)].flatMap((node) => (node.kind === 'column' ? [node.name] : []))),
]

/** The condition of a domain calls the column VALUE. */
function about(condition: Condition, column: string): Condition {
  for (const node of nodesOf(condition))
    if (node.kind === 'column' && node.name === 'VALUE') node.name = column
  return condition
}

export interface Repair {
  table: Table
  rules: readonly Rule[]
  value: (column: string) => unknown
  /** What may be done with a column: get any value, or only none. */
  freedom: (column: string) => 'any' | 'none' | undefined
  random: Random
  now: number
}

/** Combinations that are tried for one rule. */
const MOST_TRIES = 2000

/** Rules that the row breaks for certain. */
export const brokenRules = (rules: readonly Rule[], value: (column: string) => unknown): Rule[] =>
  rules.filter(({ condition }) => holds(condition, value) === false)

/** Changes after which no rule is broken, few of them; `undefined` when none are found. */
export function repair(options: Repair): Map<string, unknown> | undefined {
  const { rules } = options
  const changes = new Map<string, unknown>()
  const value = (column: string): unknown =>
    changes.has(column) ? changes.get(column) : options.value(column)
  // Rules of few columns first: the others can be kept by the columns that are left.
  const ordered = [...rules].sort((a, b) => a.columns.length - b.columns.length)
  for (let round = 0; round < 3; round++) {
    const broken = brokenRules(ordered, value)
    if (broken.length === 0) return changes
    for (const rule of broken)
      for (const [column, changed] of repairOne({ ...options, value }, rule) ?? [])
        changes.set(column, changed)
  }
  return brokenRules(rules, value).length === 0 ? changes : undefined
}

/** The fewest changes by which one rule holds and none is broken that held. */
function repairOne(options: Repair, rule: Rule): Map<string, unknown> | undefined {
  const { rules, value, freedom } = options
  if (holds(rule.condition, value) !== false) return undefined
  const own = rule.columns.filter(freedom)
  const near = rules.filter((other) => other.columns.some((column) => own.includes(column)))
  // Where its own columns are bound by other rules, the columns of those may have to follow.
  const columns = [...new Set([...own, ...near.flatMap((other) => other.columns.filter(freedom))])]
  const touched = rules.filter((other) => other.columns.some((column) => columns.includes(column)))
  const needed = touched.filter((other) => other === rule || holds(other.condition, value) !== false)
  const candidates = new Map(columns.map((column) => [column, candidatesOf(options, touched, column)]))
  let left = MOST_TRIES
  const search = (
    from: number,
    changes: Map<string, unknown>,
    more: number,
  ): Map<string, unknown> | undefined => {
    if (more === 0) {
      left--
      const changed = (column: string): unknown => (changes.has(column) ? changes.get(column) : value(column))
      return brokenRules(needed, changed).length === 0 ? changes : undefined
    }
    for (let i = from; i <= columns.length - more; i++) {
      const column = columns[i] ?? ''
      for (const candidate of candidates.get(column) ?? []) {
        const found = search(i + 1, new Map(changes).set(column, candidate), more - 1)
        if (found || left <= 0) return found
      }
    }
    return undefined
  }
  for (let size = 1; size <= columns.length && left > 0; size++) {
    const found = search(0, new Map(), size)
    if (found) return found
  }
  return undefined
}
