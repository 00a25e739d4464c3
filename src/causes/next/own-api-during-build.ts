import { type Cause, confirmed, contradicted, step, unconfirmed } from '../cause.ts'

export const ownApiDuringBuild: Cause = {
  id: 'next/own-api-during-build',
  title: 'A page asks the application’s own API while it is built, when nothing serves it',
  matches: ({ text, codes }) =>
    /prerender|Export encountered|static page generation/i.test(text) &&
    /fetch failed/.test(text) &&
    codes.includes('ECONNREFUSED'),
  examine({ project, error, places }) {
    const port = /ECONNREFUSED \S+?:(\d+)\s/.exec(error.text)?.[1]
    const lines = places.flatMap(({ location }) => {
      const line = (project.sourceText(location.file) ?? '').split('\n')[location.line - 1] ?? ''
      const url = /https?:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?(\/[\w/-]*)/.exec(line)
      return url ? [{ location, path: url[1] ?? '' }] : []
    })
    const [first] = lines
    const route = project.map.endpoints.find(({ path, kind }) => kind === 'route' && path === first?.path)
    const cure = [
      {
        what: 'Call what the handler calls: page and handler run on the same server.',
        code: '// lib/products.ts\nexport async function findProducts() { … }   // used by the page and by the handler',
      },
      {
        what: 'If the page depends on the request, say so, and it is not rendered at build time.',
        code: "import { connection } from 'next/server'\n\nawait connection()",
      },
    ]
    if (!first)
      return unconfirmed(
        `Something at port ${port ?? '?'} of this machine was asked while pages were made, and was not there.`,
        cure,
        [],
        places.slice(0, 2),
      )
    if (port !== undefined && !route) return contradicted(`${first.path} is no route of this application.`)
    return confirmed(
      `${first.location.file} fetches ${first.path} from this application, which does not run while it is built.`,
      [
        step(first.location, `fetch of ${first.path}`),
        ...(route ? [step(route.location, `answers ${first.path}`)] : []),
      ],
      cure,
    )
  },
  references: ['https://nextjs.org/docs/messages/prerender-error'],
}
