import { type Cause, confirmed, hasCode, step, unconfirmed } from '../cause.ts'
import { callStep } from '../words.ts'

const said = /required relation '(\w+)' between the `(\w+)` and `(\w+)` models/

export const requiredRelation: Cause = {
  id: 'constraints/required-relation',
  title: 'A relation is cut that one side needs',
  matches: (error) => hasCode('P2014')(error) || said.test(error.text),
  examine(scene) {
    const [, , a = '', b = ''] = said.exec(scene.error.text) ?? []
    const models = [a, b].flatMap((name) => scene.project.entity(name) ?? [])
    const child = models.find((one) =>
      one.relations.some(
        ({ model, keys, optional }) => keys.length > 0 && !optional && [a, b].includes(model),
      ),
    )
    const relation = child?.relations.find(({ model, keys }) => keys.length > 0 && [a, b].includes(model))
    const cure = [
      {
        what: `Delete the ${child?.name ?? 'rows'} instead of cutting them off (\`deleteMany\` in place of \`set: []\` or \`disconnect\`), or connect them to another ${relation?.model ?? 'row'}.`,
        ...(relation ? { code: `${child?.delegate}s: { deleteMany: {} }` } : {}),
      },
      {
        what: 'Where they should live on without it, make the key and the relation optional.',
        ...(relation
          ? {
              code: `${relation.keys[0]} String?\n${relation.field} ${relation.model}? @relation(fields: [${relation.keys.join(', ')}], references: [${relation.references.join(', ')}])`,
            }
          : {}),
      },
    ]
    if (!child || !relation)
      return unconfirmed(
        'The relation that the text names was not found in the schema.',
        cure,
        [],
        callStep(scene),
      )
    return confirmed(
      `${child.name}.${relation.field} is required: no ${child.name} can be without its ${relation.model}.`,
      [...callStep(scene), step(relation.location, `${child.name}.${relation.field} is not optional`)],
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/reference/error-reference#p2014'],
}
