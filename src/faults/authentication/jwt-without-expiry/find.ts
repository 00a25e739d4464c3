import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { depsOfAnswer, packageCalls, sentValues } from '../../../project/credentials.ts'
import type { PackageCall } from '../../../project/flow/events.ts'
import { SIGNED_TOKEN } from '../../../project/flow/package-calls.ts'
import { type Value, visibleFields } from '../../../project/flow/value.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'authentication/jwt-without-expiry',
  title: 'Signed token that never expires',
  severity: 'warning',
  tags: ['security'],
  cwe: [613],
  references: [
    'https://datatracker.ietf.org/doc/html/rfc8725#section-3.10',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x18-V9-Self-contained-Tokens.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs)
    for (const call of packageCalls(run, 'sign-token')) {
      if (!isEndless(call)) continue
      const handedOut = sentValues(run.events).some((value) => depsOfAnswer(value).has(SIGNED_TOKEN))
      yield draft(run, call, handedOut)
    }
}

/** Neither the payload nor the options say when it ends, and both could be read. */
function isEndless({ args: [payload, , options] }: PackageCall): boolean {
  if (!isRead(payload) || visibleFields(payload).has('exp')) return false
  if (options === undefined) return true
  return isRead(options) && !visibleFields(options).has('expiresIn')
}

const isRead = (value: Value | undefined): boolean =>
  value?.shape?.k === 'object' && (value.shape.open ?? []).length === 0

function draft(run: Run, call: PackageCall, handedOut: boolean): Draft {
  return {
    location: call.location,
    subject: `${run.label} → ${call.name}`,
    certainty: handedOut ? 'likely' : 'possible',
    found: `${run.label} signs a token without an expiry${handedOut ? ' and hands it out' : ''}.`,
    why: 'Nothing takes such a token back: a copy from a log, a backup or a lost phone works until the key is replaced, for everybody at once.',
    remedy:
      call.from === 'jose'
        ? "Call `.setExpirationTime('15m')`, or as long as the session may live."
        : "Pass `{ expiresIn: '15m' }`, or as long as the session may live.",
    evidence: [traceTo(run, call, 'no expiry')],
    ...(run.endpoint ? { endpoint: run.label } : {}),
  }
}

export default fault
