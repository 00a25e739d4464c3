import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Project } from '../../../project/project.ts'
import { checkedActs, type Race } from '../../../project/queries/races.ts'

const fault: Fault<Project> = {
  id: 'transactions/check-then-act',
  title: 'Check then act: a limit is tested on what was read before',
  severity: 'warning',
  tags: ['api'],
  cwe: [367, 362],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa6-unrestricted-access-to-sensitive-business-flows/',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x11-V2-Validation-and-Business-Logic.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const race of checkedActs(project)) {
    const { read, write, within, test } = race
    const [key] = race.fields
    const what = key === undefined ? `the number of ${read.model.name} rows` : `${read.model.name}.${key}`
    const call = `${write.model.delegate}.${write.operation}`
    yield {
      location: write.location,
      subject: `${within} → ${call} after ${what}`,
      certainty: 'likely',
      found: `${within} tests ${what}, and then runs ${call} as if nothing had changed since.`,
      why: 'Requests that arrive together all read the same value and all pass the test: a limit is exceeded, a balance goes below zero, a place is given away twice.',
      remedy: remedy(race),
      evidence: [
        {
          kind: 'trace',
          steps: [
            { location: read.location, note: `reads ${what}` },
            ...(test ? [{ location: test.location, note: 'decides on it' }] : []),
            { location: write.location, note: `${call}: whatever has happened since` },
          ],
        },
      ],
    }
  }
}

function remedy({ read, write, fields: [key] }: Race): string {
  const { delegate } = write.model
  return key === undefined
    ? 'Count and create in one transaction that locks the parent first (`SELECT … FOR UPDATE`), or with isolationLevel Serializable and a retry on P2034; or keep the number in a column and raise it with `updateMany({ where: { …, used: { lt: limit } }, data: { used: { increment: 1 } } })`, whose `count` tells whether there was room.'
    : `Put the test into the write: \`${delegate}.updateMany({ where: { id, ${key}: { gte: … } }, data: { ${key}: { decrement: … } } })\`, and refuse when its \`count\` is 0: then ${read.model.name}.${key} is tested and changed in one statement.`
}

export default fault
