import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { answersItself, isCaught } from '../../../project/calls/catches.ts'
import type { Entity } from '../../../project/data-model.ts'
import type { Access } from '../../../project/flow/events.ts'
import { allDeps, type Value } from '../../../project/flow/value.ts'
import { argument, clientInputs, leaves, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'api/unanswered-duplicate',
  title: 'Taken value answered with 500',
  severity: 'warning',
  tags: ['api', 'schema'],
  cwe: [755],
  references: [
    'https://www.prisma.io/docs/orm/reference/error-reference#p2002',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x25-V16-Security-Logging-and-Error-Handling.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    if (!answersItself(project, run)) continue
    for (const event of run.events) {
      if (event.k !== 'access' || !/^(?:create|update)$/.test(event.operation)) continue
      const entity = project.entity(event.model)
      const taken = entity && uniqueFromClient(entity, event)
      if (!entity || !taken || isCaught(project, event) || isLookedFor(run, event, taken)) continue
      const call = `${entity.delegate}.${event.operation}`
      const names = taken.map((name) => `\`${name}\``).join(', ')
      yield {
        location: event.location,
        subject: `${run.label} → ${call} ${taken.join(',')}`,
        certainty: 'likely',
        found: `${run.label} answers 500 when ${names} of ${event.model} is taken.`,
        why: `${names} is unique and comes from the request. For a value that exists, \`${call}\` throws P2002, and nothing on the way catches it: the caller is told that the server is broken, not what to change.`,
        remedy: 'Catch the error with code `P2002` and answer 409 with the name of the field.',
        evidence: [
          traceTo(run, event, 'throws when the value is taken'),
          {
            kind: 'trace',
            steps: entity.fields
              .filter(({ name }) => taken.includes(name))
              .map(({ name, location }) => ({ location, note: `${name} is part of a unique key` })),
          },
        ],
        endpoint: run.label,
      }
    }
  }
}

/** The fields of a unique key that the call gives, one of them at least as the request has it. */
function uniqueFromClient(entity: Entity, access: Access): string[] | undefined {
  const data = argument(access, 'data')
  const fields = data?.shape?.k === 'object' ? data.shape.fields : undefined
  if (!fields) return undefined
  const isOwn = (value: Value | undefined): boolean =>
    value !== undefined && clientInputs(allDeps(value)).length > 0 && value.shape?.k !== 'object'
  const relations = new Set(entity.relations.flatMap((relation) => relation.keys))
  return entity.uniques.find(
    (set) =>
      set.every((name) => fields.has(name)) &&
      set.some((name) => isOwn(fields.get(name)) && fields.get(name)?.client !== undefined) &&
      // Of a row that joins two others, both ids: how often it is made twice, the source does not tell.
      !set.every((name) => relations.has(name)),
  )
}

/** Some earlier query of the endpoint asks for the value: a twin is noticed, but for two requests at once. */
function isLookedFor(run: Run, access: Access, taken: string[]): boolean {
  return run.events
    .slice(0, run.events.indexOf(access))
    .some(
      (event) =>
        event.k === 'access' &&
        event.model === access.model &&
        leaves(argument(event, 'where')).some(({ path }) =>
          taken.some((name) => path.split('.').includes(name)),
        ),
    )
}

export default fault
