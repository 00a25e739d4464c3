/** Edits of the Prisma schema, with the migration that brings the database after them. */
import { edited } from '../changes/edits.ts'
import type { TextEdit } from '../changes/layout.ts'
import { isPostgres } from '../database/schema-text.ts'
import { schemaDiffSql } from '../database/tables.ts'
import type { DataModel, Entity } from '../project/data-model.ts'
import type { Cure, Repair } from '../proof/fixer.ts'
import { schemaSource } from '../proof/schema-source.ts'

/** `words`: of the migration's name, `index_invoice_line_invoice_id`. */
export async function schemaChange(
  { project, read, stamp }: Repair,
  dataModel: DataModel,
  entity: Entity,
  words: string,
  change: { title: string; reason: string; edit(text: string): TextEdit[] },
): Promise<Cure | undefined> {
  const { file } = entity.location
  const text = read(file)
  if (text === undefined) return undefined
  const edits = change.edit(text)
  if (edits.length === 0) return undefined
  const { files, migrations, folder } = await schemaSource(project, dataModel)
  const after = files.map((one) => (one.path === file ? { ...one, content: edited(text, edits) } : one))
  // The SQL of other databases is written by Prisma's own command.
  const sql = isPostgres(dataModel.provider) ? (await schemaDiffSql(files, after)).trim() : ''
  const name = `${stamp}_${words}`
  const made = migrations && folder !== undefined && sql !== ''
  return {
    title: change.title,
    reason: change.reason,
    safety: 'safe',
    edits: edits.map((one) => ({ file, ...one })),
    creates: made ? [{ file: `${folder}/${name}/migration.sql`, text: `${sql}\n` }] : [],
    notes: notesOf(sql, dataModel, made ? undefined : words),
  }
}

function notesOf(sql: string, { provider }: DataModel, unmade: string | undefined): string[] {
  const concurrent = sql
    .split('\n')
    .filter((line) => /^(?:CREATE|DROP) INDEX /.test(line))
    .map((line) => line.replace(/^(CREATE|DROP) INDEX /, '$1 INDEX CONCURRENTLY '))
  return [
    ...(unmade === undefined ? [] : [`Make the migration with: prisma migrate dev --name ${unmade}`]),
    ...(provider === 'postgresql' && concurrent.length > 0
      ? [
          `On a large table in use, run this alone, outside of a transaction, so that writes go on: ${concurrent.join(' ')}`,
        ]
      : []),
  ]
}

/** `InvoiceLine` → `invoice_line` */
export const snake = (name: string): string => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase()
