/** What somebody gains who sends the id of a row that is not theirs. */
import { withArticle } from '../core/wording.ts'
import type { Entity } from './data-model.ts'
import type { Access, Event } from './flow/events.ts'
import { isWrite } from './flow/prisma.ts'
import { allDeps } from './flow/value.ts'
import { argument, clientInputs, leaves } from './ownership.ts'

/** `see it`, `change it`, `delete it`, or what is done with a row that is read and not answered. */
export function gained(events: readonly Event[], access: Access, entity: Entity): string {
  if (access.operation.startsWith('delete')) return 'delete it'
  if (isWrite(access.operation)) return 'change it'
  const later = events.slice(events.indexOf(access) + 1)
  if (later.some((event) => shows(event, entity))) return 'see it'
  const inputs = inputsOf(access, 'where')
  const writes = later.filter((event): event is Access => event.k === 'access' && isWrite(event.operation))
  const changed = writes.find(
    (write) => write.model === access.model && meets(inputs, inputsOf(write, 'where')),
  )
  if (changed) return changed.operation.startsWith('delete') ? 'delete it' : 'change it'
  const user = writes.find((write) =>
    meets(inputs, [...inputsOf(write, 'data'), ...inputsOf(write, 'create')]),
  )
  return user ? `connect ${withArticle(user.model)} to it` : 'have it used here'
}

/** A row of it is part of an answer, or of what the browser is sent. */
function shows(event: Event, { name }: Entity): boolean {
  if (event.k !== 'response' && event.k !== 'client-props') return false
  return [...allDeps(event.value, 8)].some((dep) => dep === `row:${name}`)
}

const inputsOf = (access: Access, name: string): string[] =>
  leaves(argument(access, name)).flatMap(({ value }) => clientInputs(allDeps(value)))

const meets = (some: readonly string[], others: readonly string[]): boolean =>
  some.some((one) => others.includes(one))
