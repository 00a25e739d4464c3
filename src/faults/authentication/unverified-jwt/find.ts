import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Event } from '../../../project/flow/events.ts'
import { allDeps, type Sources } from '../../../project/flow/value.ts'
import { isVerified } from '../../../project/guards.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'authentication/unverified-jwt',
  title: 'JWT decoded without verification',
  severity: 'error',
  tags: ['security'],
  cwe: [347, 345],
  references: ['https://datatracker.ietf.org/doc/html/rfc8725#section-2'],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    for (const [i, event] of run.events.entries()) {
      if (event.k !== 'decode' || isFromIssuer(event.from)) continue
      const used = run.events.slice(i + 1).some(relies)
      const verified = run.events.some((one) =>
        one.facts.some(
          (fact) =>
            isVerified(fact.deps) && fact.presence === true && fact.location.file === event.location.file,
        ),
      )
      yield {
        location: event.location,
        subject: `${run.label} → ${event.name}`,
        certainty: used && !verified ? 'likely' : 'possible',
        found: `${run.label} reads a token with \`${event.name}\`, which does not check its signature${used ? ', and uses what it says about the caller' : ''}.`,
        why: 'Anybody can write a token with any content: whoever it names is who the endpoint believes.',
        remedy:
          'Verify the token instead (`jwtVerify` of jose, `verify` of jsonwebtoken) with the key, the algorithms, the issuer and the audience that you expect.',
        evidence: [traceTo(run, event, 'content read, signature ignored')],
        endpoint: run.label,
      }
    }
  }
}

/**
 * The provider has just given it to the server, in the answer to the exchange of a code: no caller can write it.
 * https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation, 6.
 */
const isFromIssuer = (from: Sources): boolean =>
  [...from].some((dep) => /^(?:provider|remote):/.test(dep)) &&
  ![...from].some((dep) => /^(?:client|credential):/.test(dep))

const unverified = (deps: Sources): boolean => [...deps].some((dep) => dep.startsWith('identity:unverified'))
const relies = (event: Event): boolean =>
  event.facts.some((fact) => unverified(fact.deps)) ||
  (event.k === 'access' && unverified(allDeps(event.args)))

export default fault
