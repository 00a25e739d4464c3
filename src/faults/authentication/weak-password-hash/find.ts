import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { fieldsIn, packageCalls } from '../../../project/credentials.ts'
import type { Moment, PackageCall } from '../../../project/flow/events.ts'
import { DIGEST, HASHED_PASSWORD, holdsPassword } from '../../../project/flow/package-calls.ts'
import { allDeps, type Sources, type Value } from '../../../project/flow/value.ts'
import { argument, leaves, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

/** OWASP Password Storage Cheat Sheet: the work factor of bcrypt is at least 10. */
const BCRYPT = 10
/** The same page asks for 210,000 (SHA-512) to 600,000 (SHA-256) iterations; what is below this is weak with either. */
const PBKDF2 = 100_000

const fault: Fault<Project> = {
  id: 'authentication/weak-password-hash',
  title: 'Password hash that is quick to guess',
  severity: 'error',
  tags: ['security'],
  cwe: [916, 327],
  references: [
    'https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x20-V11-Cryptography.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    for (const call of packageCalls(run, 'hash-password')) {
      const weak = costOf(call)
      if (weak) yield draft(run, call, weak, isOfPassword(call) ? 'likely' : 'possible')
    }
    for (const { moment, algorithm } of plainDigests(run))
      yield draft(run, moment, `a single round of ${algorithm}`, 'likely')
  }
}

/** A literal work factor below what is asked for today. */
function costOf({ name, args }: PackageCall): string | undefined {
  const number = (value: Value | undefined): number | undefined =>
    value?.shape?.k === 'literal' && typeof value.shape.value === 'number' ? value.shape.value : undefined
  if (/^pbkdf2/.test(name)) {
    const rounds = number(args[2])
    return rounds !== undefined && rounds < PBKDF2 ? `PBKDF2 with ${rounds} iterations` : undefined
  }
  if (/^scrypt/.test(name)) return undefined
  const cost = number(/^genSalt/.test(name) ? args[0] : args[1])
  return cost !== undefined && cost < BCRYPT ? `bcrypt with a cost of ${cost}` : undefined
}

const isOfPassword = ({ name, args }: PackageCall): boolean =>
  /^genSalt/.test(name) || args.slice(0, 1).some((arg) => holdsPassword(allDeps(arg)))

/** Digests made for speed that stand for a password: stored as one, looked up as one, or held against a stored one. */
function* plainDigests(run: Run): Iterable<{ moment: Moment; algorithm: string }> {
  for (const event of run.events) {
    if (event.k === 'access') {
      const parts = ['data', 'create', 'update', 'where'].flatMap((name) => leaves(argument(event, name)))
      for (const { path, value } of parts) {
        const algorithm = /passw/i.test(path) ? digestOf(allDeps(value)) : undefined
        if (algorithm !== undefined) yield { moment: event, algorithm }
      }
    }
    if (event.k === 'compare')
      for (const [one, other] of [
        [event.left, event.right],
        [event.right, event.left],
      ] as const) {
        const algorithm = fieldsIn(other.deps).some((name) => /passw/i.test(name))
          ? digestOf(one.deps)
          : undefined
        if (algorithm !== undefined) yield { moment: event, algorithm }
      }
  }
}

/** A digest of what was typed as a password, unless a function made for passwords was applied as well. */
function digestOf(deps: Sources): string | undefined {
  if (deps.has(HASHED_PASSWORD)) return undefined
  return [...deps].find((dep) => dep.startsWith(DIGEST))?.slice(DIGEST.length)
}

function draft(run: Run, moment: Moment, weak: string, certainty: Draft['certainty']): Draft {
  return {
    location: moment.location,
    subject: `${run.label} → ${weak}`,
    certainty,
    found: `${run.label} protects a password with ${weak}.`,
    why: 'Whoever gets a copy of the table tries billions of passwords a second against a quick digest, and thousands against a cheap hash; most passwords of people fall within hours.',
    remedy:
      'Hash with argon2id (19 MiB, 2 rounds) or bcrypt with a cost of 12, and hash anew at the next login those that are stored already.',
    evidence: [traceTo(run, moment, weak)],
    ...(run.endpoint ? { endpoint: run.label } : {}),
  }
}

export default fault
