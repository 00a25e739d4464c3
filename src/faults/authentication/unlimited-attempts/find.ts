import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import {
  accountLookups,
  guessedCodes,
  guessedSecrets,
  isAnonymous,
  isLimitedInProxy,
  packageCalls,
} from '../../../project/credentials.ts'
import type { Moment, PackageCall } from '../../../project/flow/events.ts'
import { holdsPassword } from '../../../project/flow/package-calls.ts'
import { allDeps } from '../../../project/flow/value.ts'
import { isPasswordChecked } from '../../../project/guards.ts'
import { argument, clientInputs, leaves, placeInHandler, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'authentication/unlimited-attempts',
  title: 'Passwords can be tried without a limit',
  severity: 'warning',
  tags: ['security'],
  cwe: [307],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x15-V6-Authentication.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  if (isLimitedInProxy(project)) return
  for (const run of project.runs) {
    if (packageCalls(run, 'limit').length > 0 || countsAttempts(project, run)) continue
    const check = packageCalls(run, 'check-password').find(
      (one) => isAnonymous(one) && one.args.some((arg) => holdsPassword(allDeps(arg))),
    )
    const code = run.endpoint && packageCalls(run, 'check-code').find((one) => isGuessed(run, one))
    if (code) yield draft(run, code, 'a code of the second factor')
    if (check) yield draft(run, check, 'a password')
    else if (run.endpoint && !/^(page|metadata)$/.test(run.endpoint.kind))
      for (const { at, model, field } of guessedSecrets(run))
        yield draft(run, at, `\`${field}\` of a row of ${model}`)
    if (!check && run.endpoint)
      for (const { at, input } of guessedCodes(run)) yield draft(run, at, `the code \`${input}\``)
  }
}

/**
 * A code that the caller has sent, and no password beside it. Whoever sets the second factor up has been shown the secret that the code comes from, and has
 * nothing to guess.
 */
function isGuessed(run: Run, check: PackageCall): boolean {
  const isSent = check.args.some((arg) => clientInputs(allDeps(arg)).length > 0)
  if (!isSent || isPasswordChecked(check.facts)) return false
  const next = run.events.slice(run.events.indexOf(check)).find((event) => event.k === 'access')
  const setsUp =
    next?.k === 'access' &&
    leaves(argument(next, 'data')).some(
      ({ path, value: { shape } }) =>
        /enabl|active|verified|confirmed/i.test(path) && shape?.k === 'literal' && shape.value === true,
    )
  return !setsUp
}

/** The account has a column that counts or locks, and the file that looks the account up speaks of it. */
const countsAttempts = (project: Project, run: Run): boolean =>
  accountLookups(project, run).some(({ model, location }) =>
    project
      .entity(model)
      ?.fields.some(
        ({ name }) =>
          /attempt|lock|failed/i.test(name) && (project.sourceText(location.file) ?? '').includes(name),
      ),
  )

function draft(run: Run, check: Moment, what: string): Draft {
  // What could not be followed may count.
  const isRead = (run.endpoint?.unknown.length ?? 0) === 0
  return {
    location: placeInHandler(check),
    subject: run.label,
    certainty: isRead ? 'likely' : 'possible',
    found: `${run.label} checks ${what}, and nothing on the way counts how often: no call of a limiter, a captcha or a lock by package or by name was seen, no column of the account that counts, nothing of the kind in the proxy.`,
    why: 'Passwords are tried by thousands a minute, from lists of leaked ones or one after the other, until one fits.',
    remedy:
      'Count failures per account or link and per address in a store that all instances share, and answer 429 past a few: with @upstash/ratelimit, rate-limiter-flexible, or the limiter that other endpoints here use. If something in front of the server limits already, say so with an ignore comment.',
    evidence: [traceTo(run, check, `${what} is checked, whatever came before`)],
    ...(run.endpoint ? { endpoint: run.label } : {}),
  }
}

export default fault
