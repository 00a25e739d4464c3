import { redirectsCaught } from '../../project/surroundings/tries.ts'
import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'

export const redirectCaught: Cause = {
  id: 'next/redirect-caught',
  title: '`redirect()` or `notFound()` is caught as if it were an error',
  matches: ({ text, codes }) =>
    codes.includes('NEXT_REDIRECT') || /NEXT_(?:REDIRECT|NOT_FOUND|HTTP_ERROR_FALLBACK)/.test(text),
  examine({ project, places }) {
    const tries = redirectsCaught(project)
    const here = tries.filter(({ call }) =>
      places.some(({ location }) => location.file === call.file && Math.abs(location.line - call.line) <= 1),
    )
    const guilty = here.length > 0 ? here : tries
    const [first] = guilty
    const cure = [
      {
        what: 'Call it after the try: it works by throwing, and must get through.',
        code: `let target: string\ntry {\n  target = \`/orders/\${id}\`\n  // what can fail\n} catch (error) {\n  return { error: 'could not open it' }\n}\nredirect(target)`,
      },
      {
        what: 'Where it cannot be outside, let Next.js have its own first.',
        code: "import { unstable_rethrow } from 'next/navigation'\n\ncatch (error) {\n  unstable_rethrow(error)\n  …\n}",
      },
    ]
    if (!first)
      return unconfirmed(
        'No call of `redirect()` in a `try` was found in the code that was read.',
        cure,
        [],
        places.slice(0, 2),
      )
    return confirmed(
      `\`${first.name}()\` stands in a \`try\`, and the \`catch\` keeps what it throws: nobody is sent anywhere.`,
      guilty.flatMap((one) => [
        step(one.call, `${one.name}()`),
        step(one.location, 'try, whose catch keeps it'),
      ]),
      cure,
    )
  },
  references: ['https://nextjs.org/docs/app/api-reference/functions/redirect'],
}
