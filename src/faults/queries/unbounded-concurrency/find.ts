import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { databaseOf } from '../../../project/databases.ts'
import type { Project } from '../../../project/project.ts'
import { type FanOut, fanOuts } from '../../../project/queries/fan-outs.ts'

const fault: Fault<Project> = {
  id: 'queries/unbounded-concurrency',
  title: 'Unbounded concurrency: as many queries at once as a list is long (pool exhaustion)',
  severity: 'warning',
  tags: ['performance'],
  cwe: [770],
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/setup-and-configuration/databases-connections/connection-pool',
    'https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  // The client for MongoDB has a pool of its own, and fails otherwise.
  const waits = databaseOf(project)?.provider === 'mongodb' ? '' : ' (P2024 when they wait too long)'
  for (const fanOut of fanOuts(project)) {
    const { location, within, list, reach, length } = fanOut
    const via = reach.through.length > 0 ? ` (through ${reach.through.join(' → ')})` : ''
    yield {
      location,
      subject: `${within}: Promise.all over ${list}`,
      certainty: length.k === 'rows' || reach.writes ? 'likely' : 'possible',
      found: `${within} starts queries for every element of \`${list}\` at once${via}, and nothing limits how many elements there are.`,
      why: `A pool has few connections: the queries of one long list wait for them${waits}, and so does every other request of this process.`,
      remedy: `Best: one query for all of \`${list}\` (\`in\`, \`createMany\`). Otherwise go through it in chunks: \`for (let i = 0; i < ${list}.length; i += 20) await Promise.all(${list}.slice(i, i + 20).map(…))\`.`,
      evidence: [trace(fanOut)],
    }
  }
}

function trace({ location, waits, length, list, reach }: FanOut): Draft['evidence'][number] {
  const source =
    length.k === 'rows'
      ? [{ location: length.site.location, note: `\`${list}\` is every row that this finds` }]
      : []
  const last =
    reach.through.length > 0 ? `calls ${reach.through.join(' → ')}, which sends queries` : 'sends queries'
  return {
    kind: 'trace',
    steps: [
      ...source,
      { location, note: `each element of \`${list}\` ${last}` },
      { location: waits, note: 'all of them at once' },
    ],
  }
}

export default fault
