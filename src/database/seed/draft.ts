/** Rows that are being planned: their own values first, then the rows that they refer to. */
import type { Table } from '../catalog.ts'
import type { Link } from './links.ts'
import type { PartyName } from './world.ts'

export interface Draft {
  table: Table
  party?: PartyName
  /** Number among the rows of its table and party. */
  index: number
  /** Number of the user, among those of its party, that it belongs to. */
  user?: number
  /** Column → value, of columns that are not references. */
  own: Map<string, unknown>
  canaries: Map<string, string>
  parents: Map<Link, Draft | null>
  links: Link[]
  /** Why it cannot be. */
  dead?: string
}

/** `undefined` while a reference is not decided. */
export function cellOf(draft: Draft, column: string, depth = 0): unknown {
  const holders = draft.links.filter(({ columns }) => columns.includes(column))
  if (holders.length === 0) return draft.own.get(column)
  let empty = false
  for (const link of holders) {
    const parent = draft.parents.get(link)
    if (parent === undefined) continue
    if (parent === null) {
      empty = true
      continue
    }
    const referenced = link.referencedColumns[link.columns.indexOf(column)]
    if (referenced === undefined || depth > 20) continue
    const value = cellOf(parent, referenced, depth + 1)
    if (value !== undefined) return value
  }
  return empty ? null : undefined
}
