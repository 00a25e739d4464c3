import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { refusedBefore } from '../../../project/calls/refusals-before.ts'
import type { Entity } from '../../../project/data-model.ts'
import type { Access } from '../../../project/flow/events.ts'
import { allDeps } from '../../../project/flow/value.ts'
import { argument, leaves, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

/** Columns under which the identity of another system is kept. */
const SUBJECT = /^(provider_?(account|user)_?id|(google|github|apple|microsoft|oauth|sso|saml)_?id)$/i
const ADDRESS = /^e-?mail(_?address)?$/i

const fault: Fault<Project> = {
  id: 'authentication/account-linking',
  title: 'An identity of another system is given the account with the same address',
  severity: 'error',
  tags: ['security'],
  cwe: [287, 290],
  references: [
    'https://authjs.dev/concepts#security',
    'https://cheatsheetseries.owasp.org/cheatsheets/OAuth2_Cheat_Sheet.html',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    if (run.endpoint?.kind === 'middleware') continue
    for (const event of run.events) {
      if (event.k !== 'access' || !/^(create|upsert|update)$/.test(event.operation)) continue
      const entity = project.entity(event.model)
      const owner = entity && (event.operation === 'update' ? itself(entity) : ownerOf(project, entity))
      if (!entity || !owner || !entity.fields.some(({ name }) => SUBJECT.test(name))) continue
      const lookup = foundByAddress(run, event, owner)
      if (!lookup || !takesRow(event, owner) || isVerifiedAddress(event, lookup)) continue
      if (!refusedBefore(project, event.location, /verified/i)) yield draft(run, event, lookup)
    }
  }
}

/** The relation of an account row to the person that it belongs to. */
const ownerOf = (
  project: Project,
  entity: Entity,
): { model: string; names: ReadonlySet<string> } | undefined => {
  const relation = entity.relations.find(
    ({ model, keys }) => keys.length > 0 && project.entity(model)?.role === 'user',
  )
  return relation && { model: relation.model, names: new Set([relation.field, ...relation.keys]) }
}

/** The identity is kept in the person's own row, which an update sets. */
const itself = (entity: Entity): { model: string; names: ReadonlySet<string> } | undefined =>
  entity.role === 'user'
    ? {
        model: entity.name,
        names: new Set(entity.fields.filter(({ id }) => id).map(({ name }) => name)),
      }
    : undefined

/** The person was looked up by an address, and by nothing else that says who it is. */
function foundByAddress(run: Run, access: Access, owner: { model: string }): Access | undefined {
  return run.events.slice(0, run.events.indexOf(access)).findLast((event): event is Access => {
    if (event.k !== 'access' || event.model !== owner.model || !/^find(Unique|First)/.test(event.operation))
      return false
    const keys = leaves(argument(event, 'where'))
    return (
      keys.length > 0 &&
      keys.every(({ path, value }) => {
        const name = path.split('.').findLast((part) => !/^(equals|mode)$/.test(part)) ?? ''
        return (ADDRESS.test(name) && value.shape?.k !== 'literal') || value.shape?.k === 'literal'
      })
    )
  })
}

/** The account is given to the row that was found. */
function takesRow(access: Access, owner: { model: string; names: ReadonlySet<string> }): boolean {
  const isOwnRow = access.model === owner.model
  if (isOwnRow && !leaves(argument(access, 'data')).some(({ path }) => SUBJECT.test(path))) return false
  return (isOwnRow ? ['where'] : ['data', 'create']).some((name) =>
    leaves(argument(access, name)).some(
      ({ path, value }) => owner.names.has(path.split('.')[0] ?? '') && value.deps.has(`row:${owner.model}`),
    ),
  )
}

/** On the way it was asked whether the other system has verified the address, or whether the caller is signed in as that person. */
const isVerifiedAddress = (access: Access, lookup: Access): boolean =>
  [...access.facts, ...lookup.facts].some(({ deps }) =>
    [...deps].some((dep) => /verif|trusted/i.test(dep)),
  ) ||
  leaves(argument(lookup, 'where')).some(({ value }) =>
    [...allDeps(value), ...value.ctl].some((dep) => /verif/i.test(dep)),
  )

function draft(run: Run, access: Access, lookup: Access): Draft {
  return {
    location: access.location,
    subject: `${run.label} → ${access.model}.${access.operation}`,
    certainty: 'likely',
    found: `${run.label} finds ${lookup.model} by the address that the other system gives, and adds the new identity to it; whether that address was verified is not asked.`,
    why: "At many providers an address is what their user, or the administrator of a tenant, has typed. Whoever signs up there with somebody else's address has that person's account here.",
    remedy:
      'Link only where the provider says that it has verified the address (`profile.email_verified === true`) and is one whose word counts for it; else let people sign in to their account first and link from there.',
    evidence: [
      traceTo(run, lookup, `${lookup.model} is found by the address`),
      traceTo(run, access, `${access.model} is added to it`),
    ],
    ...(run.endpoint ? { endpoint: run.label } : {}),
  }
}

export default fault
