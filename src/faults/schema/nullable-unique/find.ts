import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { usesOf } from '../../../project/calls/field-uses.ts'
import type { Project } from '../../../project/project.ts'
import { migrationsOf } from '../../../project/surroundings/migrations.ts'

const fault: Fault<Project> = {
  id: 'schema/nullable-unique',
  title: 'Unique constraint that rows with null pass',
  severity: 'info',
  tags: ['schema'],
  cwe: [694],
  references: [
    'https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-UNIQUE-CONSTRAINTS',
  ],

  find: (project) => drafts(project),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const { models, provider } of project.dataModels) {
    if (!/^(?:postgresql|cockroachdb|mysql|sqlite)$/.test(provider ?? '')) continue
    for (const model of models)
      for (const index of model.indexes) {
        if (index.kind !== 'unique' || index.fields.length < 2) continue
        const names = index.fields.map(({ name }) => name)
        const open = model.fields.filter((field) => field.optional && names.includes(field.name))
        if (open.length === 0 || isClosedBySql(project, model.table)) continue
        const nulls = usesOf(project, model.name).find(
          ({ field, value, write }) =>
            !write &&
            open.some(({ name }) => name === field) &&
            value.k === 'literal' &&
            value.value === null,
        )
        const list = open.map(({ name }) => `\`${name}\``).join(', ')
        yield {
          location: index.location,
          subject: `${model.name} @@unique([${names.join(', ')}])`,
          certainty: nulls ? 'likely' : 'possible',
          found: `\`@@unique([${names.join(', ')}])\` of ${model.name} holds ${list}, which may be null.`,
          why: `For a unique constraint, null equals nothing: rows without end with ${list} null and the rest the same pass${nulls ? `, and ${nulls.call.location.file}:${nulls.call.location.line} uses such rows` : ''}.`,
          remedy:
            'Make the column required with a value for "none", or create the index by SQL with `NULLS NOT DISTINCT` (Postgres 15) or as a second, partial one: `… WHERE x IS NULL`.',
          evidence: [
            {
              kind: 'trace',
              steps: [
                { location: index.location, note: 'the constraint' },
                ...open.map(({ name, location }) => ({ location, note: `${name} may be null` })),
                ...(nulls ? [{ location: nulls.call.location, note: `${nulls.field} is null here` }] : []),
              ],
            },
          ],
        }
      }
  }
}

/** A migration by hand has seen to it. */
const isClosedBySql = (project: Project, table: string): boolean =>
  migrationsOf(project).some(({ statements }) =>
    statements.some(
      ({ text }) =>
        text.includes(`"${table}"`) && /NULLS NOT DISTINCT|CREATE UNIQUE INDEX.*\bWHERE\b/i.test(text),
    ),
  )

export default fault
