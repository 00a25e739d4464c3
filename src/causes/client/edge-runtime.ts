import { clientSites } from '../../project/surroundings/clients.ts'
import { importChain } from '../../project/surroundings/imports.ts'
import { lineWith } from '../../project/surroundings/places.ts'
import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'

export const edgeRuntime: Cause = {
  id: 'client/edge-runtime',
  title: 'Code for the edge runtime asks the database',
  matches: ({ text }) =>
    /not configured to run in (?:Vercel )?Edge|(?:not supported|does not support).*Edge Runtime|Edge Runtime.*(?:not supported|does not support)|edge runtime does not support|Native module not found: node:/i.test(
      text,
    ),
  examine({ project }) {
    const database = new Set(clientSites(project).map(({ location }) => location.file))
    const edge = project.code.flatMap((file) => {
      const at = lineWith(project, file, /export const runtime\s*=\s*['"](?:experimental-)?edge['"]/)
      const middleware = /(?:^|\/)middleware\.[jt]s$/.test(file)
      return at
        ? [{ file, at, note: "runtime = 'edge'" }]
        : middleware
          ? [
              {
                file,
                at: { file, line: 1, column: 1 },
                note: 'middleware runs on the edge unless it says otherwise',
              },
            ]
          : []
    })
    for (const { file, at, note } of edge) {
      const chain = importChain(
        project,
        file,
        (target) =>
          (target.file !== undefined && database.has(target.file)) ||
          /^pg$|^@prisma\/adapter-pg/.test(target.external ?? ''),
      )
      if (!chain) continue
      return confirmed(
        `${file} runs on the edge, and what it imports opens sockets to the database, which that runtime does not have.`,
        [step(at, note), ...chain],
        [
          {
            what: note.startsWith('runtime')
              ? `Let it run on Node.js: remove the line from ${file}.`
              : 'Rename it to proxy.ts: proxies run on Node.js.',
          },
          {
            what: 'Where it must stay on the edge, keep the database out of it: of a session, read only the signed cookie there.',
          },
        ],
      )
    }
    return unconfirmed('No file for the edge that was read imports the database.', [
      { what: 'Look in the trace of imports below the error for the file that is for the edge.' },
    ])
  },
  references: ['https://nextjs.org/docs/app/api-reference/file-conventions/route-segment-config/runtime'],
}
