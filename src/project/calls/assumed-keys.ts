/** Keys that the code looks rows up by as if there could be one only. */
import type { Entity, EntityField } from '../data-model.ts'
import type { Project } from '../project.ts'
import { migrationsOf } from '../surroundings/migrations.ts'
import { plainKeys } from './field-uses.ts'
import { callsOf, functionOf, type PrismaCall, property } from './prisma-calls.ts'
import { isAside } from './reached.ts'

export interface AssumedKey {
  entity: Entity
  /** The natural one among the keys. */
  field: EntityField
  keys: string[]
  reads: PrismaCall[]
  /** Calls in the same function that create the row. */
  creates: PrismaCall[]
}

const NATURAL =
  /^(?:email|emailAddress|slug|username|handle|domain|subdomain|hostname|externalId|external_id|\w*(?:stripe|customer|subscription|clerk|github|google|discord|paddle|polar)\w*Id|token|tokenHash|apiKey|hashedKey|inviteCode|referralCode|shortCode|sku|isbn)$/i

/** Keys of `findFirst` alone, without an order, that no id or unique constraint covers. */
export function assumedKeys(project: Project): AssumedKey[] {
  return project.dataModels.flatMap(({ models }) =>
    models.flatMap((entity) => (entity.view ? [] : keysOf(project, entity))),
  )
}

function keysOf(project: Project, entity: Entity): AssumedKey[] {
  const found = new Map<string, AssumedKey>()
  const calls = callsOf(project, entity.name)
  for (const call of calls) {
    if (!/^findFirst(?:OrThrow)?$/.test(call.operation) || isAside(call.location.file)) continue
    // An order picks one of several on purpose.
    if (property(call.args, 'orderBy') || property(call.args, 'skip') || property(call.args, 'cursor'))
      continue
    const keys = plainKeys(call)?.map(({ key }) => key)
    const columns = keys?.map((key) => entity.fields.find(({ name, relation }) => name === key && !relation))
    const field = columns?.find((one) => one?.type === 'String' && NATURAL.test(one.name))
    if (!keys || !field || columns?.some((one) => one === undefined) || isKept(project, entity, keys))
      continue
    const id = [...keys].sort().join()
    const known = found.get(id) ?? { entity, field, keys, reads: [], creates: [] }
    known.reads.push(call)
    const around = functionOf(call)
    known.creates.push(
      ...calls.filter(
        (one) =>
          one.operation === 'create' &&
          one.syntax === call.syntax &&
          around !== undefined &&
          one.expr.at > call.expr.at &&
          one.expr.at < around.end,
      ),
    )
    found.set(id, known)
  }
  return [...found.values()]
}

/** A unique constraint of the schema or of a migration covers the keys. */
function isKept(project: Project, entity: Entity, keys: readonly string[]): boolean {
  if (entity.uniques.some((set) => set.every((name) => keys.includes(name)))) return true
  const columns = keys.map((key) => entity.fields.find(({ name }) => name === key)?.column ?? key)
  return migrationsOf(project).some(({ statements }) =>
    statements.some(
      ({ text }) =>
        /CREATE UNIQUE INDEX/i.test(text) &&
        text.includes(`"${entity.table}"`) &&
        columns.some((column) => text.includes(column)) &&
        /\bWHERE\b|lower\s*\(/i.test(text),
    ),
  )
}
