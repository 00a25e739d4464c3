import { lineWith } from '../../project/surroundings/places.ts'
import { nextSetting } from '../../project/surroundings/settings.ts'
import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'

const said = /Route segment config ['"](\w+)['"] is not compatible with `nextConfig\.cacheComponents`/

export const segmentConfig: Cause = {
  id: 'next/segment-config',
  title: 'A route still has settings that cacheComponents does away with',
  matches: ({ text }) => said.test(text),
  examine({ project, error }) {
    const name = said.exec(error.text)?.[1] ?? 'dynamic'
    const files = project.code.flatMap(
      (file) =>
        lineWith(
          project,
          file,
          /^export const (?:dynamic|dynamicParams|revalidate|fetchCache|runtime|preferredRegion)\b/,
        ) ?? [],
    )
    const setting = nextSetting(project, 'cacheComponents')
    const cure = [
      {
        what: `Take \`export const ${name}\` out of ${files.length === 1 ? 'the file' : `these ${files.length} files`}. Handlers and pages are dynamic unless they say \`'use cache'\`.`,
      },
      {
        what: 'Where a GET handler reads nothing of the request, it would be made at build time: say that it waits.',
        code: "import { connection } from 'next/server'\n\nawait connection()",
      },
    ]
    if (!setting || files.length === 0)
      return unconfirmed('The setting or the file was not found in what was read.', cure)
    return confirmed(
      '`cacheComponents` is on, and files set the old way how they are rendered.',
      [...files.map((at) => step(at, 'set here')), step(setting.location, 'cacheComponents is on')],
      cure,
    )
  },
  references: ['https://nextjs.org/docs/app/api-reference/config/next-config-js/cacheComponents'],
}
