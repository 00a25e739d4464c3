/** What one function reads, decides and writes, so that two requests at once can both decide on what was read before. */
import type { Expr } from '../../source/syntax.ts'
import { walkExpression } from '../../source/walk.ts'
import type { Entity } from '../data-model.ts'
import { isWrite } from '../flow/prisma.ts'
import type { Project } from '../project.ts'
import { field, initOf, keysOf, namesUsed, textOf } from './forms.ts'
import { clientIsGiven, resultsIn, type Scope, scopesOf, type Test } from './scopes.ts'
import { functionName, type Site } from './sites.ts'

export interface Race {
  within: string
  read: Site
  write: Site
  /** The field or fields that it is about. */
  fields: string[]
  /** Of a row that is looked for: what else decides whether it counts (`deletedAt: null`). */
  among?: string[]
  /** Where it is decided, in between. */
  test?: Test
}

const NUMBER = /^(?:Int|BigInt|Float|Decimal)$/

/** A number is read, computed with, and written back: `data: { stock: row.stock - n }`. */
export function lostUpdates(project: Project): Race[] {
  return scopesOf(project).flatMap((scope) =>
    scope.locks ? [] : scope.sites.flatMap((write) => lostIn(scope, write)),
  )
}

function lostIn(scope: Scope, write: Site): Race[] {
  if (!/^update/.test(write.operation)) return []
  const data = field(write.args, 'data')
  const where = keysOf(field(write.args, 'where')) ?? []
  if (data?.k !== 'object') return []
  return data.props.flatMap(({ key, value }) => {
    if (key === undefined || where.includes(key) || !isNumber(write.model, key)) return []
    const computed = arithmetic(scope, value)
    const from = computed && resultsIn(scope, computed).find((one) => one.key === key)
    if (!from || from.site.model !== write.model || !isRead(from.site)) return []
    return [
      {
        within: functionName(write.syntax, write.expr.at, write.place),
        read: from.site,
        write,
        fields: [key],
      },
    ]
  })
}

const isNumber = (entity: Entity, key: string): boolean =>
  entity.fields.some(({ name, type, list }) => name === key && NUMBER.test(type) && !list)

const isRead = ({ operation }: Site): boolean => /^find(?:Unique|First)/.test(operation)

/** `row.stock - n`, there or in the name that is written. */
function arithmetic(scope: Scope, value: Expr): Expr | undefined {
  const expr = value.k === 'name' ? (initOf(scope.syntax, value.b) ?? value) : value
  let found = false
  walkExpression(expr, (one) => {
    if (one.k === 'binary' && /^[-+*]$/.test(one.op)) found = true
  })
  return found ? expr : undefined
}

/** It is looked for, and created when it is not there, and nothing in the schema keeps two of them out. */
export function checkedCreates(project: Project): Race[] {
  return scopesOf(project).flatMap((scope) =>
    scope.locks
      ? []
      : scope.sites
          .filter(({ operation }) => operation === 'create')
          .flatMap((write) => checkedIn(scope, write) ?? []),
  )
}

function checkedIn(scope: Scope, write: Site): Race | undefined {
  for (const [b, read] of scope.named) {
    if (!/^find(?:First|Unique)|^count$/.test(read.operation) || read.model !== write.model) continue
    if (read.expr.at > write.expr.at) continue
    const test = scope.tests.find(
      ({ at, expr }) =>
        at > read.expr.at &&
        at < write.expr.at &&
        isAbsenceTest(expr, b) &&
        namesUsed(scope.syntax, expr).has(b),
    )
    const same = test && sameValues(read, write)
    if (!same || same.fields.length === 0 || isProtected(write.model, same.fields)) continue
    return { within: functionName(write.syntax, write.expr.at, write.place), read, write, ...same, test }
  }
  return undefined
}

/** `if (found)`, `if (!found)`, `if (count > 0)`: only whether there is one is asked. */
function isAbsenceTest(expr: Expr, b: number): boolean {
  if (expr.k === 'name') return expr.b === b
  if (expr.k === 'unary') return isAbsenceTest(expr.of, b)
  if (expr.k === 'binary')
    return isAbsenceTest(expr.left, b) && expr.right.k === 'literal' && !(Number(expr.right.value) > 1)
  return expr.k === 'logic' && (isAbsenceTest(expr.left, b) || isAbsenceTest(expr.right, b))
}

