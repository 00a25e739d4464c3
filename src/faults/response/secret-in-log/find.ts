import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { packageCalls } from '../../../project/credentials.ts'
import { rowsIn, secretsIn } from '../../../project/exposure.ts'
import type { PackageCall } from '../../../project/flow/events.ts'
import { allDeps, type Value, visibleFields } from '../../../project/flow/value.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'response/secret-in-log',
  title: 'Password or secret column in a log',
  severity: 'warning',
  tags: ['security'],
  cwe: [532],
  references: [
    'https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html#data-to-exclude',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x25-V16-Security-Logging-and-Error-Handling.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs)
    for (const call of packageCalls(run, 'log')) {
      const secret = call.args.map((arg) => secretOf(project, run, arg)).find((one) => one !== undefined)
      if (secret !== undefined) yield draft(run, call, secret)
    }
}

const TYPED =
  /(^|\.)(current|new|old|confirm)?_?(password|passwd|passphrase|secret|otp|totp|pin|cvv|cardnumber)\w*$/i

/** What of a value is a secret: what was typed, or the column of a row. Values made from them are not followed. */
function secretOf(project: Project, run: Run, value: Value): string | undefined {
  const row = rowsIn(value)
    .flatMap((one) => secretsIn(project, one))
    .find(({ sure }) => sure)
  if (row) return row.name
  for (const part of [value, ...visibleFields(value).values()]) {
    if (part.shape?.k === 'literal') continue
    if (part.client !== undefined && TYPED.test(part.client)) return part.client
    if (part.client === 'body' || part.client === 'input' || part.client === 'credentials') {
      const inside = passwordIn(run, part.client)
      if (inside !== undefined) return inside
    }
  }
  return undefined
}

/** The password that other places of the endpoint take from the same input. */
function passwordIn(run: Run, input: string): string | undefined {
  for (const event of run.events) {
    if (event.k !== 'access' && !(event.k === 'package-call' && /password$/.test(event.purpose))) continue
    const values = event.k === 'access' ? [event.args] : event.args
    for (const dep of values.flatMap((value) => [...allDeps(value)]))
      if (dep.startsWith(`client:${input}.`) && /\.(password|passwd)$/i.test(dep)) return dep.slice(7)
  }
  return undefined
}

/** Behind a test of `NODE_ENV` it may be written on the machine of a developer only. */
function draft(run: Run, call: PackageCall, secret: string): Draft {
  return {
    location: call.location,
    subject: `${run.label} → ${secret}`,
    certainty: call.facts.some(({ deps }) => deps.has('env:NODE_ENV')) ? 'possible' : 'likely',
    found: `${run.label} writes \`${secret}\` into the log.`,
    why: 'Logs are kept for long, copied to other services and read by many who have no access to the database.',
    remedy:
      'Log an id and what happened. Where whole objects are logged, let the logger redact: `redact` of pino, a list of keys.',
    evidence: [traceTo(run, call, `\`${call.name}\` is given ${secret}`)],
    ...(run.endpoint ? { endpoint: run.label } : {}),
  }
}

export default fault
