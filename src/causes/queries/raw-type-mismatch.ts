import { type Cause, confirmed, hasCode, step, unconfirmed } from '../cause.ts'
import { isRaw, noState, rawCalls, statementAt } from './raw.ts'

export const rawTypeMismatch: Cause = {
  id: 'queries/raw-type-mismatch',
  title: 'Values of two types are compared that Postgres does not compare',
  matches: (error) =>
    (isRaw(error) && (noState(error) || hasCode('42883', '42804')(error))) ||
    /operator does not exist: \w+ (?:=|<>|<|>) \w+/.test(error.text),
  examine(scene) {
    const [, left = '', right = ''] = /operator does not exist: (\w+) \S+ (\w+)/.exec(scene.error.text) ?? []
    const target = [left, right].find((one) => one !== 'text' && one !== '') ?? 'uuid'
    const calls = rawCalls(scene)
    const cast = calls.filter((one) => /::text|::varchar|CAST\(/i.test(statementAt(scene, one)))
    const cure = [
      {
        what: `Say the type where the value comes in, not on the column: then its index is used.`,
        code: `WHERE id = \${id}::${target}      -- of a list: = ANY(\${ids}::${target}[])`,
      },
    ]
    const [first] = cast.length > 0 ? cast : calls
    if (!first || (cast.length === 0 && calls.length > 1))
      return unconfirmed(
        `${left === '' ? 'Two types that Postgres does not compare' : `A ${left} and a ${right}`}. Which raw statement it was, the text does not say.`,
        cure,
        [],
        calls.slice(0, 4).map(({ location, operation }) => step(location, operation)),
      )
    return confirmed(
      `The statement compares a ${left} with a ${right}.`,
      [step(first.location, `${first.operation}${cast.length > 0 ? ': a cast to text' : ''}`)],
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/prisma-client/using-raw-sql/raw-queries#typecasting'],
}
