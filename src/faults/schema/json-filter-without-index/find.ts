import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { type FieldUse, usesOf } from '../../../project/calls/field-uses.ts'
import { pathTo } from '../../../project/calls/reached.ts'
import type { Project } from '../../../project/project.ts'
import { migrationsOf } from '../../../project/surroundings/migrations.ts'

const fault: Fault<Project> = {
  id: 'schema/json-filter-without-index',
  title: 'Condition on the inside of a JSON column',
  severity: 'info',
  tags: ['schema', 'performance'],
  cwe: [],
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/special-fields-and-types/working-with-json-fields',
    'https://www.postgresql.org/docs/current/datatype-json.html#JSON-INDEXING',
  ],

  find: (project) => drafts(project),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const { models, provider } of project.dataModels) {
    if (!/^(?:postgresql|cockroachdb)$/.test(provider ?? '')) continue
    for (const model of models) {
      const columns = new Set(model.fields.filter(({ type }) => type === 'Json').map(({ name }) => name))
      const uses = columns.size > 0 ? usesOf(project, model.name) : []
      for (const { call, field, value, write } of uses) {
        if (write || !columns.has(field) || !asksInside(value)) continue
        if (model.indexes.some((index) => index.fields.some(({ name }) => name === field))) continue
        const column = model.fields.find(({ name }) => name === field)?.column ?? field
        if (isIndexedBySql(project, model.table, column)) continue
        yield {
          location: call.location,
          subject: `${model.delegate}.${call.operation} by ${field}`,
          certainty: 'possible',
          found: `\`${model.delegate}.${call.operation}\` looks for rows by what is inside of \`${field}\`, which has no index.`,
          why: 'Postgres reads and takes apart the JSON of every row that the other conditions leave.',
          remedy: `Give what is asked for a column of its own, or an index over the expression: \`CREATE INDEX ON "${model.table}" (("${column}"->>'key'))\`.`,
          ...pathTo(project, call.location, `asks inside of ${field}`),
        }
      }
    }
  }
}

const asksInside = (value: FieldUse['value']): boolean =>
  value.k === 'object' && value.props.some(({ key }) => key === 'path')

const isIndexedBySql = (project: Project, table: string, column: string): boolean =>
  migrationsOf(project).some(({ statements }) =>
    statements.some(
      ({ text }) => /CREATE (?:UNIQUE )?INDEX/i.test(text) && text.includes(table) && text.includes(column),
    ),
  )

export default fault
