import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { answersOf } from '../../../project/calls/answers.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'api/success-on-failure',
  title: 'Failure answered with 200',
  severity: 'warning',
  tags: ['api'],
  cwe: [393],
  references: [
    'https://www.rfc-editor.org/rfc/rfc9110.html#name-status-codes',
    'https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/',
  ],

  find: (project) => drafts(project),
}

/** Above this share of failures with 200, it is how the project answers. */
const STYLE = 0.3

function* drafts(project: Project): Iterable<Draft> {
  const failures = answersOf(project).filter(({ failure, status }) => failure && status !== undefined)
  const wrong = failures.filter(({ status }) => status === 200)
  const style = wrong.length / Math.max(1, failures.length) > STYLE
  for (const { run, event, location, keys } of wrong) {
    // Whoever sends webhooks would send them again for any other answer.
    const hook = /webhook|callback|cron/i.test(`${run.endpoint?.path} ${location.file}`)
    yield {
      location,
      subject: `${run.label} → ${(keys ?? []).join(',')} with 200`,
      certainty: style || hook ? 'possible' : 'likely',
      found: `${run.label} reports a failure (\`${(keys ?? []).join('`, `')}\`) with status 200.`,
      why: `Clients, caches, monitors and retries go by the status: they take this for a success.${style ? '' : ` ${failures.length - wrong.length} of ${failures.length} failures of this application have a status of their own.`}`,
      remedy: 'Give the status that says what failed, as second argument: `{ status: 400 }`, 404, 409, 500.',
      evidence: [traceTo(run, event, 'answered with 200')],
      endpoint: run.label,
    }
  }
}

export default fault
