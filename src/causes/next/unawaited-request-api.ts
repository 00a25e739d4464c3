import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'

/** Next.js 15 and 16 in development, in the server and in the browser. */
const WARNED =
  /`?(params|searchParams|cookies|headers|draftMode)(?:\(\))?`? (?:is a Promise|returns a Promise|should be awaited)/
/** What the code itself does with a promise. */
const THROWN = /\b(cookies|headers|draftMode)\((?:\.\.\.)?\)\.\w+ is not a function/
/** The types of routes, at the build. */
const TYPED = /Types of property '(params|searchParams)' are incompatible[\s\S]*\bPromise</

const nameIn = (text: string): string | undefined =>
  (WARNED.exec(text) ?? THROWN.exec(text) ?? TYPED.exec(text))?.[1]

/** What the compiler complains of, as it imports it: without the end of its name. */
const MODULE = /typeof import\("([^"]+)"\)/

const isArgument = (name: string): boolean => /arams$/.test(name)

export const unawaitedRequestApi: Cause = {
  id: 'next/unawaited-request-api',
  title: 'A promise of the request is used as its value',
  matches: ({ text }) => nameIn(text) !== undefined,
  examine({ error, places, findings }) {
    const name = nameIn(error.text) ?? 'params'
    const found = findings('api/unawaited-request-api').filter(({ subject }) => subject.includes(name))
    const module = MODULE.exec(error.text)?.[1]
    const here = found.filter(
      ({ location: { file } }) =>
        places.some(({ location }) => location.file === file) ||
        module?.endsWith(`/${file.replace(/\.\w+$/, '')}`) === true,
    )
    const guilty = here.length > 0 ? here : found
    const [first] = guilty
    const cure = [
      isArgument(name)
        ? {
            what: `Say in the type that \`${name}\` is a promise, and await it.`,
            code: `{ ${name} }: { ${name}: Promise<{ id: string }> }\n\nconst { id } = await ${name}`,
          }
        : {
            what: `Await \`${name}()\` first; the function around it, and whoever calls that, become async.`,
            code: `const store = await ${name}()`,
          },
      {
        what: isArgument(name)
          ? 'In a component with "use client", unwrap it with `React.use()`: such a component cannot be async.'
          : 'Several places: the codemod of Next.js writes them all. Read its diff.',
        code: isArgument(name)
          ? `const { id } = use(${name})`
          : 'npx @next/codemod@latest next-async-request-api .',
      },
    ]
    if (!first)
      return unconfirmed(
        `\`${name}\` is a promise since Next.js 15: what is read from it without \`await\` is undefined. No such place was found in the code that was read.`,
        cure,
        ['The first line of the stack that names a file of yours is the place.'],
        places.slice(0, 2),
      )
    return confirmed(
      `${first.found.replace(/\.$/, '')}, at ${first.location.file}:${first.location.line}. It is a promise since Next.js 15: what is read from it is undefined.`,
      guilty.slice(0, 5).map(({ location, found: what }) => step(location, what)),
      cure,
    )
  },
  fault: 'api/unawaited-request-api',
  references: [
    'https://nextjs.org/docs/messages/sync-dynamic-apis',
    'https://nextjs.org/docs/app/guides/upgrading/version-16',
  ],
}
