import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { allDeps } from '../../../project/flow/value.ts'
import { clientInputs, traceTo } from '../../../project/ownership.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'input/raw-sql',
  title: 'SQL injection: input of the caller in the text of a raw query',
  severity: 'error',
  tags: ['security'],
  cwe: [89],
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/using-raw-sql/raw-queries#sql-injection-prevention',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    for (const event of run.events) {
      if (event.k !== 'raw') continue
      const inputs = event.spliced.flatMap((value) => clientInputs(allDeps(value)))
      const first = inputs[0]
      if (first === undefined) continue
      yield {
        location: event.location,
        subject: `${run.label} → ${event.operation}`,
        certainty: 'likely',
        found: `${run.label} puts ${first} into the text of a ${event.operation} query.`,
        why: 'What the caller sends is run as SQL: it can read and change every table that the database user may.',
        remedy:
          'Use the tagged form `prisma.$queryRaw`…`` and interpolate the value there, which binds it as a parameter; choose identifiers from a fixed list.',
        evidence: [traceTo(run, event, `${first} becomes part of the SQL`)],
        endpoint: run.label,
      }
    }
  }
}

export default fault
