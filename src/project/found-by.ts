/** By what did a caller who is not signed in find a row: by a guess, or by something that only the right person has? */
import { fieldsIn } from './credentials.ts'
import type { Entity } from './data-model.ts'
import type { Access, Fact } from './flow/events.ts'
import { allDeps } from './flow/value.ts'
import { isPasswordChecked, isVerified } from './guards.ts'
import { argument, CAPABILITY, clientInputs, keysFromClient, leaves } from './ownership.ts'
import type { Project, Run } from './project.ts'
import { foundBy } from './sent-columns.ts'

/**
 * `id`: its id, or a row that it belongs to, as the caller sent it. `name`: another column that names one row, or the row
 * of something else. `own`: who is calling, or something that only the right person knows.
 */
export type Finder = { by: 'id' | 'name'; input: string; column: string } | { by: 'own' | 'unknown' }

/** Rows whose id is sent to one person, as a link. */
const LINK = /invit|share|link|token|verification|reset|magic|session|otp|signing|envelope|ticket/i

/** How the row of a query was found; `facts`: what held where it left. */
export function finderOf(project: Project, run: Run, access: Access, facts: readonly Fact[]): Finder {
  const entity = project.entity(access.model)
  if (!entity) return { by: 'unknown' }
  const deps = foundBy(access)
  const isOwn =
    isVerified(deps) ||
    [...deps].some((dep) => /^(credential|signed|checked):/.test(dep)) ||
    clientInputs(deps).some((input) => CAPABILITY.test(lastPart(input))) ||
    leaves(argument(access, 'where')).some(
      ({ path, value }) => CAPABILITY.test(path) && clientInputs(allDeps(value)).length > 0,
    ) ||
    isPasswordChecked(facts) ||
    facts.some(isCapabilityAsked) ||
    rowsBefore(access).some((model) => LINK.test(model)) ||
    LINK.test(access.model)
  if (isOwn) return { by: 'own' }
  return namedBy(run, access, entity)
}

const lastPart = (input: string): string => input.split('.').at(-1) ?? ''

/** The models of the rows that led to this one. */
const rowsBefore = (access: Access): string[] =>
  [...foundBy(access)].flatMap((dep) => (dep.startsWith('row:') ? [dep.slice(4)] : []))

/** `if (link.token !== token) return`: a part of a row that only the right person knows. */
const isCapabilityAsked = (fact: Fact): boolean =>
  !fact.presence &&
  clientInputs(fact.deps).length > 0 &&
  (fieldsIn(fact.deps).some((name) => CAPABILITY.test(name)) ||
    clientInputs(fact.deps).some((input) => CAPABILITY.test(lastPart(input))))

function namedBy(run: Run, access: Access, entity: Entity): Finder {
  const [key] = keysFromClient(access, entity)
  if (key) {
    const input = key.value.client ?? clientInputs(key.value.deps)[0] ?? ''
    const column = lastPart(key.path)
    // The id was read from another row: what that was found by decides.
    const [before] = rowsBefore(access)
    if (key.value.client !== undefined || before === undefined) return { by: 'id', input, column }
    const earlier = run.events.find(
      (event): event is Access => event.k === 'access' && event !== access && event.model === before,
    )
    return { by: earlier && isByClientId(earlier) ? 'id' : 'name', input, column }
  }
  const named = leaves(argument(access, 'where')).find(({ value }) => clientInputs(allDeps(value)).length > 0)
  const [input] = named ? clientInputs(allDeps(named.value)) : []
  if (!named || input === undefined) return { by: 'unknown' }
  return { by: 'name', input, column: lastPart(named.path) }
}

const isByClientId = (access: Access): boolean =>
  leaves(argument(access, 'where')).some(
    ({ path, value }) => /(^|\.)id$/.test(path) && value.client !== undefined,
  )
