import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import type { Project } from '../../../project/project.ts'
import { words } from '../../../project/words.ts'

const fault: Fault<Project> = {
  id: 'schema/cascade-to-records',
  title: 'Records that go with an account',
  severity: 'info',
  tags: ['schema'],
  cwe: [778],
  references: [
    'https://www.prisma.io/docs/orm/prisma-schema/data-model/relations/referential-actions#cascade',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x25-V16-Security-Logging-and-Error-Handling.md',
  ],

  find: (project) => drafts(project),
}

/** Rows that must often be kept: by law, or to find out what happened. */
const RECORD =
  /^(?:invoices?|payments?|payouts?|refunds?|receipts?|transactions?|ledger|audit|charges?|purchases?)$/

function* drafts(project: Project): Iterable<Draft> {
  for (const { models, user, tenant } of project.dataModels)
    for (const model of models) {
      const name = words(model.name)
      if (!name.some((word) => RECORD.test(word)) || name.some((word) => /method|intent|settings/.test(word)))
        continue
      for (const relation of model.relations) {
        if (relation.onDelete !== 'Cascade' || (relation.model !== user && relation.model !== tenant))
          continue
        yield {
          location: relation.location,
          subject: `${model.name}.${relation.field}`,
          certainty: 'possible',
          found: `A row of ${relation.model} that is deleted takes its rows of ${model.name} with it.`,
          why: 'Records of payments and of what was done must often be kept, by law or to find out what happened. Closing an account removes them, without a trace.',
          remedy: `Decide: \`onDelete: Restrict\` with an account that is only marked as closed, or an optional key with \`onDelete: SetNull\` and what identifies it copied into ${model.name}.`,
          evidence: [
            {
              kind: 'trace',
              steps: [{ location: relation.location, note: `${relation.field}: onDelete: Cascade` }],
            },
          ],
        }
      }
    }
}

export default fault
