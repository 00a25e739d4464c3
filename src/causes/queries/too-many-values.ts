import { type Cause, confirmed, hasCode, unconfirmed } from '../cause.ts'
import { rawCalls } from './raw.ts'

export const tooManyValues: Cause = {
  id: 'queries/too-many-values',
  title: 'More values than one statement can have',
  matches: (error) =>
    hasCode('P2029', 'P2035')(error) ||
    /bind message (?:has|supplies) \d+ parameter|too many bind variables|maximum of (?:32767|65535)|parameters? exceed/i.test(
      error.text,
    ),
  examine(scene) {
    const { project, call } = scene
    const calls = call
      ? [call]
      : rawCalls(scene).filter(({ location }) =>
          /Prisma\.join|join\(/.test(
            (project.sourceText(location.file) ?? '')
              .split('\n')
              .slice(location.line - 1, location.line + 4)
              .join('\n'),
          ),
        )
    const cure = [
      {
        what: 'Send the list as one value: an array.',
        code: `await prisma.$queryRaw\`SELECT … WHERE id = ANY(\${ids})\``,
      },
      {
        what: 'Or in parts of some thousands; and refuse lists that no page needs.',
        code: 'for (let at = 0; at < ids.length; at += 5000) await work(ids.slice(at, at + 5000))',
      },
    ]
    const [first] = calls
    if (!first)
      return unconfirmed(
        'Postgres takes 65,535 values in a statement, Prisma 32,767. Which list was longer, the text does not say.',
        cure,
      )
    return confirmed(
      'Each element of the list becomes a value of its own, and Postgres takes no more than 65,535 of them in a statement.',
      calls.map(({ location, operation }) => ({
        location,
        note: `${operation}: one value for each element`,
      })),
      cure,
    )
  },
  references: ['https://www.postgresql.org/docs/current/limits.html'],
}
