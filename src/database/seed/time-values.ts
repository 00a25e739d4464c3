/** Times of a row that is alive: made in the past, not over, not expired. */
import type { Column } from '../catalog.ts'
import { isAlive, isOver, wordsOf } from './meaning.ts'
import type { Cell } from './text-values.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** Milliseconds, or `null` for what has not happened. */
export function timeMaker(column: Column, unique: boolean): (cell: Cell) => number | null {
  const words = wordsOf(column.name)
  const made = momentOf(words, column)
  return (cell) => {
    const time = made(cell)
    return time !== null && unique ? time + cell.n : time
  }
}

function momentOf(words: string, column: Column): (cell: Cell) => number | null {
  const far = /(^| )(expir(es|y|ed|ation)|valid (until|to)|period ends?|renews?|until)( |$)/.test(words)
  if (far) return ({ now }) => now + 365 * DAY
  if (/^(created|inserted|registered|joined|added|made|date created)( |$)/.test(words))
    return ({ born }) => born
  if (/(^| )(updated|modified|changed|edited|touched)( |$)/.test(words)) return ({ born }) => born + HOUR
  if (column.nullable && isOver(column.name)) return () => null
  if (isAlive(column.name)) return ({ born }) => born + HOUR
  if (/(^| )(due|deadline|next|remind|reminder|scheduled|starts?|begins?|from)( |$)/.test(words))
    return ({ now, n }) => now + (1 + (n % 28)) * DAY
  if (/(^| )(ends?|to|finish)( |$)/.test(words)) return ({ now, n }) => now + (1 + (n % 28)) * DAY + 2 * HOUR
  // What was done to the row, such as `paidAt`, was not yet done to one that is new.
  if (column.nullable && /ed( (at|on|date|time))?$|(^| )(sent|read|paid|seen|done)( |$)/.test(words))
    return () => null
  return ({ born }) => born + 2 * HOUR
}
