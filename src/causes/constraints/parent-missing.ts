import { type Cause, confirmed, contradicted, unconfirmed } from '../cause.ts'
import { answers, callStep, catchCode, inputOf } from '../words.ts'
import { foreignKey, isForeignKey } from './foreign-key.ts'

export const parentMissing: Cause = {
  id: 'constraints/parent-missing',
  title: 'An id that names no row',
  matches: isForeignKey,
  examine(scene) {
    const { call, error, project } = scene
    const operation = call?.operation ?? error.call?.operation ?? ''
    if (operation.startsWith('delete')) return contradicted('The call that failed deletes: it writes no id.')
    const key = foreignKey(scene)
    const field = key?.relation.keys[0] ?? 'id'
    const cure = [
      catchCode(project, 'P2003', 422, `${field} names no ${key?.parent ?? 'row'}`),
      {
        what: `If it is the caller's own (a user, a tenant), take it from the session, not from the request.`,
      },
    ]
    const input = inputOf(scene, 'data').filter(
      (one) => key === undefined || key.relation.keys.some((name) => one.includes(name)),
    )
    if (!call || !key) return unconfirmed('Which call wrote which id, the text does not say.', cure)
    if (answers(scene, 'P2003')) return contradicted('P2003 is answered in this file.')
    if (input.length === 0)
      return unconfirmed(
        `${key.child.name}.${field} was given an id that no ${key.parent} has. Where the id came from was not seen.`,
        cure,
        [
          `\`SELECT * FROM "${project.entity(key.parent)?.table ?? key.parent}" WHERE id = …\` with the id of that request.`,
        ],
        callStep(scene),
      )
    return confirmed(
      `${key.child.name}.${field} is taken from the caller (${input[0]}), and no ${key.parent} has that id.`,
      callStep(scene, 'P2003 is not answered'),
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/reference/error-reference#p2003'],
}
