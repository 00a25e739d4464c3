import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Project } from '../../../project/project.ts'
import { type InList, openInLists } from '../../../project/queries/in-lists.ts'

const fault: Fault<Project> = {
  id: 'queries/huge-in',
  title: 'Huge IN list: one bind parameter per element of a list that has no limit (large in, bind param)',
  severity: 'warning',
  tags: ['performance'],
  cwe: [770],
  references: [
    'https://www.prisma.io/docs/orm/reference/error-reference#p2029',
    'https://www.postgresql.org/docs/current/limits.html',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const one of openInLists(project)) {
    // Prisma sends a long `in` of a read in parts; a `notIn` and a text of SQL it cannot take apart.
    if (one.kind === 'in' && !one.back) continue
    const { location, within, list, length, kind } = one
    const written = kind === 'join' ? `Prisma.join(${list})` : `${kind}: ${list}`
    yield {
      location,
      subject: `${within}: ${written}`,
      certainty: length.k === 'rows' ? 'likely' : 'possible',
      found: `${within} sends one parameter per element of \`${list}\` (\`${written}\`), and nothing limits how many elements there are.`,
      why: 'Postgres takes 32,767 parameters: beyond that the query fails (P2029), for the users with most data first. Long before, the statement gets slow to plan, and no two lengths share a prepared statement.',
      remedy: remedy(one),
      evidence: [
        {
          kind: 'trace',
          steps: [
            ...(length.k === 'rows'
              ? [{ location: length.site.location, note: `\`${list}\` is every row that this finds` }]
              : []),
            { location, note: 'one parameter per element' },
          ],
        },
      ],
    }
  }
}

function remedy({ kind, list, back }: InList): string {
  if (back)
    return 'Give the write the condition that the rows were read by, instead of their ids. Where exactly those rows are meant, go through the ids in chunks of a thousand.'
  return kind === 'join'
    ? `Send it as one array: \`= ANY(\${${list}}::int[])\` (or \`::text[]\`), and \`<> ALL(…)\` for NOT IN.`
    : 'Say it as a relation: `none: { … }`, `NOT: { … }` over the table that the list came from; or limit the list before.'
}

export default fault
