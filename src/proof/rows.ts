/** Which seeded rows a call is about: rows of one party that belong together. */
import type { PartyName, SeedRow, SeedUser, World } from '../database/seed/world.ts'
import type { DataModel, Entity } from '../project/data-model.ts'
import type { Input, Meaning } from './inputs.ts'
import type { Plain } from './sample.ts'

export interface Cast {
  /** The row of a model; the same for every question, and linked to the other rows as far as there are such rows. */
  row(model: string): SeedRow | undefined
  /** The value that an input takes. */
  value(input: Input): Plain | undefined
}

/** In this turn, another user of the party stands for the user: nobody removes oneself, or gives oneself a role. */
const SOMEBODY_ELSE = 2

/**
 * Rows of one party: that of `about` first, then those it refers to, then rows that refer to these. The acting user is
 * taken for the user, his tenant for the tenant. `turn`: which of several rows (0 for the first).
 */
export function castOf(
  world: World,
  dataModel: DataModel,
  party: PartyName,
  options: { about?: string | undefined; user?: SeedUser | undefined; turn?: number } = {},
): Cast {
  const byTable = new Map<string, SeedRow[]>()
  for (const row of world.rows) byTable.set(row.table, [...(byTable.get(row.table) ?? []), row])
  const links = new Map(world.tables.map((table) => [table.name, table.links]))
  const picked = new Map<string, SeedRow>()

  const target = (
    row: SeedRow,
    link: { columns: string[]; references: string; referencedColumns: string[] },
  ) =>
    byTable.get(link.references)?.find((one) =>
      link.columns.every((column, i) => {
        const other = link.referencedColumns[i]
        return row.values[column] != null && other !== undefined && row.values[column] === one.values[other]
      }),
    )
  const refers = (row: SeedRow): SeedRow[] =>
    (links.get(row.table) ?? []).flatMap((link) => target(row, link) ?? [])
  const pick = (row: SeedRow): void => {
    if (picked.has(row.table)) return
    picked.set(row.table, row)
    for (const parent of refers(row)) pick(parent)
  }
  /** How many of the rows that are already chosen this one refers to. */
  const linked = (row: SeedRow): number => refers(row).filter((one) => picked.get(one.table) === one).length

  const rowsOf = (entity: Entity): SeedRow[] => {
    const rows = byTable.get(entity.table) ?? []
    const own = rows.filter((row) => row.party === party)
    return own.length > 0 ? own : rows.filter((row) => row.party === undefined)
  }
  const choose = (model: string): SeedRow | undefined => {
    const entity = dataModel.model(model)
    if (!entity) return undefined
    const known = picked.get(entity.table)
    if (known) return known
    const rows = rowsOf(entity)
    const ranked = rows.toSorted((a, b) => linked(b) - linked(a))
    const row = ranked[(options.turn ?? 0) % Math.max(1, ranked.length)]
    if (row) pick(row)
    return row
  }

  const { user } = options
  const other =
    user && options.turn === SOMEBODY_ELSE
      ? world.users.find((one) => one.party === party && one.row !== user.row)
      : undefined
  for (const row of [user?.tenant, other?.row ?? user?.row]) if (row) picked.set(row.table, row)
  if (options.about !== undefined) choose(options.about)
  return {
    row: choose,
    value(input) {
      return input.meaning && cellOf(choose(input.meaning.model), input.meaning, dataModel)
    },
  }
}

function cellOf(row: SeedRow | undefined, meaning: Meaning, dataModel: DataModel): Plain | undefined {
  const field = dataModel.model(meaning.model)?.fields.find((one) => one.name === meaning.field)
  const value = field && row?.values[field.column]
  return isPlain(value) ? value : undefined
}

function isPlain(value: unknown): value is Plain {
  if (value === null || /^(string|number|boolean)$/.test(typeof value)) return true
  return typeof value === 'object' && Object.values(value ?? {}).every(isPlain)
}
