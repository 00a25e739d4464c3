import { type Cause, confirmed, contradicted, hasCode, unconfirmed } from '../cause.ts'
import { answers, callStep, catchCode, inputOf } from '../words.ts'

export const orThrow: Cause = {
  id: 'queries/or-throw',
  title: 'A lookup that throws, and nothing answers it',
  matches: (error) => hasCode('P2025')(error) || error.name === 'NotFoundError',
  examine(scene) {
    const { call, error, project } = scene
    const operation = call?.operation ?? error.call?.operation
    if (operation !== undefined && !operation.endsWith('OrThrow'))
      return contradicted(`The call that failed is ${operation}.`)
    const plain = operation?.replace('OrThrow', '') ?? 'findUnique'
    const cure = [
      {
        what: 'Ask without throwing, and answer 404.',
        code: `const row = await prisma.${scene.model?.delegate ?? 'model'}.${plain}({ … })\nif (!row) return Response.json({ error: 'not found' }, { status: 404 })`,
      },
      { what: 'In a page, `notFound()` of `next/navigation` does the same.' },
      catchCode(project, 'P2025', 404, 'not found'),
    ]
    if (!call || operation === undefined)
      return unconfirmed('Which lookup it was, the text does not say.', cure)
    if (answers(scene, 'P2025')) return contradicted('P2025 is answered in this file.')
    const input = inputOf(scene, 'where')
    return confirmed(
      `${operation} throws when there is no row${input.length > 0 ? `; what it looks for comes from the caller (${input[0]})` : ''}. Nothing catches it: the caller gets a 500.`,
      callStep(scene, 'P2025 is not answered'),
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/reference/error-reference#p2025'],
}
