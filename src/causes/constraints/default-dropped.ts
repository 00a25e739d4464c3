import { lastStatement } from '../../project/surroundings/migrations.ts'
import { type Cause, confirmed, hasCode, step, unconfirmed } from '../cause.ts'
import { callStep } from '../words.ts'

export const defaultDropped: Cause = {
  id: 'constraints/default-dropped',
  title: 'The column must not be empty, and the client that runs leaves it out',
  matches: (error) => hasCode('P2011', '23502')(error) && !/contains null values/.test(error.text),
  examine(scene) {
    const { project, error, model } = scene
    const column = /null value in column "(\w+)"|constraint on the fields: \(`?(\w+)/.exec(error.text)
    const name = column?.[1] ?? column?.[2]
    const field = model?.fields.find((one) => one.column === name)
    const statement =
      name === undefined
        ? undefined
        : lastStatement(
            project,
            new RegExp(
              `"${model?.table ?? '\\w+'}".*COLUMN "${name}".*(?:DROP DEFAULT|SET NOT NULL|NOT NULL)`,
              'i',
            ),
          )
    const cure = [
      {
        what: 'At once, where old and new versions run side by side: give the column its default back.',
        code: `ALTER TABLE "${model?.table ?? 'TABLE'}" ALTER COLUMN "${name ?? 'column'}" SET DEFAULT 0; -- a value that fits`,
      },
      {
        what: `Then in two releases: first the version that always writes ${name ?? 'it'}, then the migration that takes the default away.`,
      },
      { what: 'Schema and database must say the same: `npx prisma migrate status`, then `prisma generate`.' },
    ]
    const evidence = [
      ...callStep(scene),
      ...(statement ? [step(statement.location, statement.text)] : []),
      ...(field
        ? [
            step(
              field.location,
              `${model?.name}.${field.name} is ${field.optional ? 'optional' : field.hasDefault ? 'given a default' : 'required'} in the schema`,
            ),
          ]
        : []),
    ]
    if (statement && field && (field.optional || field.hasDefault))
      return confirmed(
        `The migration ${statement.migration.name} made \`${name}\` depend on the writer, and the schema that runs says it may be left out.`,
        evidence,
        cure,
      )
    return unconfirmed(
      `\`${name ?? 'A column'}\` must not be empty in the database. The schema here ${field ? `says it is ${field.optional ? 'optional' : 'required'}` : 'does not name it'}: another version of the application may be running.`,
      cure,
      [`\`\\d "${model?.table ?? 'TABLE'}"\` on the database, against the schema of the version that runs.`],
      evidence,
    )
  },
  references: ['https://www.prisma.io/docs/guides/data-migration'],
}
