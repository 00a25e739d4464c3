import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import {
  accountLookups,
  askedForRow,
  isAnonymous,
  isExistenceTold,
  packageCalls,
} from '../../../project/credentials.ts'
import type { Access, PackageCall } from '../../../project/flow/events.ts'
import { allDeps } from '../../../project/flow/value.ts'
import { placeInHandler, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'authentication/login-timing',
  title: 'Login answers sooner for an unknown account',
  severity: 'warning',
  tags: ['security'],
  cwe: [208, 204],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/',
    'https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html#authentication-and-error-messages',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x15-V6-Authentication.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    const checks = packageCalls(run, 'check-password').filter(isAnonymous)
    if (checks.length === 0) continue
    for (const lookup of accountLookups(project, run)) {
      const check = checks.find((one) => isHashOf(one, lookup) && askedForRow(one, lookup.model, true))
      if (check && !isBalanced(run, lookup) && !isExistenceTold(project, lookup.model))
        yield draft(run, lookup, check)
    }
  }
}

/** The stored hash is that of the account that was looked up, or of a row that was found by it. */
const isHashOf = (check: PackageCall, lookup: Access): boolean =>
  check.args.some((arg) => allDeps(arg).has(`row:${lookup.model}`))

/** Where there is no account, a hash is computed all the same. */
const isBalanced = (run: Run, lookup: Access): boolean =>
  [...packageCalls(run, 'check-password'), ...packageCalls(run, 'hash-password')].some((one) =>
    askedForRow(one, lookup.model, false),
  )

function draft(run: Run, lookup: Access, check: PackageCall): Draft {
  return {
    location: placeInHandler(check),
    subject: `${run.label} → ${lookup.model}`,
    certainty: 'likely',
    found: `${run.label} computes the slow hash only when the ${lookup.model} was found: without one it answers at once.`,
    why: 'A hash for passwords takes tens to hundreds of milliseconds. From the time that an answer takes, anybody learns which addresses have an account.',
    remedy: `Compare in both cases: \`${check.name}\` with the stored hash, or with a fixed hash of the same cost when there is no ${lookup.model}, and answer afterwards. Bound the length of the password before.`,
    evidence: [traceTo(run, check, `\`${check.name}\` runs only after the row was found`)],
    ...(run.endpoint ? { endpoint: run.label } : {}),
  }
}

export default fault
