/** Adds many rows to a world that is in the database, for the sake of plans. */
import type { Client } from 'pg'
import { type Catalog, quoteName, quoteTable, type Table } from '../catalog.ts'
import { copyRows } from './copy.ts'
import { type Layout, layoutOf } from './links.ts'
import { parentsWanted } from './parents.ts'
import { type Pool, poolOf, type Skew } from './pool.ts'
import { randomFor } from './random.ts'
import { inTransaction, withoutReferences } from './references.ts'
import { RowMaker, type RowMakerOptions } from './row-maker.ts'
import { largestNumber, takenKeys, tightKeys } from './tight.ts'
import { makersOf } from './values.ts'
import { bornOf, variedMakers } from './varied.ts'
import type { GrownRow, SeedHints, World } from './world.ts'

export interface GrowOptions {
  table: string
  /** So many are added. */
  rows: number
  /** Column of a reference → how unequally the rows that it names are named; `even` unless said. */
  per?: Record<string, Skew>
  /** Whether the tables that it refers to grow in proportion; true unless said. */
  parents?: boolean
}

export interface Growth {
  table: string
  /** Rows that were added. */
  rows: number
  ms: number
  /** Why there are fewer than asked for. */
  problem?: string
}

interface Growing {
  client: Client
  layout: Layout
  hints: SeedHints
  world: World
  pools: Map<string, Pool>
  /** Table → columns that others refer to. */
  named: Map<string, Set<string>>
  done: Growth[]
}

/**
 * Adds rows by COPY, and to the tables that they refer to; then ANALYZE. The rows hold no canaries and belong to groups
 * of their own, beside those of the two parties, which get their even share. What was added, parents first.
 */
export async function growTable(
  client: Client,
  catalog: Catalog,
  hints: SeedHints,
  world: World,
  options: GrowOptions,
): Promise<Growth[]> {
  const growing = growingOf(client, catalog, hints, world)
  const table = growing.layout.tables.get(options.table)
  if (!table) return [{ table: options.table, rows: 0, ms: 0, problem: 'there is no such table' }]
  await grow(growing, table, options, [])
  return growing.done
}

export function growingOf(client: Client, catalog: Catalog, hints: SeedHints, world: World): Growing {
  const layout = layoutOf(catalog, hints)
  const named = new Map<string, Set<string>>()
  for (const links of layout.links.values())
    for (const { references, referencedColumns } of links)
      named.set(references, new Set([...(named.get(references) ?? []), ...referencedColumns]))
  world.grown ??= new Map()
  return { client, layout, hints, world, named, pools: new Map(), done: [] }
}

function poolIn(growing: Growing, table: string): Pool {
  const pool = growing.pools.get(table) ?? poolOf(growing.world, table)
  growing.pools.set(table, pool)
  return pool
}

async function grow(
  growing: Growing,
  table: Table,
  options: GrowOptions,
  stack: string[],
  lead?: RowMakerOptions['lead'],
): Promise<void> {
  const { client, layout, hints, done } = growing
  const inside = [...stack, table.name]
  if (options.parents !== false)
    for (const name of parentsOf(layout, hints, table)) {
      if (inside.includes(name)) continue
      const size = (of: string): number => poolIn(growing, of).rows.length
      const missing = parentsWanted({ layout, hints, table, rows: options.rows, size }, name) - size(name)
      const parent = layout.tables.get(name)
      if (parent && missing > 0) await grow(growing, parent, { table: name, rows: missing }, inside)
    }
  const before = poolIn(growing, table.name).rows.length
  const started = performance.now()
  const { rows, problem } = await stream(growing, table, options, lead)
  await client.query(`ANALYZE ${quoteTable(table.name)}`)
  const ms = performance.now() - started
  done.push({ table: table.name, rows, ms, ...(problem === undefined ? {} : { problem }) })
  const membership = hints.membership === undefined ? undefined : layout.tables.get(hints.membership)
  if (table.name === hints.user && membership && !inside.includes(membership.name)) {
    const added = poolIn(growing, table.name).rows.slice(before)
    await grow(growing, membership, { table: membership.name, rows: added.length, parents: false }, inside, {
      references: table.name,
      rows: added,
    })
  }
}

