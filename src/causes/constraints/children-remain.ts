import { type Cause, confirmed, contradicted, step, unconfirmed } from '../cause.ts'
import { callStep, catchCode } from '../words.ts'
import { foreignKey, isForeignKey } from './foreign-key.ts'

export const childrenRemain: Cause = {
  id: 'constraints/children-remain',
  title: 'A row is deleted that others refer to',
  matches: isForeignKey,
  examine(scene) {
    const { call, error, project } = scene
    const operation = call?.operation ?? error.call?.operation ?? ''
    if (operation !== '' && !operation.startsWith('delete'))
      return contradicted(`The call that failed is ${operation}: it deletes nothing.`)
    const key = foreignKey(scene)
    const cure = [
      {
        what: `Decide what becomes of them. With their owner:`,
        code: `${key?.relation.field ?? 'parent'} ${key?.parent ?? 'Parent'} @relation(fields: [${key?.relation.keys.join(', ') ?? 'parentId'}], references: [${key?.relation.references.join(', ') ?? 'id'}], onDelete: Cascade)`,
      },
      {
        what: 'Kept, without an owner: `onDelete: SetNull`, and the key optional. Kept, and the owner too: refuse.',
      },
      catchCode(project, 'P2003', 409, 'still in use'),
    ]
    if (!key || operation === '')
      return unconfirmed(
        'Rows of another model refer to the one that is deleted; which, the text does not say.',
        cure,
        [],
        callStep(scene),
      )
    const action = key.relation.onDelete
    return confirmed(
      `${key.child.name}.${key.relation.field} refers to ${key.parent}, ${action === undefined ? 'and says nothing of deletion: Prisma takes Restrict for a required relation' : `with onDelete: ${action}`}.`,
      [...callStep(scene), step(key.relation.location, `${key.child.name}.${key.relation.field}`)],
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/prisma-schema/data-model/relations/referential-actions'],
}
