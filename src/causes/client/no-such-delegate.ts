import { nearest } from '../../core/nearest.ts'
import { type Cause, confirmed, type Examination, type Scene, step, unconfirmed } from '../cause.ts'

/** Operations that only a delegate of Prisma's client has: `create`, `count` and the like stand on much else. */
const READ =
  /Cannot read properties of undefined \(reading '((?:find(?:Many|Unique|First)(?:OrThrow)?|(?:create|update|delete)Many(?:AndReturn)?|upsert|groupBy))'\)/

const generate = {
  what: 'Generate the client again, and restart the process: in development the old one stays on globalThis.',
  code: 'npx prisma generate',
}

interface Written {
  file: string
  line: number
  client: string
  delegate: string
}

/** Where `client.delegate.operation` is written: at the place that the stack names, else anywhere. */
function written({ project, places }: Scene, operation: string): Written[] {
  const call = new RegExp(`\\b(\\w+)\\s*\\.\\s*(\\w+)\\s*\\.\\s*${operation}\\b`)
  const at = places[0]?.location
  const files = at ? [at.file] : project.code
  return files.flatMap((file) =>
    (project.sourceText(file) ?? '').split('\n').flatMap((text, index) => {
      const [, client, delegate] = call.exec(text) ?? []
      const isThere = at === undefined || at.line === index + 1
      return isThere && client !== undefined && delegate !== undefined
        ? [{ file, line: index + 1, client, delegate }]
        : []
    }),
  )
}

export const noSuchDelegate: Cause = {
  id: 'client/no-such-delegate',
  title: 'The client has no model of the name that is asked',
  matches: ({ text }) => READ.test(text),
  examine(scene): Examination {
    const operation = READ.exec(scene.error.text)?.[1] ?? ''
    const delegates = scene.project.dataModels.flatMap(({ models }) => models.map(({ delegate }) => delegate))
    const all = written(scene, operation)
    const wrong = all.find(({ delegate }) => !delegates.includes(delegate))
    if (wrong && (scene.places.length > 0 || /^(?:prisma|db|tx)$/i.test(wrong.client))) {
      const { client, delegate, file, line } = wrong
      const meant = nearest(delegate, delegates)
      return confirmed(
        `The schema has no model that \`${client}.${delegate}\` would be: the client is there, and gives undefined for it.`,
        [step({ file, line, column: 1 }, `${client}.${delegate}.${operation}`)],
        [
          meant === undefined
            ? { what: `These are there: ${delegates.map((one) => `\`${one}\``).join(', ')}.` }
            : {
                what: 'A delegate is the name of its model with a small first letter, not the plural and not the name of the table.',
                code: `${client}.${meant}.${operation}(…)`,
              },
          {
            what: 'If the model is in a schema that was not merged yet: take that over, and generate the client.',
          },
        ],
      )
    }
    const [first] = scene.places.length > 0 ? all : []
    if (first)
      return unconfirmed(
        `\`${first.delegate}\` is in the schema: the client that runs was generated before it, or \`${first.client}\` is no PrismaClient.`,
        [generate],
        [
          `What does \`Object.keys(${first.client})\` print? Does its module import, by a detour, the file that uses it?`,
        ],
        [step({ file: first.file, line: first.line, column: 1 }, `${first.client}.${first.delegate}`)],
      )
    return unconfirmed(
      `Something that was asked for \`${operation}\` is undefined: mostly a name that is no model of the schema, or a client that was generated before the model was there.`,
      [generate],
      ['The line of the stack that names a file of yours tells which: paste it with the message.'],
    )
  },
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/setup-and-configuration/generating-prisma-client',
    'https://www.prisma.io/docs/orm/prisma-schema/data-model/models',
  ],
}
