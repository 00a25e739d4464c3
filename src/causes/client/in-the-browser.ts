import { clientSites } from '../../project/surroundings/clients.ts'
import { importChain } from '../../project/surroundings/imports.ts'
import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'

export const inTheBrowser: Cause = {
  id: 'client/in-the-browser',
  title: 'A client component imports the database',
  matches: ({ text }) =>
    /PrismaClient is unable to (?:be )?run in th(?:is|e) browser/.test(text) ||
    /Can't resolve ['"](?:node:)?(?:dns|fs|net|tls|child_process|pg-native|module|path|url|process)['"]|chunking context .* does not support external modules|node:(?:module|process|fs|path).* (?:browser|client)/i.test(
      text,
    ),
  examine({ project }) {
    const database = new Set(clientSites(project).map(({ location }) => location.file))
    const reaches = (target: { file?: string; external?: string }): boolean =>
      (target.file !== undefined && database.has(target.file)) ||
      /^(?:@prisma\/client|@prisma\/adapter|pg$)/.test(target.external ?? '')
    const cure = [
      {
        what: 'Say in the module of the client that it is for the server: the build then names whoever breaks that.',
        code: "import 'server-only'",
      },
      {
        what: 'Ask on the server: read in the page and hand the rows down, or turn the function into a server action.',
        code: "// a file of its own\n'use server'\n\nexport async function findRows() { /* check who asks, then the query */ }",
      },
    ]
    for (const file of project.code) {
      if (project.program.syntax(file)?.directive !== 'client') continue
      const chain = importChain(project, file, reaches)
      if (!chain) continue
      return confirmed(
        `${file} is a client component, and what it imports leads to the database.`,
        [step({ file, line: 1, column: 1 }, "'use client'"), ...chain],
        cure,
      )
    }
    return unconfirmed('No client component that was read imports the database.', cure, [
      'The trace of imports that the build prints below the error.',
    ])
  },
  references: [
    'https://nextjs.org/docs/app/getting-started/server-and-client-components#preventing-environment-poisoning',
  ],
}
