/** Which transaction an error is about. */
import { type Transaction, transactionsOf } from '../../project/surroundings/transactions.ts'
import type { Scene } from '../cause.ts'

/** The transactions that hold a place of the stack; where none does, all of the project. */
export function transactionsHere({ project, places, call }: Scene): { here: boolean; list: Transaction[] } {
  const all = transactionsOf(project)
  const spots = [...places.map(({ location }) => location), ...(call ? [call.location] : [])]
  const here = all.filter(({ location, end }) =>
    spots.some((spot) => spot.file === location.file && spot.line >= location.line && spot.line <= end),
  )
  return here.length > 0 ? { here: true, list: here } : { here: false, list: all }
}
