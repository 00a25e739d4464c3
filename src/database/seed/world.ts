/** The nouns of seeding: two parties, their rows and users, and what is known of a schema beyond its catalog. */

/** `a` is the attacker's side, `b` the victim's. */
export type PartyName = 'a' | 'b'

export interface SeedRow {
  table: string
  /** Absent for rows that all share. */
  party?: PartyName
  /** Column → value, as JSON: times are ISO strings, bytes `\x…`. Columns that the database fills are absent. */
  values: Record<string, unknown>
  /** Column → text that occurs in this cell and in no other of the world. */
  canaries: Record<string, string>
}

export interface SeedUser {
  party: PartyName
  role?: string
  /** Administers the whole installation, beside any role in the tenant: may do what others are rightly refused. */
  administrator?: true
  row: SeedRow
  membership?: SeedRow
  tenant?: SeedRow
}

/** A reference that rows of the world keep, be it enforced by the database or only meant. */
export interface WorldLink {
  columns: string[]
  references: string
  referencedColumns: string[]
}

export interface WorldTable {
  name: string
  /** Columns that identify a row; empty where the table has no key. */
  key: string[]
  /** Columns that the world gives values for. */
  columns: string[]
  links: (WorldLink & { /** A row cannot be without it. */ required: boolean })[]
}

export interface World {
  /** In insert order. */
  rows: SeedRow[]
  /** Those with the least rights first, party by party. */
  users: SeedUser[]
  tenants: Partial<Record<PartyName, SeedRow>>
  /** Tables that could not be filled, and why. */
  problems: string[]
  seed: number
  /** The time, in milliseconds, that the rows were made for. */
  now: number
  /** Every table of the catalog. */
  tables: WorldTable[]
  /** Sequences and the last value that the rows took from each. */
  sequences: { name: string; value: number }[]
  /** Rows that were added for their number alone, by table: what others need to refer to them. */
  grown?: Map<string, GrownRow[]>
}

export interface GrownRow {
  /** The columns that references name. */
  values: Record<string, unknown>
  /** Rows of one number belong together: 0 and 1 are the parties `a` and `b`, -1 is shared by all. */
  group: number
}

export type IdFormat =
  | { format: 'cuid' | 'cuid2' | 'uuid4' | 'uuid7' | 'ulid' }
  | { format: 'nanoid'; length: number }

export interface TableHints {
  role: 'user' | 'tenant' | 'membership' | 'owned' | 'global'
  /** Column → format that the schema's default gives it. */
  ids: Record<string, IdFormat>
  /** Columns that must not leave the server. */
  secrets: string[]
  /** Column that holds the role of a user or a membership. */
  roleColumn?: string
  /** Column → texts that the code takes for it, such as the members of an enum of its input schema. */
  words?: Record<string, string[]>
  /** Relations that the schema declares; the database may not enforce them. */
  links: WorldLink[]
}

export interface SeedHints {
  /** By name of the table. */
  tables: Record<string, TableHints>
  user?: string
  tenant?: string
  membership?: string
}
