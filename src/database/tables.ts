/** The tables of an application in an empty database, from its migrations or its Prisma schema. */
import { type Client, DatabaseError } from 'pg'
import { UserError } from '../core/error.ts'
import { inWords } from './difference-words.ts'
import { degradeSchema, type Extensions, impliedExtensions, readExtensions } from './extensions.ts'
import { difference, differenceFromLive } from './schema-engine.ts'
import type { SchemaFile } from './schema-text.ts'
import { messageOf, runScript } from './script.ts'
import { skeleton, splitStatements } from './sql-statements.ts'

export type { SchemaFile } from './schema-text.ts'

export interface SchemaSource {
  /** All files of the Prisma schema. */
  files: SchemaFile[]
  /** Folder name and `migration.sql` of each; they run in the order of their names. */
  migrations?: { name: string; sql: string }[]
}

export interface TablesMade {
  from: 'migrations' | 'schema'
  /** What is not as in production, in words. */
  problems: string[]
}

/**
 * Makes the tables in the empty database of `client`: from the migrations when there are any and all of them run,
 * else from the schema. What the schema has and the migrations lack is added, because the client of the app asks for it.
 *
 * @throws UserError when the schema is not for Postgres or is not accepted
 */
export async function createTables(client: Client, source: SchemaSource): Promise<TablesMade> {
  const extensions = await readExtensions(client)
  const migrations = [...(source.migrations ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1))
  if (migrations.length === 0) return fromSchema(client, source.files, extensions)
  const { problems, failed } = await migrate(client, migrations, extensions)
  if (failed === undefined)
    return {
      from: 'migrations',
      problems: [...problems, ...(await complete(client, source.files, extensions))],
    }
  await empty(client)
  const made = await fromSchema(client, source.files, extensions)
  return { ...made, problems: [failed, ...made.problems] }
}

/** The SQL that makes the tables of a schema in an empty Postgres. Needs no database. */
export const schemaToSql = (files: readonly SchemaFile[]): Promise<string> =>
  difference('nothing', { schema: files })

/** The SQL that leads from one schema to the other: the migration of an edit. Empty when the tables stay the same. */
export async function schemaDiffSql(from: readonly SchemaFile[], to: readonly SchemaFile[]): Promise<string> {
  const sql = await difference({ schema: from }, { schema: to })
  return splitStatements(sql).length === 0 ? '' : sql
}

async function fromSchema(
  client: Client,
  files: readonly SchemaFile[],
  extensions: Extensions,
): Promise<TablesMade> {
  const sql = await schemaToSql(files)
  try {
    for (const statement of impliedExtensions(sql, extensions)) await client.query(statement)
    return { from: 'schema', problems: await runScript(client, sql, extensions, { lenient: true }) }
  } catch (cause) {
    throw new UserError(
      `Postgres cannot make the tables of the schema: ${messageOf(cause)}.`,
      'Name a scratch server that has what the schema needs with --database-url.',
      { cause },
    )
  }
}

async function migrate(
  client: Client,
  migrations: readonly { name: string; sql: string }[],
  extensions: Extensions,
): Promise<{ problems: string[]; failed?: string }> {
  const problems: string[] = []
  for (const statement of impliedExtensions(migrations.map(({ sql }) => sql).join(';\n'), extensions))
    await client.query(statement)
  for (const { name, sql } of migrations) {
    try {
      problems.push(...(await runScript(client, sql, extensions, { lenient: false })))
    } catch (error) {
      const why = `${name}/migration.sql fails: ${messageOf(error)}.`
      return {
        problems,
        failed: `${why} The tables are those of the schema, without what only migrations make.`,
      }
    }
  }
  return { problems }
}

/** Adds what the schema has and the database lacks, and says in which way they differ. */
async function complete(
  client: Client,
  files: readonly SchemaFile[],
  extensions: Extensions,
): Promise<string[]> {
  const comparable = files.map(({ path, content }) => ({ path, content: degradeSchema(content, extensions) }))
  try {
    const { sql, words } = await differenceFromLive(client, comparable)
    const statements = splitStatements(sql)
    if (statements.length === 0) return []
    const additions = statements.flatMap(additionOf)
    const problems = await runScript(client, additions.join(';\n'), extensions, { lenient: true })
    const differs = inWords(words)
    if (differs === '' && additions.length === 0) return problems
    const added = additions.length > 0 ? ' What only the schema has was added.' : ''
    return [`The migrations do not lead to the schema, which takes: ${differs}.${added}`, ...problems]
  } catch (error) {
    if (!(error instanceof UserError || error instanceof DatabaseError)) throw error
    return [`Whether the migrations lead to the schema is not known: ${messageOf(error)}.`]
  }
}

/** What a statement adds: tables, columns, types, values of enums. Indexes and constraints stay as the migrations left them. */
function additionOf(statement: string): string[] {
  const plain = skeleton(statement)
  if (/^CREATE\s+(TABLE|TYPE|SCHEMA)\b/i.test(plain) || /\bADD\s+VALUE\b/i.test(plain)) return [statement]
  const table = /^ALTER TABLE ("[^"]+"(?:\."[^"]+")?)\s/.exec(statement)
  if (!table) return []
  const [head = '', name = ''] = table
  const ends = [...plain.matchAll(/,\n/g)].map(({ index }) => index)
  const clauses = [head.length, ...ends.map((end) => end + 1)].map((start, index) =>
    statement.slice(start, ends[index] ?? statement.length).trim(),
  )
  return clauses.flatMap((clause) => {
    const [added] = /^ADD COLUMN\s+/.exec(clause) ?? []
    return added === undefined
      ? []
      : [`ALTER TABLE ${name} ADD COLUMN IF NOT EXISTS ${clause.slice(added.length)}`]
  })
}

/** Back to an empty database. */
async function empty(client: Client): Promise<void> {
  await client.query('ROLLBACK')
  await client.query('RESET ALL')
  const { rows } = await client.query<{ sql: string }>(
    String.raw`SELECT format('DROP SCHEMA %I CASCADE', nspname) AS sql FROM pg_namespace
      WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'`,
  )
  for (const { sql } of rows) await client.query(sql)
  await client.query('CREATE SCHEMA public')
}
