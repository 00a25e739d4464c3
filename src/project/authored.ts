/** Content that has an author and is everybody's to see: articles, events, announcements. */

import type { Entity } from './data-model.ts'
import { isGuarded } from './guards.ts'
import { isScoped } from './ownership.ts'
import type { Project } from './project.ts'
import { words } from './words.ts'

const AUTHOR =
  /^(author|creator|created|uploader|uploaded|poster|posted|writer|written|editor|added|published)$/

export const isAuthor = (relation: string): boolean => words(relation).some((word) => AUTHOR.test(word))

/** All that leads from a row to a person says who made it: `createdBy`, `author`. */
const isAuthored = ({ tenantPath, userPath }: Entity): boolean =>
  tenantPath === undefined && isAuthor(userPath?.[0] ?? '')

/** Models whose rows some endpoint ties to its caller: it matters whose they are. */
export function tiedModels(project: Project): ReadonlySet<string> {
  const known = tied.get(project)
  if (known) return known
  const models = new Set<string>()
  for (const { events } of project.runs)
    for (const event of events)
      if (event.k === 'access' && isGuarded(event.facts) && isScoped(event, [])) models.add(event.model)
  tied.set(project, models)
  return models
}

const tied = new WeakMap<Project, ReadonlySet<string>>()

/** Whether rows of a model may well be for everybody: they have an author, and no endpoint asks for their author's own. */
export const isSharedContent = (project: Project, entity: Entity): boolean =>
  isAuthored(entity) && !tiedModels(project).has(entity.name)
