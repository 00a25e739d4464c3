import { lastStatement } from '../../project/surroundings/migrations.ts'
import { type Cause, confirmed, hasCode, step, unconfirmed } from '../cause.ts'
import { callStep } from '../words.ts'

export const checkViolated: Cause = {
  id: 'constraints/check-violated',
  title: 'A rule that only the database knows',
  matches: (error) => hasCode('23514', 'P2004')(error) || /violates check constraint/.test(error.text),
  examine(scene) {
    const name = /check constraint "(\w+)"/.exec(scene.error.text)?.[1]
    const rule =
      name === undefined
        ? undefined
        : lastStatement(scene.project, new RegExp(`CONSTRAINT "?${name}"? CHECK`, 'i'))
    const counted = /decrement|increment/.test(scene.call?.data ?? '')
    const cure = [
      counted
        ? {
            what: 'Let the same statement ask for what the rule wants, and answer when no row changed.',
            code: `const { count } = await prisma.${scene.model?.delegate ?? 'model'}.updateMany({\n  where: { /* which */, /* field */: { gte: quantity } },\n  data: { /* field */: { decrement: quantity } },\n})\nif (count === 0) return Response.json({ error: 'not enough left' }, { status: 409 })`,
          }
        : {
            what: 'Check the same where the input is parsed, and keep the rule in the database for what slips through.',
          },
      {
        what: `Prisma has no code of its own for it: answer SQLSTATE 23514${name ? ` with the constraint ${name}` : ''} (P2039 in Prisma 7, in \`meta.driverAdapterError\`).`,
      },
    ]
    if (!rule)
      return unconfirmed(
        'No migration of the project makes this rule.',
        cure,
        [`\`\\d "${scene.model?.table ?? 'TABLE'}"\` on the database shows it.`],
        callStep(scene),
      )
    return confirmed(
      `The migration ${rule.migration.name} made the rule, and the call does not keep to it.`,
      [...callStep(scene), step(rule.location, rule.text)],
      cure,
    )
  },
  references: [
    'https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-CHECK-CONSTRAINTS',
  ],
}