/** Tenants first, then users: the others find their groups. */
function parentsOf(layout: Layout, hints: SeedHints, table: Table): string[] {
  const names = (layout.links.get(table.name) ?? []).flatMap((link) => (link.self ? [] : [link.references]))
  const outer = table.name === hints.user ? [hints.tenant] : [hints.tenant, hints.user]
  const some = table.name !== hints.tenant && layout.owned.has(table.name)
  const present = outer.flatMap((name) =>
    some && name !== undefined && layout.tables.has(name) ? [name] : [],
  )
  return [...new Set([...present, ...names])]
}

async function stream(
  growing: Growing,
  table: Table,
  options: GrowOptions,
  lead: RowMakerOptions['lead'],
): Promise<{ rows: number; problem?: string }> {
  const { client, world, layout, named } = growing
  const makerOptions = await makerFor(growing, table, true)
  if (typeof makerOptions === 'string') return { rows: 0, problem: makerOptions }
  const { random, now } = makerOptions
  const maker = new RowMaker({
    ...makerOptions,
    per: options.per ?? {},
    born: (i) => bornOf(random, now, i / options.rows),
    ...(lead ? { lead } : {}),
  })
  const linked = new Set((layout.links.get(table.name) ?? []).flatMap(({ columns }) => columns))
  const columns = table.columns.filter(({ name }) => makerOptions.makers.has(name) || linked.has(name))
  const names = columns.map(({ name }) => name)
  const keep = [...(named.get(table.name) ?? [])]
  const added: GrownRow[] = []
  const pool = poolIn(growing, table.name)
  let missed = 0
  function* rows(): Generator<unknown[]> {
    while (added.length < options.rows && missed < 200 + added.length / 4) {
      const made = maker.next()
      if (!made) {
        missed++
        continue
      }
      const row: GrownRow = {
        group: made.group,
        values: Object.fromEntries(keep.map((name) => [name, made.values[name]])),
      }
      added.push(row)
      pool.add(row)
      yield names.map((name) => made.values[name])
    }
  }
  try {
    await inTransaction(client, async () => {
      await withoutReferences(client, () => copyRows(client, table.name, columns, rows()))
      await advanceSequences(client, table)
      return { commit: undefined }
    })
  } catch (error) {
    growing.pools.delete(table.name)
    return { rows: 0, problem: error instanceof Error ? error.message : String(error) }
  }
  world.grown?.set(table.name, [...(world.grown.get(table.name) ?? []), ...added])
  if (added.length === options.rows) return { rows: added.length }
  const keys = [...makerOptions.tight.keys()].map(({ name }) => name).join(', ')
  const why = keys === '' ? `rows for it to refer to are missing` : `no more combinations fit ${keys}`
  return { rows: added.length, problem: `${options.rows - added.length} rows are missing: ${why}` }
}

type Prepared = Omit<RowMakerOptions, 'per' | 'born' | 'only' | 'lead'>

/** What a maker of rows needs; the reason in words when there can be none. */
export async function makerFor(growing: Growing, table: Table, varied: boolean): Promise<Prepared | string> {
  const { client, layout, hints, world } = growing
  const pool = poolIn(growing, table.name)
  const offset = await largestNumber(client, table)
  const options = {
    hints: hints.tables[table.name],
    linked: new Set((layout.links.get(table.name) ?? []).flatMap(({ columns }) => columns)),
    canaries: !varied,
    acting: false,
    offset,
  }
  const { unknown, makers: plain } = makersOf(table, options)
  if (unknown.length > 0) return `no value is known for ${unknown.join(', ')}`
  const makers = varied ? variedMakers(table, options) : plain
  const keys = tightKeys(table, makers)
  return {
    table,
    layout,
    hints,
    makers,
    pool: (name) => poolIn(growing, name),
    random: randomFor(world.seed, 'grow', table.name, pool.rows.length),
    now: world.now,
    start: pool.rows.length,
    tight: await takenKeys(client, table, keys),
  }
}

export async function advanceSequences(client: Client, table: Table): Promise<void> {
  for (const { name, sequence } of table.columns)
    if (sequence !== undefined)
      await client.query(
        `SELECT setval($1::regclass, greatest(1, (SELECT max(${quoteName(name)}) FROM ${quoteTable(table.name)})))`,
        [sequence],
      )
}
