/** Tables that a library asks for in the schema and, as it is set up, never writes to. */
import type { Entity } from './data-model.ts'
import type { Project } from './project.ts'
import { sitesOf } from './queries/sites.ts'
import { words } from './words.ts'

/**
 * The sessions of Auth.js where they are kept in a token: an adapter wants the model, and no row is made.
 * https://authjs.dev/concepts/session-strategies
 */
export const isNeverFilled = (project: Project, model: Entity): boolean =>
  words(model.name).includes('session') &&
  model.fields.some(({ name }) => /^session_?token$/i.test(name)) &&
  keepsSessionsInTokens(project) &&
  !sitesOf(project).calls.some((site) => site.model === model)

const known = new WeakMap<Project, boolean>()

function keepsSessionsInTokens(project: Project): boolean {
  const before = known.get(project)
  if (before !== undefined) return before
  const strategies = project.code.flatMap((file) => {
    const text = project.sourceText(file) ?? ''
    if (!/next-auth|@auth\//.test(text)) return []
    return [...text.matchAll(/\bstrategy:\s*['"](\w+)['"]/g)].map(([, name]) => name)
  })
  const result = strategies.length > 0 && strategies.every((name) => name === 'jwt')
  known.set(project, result)
  return result
}
