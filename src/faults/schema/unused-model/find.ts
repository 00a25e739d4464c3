import type { Fault } from '../../../core/fault.ts'
import { unusedModels } from '../../../project/calls/unused.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'schema/unused-model',
  title: 'Model that no code mentions',
  severity: 'info',
  tags: ['schema'],
  cwe: [1164],
  references: ['https://www.prisma.io/docs/orm/prisma-schema/data-model/models'],

  *find(project) {
    for (const model of unusedModels(project))
      yield {
        location: model.location,
        subject: model.name,
        certainty: 'possible',
        found: `No code of this project mentions \`${model.name}\`, neither its client, its relations nor its table.`,
        why: 'A table that nobody uses is kept, migrated, backed up and searched for personal data all the same.',
        remedy: `Look whether another program uses the table \`${model.table}\`. If none does, remove the model and drop the table in a migration of its own.`,
        evidence: [
          {
            kind: 'trace',
            steps: [{ location: model.location, note: `model ${model.name}, mentioned nowhere` }],
          },
        ],
      }
  },
}

export default fault
