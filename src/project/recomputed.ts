/** Columns of a row that are counted from what many people have done: votes, likes, places that are left. */
import type { Entity } from './data-model.ts'
import type { Access } from './flow/events.ts'
import { isWrite } from './flow/prisma.ts'
import { allDeps, type Value } from './flow/value.ts'
import { isVerified } from './guards.ts'
import { argument, leaves } from './ownership.ts'
import type { Project, Run } from './project.ts'

/**
 * A write that only brings such columns up to date, after the caller has written a row of their own that is counted: a vote changes
 * the score of a comment whoever has written it. No value of the request is in what is written.
 */
export function isRecomputed(project: Project, run: Run, access: Access, entity: Entity): boolean {
  if (!access.operation.startsWith('update')) return false
  const isPart = (model: string): boolean =>
    project.entity(model)?.relations.some((relation) => relation.model === entity.name) === true
  const written = leaves(argument(access, 'data'))
  if (written.length === 0 || !written.every(({ path, value }) => isCounted(path, value, isPart)))
    return false
  const before = run.events.slice(0, run.events.indexOf(access))
  return before.some((event) => event.k === 'access' && isPart(event.model) && isOwnWrite(event))
}

function isCounted(path: string, value: Value, isPart: (model: string) => boolean): boolean {
  if (value.client !== undefined) return false
  if (/\.(increment|decrement)$/.test(path)) return value.shape?.k === 'literal'
  const rows = [...allDeps(value)].filter((dep) => dep.startsWith('row:'))
  return rows.length > 0 && rows.every((row) => isPart(row.slice(4)))
}

const isOwnWrite = (access: Access): boolean =>
  isWrite(access.operation) &&
  ['where', 'data', 'create'].some((name) =>
    leaves(argument(access, name)).some(({ value }) => isVerified(allDeps(value))),
  )
