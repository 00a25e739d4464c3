import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Access } from '../../../project/flow/events.ts'
import { placeInEndpoint, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'
import { forbiddenColumns, wholeInputs } from '../../../project/written-input.ts'

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
    if (!run.endpoint) continue
    for (const event of run.events) {
      if (event.k !== 'access' || !/^(create|update|upsert)/.test(event.operation)) continue
      const inputs = wholeInputs(event)
      const raw = inputs.find((one) => !one.keys)
      if (raw) yield draft(project, run, event, raw.input)
      const entity = project.entity(event.model)
      for (const one of inputs) {
        const columns = entity ? forbiddenColumns(event, entity, one) : []
        if (columns.length > 0) yield letThrough(run, event, one.input, columns)
      }
    }
  }
}

/** The schema itself names a column that is not the caller's to set. */
function letThrough(run: Run, access: Access, input: string, columns: string[]): Draft {
  const names = columns.map((column) => `\`${column}\``).join(', ')
  return {
    location: placeInEndpoint(run, access),
    subject: `${run.label} → ${access.model}.${columns.join(',')}`,
    certainty: 'likely',
    found: `${run.label} writes ${input} to ${access.model} with all that its schema lets through, ${names} among it.`,
    why: `The caller sets ${names} by sending it; nothing here checks that they may.`,
    remedy: `Leave ${names} out of the schema of this endpoint (\`.pick({ … })\` the fields that it is for), and write those by name.`,
    evidence: [traceTo(run, access, `${names} of ${input} is written`)],
    endpoint: run.label,
  }
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
