/** The condition with which this project ties rows of a model to the caller, learnt from its other queries. */
import { replaceExpression, setProperty } from '../changes/source-file.ts'
import type { Edit } from '../core/change.ts'
import type { Entity, EntityRelation } from '../project/data-model.ts'
import type { Access } from '../project/flow/events.ts'
import { allDeps } from '../project/flow/value.ts'
import { isVerified } from '../project/guards.ts'
import { argument, isScoped, leaves } from '../project/ownership.ts'
import type { Project, Run } from '../project/project.ts'
import { needs, type Repair } from '../proof/fixer.ts'
import type { Member } from '../source/shape.ts'
import { type Brought, bringNames, rename } from './bring-names.ts'
import { memberOf, part, plainCode, type QuerySite, querySite } from './fix-site.ts'

interface Sibling {
  run: Run
  access: Access
  entity: Entity
  site: QuerySite
  member: Member
  key: string
}

/** `orgId: member.orgId`, with what makes its names known at the query. */
export interface OwnerCondition {
  key: string
  edits: Edit[]
  /** Where it was learnt. */
  from: Access
}

/** Edits that put the owner's condition into the `where` of a query, as the project's other queries have it. `site`: where it is written. */
export function ownerCondition(
  repair: Repair,
  run: Run,
  access: Access,
  entity: Entity,
  site = querySite(repair, access),
): OwnerCondition | { needs: string } {
  const where = site?.args && part(site.source, site.args, 'where')
  if (!site || !where) return needs('the condition of the query is not written where it is called')
  const choices = siblings(repair, access, entity).flatMap((sibling) => {
    const declare = sibling.run.endpoint?.kind === run.endpoint?.kind
    const brought = bringNames(repair.project, sibling.site, sibling.member, site, declare)
    return brought ? [{ sibling, brought }] : []
  })
  const [best] = choices.toSorted((a, b) => order(a, b, access, entity))
  if (!best)
    return needs(`no other query of the project ties ${entity.name} to the caller with what is known here`)
  const { sibling, brought } = best
  const code = codeOf(sibling, brought)
  const there = memberOf(where, sibling.key)
  const edits = there
    ? replaceExpression(
        site.source,
        there,
        `${sibling.key}: ${code}`.replace(`${sibling.key}: ${sibling.key}`, code),
      )
    : setProperty(site.source, where, sibling.key, code)
  return { key: sibling.key, edits: [...brought.edits, ...edits], from: sibling.access }
}

function codeOf({ site, member }: Sibling, { names }: Brought): string {
  return rename(plainCode(site.source, member.value), names)
}

interface Choice {
  sibling: Sibling
  brought: Brought
}

/** What needs least, then what is nearest. */
function order(a: Choice, b: Choice, access: Access, entity: Entity): number {
  const score = ({ sibling, brought }: Choice): number[] => [
    pathRank(entity, sibling.key),
    brought.cost === 2 ? 1 : 0,
    sibling.entity.name === entity.name ? 0 : 1,
    sibling.access.location.file === access.location.file ? 0 : 1,
    brought.cost,
    sibling.site.source.text.slice(sibling.member.start, sibling.member.end).length,
    sibling.access.location.line,
  ]
  const right = score(b)
  const difference = score(a).map((value, index) => value - (right[index] ?? 0))
  return difference.find((value) => value !== 0) ?? (sourceOf(a) < sourceOf(b) ? -1 : 1)
}

const sourceOf = ({ sibling }: Choice): string => sibling.access.location.file

/** The tenant's condition before the user's: what belongs to a tenant is its members' to share. */
function pathRank(entity: Entity, key: string): number {
  const leads = (path: readonly string[] | undefined): boolean => {
    const relation = entity.relations.find((one) => one.field === path?.[0])
    return relation !== undefined && (relation.field === key || relation.keys.includes(key))
  }
  if (leads(entity.tenantPath)) return 0
  if (leads(entity.userPath)) return entity.tenantPath ? 2 : 0
  return 1
}

function siblings({ project, read }: Repair, access: Access, entity: Entity): Sibling[] {
  const found = new Map<string, Sibling>()
  for (const run of project.runs) {
    if (!run.endpoint) continue
    for (const event of run.events) {
      if (event.k !== 'access' || event.location === access.location || !isScoped(event, [])) continue
      const other = project.entity(event.model)
      if (!other) continue
      const { file, line, column } = event.location
      for (const path of verifiedPaths(event)) {
        const at = `${file}:${line}:${column} ${path.join('.')} ${run.endpoint.kind}`
        const reached = found.has(at) ? undefined : modelAt(project, other, path.slice(0, -1))
        const key = path.at(-1)
        if (!reached || key === undefined || !means(entity, reached, key)) continue
        const site = querySite({ project, read }, event)
        const member = site && memberAt(site, ['where', ...path])
        if (site && member) found.set(at, { run, access: event, entity: reached, site, member, key })
      }
    }
  }
  return [...found.values()]
}

/**
 * The members of the `where` whose value comes from a verified identity, as paths: `orgId`, and of
 * `board: { workspace: … }`, `board` and `board.workspace`, which is a condition on the board.
 */
function verifiedPaths(access: Access): string[][] {
  const paths = leaves(argument(access, 'where'))
    .filter(({ value }) => isVerified(allDeps(value)))
    .flatMap(({ path }) => {
      const keys = path.split('.')
      return keys.map((_, index) => keys.slice(0, index + 1))
    })
  return [...new Map(paths.map((path) => [path.join('.'), path])).values()]
}

/** The model that relations lead to; through lists there is no condition on one row. */
function modelAt(project: Project, entity: Entity, path: string[]): Entity | undefined {
  let at: Entity | undefined = entity
  for (const key of path) {
    const relation: EntityRelation | undefined = at?.relations.find((one) => one.field === key && !one.list)
    at = relation && project.entity(relation.model)
  }
  return at
}

function memberAt(site: QuerySite, path: string[]): Member | undefined {
  const key = path.at(-1)
  let object = site.args
  for (const step of path.slice(0, -1)) object = part(site.source, object, step)
  return key === undefined ? undefined : memberOf(object, key)
}

/** The key says the same of this model as of the other: it is a relation to the same owner. */
function means(entity: Entity, other: Entity, key: string): boolean {
  const relationOf = (one: Entity) =>
    one.relations.find((relation) => relation.field === key || relation.keys.includes(key))
  const [mine, its] = [relationOf(entity), relationOf(other)]
  if (!mine || !its) return false
  if (entity.name === other.name) return true
  return mine.model === its.model && pathRank(entity, key) === 0
}
