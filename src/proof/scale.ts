/** As many rows as production may have, in the tables that matter. */
import { growTable } from '../database/seed/grow.ts'
import type { TableHints } from '../database/seed/world.ts'
import type { LiveBench } from './live-bench.ts'

export interface Scaled {
  /** Rows that each table has now. */
  rows: Record<string, number>
  /** Tables that could not be filled, or not wholly, in words. */
  problems: string[]
}

export interface ScaleOptions {
  /** Tables that statements read or change. */
  tables: readonly string[]
  /** Rows that each of them gets; those that they refer to grow in proportion. */
  rows: number
  progress?: (step: string) => void
  signal?: AbortSignal
}

/**
 * Grows tables to many rows, the ones that refer to others first, so that a row has a number of children as the world's
 * proportions give it. People, tenants and what all share only grow in proportion. `bench.reset` brings the seeded rows
 * back.
 */
export async function growToScale(bench: LiveBench, options: ScaleOptions): Promise<Scaled> {
  const { client, catalog, hints } = bench.parts
  bench.world.grown = new Map()
  const wanted = inOrder(
    bench,
    options.tables.filter((table) => grows(bench, table, hints.tables[table]?.role)),
  )
  const problems: string[] = []
  for (const table of wanted) {
    options.signal?.throwIfAborted()
    options.progress?.(`adding rows to ${table}`)
    const present = sizeOf(bench, table)
    if (present >= options.rows) continue
    const done = await growTable(client, catalog, hints, bench.world, {
      table,
      rows: options.rows - present,
    })
    problems.push(
      ...done.flatMap((one) => (one.problem === undefined ? [] : [`${one.table}: ${one.problem}.`])),
    )
  }
  const rows = bench.world.tables.map(({ name }) => [name, sizeOf(bench, name)] as const)
  return { rows: Object.fromEntries(rows.filter(([, count]) => count > 0)), problems }
}

/** After `growToScale` and `bench.reset`: nothing is left of the rows but the seeded ones. */
export function forgetScale(bench: LiveBench): void {
  bench.world.grown = new Map()
}

const sizeOf = ({ world }: LiveBench, table: string): number =>
  world.rows.filter((row) => row.table === table).length + (world.grown?.get(table)?.length ?? 0)

function grows({ world }: LiveBench, table: string, role: TableHints['role'] | undefined): boolean {
  if (role === 'user' || role === 'tenant' || role === 'membership') return false
  const shared =
    role === 'global' && world.tables.some(({ links }) => links.some((link) => link.references === table))
  return !shared
}

/** Those that others refer to before these. */
export const parentsFirst = (bench: LiveBench, tables: readonly string[]): string[] =>
  inOrder(bench, tables).toReversed()

/** Those that refer to others before those. */
function inOrder({ world }: LiveBench, tables: readonly string[]): string[] {
  const depths = new Map<string, number>()
  const depth = (table: string, seen: readonly string[]): number => {
    const known = depths.get(table)
    if (known !== undefined) return known
    const links = world.tables.find(({ name }) => name === table)?.links ?? []
    const parents = links
      .map((link) => link.references)
      .filter((name) => name !== table && !seen.includes(name))
    const own = Math.max(0, ...parents.map((name) => depth(name, [...seen, table]) + 1))
    depths.set(table, own)
    return own
  }
  return [...tables].sort((a, b) => depth(b, []) - depth(a, []) || (a < b ? -1 : 1))
}
