import { returnsEverywhere } from '../../project/surroundings/returns.ts'
import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'

export const noResponse: Cause = {
  id: 'next/no-response',
  title: 'A branch of a handler answers nothing',
  matches: ({ text }) => /No response is returned from route handler/.test(text),
  examine({ project, error }) {
    const method = /method: (\w+)/.exec(error.text)?.[1]
    const printed = /route handler '(?:\[project\]\/)?([^']+)'/.exec(error.text)?.[1]
    const routes = project.map.endpoints.filter(
      (one) =>
        one.kind === 'route' &&
        (method === undefined || one.method === method) &&
        (printed === undefined || printed.endsWith(one.location.file)),
    )
    const guilty = routes.filter(({ location }) => !returnsEverywhere(project, location))
    const cure = [
      {
        what: 'Answer in every branch; the compiler finds the others.',
        code: 'return Response.json({ error: \'id is missing\' }, { status: 422 })\n\n// tsconfig.json\n"noImplicitReturns": true',
      },
    ]
    const [first] = guilty
    if (!first)
      return unconfirmed(
        'Every branch of the handlers that were read answers: a function that they return the result of may not.',
        cure,
        [],
        routes.slice(0, 2).map((one) => step(one.location, one.id)),
      )
    return confirmed(
      `${first.id} ends without an answer in one of its branches.`,
      guilty.map((one) => step(one.location, `${one.id}: its end can be reached`)),
      cure,
    )
  },
  references: ['https://nextjs.org/docs/app/api-reference/file-conventions/route'],
}