/** The fields by which it is looked for, when the new row gets the same values. `undefined` where others decide too. */
function sameValues(read: Site, write: Site): Pick<Race, 'fields' | 'among'> | undefined {
  const where = field(read.args, 'where')
  const data = field(write.args, 'data')
  if (where?.k !== 'object' || data?.k !== 'object') return undefined
  const fields: string[] = []
  const among: string[] = []
  for (const { key, value } of where.props) {
    if (key === undefined) return undefined
    const written = field(data, key) ?? connected(write.model, data, key)
    // `deletedAt: null`, `status: 'active'`: which rows count, not who it is.
    if (value.k === 'literal' || value.k === 'object') {
      among.push(key)
      continue
    }
    if (!written || textOf(written) !== textOf(value) || textOf(value) === '…') return undefined
    fields.push(key)
  }
  return { fields, among }
}

/** `team: { connect: { id } }` says the same as `teamId: id`. */
function connected(entity: Entity, data: Expr, key: string): Expr | undefined {
  const relation = entity.relations.find(({ keys }) => keys.length === 1 && keys[0] === key)
  return relation && field(field(field(data, relation.field), 'connect'), relation.references[0] ?? 'id')
}

const isProtected = (entity: Entity, fields: readonly string[]): boolean =>
  entity.uniques.some((set) => set.every((name) => fields.includes(name)))

/** What was read is compared, the function is left or goes on, and then the same table is written. */
export function checkedActs(project: Project): Race[] {
  return scopesOf(project).flatMap((scope) =>
    scope.locks ? [] : scope.tests.flatMap((test) => actAfter(scope, test) ?? []),
  )
}

function actAfter(scope: Scope, test: Test): Race | undefined {
  const compares = comparisonIn(test.expr)
  if (!compares || !test.leaves) return undefined
  for (const { site: read, key } of resultsIn(scope, compares)) {
    if (read.expr.at > test.at) continue
    const write = scope.sites.find(
      (one) => one.expr.at > test.at && one.model === read.model && one !== read && actsOn(one, read, key),
    )
    if (write)
      return {
        within: functionName(write.syntax, write.expr.at, write.place),
        read,
        write,
        fields: key ? [key] : [],
        test,
      }
  }
  return undefined
}

/** `count >= limit`, `row.balance < amount`: more or less, not equal. */
function comparisonIn(expr: Expr): Expr | undefined {
  let found: Expr | undefined
  walkExpression(expr, (one) => {
    if (one.k === 'binary' && /^[<>]=?$/.test(one.op)) found ??= one
  })
  return found
}

function actsOn(write: Site, read: Site, key: string | undefined): boolean {
  if (read.operation === 'count') return key === undefined && write.operation === 'create' && !isAny(read)
  if (key === undefined || !isRead(read) || !/^update/.test(write.operation)) return false
  const where = keysOf(field(write.args, 'where'))
  const data = field(write.args, 'data')
  return (
    where !== undefined &&
    !where.includes(key) &&
    field(data, key) !== undefined &&
    isNumber(write.model, key)
  )
}

/** A count of everything, in any time: no limit of somebody. */
const isAny = (read: Site): boolean => field(read.args, 'where')?.k !== 'object'

/** Two writes of which the second needs the first, outside of a transaction. */
export function partialWrites(project: Project): Race[] {
  return scopesOf(project).flatMap((scope) => partialIn(scope) ?? [])
}

function partialIn(scope: Scope): Race | undefined {
  for (const [b, first] of scope.named) {
    if (first.operation !== 'create' || first.place.transaction || clientIsGiven(first)) continue
    const undone = scope.sites.some(
      ({ operation, model }) => /^delete/.test(operation) && model === first.model,
    )
    if (undone) continue
    const second = scope.sites.find(
      (one) =>
        one.expr.at > first.expr.at &&
        isWrite(one.operation) &&
        !one.place.transaction &&
        !clientIsGiven(one) &&
        one.args !== undefined &&
        namesUsed(scope.syntax, one.args).has(b),
    )
    if (second)
      return {
        within: functionName(second.syntax, second.expr.at, second.place),
        read: first,
        write: second,
        fields: [],
      }
  }
  return undefined
}
