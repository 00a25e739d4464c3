/** Keeps unique keys: knows which values are taken. */
import type { Table, UniqueKey } from '../catalog.ts'

export class TakenKeys {
  private readonly taken = new Map<UniqueKey, Set<string>>()
  private readonly table: Table

  constructor(table: Table) {
    this.table = table
  }

  /** The first key that these values would break. */
  broken(value: (column: string) => unknown, applies: (key: UniqueKey) => boolean): UniqueKey | undefined {
    return this.table.uniques.find((key) => {
      const text = applies(key) ? keyText(key, value) : undefined
      return text !== undefined && (this.taken.get(key)?.has(text) ?? false)
    })
  }

  add(value: (column: string) => unknown, applies: (key: UniqueKey) => boolean): void {
    for (const key of this.table.uniques) {
      const text = applies(key) ? keyText(key, value) : undefined
      if (text === undefined) continue
      const set = this.taken.get(key) ?? new Set()
      this.taken.set(key, set.add(text))
    }
  }
}

/** `undefined` where the values cannot collide: one is absent, or not decided yet. */
function keyText(key: UniqueKey, value: (column: string) => unknown): string | undefined {
  const values = key.columns.map(value)
  if (values.length === 0 || values.includes(undefined)) return undefined
  if (values.includes(null) && !key.nullsNotDistinct) return undefined
  const text = JSON.stringify(values)
  return key.expression ? text.toLowerCase() : text
}
