/** Reads of models whose rows are marked as deleted instead of being removed. */
import type { Entity, EntityField } from '../data-model.ts'
import type { Project } from '../project.ts'
import { callsOf, isClosed, objectOf, type PrismaCall, property, textAround } from './prisma-calls.ts'
import { isAside } from './reached.ts'

export interface SoftDelete {
  entity: Entity
  field: EntityField
  /** Reads that leave deleted rows out. */
  applied: PrismaCall[]
  /** Reads that say nothing of them, and whose function never mentions the column. */
  ignored: PrismaCall[]
}

const COLUMN = /^(?:deletedAt|deleted_at|isDeleted|is_deleted|deleted|deletedOn|removedAt)$/
const READ = /^(?:findMany|findFirst|findFirstOrThrow|findUnique|findUniqueOrThrow|count|aggregate|groupBy)$/
/** Code that is about deleted rows, or about all rows. */
const ABOUT = /restore|trash|purge|admin|cron|clean|migrat|backfill|export|archive|sync|delet/i

/** What is known of each model with such a column. Empty where an extension of the client adds the condition. */
export function softDeletes(project: Project): SoftDelete[] {
  const models = project.dataModels.flatMap((one) => one.models)
  const found = models.flatMap((entity) => {
    const field = entity.fields.find(({ name, relation }) => !relation && COLUMN.test(name))
    return field ? [readsOf(project, entity, field)] : []
  })
  return found.some(({ field }) => isAddedByClient(project, field.name)) ? [] : found
}

function readsOf(project: Project, entity: Entity, field: EntityField): SoftDelete {
  const applied: PrismaCall[] = []
  const ignored: PrismaCall[] = []
  for (const call of callsOf(project, entity.name)) {
    if (!READ.test(call.operation)) continue
    const where = objectOf(call.syntax, property(call.args, 'where'))
    if (where && mentions(call, field.name)) applied.push(call)
    else if (textAround(project, call).includes(field.name)) continue
    else if (where ? isClosed(where) : call.args === undefined || isClosed(call.args)) {
      const within = call.syntax.functions.filter((fn) => fn.at <= call.expr.at && call.expr.at < fn.end)
      if (where && asksIfTaken(entity, where)) continue
      const about = [call.location.file, ...within.map(({ name }) => name)].some((name) => ABOUT.test(name))
      if (!about && !isAside(call.location.file)) ignored.push(call)
    }
  }
  return { entity, field, applied, ignored }
}

/** `where: { code }` of a unique column: deleted rows hold on to their values, so this must see them. */
const asksIfTaken = (entity: Entity, where: NonNullable<ReturnType<typeof objectOf>>): boolean =>
  where.props.every(({ key }) => entity.fields.some(({ name, unique, id }) => name === key && unique && !id))

function mentions(call: PrismaCall, name: string): boolean {
  const inside = (object: ReturnType<typeof objectOf>, depth: number): boolean =>
    object !== undefined &&
    depth > 0 &&
    object.props.some(
      ({ key, value }) =>
        key === name ||
        inside(objectOf(call.syntax, value), depth - 1) ||
        (value.k === 'array' && value.items.some((item) => inside(objectOf(call.syntax, item), depth - 1))),
    )
  return inside(objectOf(call.syntax, property(call.args, 'where')), 4)
}

const isAddedByClient = (project: Project, column: string): boolean =>
  project.code.some((file) => {
    const text = project.sourceText(file) ?? ''
    return text.includes(column) && /\$extends\s*\(|\.\$use\s*\(/.test(text)
  })
