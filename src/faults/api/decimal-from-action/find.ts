import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { columnsIn } from '../../../project/calls/columns.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'api/decimal-from-action',
  title: 'Decimal in the answer of a server action',
  severity: 'warning',
  tags: ['api', 'schema'],
  cwe: [704],
  references: ['https://react.dev/reference/rsc/use-server#serializable-parameters-and-return-values'],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    if (run.endpoint?.kind !== 'action') continue
    for (const event of run.events) {
      if (event.k !== 'response') continue
      const [column] = columnsIn(project, event.value, 'Decimal')
      if (!column) continue
      const name = `${column.entity.name}.${column.field.name}`
      yield {
        location: event.location,
        subject: `${run.label} → ${name}`,
        certainty: 'likely',
        found: `${run.label} returns rows that hold \`${name}\`, a Decimal.`,
        why: `Only plain objects cross from a server action to the browser. A Decimal is an object of a class: the call fails${column.field.optional ? ` as soon as ${name} has a value` : ''}.`,
        remedy: `Return only the fields that are shown, the Decimal as text: \`${column.field.name}: row.${column.field.name}.toString()\`.`,
        evidence: [
          traceTo(run, event, 'returned to the browser'),
          {
            kind: 'trace',
            steps: [
              { location: column.access.location, note: `reads ${name}` },
              { location: column.field.location, note: `${column.field.name} Decimal` },
            ],
          },
        ],
        endpoint: run.label,
      }
    }
  }
}

export default fault
