import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { answersItself, isCaught } from '../../../project/calls/catches.ts'
import { allDeps, type Value } from '../../../project/flow/value.ts'
import { leaves, traceTo } from '../../../project/ownership.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'api/unanswered-invalid-input',
  title: 'Invalid input answered with 500',
  severity: 'warning',
  tags: ['api'],
  cwe: [755, 20],
  references: [
    'https://zod.dev/error-customization',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x11-V2-Validation-and-Business-Logic.md',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x25-V16-Security-Logging-and-Error-Handling.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    if (!answersItself(project, run)) continue
    for (const event of run.events) {
      if (event.k !== 'parse' || !event.throws || isCaught(project, event)) continue
      if (!isInput(event.input)) continue
      yield {
        location: event.location,
        subject: `${run.label} → parse ${event.schema}`,
        certainty: 'likely',
        found: `${run.label} answers 500 when the input does not fit the schema.`,
        why: '`parse` throws what does not fit, and nothing on the way catches it. The caller is told that the server is broken, not what to change, and every malformed request looks like a fault of yours in the logs.',
        remedy:
          'Use `safeParse`, and answer 400 with the issues: `if (!parsed.success) return Response.json({ error: parsed.error.issues }, { status: 400 })`.',
        evidence: [traceTo(run, event, 'throws what does not fit')],
        endpoint: run.label,
      }
    }
  }
}

/** What is parsed was sent as it is, all of it: neither a row that was found by it, nor values of the code's own. */
const isInput = (input: Value): boolean =>
  leaves(input).every(({ value }) => {
    const deps = [...allDeps(value)]
    return deps.length > 0 && deps.every((dep) => dep.startsWith('client:'))
  })

export default fault
