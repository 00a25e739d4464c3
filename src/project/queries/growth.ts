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
  /(?:token|key|webhook|preset|template|invit(?:e|ation)|tag|domain|workflow|group|setting|config\w*|integration|permission|role|plan|subscription|label|categor(?:y|ies)|theme|brand|language|folder)s?$/i.test(
    entity.name,
  )
