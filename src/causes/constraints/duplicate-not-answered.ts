import { type Cause, confirmed, contradicted, unconfirmed } from '../cause.ts'
import { answers, callStep, catchCode, inputOf } from '../words.ts'
import { fieldsText, isUnique, violated } from './violated.ts'

export const duplicateNotAnswered: Cause = {
  id: 'constraints/duplicate-not-answered',
  title: 'A value that is taken, and nothing answers the refusal',
  matches: isUnique,
  examine(scene) {
    const { call, project } = scene
    const rule = violated(scene)
    const field = rule?.fields.at(-1) ?? 'value'
    const cure = [catchCode(project, 'P2002', 409, `${field} is taken`)]
    if (!call)
      return unconfirmed(
        `${rule ? fieldsText(rule) : 'A value'} is taken already. Which call wrote it is not in the text.`,
        cure,
      )
    if (answers(scene, 'P2002')) return contradicted('P2002 is answered in this file.')
    const input = inputOf(scene, 'data')
    return confirmed(
      `${rule ? fieldsText(rule) : 'The value'} is unique${input.length > 0 ? `, the caller sends it (${input.slice(0, 3).join(', ')})` : ''}, and nothing catches P2002: the caller gets a 500.`,
      callStep(scene, 'P2002 is not answered'),
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/reference/error-reference#p2002'],
}
