/** Which columns leave with an answer: those of whole rows, of their relations, and those that were copied into it by name. */
import type { Entity } from './data-model.ts'
import { columnsBrought, isLeft, partsIn, relatedBy, relationsBrought, rowOf } from './exposure.ts'
import type { Access } from './flow/events.ts'
import { allDeps, NONE, type Sources, union, type Value, visibleFields } from './flow/value.ts'
import { isOpen } from './ownership.ts'
import type { Project, Run } from './project.ts'

export interface SentColumn {
  /** The queries that can have read it: several where the value does not tell them apart. */
  accesses: readonly [Access, ...Access[]]
  /** The relations that lead from the row of the query to the row of the column: `['certificate', 'user']`. */
  path: readonly string[]
  model: Entity
  column: string
  /** What it was found by, and what decided whether it is sent: `isOwner ? user.email : undefined`. */
  deps: Sources
  /** It is sent as it is: not in a text that was made with it, and not through a schema that could not be read. */
  exact: boolean
}

/** The columns that a value of a run holds. None of rows whose query could not be read. */
export function sentColumns(project: Project, run: Run, value: Value): SentColumn[] {
  return partsIn(value).flatMap((part): SentColumn[] => {
    const { value: held, hidden } = part
    const deps = union(held.deps, held.ctl)
    const row = rowOf(part)
    if (!row) return copied(project, run, held, deps).filter(({ column }) => !hidden.has(column))
    const { access } = row
    const entity = project.entity(access.model)
    if (!entity || isOpen(access)) return []
    return brought(project, access, entity, access.args).flatMap((one) => {
      const left = isLeft(project, row, [...one.path, one.column])
      return left === 'no' ? [] : [sent(one, access, deps, left === 'yes')]
    })
  })
}

/** `deps`: what picks the rows of the relations on its path. */
type Brought = Pick<SentColumn, 'path' | 'model' | 'column' | 'deps'>

const sent = (one: Brought, access: Access, deps: Sources, exact: boolean): SentColumn => ({
  ...one,
  accesses: [access],
  deps: union(deps, one.deps),
  exact,
})

/** All columns that arguments bring, those of relations included. */
function brought(
  project: Project,
  access: Access,
  entity: Entity,
  args: Value,
  path: readonly string[] = [],
  deps: Sources = NONE,
): Brought[] {
  const own = columnsBrought(project, access, entity, args).map((column) => ({
    path,
    model: entity,
    column,
    deps,
  }))
  if (path.length > 3) return own
  const related = relationsBrought(project, entity, args).flatMap(([name, model, inner]) =>
    brought(project, access, model, inner, [...path, name], union(deps, pickedBy(inner))),
  )
  return [...own, ...related]
}

/** What was copied from rows: the text of a value says what stands in it as it was stored, `Certificate.user.email`. */
function copied(project: Project, run: Run, value: Value, deps: Sources): SentColumn[] {
  const found = new Map<string, { one: SentColumn; accesses: [Access, ...Access[]] }>()
  const { text } = value
  const exact = text?.lead === '' && [...text.all].every((one) => text.head.has(one))
  for (const source of text?.all ?? []) {
    if (!source.startsWith('stored:')) continue
    const [model = '', ...steps] = source.slice('stored:'.length).split('.')
    for (const access of reads(run, value, model)) {
      for (const one of at(project, access, steps)) {
        const key = [model, ...one.path, one.column].join('.')
        const known = found.get(key)
        if (known) known.accesses.push(access)
        else found.set(key, { one: sent(one, access, deps, exact), accesses: [access] })
      }
    }
  }
  return [...found.values()].map(({ one, accesses }) => ({ ...one, accesses }))
}

/**
 * What stands at `user.email` of a row: one column, or all that the query brings of a relation. A part of a column
 * (`email.length`) is none.
 */
function at(project: Project, access: Access, steps: readonly string[]): Brought[] {
  let entity = project.entity(access.model)
  let args = access.args
  const path: string[] = []
  let deps = NONE
  for (const [i, step] of steps.entries()) {
    if (!entity) return []
    if (!relatedBy(project, entity, step))
      return i === steps.length - 1 && columnsBrought(project, access, entity, args).includes(step)
        ? [{ path, model: entity, column: step, deps }]
        : []
    const asked = relationsBrought(project, entity, args).find(([name]) => name === step)
    if (!asked) return []
    path.push(step)
    entity = asked[1]
    args = asked[2]
    deps = union(deps, pickedBy(args))
  }
  return entity ? brought(project, access, entity, args, path, deps) : []
}

const READS_ROWS = /^(find|create|update|upsert|delete)/

/**
 * The queries of a run whose rows a value can be a part of: it has all of the sources by which they were found. Most
 * often one.
 */
function reads(run: Run, value: Value, model: string): Access[] {
  return run.events.filter(
    (event): event is Access =>
      event.k === 'access' &&
      event.model === model &&
      READS_ROWS.test(event.operation) &&
      [...foundBy(event)].every((dep) => value.deps.has(dep)),
  )
}

/** The sources of the conditions that pick the rows of a query. */
export const foundBy = (access: Access): Sources => pickedBy(access.args)

function pickedBy(args: Value): Sources {
  const where = visibleFields(args).get('where')
  return where ? allDeps(where, 8) : NONE
}
