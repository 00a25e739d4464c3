import { type Cause, confirmed, unconfirmed } from '../cause.ts'

const said = /`?(\w+)`? was called outside a request scope/

export const outsideRequest: Cause = {
  id: 'next/outside-request',
  title: 'Cookies or headers are asked for where there is no request',
  matches: ({ text }) => said.test(text),
  examine({ error, places }) {
    const name = said.exec(error.text)?.[1] ?? 'cookies'
    const entry = places.at(-1)
    const script = entry && !/(?:^|\/)(?:app|pages)\//.test(entry.location.file)
    const cure = [
      {
        what: `Read \`${name}()\` in the handler or the page, and hand the value on: then scripts, jobs and tests call the same function with a value of their own.`,
        code: 'export async function currentUser(token = undefined as string | undefined) { … }',
      },
      {
        what: 'In tests, stand in for `next/headers`.',
        code: `vi.mock('next/headers', () => ({ ${name}: async () => new Map() }))`,
      },
    ]
    const [first] = places
    if (!first || !script)
      return unconfirmed(
        `\`${name}()\` works while a request is answered: not at the top of a module, in a timer, in a script.`,
        cure,
        [],
        places.slice(0, 3),
      )
    return confirmed(
      `${entry.location.file} runs without a request, and comes to \`${name}()\` at ${first.location.file}:${first.location.line}.`,
      places.slice(0, 3).map((one) => ({ ...one, note: one.note || `leads to ${name}()` })),
      cure,
    )
  },
  references: ['https://nextjs.org/docs/messages/next-dynamic-api-wrong-context'],
}
