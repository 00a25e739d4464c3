/** Rows that a query asks for in a state in which they are nobody's or everybody's: published, listed, without an owner. */
import { isAuthor } from './authored.ts'
import type { Entity } from './data-model.ts'
import type { Access } from './flow/events.ts'
import { VISIBILITY } from './flow/ties.ts'
import { textsOf, type Value } from './flow/value.ts'
import { argument } from './ownership.ts'

/** What a state is called that a row is in when everybody may see it. */
const PUBLIC = /^(public|published|listed)$/i
/** And one in which it may be in a catalogue, or only have been checked by somebody. */
const ACCEPTED = /^(approved|trusted|live|visible|unlisted|discoverable|featured)$/i

/**
 * Who may read the rows that a query picks, as its conditions say: `all` where they are open to everybody or belong to
 * nobody, `some` where they may be. Nothing for other queries.
 */
export function opennessOf(access: Access, entity: Entity): 'all' | 'some' | undefined {
  const where = argument(access, 'where')?.shape
  if (where?.k !== 'object') return undefined
  const found = [...where.fields].flatMap(([column, value]) => opennessBy(entity, column, value) ?? [])
  return found.includes('all') ? 'all' : found[0]
}

function opennessBy(entity: Entity, column: string, value: Value): 'all' | 'some' | undefined {
  const field = entity.fields.find(({ name }) => name === column)
  const { shape } = value
  if (shape?.k === 'literal' && shape.value === null) return withoutOwner(entity, column)
  if (shape?.k === 'literal' && shape.value === true)
    return VISIBILITY.test(column) && !/private|hidden|unlisted/i.test(column) ? 'all' : undefined
  if (field?.id || field?.relation) return undefined
  const texts = stateTexts(value)
  if (texts.length === 0) return undefined
  if (texts.every((text) => PUBLIC.test(text))) return 'all'
  return texts.every((text) => PUBLIC.test(text) || ACCEPTED.test(text)) ? 'some' : undefined
}

/** `status: 'published'`, `status: { in: ['approved', 'trusted'] }` */
function stateTexts(value: Value): string[] {
  const { shape } = value
  if (shape?.k !== 'object') return textsOf(value)
  const [[name, given] = [], ...more] = shape.fields
  return given && more.length === 0 && !shape.open?.length && /^(equals|in)$/.test(name ?? '')
    ? textsOf(given)
    : []
}

/** `projectId: null`: nobody's rows; where another column than that of their author says whose they are as well, perhaps a person's. */
function withoutOwner(
  { relations, tenantPath, userPath }: Entity,
  column: string,
): 'all' | 'some' | undefined {
  const owner = relations.find(({ keys }) => keys.length === 1 && keys[0] === column)
  const paths = [tenantPath, userPath].flatMap((path) => (path && path.length > 0 ? [path[0]] : []))
  if (!owner || !paths.includes(owner.field)) return undefined
  return paths.every((first) => first === owner.field || (first !== undefined && isAuthor(first)))
    ? 'all'
    : 'some'
}
