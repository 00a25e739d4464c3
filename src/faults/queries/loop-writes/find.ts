import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Project } from '../../../project/project.ts'
import { type Repeated, repeatedQueries } from '../../../project/queries/loops.ts'

const fault: Fault<Project> = {
  id: 'queries/loop-writes',
  title: 'N+1 writes: one create, update or delete per element of a list (write loop)',
  severity: 'warning',
  tags: ['performance'],
  cwe: [1073],
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/queries/crud#create-multiple-records',
    'https://www.prisma.io/docs/orm/prisma-client/queries/transactions',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const one of repeatedQueries(project)) {
    if (!one.writes) continue
    yield {
      location: one.location,
      subject: `${one.within} → ${one.call} per ${one.list}`,
      // Behind a call it may be a write in one branch alone; a `$transaction([…])` sends all of them on one connection.
      // Where each element is a piece of work that asks other systems, what came of it is written when it is done.
      certainty: one.site && !one.together && !one.outside ? 'likely' : 'possible',
      found: `${one.within} runs ${one.call} once per element of \`${one.list}\`.`,
      why: `A hundred elements are a hundred statements, each with its own round trip${one.place.transaction ? ', while the transaction holds its locks' : ''}.${one.place.transaction ? '' : ' When one in the middle fails, those before it stay written.'}`,
      remedy: remedy(one),
      evidence: [
        {
          kind: 'trace',
          steps: [
            ...(one.length.k === 'rows'
              ? [{ location: one.length.site.location, note: `\`${one.list}\` is every row that this finds` }]
              : []),
            { location: one.location, note: `runs once per element of \`${one.list}\`` },
          ],
        },
      ],
    }
  }
}

function remedy({ site, list, call }: Repeated): string {
  const delegate = site?.model.delegate ?? ''
  const together = 'and where they belong together, in one transaction'
  switch (site?.operation) {
    case 'create':
      return `Write them in one statement: \`${delegate}.createMany({ data: ${list}.map(…) })\` (\`createManyAndReturn\` where the rows are needed).`
    case 'delete':
    case 'deleteMany':
      return `Delete them in one statement: \`${delegate}.deleteMany({ where: { id: { in: ids } } })\`, in chunks when there may be thousands.`
    case 'update':
    case 'updateMany':
      return `When all get the same values, one \`${delegate}.updateMany({ where: { id: { in: ids } }, data })\`. When each gets its own, one \`UPDATE … FROM (VALUES …)\` with \`$executeRaw\`, or chunks of a bounded size, ${together}.`
    case 'upsert':
      return `One \`INSERT … ON CONFLICT … DO UPDATE\` with \`$executeRaw\`, or \`createMany({ skipDuplicates: true })\` and one update; otherwise chunks of a bounded size, ${together}.`
    default:
      return `Hand the whole list to ${call}, and let it write with one statement (\`createMany\`, \`updateMany\`, \`deleteMany\`), ${together}.`
  }
}

export default fault
