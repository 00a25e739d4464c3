/** Does a table grow with use? Of the models, as the schema tells. */
import type { Entity } from '../data-model.ts'
import type { Project } from '../project.ts'

/**
 * A model whose rows belong to somebody, or to something that does: its rows become more with every day of use. Those of
 * a table of settings, plans or roles do not; which of the two a model without an owner is, the schema does not say.
 */
export const grows = (entity: Entity): boolean => entity.role === 'owned' && !isSetUpByHand(entity)

/** Models whose rows go with a row of this one (`onDelete: Cascade`), directly. */
export function cascadesFrom(project: Project, entity: Entity): Entity[] {
  return project.dataModels
    .filter((one) => one.model(entity.name) === entity)
    .flatMap(({ models }) =>
      models.filter((model) =>
        model.relations.some(
          ({ model: parent, keys, onDelete }) =>
            parent === entity.name && keys.length > 0 && onDelete === 'Cascade',
        ),
      ),
    )
}

/** A table that tells what happened (a log, an audit trail): an entry that is missing or there twice breaks nothing. */
export const isRecordOfEvents = (entity: Entity): boolean =>
  /log|audit|activit|event|notification|metric|history/i.test(entity.name)

/** Tables that a few people fill by hand, by what such tables are called: a tenant has dozens of rows, not thousands. */
export const isSetUpByHand = (entity: Entity): boolean =>
  /(?:token|key|webhook|preset|template|invit(?:e|ation)|tag|domain|workflow|group|type|section|setting|config\w*|integration|permission|role|plan|subscription|label|categor(?:y|ies)|theme|brand|language|folder)s?$/i.test(
    entity.name,
  )

/** Parts of a condition that say how, not what. */
const OPERATOR = /^(?:AND|OR|is|some|every|in|equals)$/

/**
 * The conditions pick the rows of one row of another table, other than a user or tenant: `postId`, `post.slug`. They are few
 * more often than not. `post.authorId` are those of all posts of somebody. `paths`: as of `leaves`, `post.author.id`.
 */
export const isOfOneParent = (project: Project, entity: Entity, paths: readonly string[]): boolean =>
  paths.some((path) => {
    const parts = path.split('.')
    // `labels: { some: { label: { name } } }`: a filter over all of them.
    if (parts.includes('some') && !/\.some\.\w+(?:Id|_id)$/.test(path)) return false
    return pinsOne(
      project,
      entity,
      parts.filter((part) => !OPERATOR.test(part)),
    )
  })

function pinsOne(project: Project, entity: Entity, [head, ...rest]: readonly string[]): boolean {
  if (head === undefined) return false
  if (rest.length === 0) return isUniqueField(entity, head) || isKeyOfParent(project, entity, head)
  const relation = entity.relations.find(({ field }) => field === head)
  const parent = relation && project.entity(relation.model)
  if (!parent) return false
  const picked = rest.length === 1 && isUniqueField(parent, rest[0] ?? '')
  return picked ? !isOwner(project, parent) : pinsOne(project, parent, rest)
}

const isUniqueField = (entity: Entity, name: string): boolean =>
  entity.uniques.some((set) => set.length === 1 && set[0] === name)

/** Models that this many others point at are what an application is divided by: a project, a shop, a mail account. */
const HUB = 12

/** All that somebody has belongs to it: a user, a tenant, or what stands for one. */
function isOwner(project: Project, entity: Entity): boolean {
  if (entity.role === 'user' || entity.role === 'tenant') return true
  const children = project.dataModels
    .filter((one) => one.model(entity.name) === entity)
    .flatMap(({ models }) =>
      models.filter((model) =>
        model.relations.some(({ model: parent, keys }) => parent === entity.name && keys.length > 0),
      ),
    )
  return children.length >= HUB
}

/** `postId`; of columns without a relation, by their names. */
function isKeyOfParent(project: Project, entity: Entity, name: string): boolean {
  const relation = entity.relations.find(({ keys }) => keys.includes(name))
  const parent = relation && project.entity(relation.model)
  if (parent) return !isOwner(project, parent)
  const owners = project.dataModels.flatMap(({ models }) =>
    models.filter(({ role }) => role === 'user' || role === 'tenant'),
  )
  return /[a-z]Id$|_id$/.test(name) && !owners.some(({ delegate }) => name === `${delegate}Id`)
}
