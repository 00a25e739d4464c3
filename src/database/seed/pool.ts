/** Rows that new ones may refer to, by the group that they belong to. */
import type { Random } from './random.ts'
import type { GrownRow, World } from './world.ts'

/** `zipf`: the second row is named half as often as the first, the third a third, … */
export type Skew = 'even' | 'zipf'

export class Pool {
  readonly rows: GrownRow[]
  private readonly groups = new Map<number, GrownRow[]>()

  constructor(rows: readonly GrownRow[]) {
    this.rows = []
    for (const row of rows) this.add(row)
  }

  add(row: GrownRow): void {
    this.rows.push(row)
    const group = this.groups.get(row.group)
    if (group) group.push(row)
    else this.groups.set(row.group, [row])
  }

  /** Rows of a group, or else those that all share. */
  of(group: number): readonly GrownRow[] {
    return this.groups.get(group) ?? this.groups.get(-1) ?? []
  }

  get groupNumbers(): number[] {
    return [...this.groups.keys()]
  }
}

/** The rows of the world and those that were grown on it. */
export function poolOf(world: World, table: string): Pool {
  const seeded = world.rows.flatMap((row): GrownRow[] =>
    row.table === table
      ? [{ values: row.values, group: row.party === undefined ? -1 : row.party === 'a' ? 0 : 1 }]
      : [],
  )
  return new Pool([...seeded, ...(world.grown?.get(table) ?? [])])
}

/** Chooses one of `length` for each call. Even: in turn, so that each is named as often as the next. */
export function chooser(length: number, skew: Skew, random: Random): () => number {
  if (skew === 'even') {
    let next = -1
    return () => {
      next = (next + 1) % length
      return next
    }
  }
  const sums = new Float64Array(length)
  let sum = 0
  for (let i = 0; i < length; i++) {
    sum += 1 / (i + 1)
    sums[i] = sum
  }
  return () => {
    const at = random() * sum
    let [low, high] = [0, length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? 0) < at) low = middle + 1
      else high = middle
    }
    return low
  }
}
