/** A table or column that the database does not have, and what the migrations say of it. */
import type { ReadError } from '../../core/failure.ts'
import type { Entity, EntityField } from '../../project/data-model.ts'
import type { Project } from '../../project/project.ts'
import { type Migration, migrationsOf } from '../../project/surroundings/migrations.ts'
import type { Scene } from '../cause.ts'

export const isMissing = ({ codes, text }: ReadError): boolean =>
  !codes.includes('P2010') &&
  (codes.includes('P2021') ||
    codes.includes('P2022') ||
    /(?:table|column) `?[\w."]+`? does not exist in the current database|relation "[\w."]+" does not exist/.test(
      text,
    ))

export interface Missing {
  table: string
  column?: string
  model?: Entity
  field?: EntityField
}

export function missing({ project, error, model: called }: Scene): Missing {
  const models = project.dataModels.flatMap((one) => one.models)
  const column = /column `?(?:\w+\.)?([\w"]+)\.(\w+)`? does not exist|column `?(\w+)`? does not exist/.exec(
    error.text,
  )
  const table = /(?:table|relation) [`"](?:\w+\.)?(\w+)[`"] does not exist/.exec(error.text)?.[1]
  const model = models.find((one) => one.table === (table ?? column?.[1]?.replaceAll('"', ''))) ?? called
  const name = column?.[2] ?? column?.[3]
  const field = name === undefined ? undefined : model?.fields.find((one) => one.column === name)
  return {
    table: table ?? model?.table ?? column?.[1] ?? '',
    ...(name === undefined ? {} : { column: name }),
    ...(model ? { model } : {}),
    ...(field ? { field } : {}),
  }
}

export interface Mention {
  migration: Migration
  text: string
  location: Migration['statements'][number]['location']
  /** What the statement does with the thing: makes it, or takes it away. */
  makes: boolean
}

/** The statements that make or remove a thing, in order. */
export function mentions(project: Project, { table, column }: Missing): Mention[] {
  const own = `"?${table}"?`
  const makes =
    column === undefined
      ? new RegExp(
          `CREATE TABLE (?:IF NOT EXISTS )?(?:"?\\w+"?\\.)?${own}(?:\\s|\\()|RENAME TO ${own}(?:;|$|\\s)`,
          'i',
        )
      : new RegExp(
          `(?:CREATE TABLE|ALTER TABLE) .*${own}.*(?:ADD COLUMN (?:IF NOT EXISTS )?|[(,] ?|RENAME COLUMN "?\\w+"? TO )"?${column}"?(?:\\s|;|$)`,
          'i',
        )
  const removes =
    column === undefined
      ? new RegExp(`DROP TABLE (?:IF EXISTS )?(?:"?\\w+"?\\.)?${own}|ALTER TABLE ${own} RENAME TO`, 'i')
      : new RegExp(`${own}.*(?:DROP COLUMN (?:IF EXISTS )?"?${column}"?|RENAME COLUMN "?${column}"? TO)`, 'i')
  return migrationsOf(project).flatMap((migration) =>
    migration.statements.flatMap(({ text, location }): Mention[] => {
      if (removes.test(text)) return [{ migration, text, location, makes: false }]
      return makes.test(text) ? [{ migration, text, location, makes: true }] : []
    }),
  )
}

export const nameOf = ({ table, column }: Missing): string =>
  column === undefined ? table : `${table}.${column}`
