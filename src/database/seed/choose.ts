/** Chooses the rows that a row refers to, so that unique keys hold and nobody refers to the other party. */
import type { Table, UniqueKey } from '../catalog.ts'
import { holds } from './conditions/evaluate.ts'
import { brokenRules, partsOf, type Rule, repair, rulesOf } from './conditions/rules.ts'
import { cellOf, type Draft } from './draft.ts'
import { type Link, sameSet } from './links.ts'
import { isOver } from './meaning.ts'
import type { Planning } from './plan.ts'
import { randomFor } from './random.ts'
import { TakenKeys } from './uniques.ts'
import { otherValues } from './values.ts'

/** So many combinations are tried before a row is given up. */
const TRIES = 400

/** What the rows of one table have to keep. */
export interface Keeping {
  taken: TakenKeys
  rules: Rule[]
  parts: ReturnType<typeof partsOf>
}

export const keepingOf = (table: Table): Keeping => ({
  taken: new TakenKeys(table),
  rules: rulesOf(table),
  parts: partsOf(table),
})

/** Fills `draft.parents`; marks the draft dead, with the reason, where nothing fits. */
export function choose(planning: Planning, draft: Draft, { taken, rules, parts }: Keeping): void {
  const value = (column: string): unknown => cellOf(draft, column)
  const applies = (key: UniqueKey): boolean => {
    const part = parts.get(key)
    return part === undefined || holds(part, value) !== false
  }
  let tries = TRIES
  let reason = ''
  const settle = (at: number): boolean => {
    const link = draft.links[at]
    if (link === undefined) {
      tries--
      const unkept = keepRules(planning, draft, rules)
      if (unkept !== undefined) {
        tries -= TRIES / 8
        reason = `no value is found for which ${unkept} holds`
        return false
      }
      const broken = taken.broken(value, applies)
      if (broken) reason = `every combination that is left breaks ${broken.name}`
      return broken === undefined
    }
    const options = optionsOf(planning, draft, link)
    if (options.length === 0) reason = `there is no row of ${link.references} for ${link.columns.join(', ')}`
    for (const option of options) {
      draft.parents.set(link, option)
      if (settle(at + 1)) return true
      if (tries <= 0) return false
    }
    draft.parents.delete(link)
    return false
  }
  const found = variants(draft).some((variant) => {
    for (const [column, one] of variant) draft.own.set(column, one)
    return settle(0)
  })
  if (found) taken.add(value, applies)
  else draft.dead = reason
}

/** Rows that `link` may name, the best first; `null` for none. */
function optionsOf(planning: Planning, draft: Draft, link: Link): (Draft | null)[] {
  const empty: null[] = link.required ? [] : [null]
  if (!link.required && link.columns.some((column) => isOver(column))) return empty
  if (link.self) return selfOptions(planning, draft, link, empty)
  const pool = (planning.drafts.get(link.references) ?? []).filter((one) => isFit(one, draft, link))
  const near = pool.filter((one) => one.user === draft.user)
  const single = isKey(draft, link)
  const [mine, others] = near.length > 0 ? [near, pool.filter((one) => one.user !== draft.user)] : [pool, []]
  const users = draft.user === undefined ? 1 : planning.people.roles.length
  const number = Math.floor(draft.index / users)
  const start = single ? number : Math.floor(number / 2)
  const options = [...rotated(mine, start), ...others, ...empty]
  return isBound(draft, link) ? options : options.slice(0, 1)
}

/** Of two rows, one hangs on the row before it; the first on none. */
function selfOptions(planning: Planning, draft: Draft, link: Link, empty: null[]): (Draft | null)[] {
  const pool = (planning.drafts.get(link.references) ?? []).filter(
    (one) => one.index < draft.index && isFit(one, draft, link),
  )
  const near = pool.filter((one) => one.user === draft.user)
  const before = (near.length > 0 ? near : pool).reverse()
  if (draft.index === 0) return link.required ? [draft] : empty
  if (link.required) return [...before, draft]
  const users = draft.user === undefined ? 1 : planning.people.roles.length
  return Math.floor(draft.index / users) % 2 === 1 ? [...before, null] : [null, ...before]
}

function isFit(one: Draft, draft: Draft, link: Link): boolean {
  if (one.dead !== undefined || (one.party !== undefined && one.party !== draft.party)) return false
  // A column that two references share has one value.
  return link.columns.every((column, at) => {
    const shared = draft.links.some((other) => other !== link && other.columns.includes(column))
    if (!shared) return true
    const known = valueWithout(draft, link, column)
    const offered = cellOf(one, link.referencedColumns[at] ?? '')
    return known === undefined || offered === undefined || known === offered
  })
}

function valueWithout(draft: Draft, link: Link, column: string): unknown {
  return cellOf({ ...draft, links: draft.links.filter((other) => other !== link) }, column)
}

const isKey = (draft: Draft, link: Link): boolean =>
  draft.table.uniques.some(({ columns }) => sameSet(columns, link.columns))

/** Whether it matters to others which row is taken. */
function isBound(draft: Draft, link: Link): boolean {
  const columns = new Set(link.columns)
  return (
    draft.table.uniques.some((key) => key.columns.some((column) => columns.has(column))) ||
    draft.links.some((other) => other !== link && other.columns.some((column) => columns.has(column)))
  )
}

const rotated = <T>(list: readonly T[], start: number): T[] =>
  list.map((_, i) => list[(i + start) % list.length]).flatMap((one) => (one === undefined ? [] : [one]))

/** Combinations of the columns with few values that unique keys hold, the planned one first. */
function variants(draft: Draft): Map<string, unknown>[] {
  const columns = draft.table.columns.filter(
    (column) =>
      draft.own.has(column.name) && draft.table.uniques.some((key) => key.columns.includes(column.name)),
  )
  let result: Map<string, unknown>[] = [new Map()]
  for (const column of columns) {
    const current = draft.own.get(column.name)
    const others = otherValues(column).filter((one) => one !== current)
    if (others.length === 0) continue
    result = [current, ...others].flatMap((one) => result.map((map) => new Map(map).set(column.name, one)))
    if (result.length > 100) break
  }
  return result
}

/** Changes what breaks a check; the name of the check when that cannot be done. */
function keepRules(planning: Planning, draft: Draft, rules: readonly Rule[]): string | undefined {
  const value = (column: string): unknown => cellOf(draft, column)
  const [broken] = brokenRules(rules, value)
  if (!broken) return undefined
  const { table, party, index, own } = draft
  const changes = repair({
    table,
    rules,
    value,
    freedom: (column) => {
      if (own.has(column)) return 'any'
      return draft.links.some((link) => !link.required && link.columns.includes(column)) ? 'none' : undefined
    },
    random: randomFor(planning.seed, table.name, party, index, 'rules'),
    now: planning.now,
  })
  if (!changes) return broken.name
  for (const [column, changed] of changes)
    if (own.has(column)) own.set(column, changed)
    else
      for (const link of draft.links)
        if (!link.required && link.columns.includes(column)) draft.parents.set(link, null)
  return undefined
}
