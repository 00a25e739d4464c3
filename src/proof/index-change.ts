/** From an index that pays, or one that does not, to the edit of the schema and its migration. */

import { edited } from '../changes/edits.ts'
import { addIndex, removeIndex } from '../changes/schema-edits.ts'
import type { Change } from '../core/change.ts'
import { type SchemaSource, schemaDiffSql } from '../database/tables.ts'
import type { DataModel } from '../project/data-model.ts'
import type { Cure } from '../workload/cure.ts'

/** A change of the schema that can be tried on a database. */
export interface SchemaChange {
  change: Change
  table: string
  /** What it does to the database, as Prisma writes it. */
  sql: string
  /** What takes it back. */
  undo: string
}

/** The schema as it is, and where migrations are kept. */
export interface SchemaPlace {
  dataModel: DataModel
  source: SchemaSource
  /** Folder of the migrations relative to the root; absent when there are none. */
  migrations?: string
}

/**
 * The edit of the schema, with a migration where the project keeps migrations. `turn` numbers the changes of one run.
 * Gives the reason in words where Prisma cannot say it.
 */
export async function schemaChange(
  place: SchemaPlace,
  cure: Cure,
  turn: number,
): Promise<SchemaChange | { needs: string }> {
  if (cure.kind === 'code') return { needs: cure.text }
  const { prisma } = cure
  if (!prisma)
    return { needs: `Prisma's schema cannot say it; in a migration of your own it is \`${cure.sql}\`` }
  const model = place.dataModel.model(prisma.model)
  const file = place.source.files.find(({ path }) => path === model?.location.file)
  if (!model || !file) return { needs: `the model ${prisma.model} was not found in the schema` }
  const text = file.content.replace(/^\uFEFF/, '')
  const made =
    cure.kind === 'add-index'
      ? added(text, model.name, cure.prisma?.line ?? '')
      : removed(text, model.name, cure)
  if (made.edits.length === 0)
    return { needs: `the schema has no line for it, though the database has it: \`${cure.sql}\`` }
  const after = place.source.files.map((one) =>
    one === file ? { ...one, content: edited(text, made.edits) } : one,
  )
  const sql = (await schemaDiffSql(place.source.files, after)).trim()
  const undo = (await schemaDiffSql(after, place.source.files)).trim()
  const creates =
    place.migrations === undefined
      ? []
      : [
          {
            file: `${place.migrations}/${migrationName(place.source, made.name, turn)}/migration.sql`,
            text: `${sql}\n`,
          },
        ]
  return {
    table: cure.table,
    sql,
    undo,
    change: {
      title: made.title,
      reason: '',
      safety: 'safe',
      edits: made.edits.map((edit) => ({ ...edit, file: file.path })),
      creates,
    },
  }
}

interface Made {
  title: string
  name: string
  edits: { from: number; to: number; text: string }[]
}

const LINE = /^@@index\(\[(.*)\](?:, map: "([^"]*)")?\)$/

function added(text: string, model: string, line: string): Made {
  const [, list = '', map] = LINE.exec(line) ?? []
  const fields = list.split(/, (?![^(]*\))/)
  const names = fields.map((field) => field.replace(/\(.*/, ''))
  return {
    title: `Add ${line} to ${model}`,
    name: `index_${model}_${names.join('_')}`,
    edits: addIndex(text, model, fields, map === undefined ? {} : { map }),
  }
}

function removed(text: string, model: string, cure: Cure & { kind: 'drop-index' }): Made {
  const fields = cure.prisma?.fields ?? []
  return {
    title: `Remove @@index([${fields.join(', ')}]) from ${model}`,
    name: `drop_index_${model}_${fields.join('_')}`,
    edits: removeIndex(text, model, fields),
  }
}

/** Right behind the last one: the name says the order, and the report no time. */
function migrationName({ migrations = [] }: SchemaSource, what: string, turn: number): string {
  const last = migrations
    .map(({ name }) => /^\d{14}/.exec(name)?.[0] ?? '')
    .sort()
    .at(-1)
  const stamp = String(Number(last || '20000101000000') + 1 + turn)
  return `${stamp}_${what.toLowerCase()}`
}
