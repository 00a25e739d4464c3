/** Text of seeded cells, looked for in answers. */
import type { World } from '../database/seed/world.ts'
import type { Shown } from './bench.ts'

export interface Marks {
  /** Cells whose text stands in an answer, and did not stand in what was sent. */
  shownIn(body: string, sent: string): Shown[]
}

/** All canaries begin alike, so that an answer is looked through once. */
const CANARY = /cnry[0-9a-f]{6,16}/g

export function marksOf(world: World): Marks {
  const byCanary = new Map<string, Shown>()
  const others: Shown[] = []
  for (const row of world.rows)
    for (const [column, token] of Object.entries(row.canaries)) {
      const shown = { row, column, token }
      const canary = new RegExp(CANARY.source).exec(token)?.[0]
      if (canary === undefined) others.push(shown)
      else byCanary.set(canary, shown)
    }
  return {
    shownIn(body, sent) {
      const found = [...new Set(body.match(CANARY) ?? [])].flatMap((token) => byCanary.get(token) ?? [])
      const plain = others.filter(({ token }) => body.includes(token))
      return [...found, ...plain].filter(({ token }) => !sent.includes(token))
    },
  }
}
