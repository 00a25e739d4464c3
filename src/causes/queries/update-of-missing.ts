import { type Cause, confirmed, contradicted, hasCode, unconfirmed } from '../cause.ts'
import { answers, callStep, catchCode, inputOf } from '../words.ts'

export const updateOfMissing: Cause = {
  id: 'queries/update-of-missing',
  title: 'A row is changed or deleted that is not there, or not the caller’s',
  matches: (error) =>
    hasCode('P2025')(error) || /Record to (?:update|delete)(?: does)? not (?:found|exist)/.test(error.text),
  examine(scene) {
    const { call, error, project } = scene
    const operation = call?.operation ?? error.call?.operation
    if (/for a nested/.test(error.text)) return contradicted('The text is about a nested write.')
    if (operation !== undefined && !/^(?:update|delete)$/.test(operation))
      return contradicted(`The call that failed is ${operation}.`)
    const many = operation === 'delete' ? 'deleteMany' : 'updateMany'
    const where = call?.where ?? '{ … }'
    const cure = [
      {
        what: 'Change it by its key and its owner, and answer when there was none: one statement, no race.',
        code: `const { count } = await prisma.${scene.model?.delegate ?? 'model'}.${many}({ where: ${where}${many === 'updateMany' ? ', data: { … }' : ''} })\nif (count === 0) return Response.json({ error: 'not found' }, { status: 404 })`,
      },
      catchCode(project, 'P2025', 404, 'not found'),
    ]
    if (!call || operation === undefined)
      return unconfirmed('Which call it was, the text does not say.', cure, [
        'Deleted twice, an old page that was still open, or an id of somebody else: the request shows which.',
      ])
    if (answers(scene, 'P2025')) return contradicted('P2025 is answered in this file.')
    const input = inputOf(scene, 'where')
    return confirmed(
      `\`${operation}\` throws when no row fits its \`where\`${input.length > 0 ? `, and that comes from the caller (${input[0]})` : ''}: sent twice, or with an old id, the answer is a 500.`,
      callStep(scene, 'P2025 is not answered'),
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/reference/error-reference#p2025'],
}
