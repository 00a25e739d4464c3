import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { withArticle } from '../../../core/wording.ts'
import type { Entity } from '../../../project/data-model.ts'
import type { Access, Fact } from '../../../project/flow/events.ts'
import { isWrite } from '../../../project/flow/prisma.ts'
import { allowedTexts } from '../../../project/flow/schemas.ts'
import type { Value } from '../../../project/flow/value.ts'
import { isGuarded, isVerified } from '../../../project/guards.ts'
import { clientInputs, isByMachine, placeInHandler, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'
import { rolesWritten } from '../../../project/references.ts'
import {
  highest,
  isByScopedKey,
  lowestRank,
  rankOf,
  rolesAsked,
  rolesInWhere,
  rolesOf,
} from '../../../project/roles.ts'

const fault: Fault<Project> = {
  id: 'authorization/role-from-client',
  title: 'The caller gives a role above their own',
  severity: 'error',
  tags: ['security'],
  cwe: [269, 266],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x17-V8-Authorization.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    if (!run.endpoint || run.endpoint.kind === 'middleware') continue
    for (const event of run.events) {
      if (event.k !== 'access' || !isWrite(event.operation) || !isGuarded(event.facts)) continue
      const entity = project.entity(event.model)
      if (!entity || isByMachine(project, event.facts) || isByScopedKey(project, event.facts)) continue
      for (const { field, value } of rolesWritten(event, entity)) {
        if (value.client === undefined || isHeldAgainstCaller(value, event.facts)) continue
        const given = rolesGiven(project, entity, field, value)
        const asked = rolesAsked(event.facts) ?? rolesInWhere(event)
        const above = highest(given)
        if (above === undefined) continue
        if (asked === undefined) yield draft(run, event, entity, { field, value, above })
        else if (asked.length > 0 && rankOf(above) < lowestRank(asked))
          yield draft(run, event, entity, { field, value, above, asked })
      }
    }
  }
}

/** A condition that looks at the role that is sent and at who is calling. */
const isHeldAgainstCaller = (value: Value, facts: readonly Fact[]): boolean =>
  facts.some(({ deps }) => isVerified(deps) && clientInputs(deps).includes(value.client ?? ''))

/** What the schema of the input, or else the type of the column, lets through. Nothing when neither tells. */
function rolesGiven(project: Project, entity: Entity, field: string, value: Value): string[] {
  const allowed = allowedTexts(value.schema)
  if (allowed) return allowed
  return rolesOf(project, entity, field)
}

interface Grant {
  field: string
  value: Value
  above: string
  asked?: string[]
}

function draft(run: Run, access: Access, entity: Entity, { field, value, above, asked }: Grant): Draft {
  const who = asked ? `a caller who is ${asked.join(' or ')}` : 'a caller of whom no role is asked'
  return {
    location: placeInHandler(access),
    subject: `${run.label} → ${entity.delegate}.${access.operation} ${field}`,
    certainty: 'likely',
    found: `${run.label} writes \`${field}\` of ${withArticle(entity.name)} from ${value.client}: ${who} can send ${above}.`,
    why: `Nothing compares the role that is given with the role of the one who gives it. They can make themselves, or an account of theirs, ${above}.`,
    remedy: `Refuse a role above the caller's own, and a change of somebody who stands above them; or leave ${above} out of the schema that parses the input.`,
    evidence: [
      traceTo(run, access, `${entity.delegate}.${access.operation} with \`${field}\` = ${value.client}`),
    ],
    endpoint: run.label,
  }
}

export default fault
