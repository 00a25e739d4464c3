/** What most places do, with the first of them. */
import type { Location } from '../../core/finding.ts'
import type { Habit } from './habits.ts'

interface Example<T> {
  value: T
  at?: Location
}

export type Votes<T> = Map<string, { count: number; example: Example<T> }>

/** `example` is asked for only by the first vote of a key. */
export function vote<T>(votes: Votes<T>, key: string, example: () => Example<T>, weight = 1): void {
  const known = votes.get(key)
  if (known) known.count += weight
  else votes.set(key, { count: weight, example: example() })
}

/** The key with the most votes; the earlier one of equals. */
export function best<T>(votes: Votes<T>): Habit<T> | undefined {
  const [most] = [...votes.values()].sort((a, b) => b.count - a.count)
  if (!most) return undefined
  const total = [...votes.values()].reduce((sum, { count }) => sum + count, 0)
  return { ...most.example, of: { count: most.count, total } }
}
