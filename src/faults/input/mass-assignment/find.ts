import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Access } from '../../../project/flow/events.ts'
import type { Value } from '../../../project/flow/value.ts'
import { argument, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'input/mass-assignment',
  title: 'Mass assignment: the caller chooses which columns are written',
  severity: 'error',
  tags: ['security'],
  cwe: [915],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    for (const event of run.events) {
      if (event.k !== 'access' || !/^(create|update|upsert)/.test(event.operation)) continue
      const values = [argument(event, 'data'), argument(event, 'create'), argument(event, 'update')]
      const raw = values.flatMap((value) => (value ? wholeInput(value) : []))[0]
      if (raw !== undefined && run.endpoint) yield draft(project, run, event, raw)
    }
  }
}

/** Path of a client object that is written as it came: passed whole or spread, no schema having parsed it. */
function wholeInput(value: Value): string[] {
  const shape = value.shape
  if (value.client !== undefined && !shape) return value.parsed ? [] : [value.client]
  if (shape?.k === 'object') return (shape.open ?? []).flatMap(wholeInput)
  if (shape?.k === 'array') return wholeInput(shape.of)
  return []
}

function draft(project: Project, run: Run, access: Access, input: string): Draft {
  const entity = project.entity(access.model)
  const risky = (entity?.fields ?? [])
    .filter(
      (field) =>
        !field.relation &&
        (/role|admin|owner|plan|paid|verified|status|balance/i.test(field.name) ||
          entity?.relations.some((one) => one.keys.includes(field.name))),
    )
    .map((field) => `\`${field.name}\``)
  return {
    location: access.location,
    subject: `${run.label} → ${entity?.delegate ?? access.model}.${access.operation}`,
    certainty: 'likely',
    found: `${run.label} writes ${input} to ${access.model} as it was sent: no schema limits its keys.`,
    why: `The caller can set any column${risky.length > 0 ? `, ${risky.slice(0, 4).join(', ')} among them` : ''}.`,
    remedy:
      'Parse the input with a schema that lists the fields this endpoint may change, and write the parsed object.',
    evidence: [traceTo(run, access, `data comes from ${input}`)],
    endpoint: run.label,
  }
}

export default fault
