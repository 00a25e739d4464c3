import type { Change } from '../../../core/change.ts'
import type { Entity } from '../../../project/data-model.ts'
import { type Iteration, iterationAt } from '../../../project/iterations.ts'
import { functionsAround, namesAt, namesIn } from '../../../project/names.ts'
import { type Fixer, needs } from '../../../proof/fixer.ts'
import { accessOf, part, type QuerySite, querySite, textOf } from '../../../repair/fix-site.ts'
import type { Member, ObjectShape, Range, StatementShape } from '../../../source/shape.ts'
import { type Batch, batchOf } from './batch.ts'
import { unwrapped } from './unwrap.ts'

/** One query before the loop, and a Map in it. */
const fix: Fixer = (repair) => {
  const found = accessOf(repair)
  const site = found && querySite(repair, found.access)
  if (!found || !site) return needs('the query was not found')
  const loop = iterationAt(site.syntax, site.at)
  if (!loop?.item)
    return needs('the loop around the query is not one over the elements of a list, each with a name')
  const outside = statementAround(site, loop)
  if (!outside || !isPlain(site, loop.over))
    return needs('the list is not a variable that is there before the loop')
  const key = keyOf(site, loop, found.entity)
  if (!key) return needs('the query depends on more of the element than one of its keys')
  if (!knownAt(site, outside.start, site.call.callee) || !othersKnown(site, key, outside))
    return needs('the query needs values that only exist within the loop')
  const batch = batchOf(site, found.access.operation, key, loop, outside)
  if ('needs' in batch) return batch
  return change(site, loop, outside, batch, found.run.label, found.entity)
}

function change(
  site: QuerySite,
  loop: Iteration,
  outside: StatementShape,
  batch: Batch,
  label: string,
  entity: Entity,
): Change {
  return {
    title: `Read ${entity.name} once, not once per element`,
    reason: `${label} runs the query once per element of a list.`,
    safety: 'safe',
    edits: [...batch.before, ...unwrapped(site, loop, outside, batch)],
    creates: [],
  }
}

/** The statement that holds the iteration, in a function with a body. */
function statementAround({ source, syntax }: QuerySite, loop: Iteration): StatementShape | undefined {
  const statement = source.shape.statement(loop.at)
  const fn = functionsAround(syntax, loop.at).at(-1)
  return statement && fn && statement.start > fn.at ? statement : undefined
}

/** A name, or a property of one: reading it twice gives the same. */
function isPlain({ source }: QuerySite, over: Iteration['over']): boolean {
  const range = source.shape.range(over)
  return range !== undefined && /^[\w$]+(?:\.[\w$]+)*$/.test(textOf(source, range))
}

export interface Key {
  where: ObjectShape
  member: Member
  /** Column of the queried model. */
  column: string
  /** `row.id` */
  value: string
}

/** The one condition that names the element: `projectId: project.id`. */
function keyOf({ source, args, syntax }: QuerySite, { item }: Iteration, entity: Entity): Key | undefined {
  const where = part(source, args, 'where')
  if (!where || !item) return undefined
  const uses = where.members.filter((one) => namesIn(syntax, one).get(item.name) === item.b)
  const [member] = uses
  if (!member?.key || uses.length !== 1 || where.members.some((one) => one.key === undefined))
    return undefined
  const value = textOf(source, member.value)
  const column = entity.fields.find((field) => field.name === member.key && !field.relation)
  const isKey = /^[\w$]+\.[\w$]+$/.test(value) && value.startsWith(`${item.name}.`)
  return column && isKey ? { where, member, column: column.name, value } : undefined
}

/** All other arguments make sense before the loop. */
function othersKnown(site: QuerySite, key: Key, outside: StatementShape): boolean {
  const members = [
    ...(site.args?.members ?? []).filter((one) => one.key !== 'where'),
    ...key.where.members.filter((one) => one !== key.member),
  ]
  return members.every((one) => knownAt(site, outside.start, one))
}

const knownAt = ({ syntax }: QuerySite, at: number, range: Range): boolean => {
  const there = namesAt(syntax, at)
  return [...namesIn(syntax, range)].every(
    ([name, b]) => syntax.bindings[b] === undefined || there.get(name) === b,
  )
}

export default fix
