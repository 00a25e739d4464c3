/** What holds on the ways out of a block that has read rows. */
import type { Event, Fact, Left } from './events.ts'
import { unwrap } from './forms.ts'
import { holdsRow } from './package-calls.ts'
import { isWrite } from './prisma.ts'
import { isGiven, isNothing, isRefusal, statusOf, type Value } from './value.ts'

interface Way {
  value: Value
  facts: readonly Fact[]
  seen: number
}

/**
 * The ways by which a row may have left a block: its end, where that is reached (`end`: what holds there), and those returns that
 * are no refusal and give something. Nothing where the block has read no rows. `start`: events of the run before it.
 */
export function waysOut(
  events: readonly Event[],
  start: number,
  returns: readonly Way[],
  end: readonly Fact[] | undefined,
): Left['ways'] {
  if (!events.slice(start).some(isReading)) return []
  return [
    ...returns
      .filter(({ value }) => !givesNothing(unwrap(value)))
      .map(({ facts, seen }) => ({ facts, after: seen - start })),
    ...(end ? [{ facts: end, after: events.length - start }] : []),
  ]
}

const isReading = (event: Event): boolean => event.k === 'access' && !isWrite(event.operation)

/** Nothing, a refusal, or what stands for one: `{ error }`, `{ status: 403 }`. */
function givesNothing(value: Value): boolean {
  if (isNothing(value) || isRefusal(value)) return true
  const { shape } = value
  if (shape?.k === 'literal') return shape.value === false
  if (shape?.k !== 'object') return false
  const { status } = statusOf(shape.fields.get('status'))
  const failed = [...shape.fields].some(([key, one]) => FAILED.test(key) && isGiven(one) !== false)
  return (status ?? 200) >= 400 || (failed && !holdsRow(value))
}

const FAILED = /^(error|errors|failure|reason)$/i
