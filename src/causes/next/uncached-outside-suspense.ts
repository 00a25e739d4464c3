import { nextSetting } from '../../project/surroundings/settings.ts'
import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'
import { callName } from '../words.ts'

export const uncachedOutsideSuspense: Cause = {
  id: 'next/uncached-outside-suspense',
  title: 'A page waits for data outside of <Suspense>, with cacheComponents on',
  matches: ({ text }) =>
    /[Uu]ncached (?:or runtime )?data (?:was accessed outside|during prerendering)|outside of `?<Suspense>/.test(
      text,
    ),
  examine({ project, error, places }) {
    const route = /Route "([^"]+)"/.exec(error.text)?.[1]
    const setting = nextSetting(project, 'cacheComponents')
    const page = project.code.find(
      (file) =>
        route !== undefined &&
        new RegExp(`(?:^|/)app${route.replace(/[[\]()]/g, '\\$&')}/page\\.[jt]sx?$`.replace('//', '/')).test(
          file,
        ),
    )
    const call = project.map.queries.find(
      ({ location }) => location.file === page || places.some((one) => one.location.file === location.file),
    )
    const cure = [
      {
        what: 'Put what waits into a component of its own, inside of <Suspense>: the rest of the page is there at once.',
        code: 'export default function Page() {\n  return (\n    <Suspense fallback={<p>Loading …</p>}>\n      <Rows />\n    </Suspense>\n  )\n}',
      },
      {
        what: 'Or cache it, where it may be a little old.',
        code: "async function rows() {\n  'use cache'\n  cacheLife('minutes')\n  return prisma.…\n}",
      },
    ]
    if (!setting || (!call && places.length === 0))
      return unconfirmed('Which part of the page waits, the text does not say.', cure)
    return confirmed(
      `${route ?? 'The page'} waits for ${call ? callName(project, call) : 'data'} before it shows anything, and \`cacheComponents\` wants a part that can be shown at once.`,
      [
        ...(call ? [step(call.location, callName(project, call))] : places.slice(0, 1)),
        step(setting.location, 'cacheComponents is on'),
      ],
      cure,
    )
  },
  references: ['https://nextjs.org/docs/messages/blocking-route'],
}
