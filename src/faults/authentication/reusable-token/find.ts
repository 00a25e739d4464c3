import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { fieldsIn } from '../../../project/credentials.ts'
import { type Entity, secretFields } from '../../../project/data-model.ts'
import type { Access } from '../../../project/flow/events.ts'
import { isWrite } from '../../../project/flow/prisma.ts'
import { allDeps, visibleFields } from '../../../project/flow/value.ts'
import { argument, clientInputs, leaves, placeInHandler, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'authentication/reusable-token',
  title: 'Token of a reset that works again, or for ever',
  severity: 'error',
  tags: ['security'],
  cwe: [640, 613, 294],
  references: [
    'https://cheatsheetseries.owasp.org/cheatsheets/Forgot_Password_Cheat_Sheet.html',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x15-V6-Authentication.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs)
    for (const lookup of run.events) {
      if (lookup.k !== 'access' || !/^find/.test(lookup.operation)) continue
      const entity = project.entity(lookup.model)
      const column = entity && tokenColumn(lookup, entity)
      const change = entity && column !== undefined ? passwordChange(project, run, lookup) : undefined
      if (!entity || column === undefined || !change) continue
      const missing = [
        ...(isUsedUp(project, run, lookup, column) ? [] : ['is not deleted or marked as used']),
        ...(isTimed(run, lookup, entity) ? [] : ['is not asked when it expires']),
      ]
      if (missing.length > 0) yield draft(run, lookup, change, column, missing)
    }
}

/** The secret column by which the row was found, with what the caller sent. */
function tokenColumn(lookup: Access, entity: Entity): string | undefined {
  const secrets = secretFields(entity)
  return leaves(argument(lookup, 'where'))
    .filter(({ value }) => clientInputs(allDeps(value)).length > 0)
    .map(({ path }) => path.split('.')[0] ?? '')
    .find((name) => secrets.includes(name) && !/passw/i.test(name))
}

/** A password that is set afterwards, for the account that the row led to. */
function passwordChange(project: Project, run: Run, lookup: Access): Access | undefined {
  return run.events
    .slice(run.events.indexOf(lookup))
    .find(
      (event): event is Access =>
        event.k === 'access' &&
        /^(update|upsert)/.test(event.operation) &&
        allDeps(event.args).has(`row:${lookup.model}`) &&
        leaves(argument(event, 'data')).some(
          ({ path, value }) => /passw/i.test(path) && clientInputs(allDeps(value)).length > 0,
        ) &&
        project.entity(event.model) !== undefined,
    )
}

/** The row goes, or a column of it says that it is used; where it stands in the account itself, it is overwritten. */
function isUsedUp(project: Project, run: Run, lookup: Access, column: string): boolean {
  return run.events.some((event) => {
    if (event.k !== 'access' || !isWrite(event.operation)) return false
    if (event.model !== lookup.model) return touchesRelation(project, event, lookup.model)
    if (/^delete/.test(event.operation)) return true
    const written = leaves(argument(event, 'data')).map(({ path }) => path)
    return written.some(
      (path) => path === column || /used|consumed|redeemed|revoked|expire|status|valid/i.test(path),
    )
  })
}

/** `data: { resets: { deleteMany: {} } }` */
const touchesRelation = (project: Project, access: Access, model: string): boolean =>
  (project.entity(access.model)?.relations ?? []).some(
    (relation) =>
      relation.model === model &&
      [...visibleFields(visibleFields(argument(access, 'data')).get(relation.field)).keys()].some((key) =>
        /^(delete|deleteMany|disconnect|set|update|updateMany)$/.test(key),
      ),
  )

/** A column that says until when, or since when, is part of the condition or was asked. A model without one cannot be. */
function isTimed(run: Run, lookup: Access, entity: Entity): boolean {
  const times = entity.fields.filter(({ type }) => type === 'DateTime').map(({ name }) => name)
  const ends = times.filter((name) => /expir|valid|until|ttl|exp$/i.test(name))
  if (ends.length === 0) return true
  if (
    leaves(argument(lookup, 'where')).some(({ path }) => times.some((name) => path.split('.').includes(name)))
  )
    return true
  return run.events.some((event) =>
    event.facts.some(
      (fact) =>
        fieldsIn(fact.deps).some((name) => times.includes(name)) ||
        // Handed on as a whole to something that decides.
        (!fact.presence && fact.deps.has(`row:${lookup.model}`)),
    ),
  )
}

function draft(run: Run, lookup: Access, change: Access, column: string, missing: string[]): Draft {
  const first = lookup.model.charAt(0).toLowerCase() + lookup.model.slice(1)
  return {
    location: placeInHandler(lookup),
    subject: `${run.label} → ${lookup.model}.${column}`,
    certainty: 'likely',
    found: `${run.label} sets a password for whoever sends a \`${lookup.model}.${column}\`, and the token ${missing.join(' and ')}.`,
    why: 'Links of resets stay in mailboxes, histories and logs. Whoever finds one later takes over the account.',
    remedy: `Use it up in the same transaction, and ask the time in the condition: \`${first}.delete({ where: { ${column}, expiresAt: { gt: new Date() } } })\` before the password is written; where nothing was deleted, refuse.`,
    evidence: [traceTo(run, change, `${change.model}.${change.operation} with the password that was sent`)],
    ...(run.endpoint ? { endpoint: run.label } : {}),
  }
}

export default fault
