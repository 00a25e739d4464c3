/** Plans the rows of a world: two parties, their users, and rows in every table that keep what the schema asks. */
import type { Catalog, Table } from '../catalog.ts'
import { choose, keepingOf } from './choose.ts'
import { countOf } from './counts.ts'
import type { Draft } from './draft.ts'
import { finished } from './finish.ts'
import { type Layout, layoutOf } from './links.ts'
import { isAdministrator, type People, peopleOf } from './people.ts'
import { integer, randomFor } from './random.ts'
import { type Makers, makersOf } from './values.ts'
import type { PartyName, SeedHints, World } from './world.ts'

export interface PlanOptions {
  /** Decides every random value. Give a fresh one for each run, so that nobody can know the canaries before. */
  seed?: number
  /** At least so many rows of each party in each table, and of shared rows. */
  rowsPerTable?: number
  /** Milliseconds; times of the rows lie around it. The last midnight by default, so that a day gives equal rows. */
  now?: number
}

/** What all steps of planning know. */
export interface Planning {
  layout: Layout
  hints: SeedHints
  people: People
  seed: number
  now: number
  rowsPerTable: number
  drafts: Map<string, Draft[]>
  makers: Map<string, Makers>
  problems: string[]
}

const DAY = 86_400_000

/**
 * Rows for every table of the catalog. Pure: the same arguments give the same world. Never throws on a schema; what
 * cannot be filled is in `problems`, and everything else is filled.
 */
export function planWorld(catalog: Catalog, hints: SeedHints, options: PlanOptions = {}): World {
  const layout = layoutOf(catalog, hints)
  const planning: Planning = {
    layout,
    hints,
    people: peopleOf(hints, layout.tables),
    seed: options.seed ?? 1,
    now: options.now ?? Math.floor(Date.now() / DAY) * DAY,
    rowsPerTable: options.rowsPerTable ?? 3,
    drafts: new Map(),
    makers: new Map(),
    problems: [],
  }
  for (const [at, table] of layout.order.entries()) makeDrafts(planning, table, at)
  for (const table of layout.order) {
    const keeping = keepingOf(table)
    for (const draft of planning.drafts.get(table.name) ?? []) choose(planning, draft, keeping)
  }
  return finished(planning, catalog)
}

function makeDrafts(planning: Planning, table: Table, at: number): void {
  const { layout, hints } = planning
  const links = layout.links.get(table.name) ?? []
  const owned = layout.owned.has(table.name)
  const role = hints.tables[table.name]?.role
  const makers = makersOf(table, {
    hints: hints.tables[table.name],
    linked: new Set(links.flatMap(({ columns }) => columns)),
    canaries: owned,
    acting: role === 'user' || role === 'tenant' || role === 'membership',
    offset: 100 * (at + 1),
  })
  planning.makers.set(table.name, makers)
  const drafts: Draft[] = []
  planning.drafts.set(table.name, drafts)
  if (makers.unknown.length > 0) {
    const types = makers.unknown.map((name) => `${name} (${sqlType(table, name)})`)
    planning.problems.push(`${table.name}: no value is known for ${types.join(', ')}.`)
    return
  }
  for (const party of owned ? PARTIES : [undefined])
    for (let index = 0; index < countOf(planning, table, party); index++) {
      const draft: Draft = {
        table,
        index,
        own: new Map(),
        canaries: new Map(),
        parents: new Map(),
        links,
        ...(party === undefined ? {} : { party }),
      }
      fill(planning, draft, makers, drafts.length)
      drafts.push(draft)
    }
}

const PARTIES: readonly PartyName[] = ['a', 'b']

const sqlType = (table: Table, column: string): string =>
  table.columns.find(({ name }) => name === column)?.type.sql ?? ''

/** Gives a draft, the `n`-th of its table, the values that depend on no other row. */
function fill(planning: Planning, draft: Draft, { makers }: Makers, n: number): void {
  const { table, party, index } = draft
  const { seed, now, layout, people, hints } = planning
  const key = [seed, table.name, party, index]
  const born = now - (2 + (n % 80)) * DAY - integer(randomFor(...key), 0, DAY)
  // A tenant belongs to whoever has the most rights in it.
  if (party !== undefined && layout.personal.has(table.name))
    draft.user = table.name === hints.tenant ? people.roles.length - 1 : index % people.roles.length
  for (const [column, make] of makers) {
    const cell = {
      random: randomFor(...key, column),
      n,
      now,
      born,
      ...(party === undefined ? {} : { party }),
    }
    const { value, canary } = make(cell)
    draft.own.set(column, value)
    if (canary !== undefined) draft.canaries.set(column, canary)
  }
  const { column, installation } = people
  if (column?.table === table.name) draft.own.set(column.name, column.values[index % column.values.length])
  if (installation?.table === table.name) {
    const { name, usual, administrator } = installation
    draft.own.set(name, isAdministrator(people, hints, draft) ? administrator : usual)
  }
}
