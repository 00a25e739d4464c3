import { type Cause, confirmed, unconfirmed } from '../cause.ts'
import { callStep } from '../words.ts'

export const selectWithInclude: Cause = {
  id: 'queries/select-with-include',
  title: '`select` and `include` in one call',
  matches: ({ text }) => /use `include` or `select`, but not both|`include` and `select`/.test(text),
  examine(scene) {
    const relation = /include: \{?\s*(\w+)/.exec(scene.call?.include ?? scene.error.text)?.[1] ?? 'relation'
    const cure = [
      { what: 'Take the relation into `select`.', code: `select: { /* the fields */, ${relation}: true }` },
    ]
    if (!scene.call) return unconfirmed('A call gives both; one of them may come from a spread.', cure)
    return confirmed('The call gives both; one of them may come from a spread.', callStep(scene), cure)
  },
  references: ['https://www.prisma.io/docs/orm/prisma-client/queries/select-fields'],
}
