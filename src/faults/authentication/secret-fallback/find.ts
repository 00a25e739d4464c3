import type { Fault } from '../../../core/fault.ts'
import type { Draft, Location } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { packageCalls } from '../../../project/credentials.ts'
import type { Fact, PackageCall } from '../../../project/flow/events.ts'
import { type Default, defaultsIn, literalKey } from '../../../project/flow/package-calls.ts'
import { allDeps } from '../../../project/flow/value.ts'
import { levelOf } from '../../../project/guards.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'authentication/secret-fallback',
  title: 'Key that stands in the source',
  severity: 'error',
  tags: ['security'],
  cwe: [798, 321, 1188],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/',
    'https://datatracker.ietf.org/doc/html/rfc8725#section-3.5',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x22-V13-Configuration.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

const PURPOSES = ['sign-token', 'verify-token', 'use-key'] as const

function* drafts(project: Project): Iterable<Draft> {
  const seen = new WeakSet<Fact>()
  for (const run of project.runs) {
    for (const call of PURPOSES.flatMap((purpose) => packageCalls(run, purpose))) {
      const key = keyOf(call)
      if (literalKey(key) !== undefined) yield fixed(run, call)
      if (!key) continue
      for (const one of defaultsIn(allDeps(key)))
        yield fallback(project, run, call.location, one, `\`${call.name}\``)
    }
    for (const event of run.events)
      for (const fact of event.facts) {
        if (seen.has(fact) || fact.presence) continue
        seen.add(fact)
        if (levelOf(fact) === 'none') continue
        for (const one of defaultsIn(fact.deps)) yield fallback(project, run, fact.location, one, 'the check')
      }
  }
}

const keyOf = ({ from, name, args }: PackageCall) =>
  from.startsWith('iron-session') ? undefined : args[/^create(Hmac|Cipheriv|Decipheriv)$/.test(name) ? 1 : 1]

/** In development only, or the server does not start without it. */
const isRefused = (project: Project, { variable, location }: Default): boolean => {
  const text = project.sourceText(location.file) ?? ''
  return new RegExp(`NODE_ENV[^]{0,200}${variable}|${variable}[^]{0,200}NODE_ENV`).test(text)
}

function fallback(project: Project, run: Run, used: Location, one: Default, by: string): Draft {
  const { variable, location } = one
  return {
    location,
    subject: variable,
    certainty: isRefused(project, one) ? 'possible' : 'likely',
    found: `Where \`${variable}\` is not set, a text from the source takes its place, and ${by} of ${run.label} relies on it.`,
    why: 'Whoever reads the source can sign what the server believes, on every installation where the variable was forgotten. Nothing warns of it: all works.',
    remedy: `Throw when \`${variable}\` is missing, at the start of the server, in development as well.`,
    evidence: [
      {
        kind: 'trace',
        steps: [
          { location, note: `a literal instead of ${variable}` },
          { location: used, note: `used by ${run.label}` },
        ],
      },
    ],
    ...(run.endpoint ? { endpoint: run.label } : {}),
  }
}

function fixed(run: Run, call: PackageCall): Draft {
  return {
    location: call.location,
    subject: `${run.label} → ${call.name}`,
    certainty: 'likely',
    found: `\`${call.name}\` of ${run.label} works with a key that is written in the source.`,
    why: 'Whoever reads the source, or once did, can make what this key is meant to vouch for.',
    remedy:
      'Take the key from an environment variable, throw when it is missing, and replace the one that was published.',
    evidence: [traceTo(run, call, 'a literal is the key')],
    ...(run.endpoint ? { endpoint: run.label } : {}),
  }
}

export default fault
