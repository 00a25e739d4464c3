import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Database } from '../../../project/databases.ts'
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
    const { location, within, list, length, kind, database } = one
    // A database of documents is sent the list as it is.
    if (database && database.parameters === undefined) continue
    const written = kind === 'join' ? `Prisma.join(${list})` : `${kind}: ${list}`
    yield {
      location,
      subject: `${within}: ${written}`,
      certainty: length.k === 'rows' ? 'likely' : 'possible',
      found: `${within} sends one parameter per element of \`${list}\` (\`${written}\`), and nothing limits how many elements there are.`,
      why: `${limitOf(database)}: beyond that the query fails (P2029), for the users with most data first. Long before, the statement gets slow to plan, and no two lengths share a prepared statement.`,
      remedy: remedyOf(one),
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

const limitOf = (database: Database | undefined): string =>
  database?.parameters === undefined
    ? 'A statement takes a limited number of parameters'
    : `${database.name} is sent at most ${database.parameters.toLocaleString('en')} parameters in one statement`

function remedyOf({ kind, list, back, database }: InList): string {
  if (back)
    return 'Give the write the condition that the rows were read by, instead of their ids. Where exactly those rows are meant, go through the ids in chunks of a thousand.'
  const arrays = database === undefined || /^(?:postgresql|cockroachdb)$/.test(database.provider)
  if (kind === 'join' && !arrays)
    return 'Join the table that the list came from, or go through the list in chunks of a few hundred.'
  return kind === 'join'
    ? `Send it as one array: \`= ANY(\${${list}}::int[])\` (or \`::text[]\`), and \`<> ALL(…)\` for NOT IN.`
    : 'Say it as a relation: `none: { … }`, `NOT: { … }` over the table that the list came from; or limit the list before.'
}

export default fault
