import type { Fault } from '../../../core/fault.ts'
import type { Draft, Location } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Raw } from '../../../project/flow/events.ts'
import { textOf } from '../../../project/flow/value.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'
import { isTrustedCaller, type Reach, reaching } from '../../../project/reach.ts'

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
  const rest: Draft[] = []
  for (const run of project.runs) {
    if (!run.endpoint) continue
    for (const event of run.events) {
      if (event.k !== 'raw') continue
      for (const [i, value] of event.spliced.entries()) {
        const [first] = reaching(run, event, textOf(value).all).filter(({ stored }) => !stored)
        if (!first) continue
        const found = draft(run, event, first, event.places?.[i] ?? event.location)
        if (found.certainty === 'likely') yield found
        else rest.push(found)
      }
    }
  }
  yield* rest
}

function draft(run: Run, event: Raw, { input, sure }: Reach, location: Location): Draft {
  return {
    location,
    subject: `${run.label} → ${event.operation}`,
    certainty: sure && !isTrustedCaller(event.facts) ? 'likely' : 'possible',
    found: `${run.label} puts ${input} into the text of a ${event.operation} query.`,
    why: 'What the caller sends is run as SQL: it can read and change every table that the database user may.',
    remedy: /^\$(query|execute)Raw/.test(event.operation)
      ? 'Use the tagged form `prisma.$queryRaw`…`` (pieces: `Prisma.sql`…``) and interpolate the value there, which binds it as a parameter; choose identifiers from a fixed list.'
      : 'Hand the value to the driver as a parameter instead of writing it into the text; choose identifiers from a fixed list.',
    evidence: [traceTo(run, event, `${input} becomes part of the SQL`)],
    endpoint: run.label,
  }
}

export default fault
