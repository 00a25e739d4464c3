import { triesAround } from '../../project/surroundings/tries.ts'
import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'

export const dynamicCaught: Cause = {
  id: 'next/dynamic-caught',
  title: 'What tells Next.js that a page depends on the request is caught',
  matches: ({ text, codes }) =>
    codes.includes('DYNAMIC_SERVER_USAGE') ||
    /Dynamic server usage: Route|couldn't be rendered statically because it used/.test(text),
  examine({ project, places }) {
    const tries = triesAround(project, /^(?:cookies|headers|draftMode|connection|unstable_noStore)$/, 'next/')
    const here = tries.filter(({ call }) => places.some(({ location }) => location.file === call.file))
    const guilty = here.length > 0 ? here : tries
    const [first] = guilty
    const cure = [
      {
        what: 'Ask outside of the try: while pages are made, it throws, and Next.js must see that.',
        code: "const token = (await cookies()).get('session')?.value\ntry {\n  // what can fail\n}",
      },
      {
        what: 'It is a line in the log of the build, no fault at run time: the page is rendered for each request.',
      },
    ]
    if (!first)
      return unconfirmed(
        'No call of `cookies()` or `headers()` in a `try` was found.',
        [
          {
            what: 'If the build fails here: the page is to be static (`dynamic = "error"`, `generateStaticParams`), and reads the request. Decide for one.',
          },
          ...cure,
        ],
        [],
        places.slice(0, 2),
      )
    return confirmed(
      `\`${first.name}()\` throws while the page is rendered at build time, and the \`catch\` takes that for a failure.`,
      guilty.flatMap((one) => [
        step(one.call, `${one.name}()`),
        step(one.location, 'try, whose catch keeps it'),
      ]),
      cure,
    )
  },
  references: ['https://nextjs.org/docs/messages/dynamic-server-error'],
}
