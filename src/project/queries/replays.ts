/** Rows that are created for each event that a webhook is sent. */
import type { Entity } from '../data-model.ts'
import type { Access } from '../flow/events.ts'
import { visibleFields } from '../flow/value.ts'
import { argument, clientInputs } from '../ownership.ts'
import type { Project, Run } from '../project.ts'
import { isRecordOfEvents } from './growth.ts'

export interface ReplayableWrite {
  run: Run
  access: Access
  entity: Entity
}

/**
 * Creates of endpoints that take signed events, with values of the event, of models in which no such value is unique.
 * Where the endpoint looks for a row by something of the event first, it has thought of replays.
 */
export function replayableWrites(project: Project): ReplayableWrite[] {
  return project.runs.flatMap((run) => {
    const { endpoint } = run
    if (endpoint?.guard.level !== 'signature') return []
    const accesses = run.events.filter((event) => event.k === 'access')
    return accesses.flatMap((access, at) => {
      const entity = project.entity(access.model)
      if (!entity || isRecordOfEvents(entity) || access.operation !== 'create' || isUnique(entity, access))
        return []
      const looked = accesses
        .slice(0, at)
        .some((one) => one.model === access.model && /^find|^count/.test(one.operation))
      return looked || fromEvent(access).length === 0 ? [] : [{ run, access, entity }]
    })
  })
}

/** The fields that get a value of the event itself. */
const fromEvent = (access: Access): string[] =>
  [...visibleFields(argument(access, 'data'))].flatMap(([key, value]) =>
    clientInputs(value.deps).length > 0 ? [key] : [],
  )

function isUnique(entity: Entity, access: Access): boolean {
  const given = new Set(visibleFields(argument(access, 'data')).keys())
  const relations = entity.relations.filter(({ field }) => given.has(field)).flatMap(({ keys }) => keys)
  for (const key of relations) given.add(key)
  return entity.uniques.some((set) => set.every((name) => given.has(name)))
}
