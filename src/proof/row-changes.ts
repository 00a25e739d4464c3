/** What a request did to the rows: how they differ from the seeded ones, but for what was made before the request. */
import { type RowChange, worldDiff } from '../database/seed/diff.ts'
import type { World } from '../database/seed/world.ts'
import type { Client } from '../database/server.ts'

export class RowChanges {
  private readonly client: Client
  private readonly world: World
  private known = new Set<string>()
  /** Of what was made before, rows in another state: a request may put them back. */
  private ready: RowChange[] = []

  constructor(client: Client, world: World) {
    this.client = client
    this.world = world
  }

  /** What differs now counts no more. */
  async settle(): Promise<void> {
    const now = await this.all()
    this.known = new Set(now.map(keyOf))
    this.ready = now.filter(({ kind }) => kind === 'changed')
  }

  /** The rows are as they were seeded. */
  forget(): void {
    this.known = new Set()
    this.ready = []
  }

  async since(): Promise<RowChange[]> {
    const now = await this.all()
    const rows = new Set(now.map(({ row }) => row))
    const back = this.ready.filter(({ row }) => !rows.has(row)).map(inverse)
    return [...now.filter((one) => !this.known.has(keyOf(one))), ...back]
  }

  all(): Promise<RowChange[]> {
    return worldDiff(this.client, this.world)
  }
}

const keyOf = ({ kind, table, row, columns }: RowChange): string =>
  JSON.stringify([kind, table, row?.values, columns])

const inverse = (change: RowChange): RowChange => ({
  ...change,
  columns: change.columns.map(({ column, before, after }) => ({ column, before: after, after: before })),
})
