import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Project } from '../../../project/project.ts'
import { isRecordOfEvents } from '../../../project/queries/growth.ts'
import { partialWrites, type Race } from '../../../project/queries/races.ts'

const fault: Fault<Project> = {
  id: 'transactions/partial-write',
  title: 'Writes that belong together are not in one transaction',
  severity: 'warning',
  tags: ['api'],
  cwe: [460],
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/queries/transactions',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x11-V2-Validation-and-Business-Logic.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const race of partialWrites(project)) {
    const { read: first, write: second, within } = race
    const before = `${first.model.delegate}.${first.operation}`
    const after = `${second.model.delegate}.${second.operation}`
    yield {
      location: second.location,
      subject: `${within}: ${before}, ${after}`,
      certainty: isRecordOfEvents(second.model) ? 'possible' : 'likely',
      found: `${within} runs ${before}, then ${after} with what it gave, and not in one transaction.`,
      why: `When ${after} fails, or the process ends in between, the ${first.model.name} is there without its ${second.model.name}: nothing repairs that, and a second try may create it twice.`,
      remedy: nested(race),
      evidence: [
        {
          kind: 'trace',
          steps: [
            { location: first.location, note: `${before} is written for good` },
            { location: second.location, note: `${after} needs it, and may fail` },
          ],
        },
      ],
    }
  }
}

function nested({ read: first, write: second }: Race): string {
  const relation = first.model.relations.find(({ model }) => model === second.model.name)
  const transaction = '`prisma.$transaction(async (tx) => { … })` around both, with `tx` as the client'
  return relation && second.operation === 'create'
    ? `Create both in one call: \`${first.model.delegate}.create({ data: { …, ${relation.field}: { create: { … } } } })\`; or ${transaction}.`
    : `Use ${transaction}.`
}

export default fault
