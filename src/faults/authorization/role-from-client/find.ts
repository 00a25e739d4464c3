import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { withArticle } from '../../../core/wording.ts'
import type { Entity } from '../../../project/data-model.ts'
import type { Access, Fact } from '../../../project/flow/events.ts'
import { isWrite } from '../../../project/flow/prisma.ts'
import { allowedTexts } from '../../../project/flow/schemas.ts'
import { isRole, type Value } from '../../../project/flow/value.ts'
import { isGuarded, isVerified, levelOf } from '../../../project/guards.ts'
import { clientInputs, isByMachine, placeInHandler, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'
import { rolesWritten } from '../../../project/references.ts'

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

/** Names of roles, the highest first, as products name them. */
const RANKS: readonly RegExp[] = [
  /^(super_?admin|root|system)$/i,
  /^owner$/i,
  /^(admin|administrator)$/i,
  /^(manager|maintainer|moderator)$/i,
  /^(editor|writer|developer|billing)$/i,
  /^(member|user|viewer|reader|guest)$/i,
]

const rankOf = (name: string): number => RANKS.findIndex((rank) => rank.test(name))

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    if (!run.endpoint || run.endpoint.kind === 'middleware') continue
    for (const event of run.events) {
      if (event.k !== 'access' || !isWrite(event.operation) || !isGuarded(event.facts)) continue
      const entity = project.entity(event.model)
      if (!entity || isByMachine(project, event.facts)) continue
      for (const { field, value } of rolesWritten(event, entity)) {
        if (value.client === undefined || isHeldAgainstCaller(value, event.facts)) continue
        const given = rolesGiven(project, entity, field, value)
        const asked = rolesAsked(event.facts)
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
  const type = entity.fields.find(({ name }) => name === field)?.type
  const all = project.dataModels.flatMap(({ enums }) => enums).find(({ name }) => name === type)
  return all?.values.map(({ name }) => name) ?? []
}

function highest(roles: readonly string[]): string | undefined {
  const known = roles.filter((role) => rankOf(role) >= 0).toSorted((a, b) => rankOf(a) - rankOf(b))
  // A list without an order says nothing of what is above what.
  return new Set(known.map(rankOf)).size > 1 ? known[0] : undefined
}

const lowestRank = (roles: readonly string[]): number => Math.max(...roles.map(rankOf))

/** The roles that the conditions ask the caller for, as far as they have a rank. `undefined` when none asks for a role. */
function rolesAsked(facts: readonly Fact[]): string[] | undefined {
  const asking = facts.filter(
    (fact) =>
      levelOf(fact) === 'permission' &&
      [...fact.deps].some((dep) => dep.startsWith('field:') && isRole(dep.slice(6))),
  )
  if (asking.length === 0)
    // A membership, or a row that the caller and the request name, may be the right of whoever has it.
    return facts.some((fact) => levelOf(fact) === 'permission' && !isMembership(fact)) ? [] : undefined
  const texts = asking.flatMap(({ deps }) =>
    [...deps].flatMap((dep) => (dep.startsWith('text:') ? [dep.slice(5)] : [])),
  )
  return texts.filter((text) => rankOf(text) >= 0)
}

const isMembership = ({ deps }: Fact): boolean => [...deps].some((dep) => dep.startsWith('member:'))

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
