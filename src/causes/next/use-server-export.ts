import { lineWith } from '../../project/surroundings/places.ts'
import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'

export const useServerExport: Cause = {
  id: 'next/use-server-export',
  title: 'A file of server actions exports something that is no async function',
  matches: ({ text }) =>
    /Only async functions are allowed to be exported in a ["']use server["'] file|["']use server["'] file can only export async functions/.test(
      text,
    ),
  examine({ project, places }) {
    const files = project.code.filter((file) => project.program.syntax(file)?.directive === 'server')
    const own =
      /^export (?!async function|default async|type|interface)(?:const|let|function|class|enum|default)\b(?!.*=\s*async\b)/
    const guilty = files.flatMap((file) => lineWith(project, file, own) ?? [])
    const cure = [
      {
        what: 'Move it to a file without the directive, and import it from there. Types may stay.',
        code: '// constants.ts\nexport const PAGE_SIZE = 20',
      },
    ]
    if (guilty.length === 0)
      return unconfirmed(
        'No such export was found in the files that begin with "use server".',
        cure,
        [],
        places.slice(0, 2),
      )
    return confirmed(
      'Each export of such a file can be called from the browser, so all must be async functions.',
      guilty.map((at) => step(at, 'exported, and no async function')),
      cure,
    )
  },
  references: ['https://nextjs.org/docs/messages/invalid-use-server-value'],
}
