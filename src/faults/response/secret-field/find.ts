import type { Fault } from '../../../core/fault.ts'
import type { Draft, Location } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { type Entity, secretFields } from '../../../project/data-model.ts'
import type { Access, Response } from '../../../project/flow/events.ts'
import type { Value } from '../../../project/flow/value.ts'
import { argument, isOpen, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'response/secret-field',
  title: 'Secret field in a response',
  severity: 'error',
  tags: ['security', 'api'],
  cwe: [200, 201, 522],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    // What a server component returns is rendered, not sent.
    if (!run.endpoint || run.endpoint.kind === 'page' || run.endpoint.kind === 'middleware') continue
    for (const event of run.events) {
      if (event.k !== 'response') continue
      for (const row of rowsIn(event.value)) {
        const secrets = exposed(project, row.access, row.without)
        if (secrets.length > 0) yield draft(run, event, row.access, secrets)
      }
    }
  }
}

interface Row {
  access: Access
  without: Set<string>
}

function rowsIn(value: Value, depth = 6): Row[] {
  const shape = value.shape
  if (!shape || depth === 0) return []
  if (shape.k === 'row') return [{ access: shape.access, without: shape.without }]
  if (shape.k === 'array')
    return [shape.of, ...(shape.items ?? [])].flatMap((item) => rowsIn(item, depth - 1))
  if (shape.k === 'object')
    return [...shape.fields.values(), ...(shape.open ?? [])].flatMap((item) => rowsIn(item, depth - 1))
  if (shape.k === 'promise') return rowsIn(shape.of, depth - 1)
  if (shape.k === 'response' && shape.body) return rowsIn(shape.body, depth - 1)
  return []
}

/** `User.passwordHash`, … as the query's own select, omit and include let them through. */
function exposed(project: Project, access: Access, without: Set<string>): string[] {
  const entity = project.entity(access.model)
  if (!entity || isOpen(access)) return []
  return selected(
    project,
    entity,
    argument(access, 'select'),
    argument(access, 'omit'),
    argument(access, 'include'),
    3,
  ).filter((name) => !without.has(name.split('.')[1] ?? ''))
}

function selected(
  project: Project,
  entity: Entity,
  select: Value | undefined,
  omit: Value | undefined,
  include: Value | undefined,
  depth: number,
): string[] {
  const chosen = fieldsOf(select)
  const omitted = fieldsOf(omit)
  // A `select` that could not be read is no evidence.
  if (select && !chosen) return []
  const own = secretFields(entity).filter((name) =>
    chosen ? isTrue(chosen.get(name)) : !isTrue(omitted?.get(name)),
  )
  const nested = [...(chosen ?? []), ...(fieldsOf(include) ?? [])].flatMap(([name, value]) => {
    const target = entity.relations.find((relation) => relation.field === name)
    const model = target && project.entity(target.model)
    if (!model || depth === 0 || isFalse(value)) return []
    const inner = fieldsOf(value)
    return selected(
      project,
      model,
      inner?.get('select'),
      inner?.get('omit'),
      inner?.get('include'),
      depth - 1,
    )
  })
  return [...own.map((name) => `${entity.name}.${name}`), ...nested]
}

const fieldsOf = (value: Value | undefined): Map<string, Value> | undefined =>
  value?.shape?.k === 'object' ? value.shape.fields : undefined
const isTrue = (value: Value | undefined): boolean =>
  value?.shape?.k === 'literal' && value.shape.value === true
const isFalse = (value: Value | undefined): boolean =>
  value?.shape?.k === 'literal' && value.shape.value === false

function draft(run: Run, response: Response, access: Access, secrets: string[]): Draft {
  const names = secrets.map((name) => `\`${name}\``).join(', ')
  const first = secrets[0]?.split('.')[1] ?? ''
  return {
    location: placeInHandler(run, response) ?? access.location,
    subject: `${run.label} → ${secrets.join(', ')}`,
    certainty: 'likely',
    found: `${run.label} answers with rows of ${access.model} that carry ${names}.`,
    why: 'A secret in a response ends up in browsers, logs and caches of people who should never hold it.',
    remedy: `Name the fields that the caller needs with \`select\`, or leave the secret out with \`omit: { ${first}: true }\`.`,
    evidence: [traceTo(run, { ...access, via: access.via }, `all columns of ${access.model} are read here`)],
    endpoint: run.label,
  }
}

/** The response may be made by a helper: point at the line of the endpoint's own file that calls it. */
function placeInHandler(run: Run, response: Response): Location | undefined {
  const file = run.endpoint?.location.file
  if (response.location.file === file && response.location.line > 1) return response.location
  return response.via.findLast((step) => step.location.file === file && step.location.line > 1)?.location
}

export default fault
