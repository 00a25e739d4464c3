import { type Cause, confirmed, contradicted, hasCode, unconfirmed } from '../cause.ts'
import { callStep, catchCode, inputOf } from '../words.ts'

export const connectOfMissing: Cause = {
  id: 'queries/connect-of-missing',
  title: 'A row is to be connected that is not there',
  matches: (error) => hasCode('P2025', 'P2018')(error),
  examine(scene) {
    const { error, call, project } = scene
    const nested = /for a nested (connect|disconnect|update|delete)/.exec(error.text)?.[1]
    const inCode = /connect/.test(call?.data ?? '')
    if (nested === undefined && (/was found for/.test(error.text) || (call !== undefined && !inCode)))
      return contradicted('The text is not about a nested write.')
    const model = /No '(\w+)' record/.exec(error.text)?.[1] ?? 'row'
    const input = inputOf(scene, 'data')
    const cure = [
      catchCode(project, 'P2025', 422, `there is no such ${model}`),
      {
        what: `Where the ${model} may be new, say so.`,
        code: 'connectOrCreate: { where: { … }, create: { … } }',
      },
    ]
    if (!call || nested === undefined)
      return unconfirmed(
        `A ${model} that the call wants to ${nested ?? 'connect'} is not there.`,
        cure,
        [],
        callStep(scene),
      )
    return confirmed(
      `The call wants to ${nested} a ${model}${input.length > 0 ? ` that the caller names (${input[0]})` : ''}, and there is none.`,
      callStep(scene, `nested ${nested}`),
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/reference/error-reference#p2025'],
}
