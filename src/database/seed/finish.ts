/** From drafts to the world: removes what cannot be, resolves references, and lists who the users are. */
import type { Catalog } from '../catalog.ts'
import { cellOf, type Draft } from './draft.ts'
import { isAdministrator } from './people.ts'
import type { Planning } from './plan.ts'
import { SHORTEST } from './random.ts'
import type { SeedRow, SeedUser, World, WorldTable } from './world.ts'

export function finished(planning: Planning, catalog: Catalog): World {
  removeDead(planning)
  const rowOf = new Map<Draft, SeedRow>()
  const rows: SeedRow[] = []
  for (const table of planning.layout.order)
    for (const draft of planning.drafts.get(table.name) ?? []) {
      if (draft.dead !== undefined) continue
      const row = seedRow(draft)
      rowOf.set(draft, row)
      rows.push(row)
    }
  keepUnguessable(rows)
  reportEmpty(planning)
  const world: World = {
    rows,
    users: [],
    tenants: {},
    problems: planning.problems,
    seed: planning.seed,
    now: planning.now,
    tables: catalog.tables.map((table): WorldTable => {
      const links = planning.layout.links.get(table.name) ?? []
      const made = [
        ...(planning.makers.get(table.name)?.makers.keys() ?? []),
        ...links.flatMap((one) => one.columns),
      ]
      return {
        name: table.name,
        key: table.primaryKey.length > 0 ? table.primaryKey : (table.uniques.find(isPlain)?.columns ?? []),
        columns: table.columns.flatMap(({ name }) => (made.includes(name) ? [name] : [])),
        links: links.map(({ columns, references, referencedColumns, required }) => ({
          columns,
          references,
          referencedColumns,
          required,
        })),
      }
    }),
    sequences: [],
  }
  addPeople(planning, rowOf, world)
  addSequences(catalog, world)
  return world
}

const isPlain = (key: Catalog['tables'][number]['uniques'][number]): boolean =>
  !key.expression && key.where === undefined

/** A row goes when a row that it must refer to went. */
function removeDead({ layout, drafts }: Planning): void {
  for (let changed = true; changed; ) {
    changed = false
    for (const table of layout.order)
      for (const draft of drafts.get(table.name) ?? [])
        for (const [link, parent] of draft.parents) {
          if (draft.dead !== undefined || parent?.dead === undefined) continue
          changed = true
          if (link.required) draft.dead = `${link.references} could not be filled`
          else draft.parents.set(link, null)
        }
  }
}

function reportEmpty({ layout, drafts, problems }: Planning): void {
  for (const table of layout.order) {
    const all = drafts.get(table.name) ?? []
    for (const party of ['a', 'b', undefined] as const) {
      const mine = all.filter((draft) => draft.party === party)
      const reason = mine[0]?.dead
      if (reason === undefined || mine.some((draft) => draft.dead === undefined)) continue
      if (party !== 'b') problems.push(`${table.name}: ${reason}.`)
    }
  }
}

function seedRow(draft: Draft): SeedRow {
  const values: Record<string, unknown> = {}
  const canaries: Record<string, string> = {}
  for (const { name } of draft.table.columns) {
    const value = cellOf(draft, name)
    if (value !== undefined) values[name] = value
    const canary = draft.canaries.get(name)
    if (canary !== undefined && value !== null) canaries[name] = canary
  }
  const row: SeedRow = { table: draft.table.name, values, canaries }
  if (draft.party !== undefined) row.party = draft.party
  return row
}

/** An id that other rows name, or a value that two rows have, tells nothing about where it came from. */
function keepUnguessable(rows: readonly SeedRow[]): void {
  const seen = new Map<string, number>()
  for (const { values } of rows)
    for (const value of Object.values(values))
      if (typeof value === 'string') seen.set(value, (seen.get(value) ?? 0) + 1)
  for (const { values, canaries } of rows)
    for (const [column, canary] of Object.entries(canaries)) {
      const value = values[column]
      const cut = typeof value === 'string' && value.length >= SHORTEST && canary.startsWith(value)
      if (cut) canaries[column] = value
      else if (!(JSON.stringify(value) ?? '').includes(canary)) delete canaries[column]
      if (typeof value === 'string' && (seen.get(value) ?? 0) > 1) delete canaries[column]
    }
}

function addPeople(
  { hints, people, drafts }: Planning,
  rowOf: ReadonlyMap<Draft, SeedRow>,
  world: World,
): void {
  const living = (table: string | undefined): Draft[] =>
    table === undefined ? [] : (drafts.get(table) ?? []).filter((draft) => draft.dead === undefined)
  for (const draft of living(hints.tenant)) {
    const row = rowOf.get(draft)
    if (row && draft.party !== undefined) world.tenants[draft.party] ??= row
  }
  for (const draft of living(hints.user)) {
    const row = rowOf.get(draft)
    if (!row || draft.party === undefined) continue
    const user: SeedUser = { party: draft.party, row }
    const role = people.roles[draft.index]
    const membership = living(hints.membership).find((one) => [...one.parents.values()].includes(draft))
    const tenant = world.tenants[draft.party]
    const joined = membership && rowOf.get(membership)
    if (role !== undefined) user.role = role
    if (
      isAdministrator(people, hints, draft) ||
      (role !== undefined && people.administrators?.includes(role))
    )
      user.administrator = true
    if (joined) user.membership = joined
    if (tenant) user.tenant = tenant
    world.users.push(user)
  }
}

function addSequences(catalog: Catalog, world: World): void {
  for (const table of catalog.tables)
    for (const { name, sequence } of table.columns) {
      if (sequence === undefined) continue
      const numbers = world.rows.flatMap(({ table: of, values }) => {
        const value = of === table.name ? values[name] : undefined
        return typeof value === 'number' ? [value] : []
      })
      if (numbers.length > 0) world.sequences.push({ name: sequence, value: Math.max(...numbers) })
    }
}
