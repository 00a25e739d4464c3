import { type Cause, confirmed, unconfirmed } from '../cause.ts'
import { callStep, inputOf } from '../words.ts'

const said =
  /Argument `where` of type (\w+?)WhereUniqueInput needs at least one of|Argument `where` is missing/

export const nothingToFindBy: Cause = {
  id: 'queries/nothing-to-find-by',
  title: 'The id that is looked for is undefined',
  matches: ({ text }) => said.test(text),
  examine(scene) {
    const input = inputOf(scene, 'where')
    const cure = [
      {
        what: 'Check the input before the query.',
        code: `const { id } = z.object({ id: z.uuid() }).parse(input)`,
      },
      {
        what: 'The same value in `findFirst`, `updateMany` or `deleteMany` does not fail: it finds the first row, or changes all. Let Prisma refuse it.',
        code: 'generator client {\n  previewFeatures = ["strictUndefinedChecks"]\n}',
      },
    ]
    if (!scene.call)
      return unconfirmed('A unique field was given as undefined, which is the same as leaving it out.', cure)
    return confirmed(
      `\`where: ${scene.call.where ?? '…'}\` holds undefined, which is the same as leaving it out${input.length > 0 ? `. It comes from the caller (${input[0]}), who left it out` : ''}.`,
      callStep(scene),
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/prisma-client/special-fields-and-types/null-and-undefined'],
}
