import { type Cause, confirmed, hasCode, step, unconfirmed } from '../cause.ts'
import { isRaw, noState, rawCalls } from './raw.ts'

export const rawSplicedText: Cause = {
  id: 'queries/raw-spliced-text',
  title: 'A value becomes part of the SQL text',
  matches: (error) =>
    isRaw(error) &&
    (noState(error) || hasCode('42601')(error) || /unterminated quoted|syntax error at/.test(error.text)),
  examine(scene) {
    const found = scene.findings('input/raw-sql')
    const unsafe = rawCalls(scene).filter(({ operation }) => operation.endsWith('Unsafe'))
    const cure = [
      {
        what: `Let Prisma bind the values: the template, without quotes around \`\${…}\`.`,
        code: `await prisma.$queryRaw\`SELECT sku FROM "Product" WHERE title = \${title}\``,
      },
      {
        what: 'What cannot be bound (a column to sort by) comes from a list in the code.',
        code: 'const column = { title: Prisma.sql`title`, price: Prisma.sql`price` }[sort] ?? Prisma.sql`title`',
      },
    ]
    const [first] = found
    if (first && !noState(scene.error))
      return confirmed(
        `${first.found} A quote in the value ends the text early: today a syntax error, with another value somebody else's SQL.`,
        found.map(({ location }) => step(location, 'text from outside in the statement')),
        cure,
      )
    if (first || unsafe[0])
      return unconfirmed(
        'A statement is put together as text. Where its parts come from was not seen.',
        cure,
        [],
        [
          ...found.map(({ location }) => step(location, 'text from outside in the statement')),
          ...unsafe.map(({ location, operation }) => step(location, operation)),
        ],
      )
    return unconfirmed(
      'The statement itself is not right.',
      [{ what: 'Read the statement at the place that the message names (`at or near`), with its values.' }],
      [],
      rawCalls(scene)
        .slice(0, 3)
        .map(({ location, operation }) => step(location, operation)),
    )
  },
  fault: 'input/raw-sql',
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/using-raw-sql/raw-queries#sql-injection-prevention',
  ],
}
