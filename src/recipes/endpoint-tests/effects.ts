/** What a request did to the rows. */
import type { Round, StoredRow } from './observe.ts'
import type { PartyRow } from './party.ts'
import type { Subject } from './subject.ts'

export interface Effect {
  model: string
  created: StoredRow[]
  removed: StoredRow[]
  changed: { before: StoredRow; after: StoredRow; fields: string[] }[]
  /** How many there were. */
  there: number
}

export function effectsOf({ dataModel }: Subject, { before, after }: Round): Effect[] {
  return Object.keys(before).flatMap((model): Effect[] => {
    const keys = dataModel.model(model)?.uniques[0] ?? ['id']
    const keyOf = (row: StoredRow): string => JSON.stringify(keys.map((name) => row[name]))
    const old = new Map((before[model] ?? []).map((row) => [keyOf(row), row]))
    const now = new Map((after[model] ?? []).map((row) => [keyOf(row), row]))
    const effect: Effect = { model, created: [], removed: [], changed: [], there: old.size }
    for (const [key, row] of now) {
      const was = old.get(key)
      if (!was) effect.created.push(row)
      else {
        const fields = Object.keys(row).filter(
          (name) => JSON.stringify(row[name]) !== JSON.stringify(was[name]),
        )
        if (fields.length > 0) effect.changed.push({ before: was, after: row, fields })
      }
    }
    for (const [key, row] of old) if (!now.has(key)) effect.removed.push(row)
    return effect.created.length + effect.removed.length + effect.changed.length > 0 ? [effect] : []
  })
}

/** Whose row it is: `north.album`. */
export function ownerOf(round: Round, row: StoredRow, of: PartyRow | undefined): string | undefined {
  if (!of) return undefined
  const keys = of.entity.uniques[0] ?? ['id']
  for (const party of ['north', 'south'] as const) {
    const own = round[party]?.[of.variable]
    if (typeof own !== 'object' || own === null) continue
    const values: Record<string, unknown> = { ...own }
    if (keys.every((name) => JSON.stringify(values[name]) === JSON.stringify(row[name])))
      return `${party}.${of.variable}`
  }
  return undefined
}
