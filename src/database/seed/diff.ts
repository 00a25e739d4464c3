import type { Client } from 'pg'
import { quoteName, quoteTable } from '../catalog.ts'
import type { World } from './world.ts'

export interface Difference {
  kind: 'changed' | 'removed' | 'added'
  table: string
  party?: 'a' | 'b'
  values: Record<string, unknown>
  columns: string[]
}

export async function worldDiff(client: Client, world: World): Promise<Difference[]> {
  const out: Difference[] = []
  for (const table of world.tables) {
    const rows = world.rows.filter((row) => row.table === table.name)
    if (table.key.length === 0) continue
    const found = (
      await client.query<{ j: Record<string, unknown> }>(
        `SELECT to_jsonb(t) AS j FROM ${quoteTable(table.name)} t`,
      )
    ).rows.map((r) => r.j)
    const keyOf = (values: Record<string, unknown>) => table.key.map((k) => String(values[k])).join('|')
    const byKey = new Map(found.map((r) => [keyOf(r), r]))
    for (const row of rows) {
      const now = byKey.get(keyOf(row.values))
      byKey.delete(keyOf(row.values))
      const party = row.party ? { party: row.party } : {}
      if (!now) {
        out.push({ kind: 'removed', table: table.name, ...party, values: row.values, columns: [] })
        continue
      }
      const columns = Object.keys(row.values).filter((c) => !same(now[c], row.values[c]))
      if (columns.length > 0) out.push({ kind: 'changed', table: table.name, ...party, values: now, columns })
    }
    for (const values of byKey.values()) {
      const owner = table.links.flatMap((l) =>
        world.rows
          .filter(
            (r) =>
              r.table === l.references &&
              r.party &&
              l.columns.every(
                (c, i) => values[c] != null && values[c] === r.values[l.referencedColumns[i] ?? ''],
              ),
          )
          .map((r) => r.party),
      )[0]
      out.push({
        kind: 'added',
        table: table.name,
        ...(owner ? { party: owner } : {}),
        values,
        columns: Object.keys(values),
      })
    }
  }
  void quoteName
  return out
}
const same = (a: unknown, b: unknown): boolean => {
  if (a === b || (a == null && b == null)) return true
  if (typeof a === 'string' && typeof b === 'string' && /^\d{4}-\d\d-\d\dT/.test(b))
    return (
      Math.abs(Date.parse(a.endsWith('Z') || /[+-]\d\d/.test(a.slice(19)) ? a : `${a}Z`) - Date.parse(b)) < 2
    )
  return JSON.stringify(a) === JSON.stringify(b) || String(a) === String(b)
}
