import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { UnsetCheck } from '../../../project/flow/events.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'
import { declarationOf, unsetChecks, verifiesElse } from '../../../project/unset-secrets.ts'

const fault: Fault<Project> = {
  id: 'authentication/unset-secret',
  title: 'Check that passes where its secret is not set',
  severity: 'error',
  tags: ['security'],
  cwe: [636, 287, 306],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x22-V13-Configuration.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    if (!run.endpoint) continue
    for (const check of unsetChecks(run)) {
      const declared = declarationOf(project, check.variable)
      if (declared === undefined || declared === 'optional') yield draft(project, run, check)
    }
  }
}

/** In development only, as far as can be told from where the two stand. */
const namesProduction = (project: Project, { variable, location }: UnsetCheck): boolean =>
  new RegExp(`NODE_ENV[^]{0,200}${variable}|${variable}[^]{0,200}NODE_ENV`).test(
    project.sourceText(location.file) ?? '',
  )

const lets: Record<UnsetCheck['unset'], (check: UnsetCheck) => string> = {
  skipped: () => 'the check is left out, and everybody is let through',
  passed: () => 'the function that decides says yes to everybody',
  nothing: () => 'a request that leaves the value out is let through: `undefined` equals `undefined`',
  text: ({ text }) => `a request that sends \`${text}\` is let through`,
}

/** What is behind it is hardly worth a secret. */
const TELLS_HEALTH = /health|status|ping|ready|metrics/i

function draft(project: Project, run: Run, check: UnsetCheck): Draft {
  const { variable } = check
  const isSure =
    run.endpoint?.guard.proxy === undefined &&
    !TELLS_HEALTH.test(run.endpoint?.path ?? '') &&
    !namesProduction(project, check) &&
    !verifiesElse(run, check)
  return {
    location: check.location,
    subject: variable,
    certainty: isSure ? 'likely' : 'possible',
    found: `${run.label} asks for \`${variable}\`, and where that is not set, ${lets[check.unset](check)}.`,
    why: 'An installation on which the variable was forgotten works, and nothing warns of it: whoever knows the address calls the endpoint as if they were the sender it was made for.',
    remedy: `Refuse first: \`if (!${variable}) return\` a 500, then compare; or require \`${variable}\` in the schema of the environment, so that the server does not start without it.`,
    evidence: [traceTo(run, check, `passes where ${variable} is not set`)],
    endpoint: run.label,
  }
}

export default fault
