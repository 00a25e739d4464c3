import { type Cause, confirmed, contradicted, step, unconfirmed } from '../cause.ts'
import { callStep } from '../words.ts'
import { foreignKey, isForeignKey } from './foreign-key.ts'

export const wrongOrder: Cause = {
  id: 'constraints/wrong-order',
  title: 'The row is written before the one that it refers to',
  matches: isForeignKey,
  examine(scene) {
    const { call, project } = scene
    const key = foreignKey(scene)
    const operation = call?.operation ?? scene.error.call?.operation
    if (operation !== undefined && !/^(?:create|upsert)/.test(operation))
      return contradicted(`The call that failed is ${operation}: it creates no row.`)
    if (!call || !key)
      return unconfirmed('Which call wrote which key, the text does not say.', [
        { what: 'Create the row that is referred to first.' },
      ])
    const parent = project.map.queries.find(
      (one) =>
        one.model === key.parent &&
        /^(?:create|upsert)/.test(one.operation) &&
        one.location.file === call.location.file &&
        one.within === call.within &&
        one.location.line > call.location.line,
    )
    if (!parent) return contradicted(`No ${key.parent} is created after it.`)
    return confirmed(
      `${key.child.name} is created at line ${call.location.line}, the ${key.parent} that it refers to at line ${parent.location.line}.`,
      [...callStep(scene, 'comes first'), step(parent.location, `${key.parent} comes afterwards`)],
      [
        {
          what: `Create the ${key.parent} first, or both in one call.`,
          code: `await prisma.${key.child.delegate}.create({ data: { ${key.relation.field}: { create: { /* … */ } } } })`,
        },
      ],
    )
  },
  references: ['https://www.prisma.io/docs/orm/prisma-client/queries/relation-queries#nested-writes'],
}
