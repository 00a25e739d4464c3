/** Runs SQL of several statements, and what can be run in its place where an extension is missing. */
import type { Client } from 'pg'
import { brief, degrade, type Extensions } from './extensions.ts'
import { splitStatements } from './sql-statements.ts'

/** What a script of several statements cannot do in the one transaction that Postgres makes of it. */
const NEEDS_NO_TRANSACTION = new Set(['25001', '55P04'])
const UNDEFINED_FUNCTION = '42883'

/**
 * Runs a script. `lenient`: a default by a function that is not there is left out, and an index that cannot be made;
 * this is for the SQL of a schema, where functions come from migrations.
 *
 * @returns what was replaced or left out, in words
 * @throws what Postgres says of the first statement that fails; what ran before it in the script may stay
 */
export async function runScript(
  client: Client,
  sql: string,
  extensions: Extensions,
  { lenient }: { lenient: boolean },
): Promise<string[]> {
  const statements = splitStatements(sql)
  const degraded = statements.map((statement) => degrade(statement, extensions))
  const asWritten = degraded.every((one) => one === undefined)
  if (asWritten) {
    const error = await whole(client, sql)
    if (error === undefined) return []
    if (!lenient && !NEEDS_NO_TRANSACTION.has(codeOf(error))) throw error
  }
  const problems: string[] = []
  for (const [index, statement] of statements.entries()) {
    const instead = degraded[index]
    if (instead) problems.push(...instead.problems)
    const text = instead ? instead.sql : statement
    if (text !== undefined) problems.push(...(await single(client, text, lenient || !asWritten)))
  }
  await client.query('RESET ALL')
  return [...new Set(problems)]
}

async function whole(client: Client, sql: string): Promise<unknown> {
  try {
    await client.query(sql)
    return undefined
  } catch (error) {
    await client.query('ROLLBACK')
    return error
  } finally {
    // A dump sets an empty search_path, and the next migration would find nothing.
    await client.query('RESET ALL')
  }
}

async function single(client: Client, statement: string, lenient: boolean): Promise<string[]> {
  try {
    await client.query(statement)
    return []
  } catch (error) {
    if (!lenient) throw error
    if (/^CREATE\s+(UNIQUE\s+)?INDEX\b/i.test(statement))
      return [`An index was left out: ${brief(statement)}: ${messageOf(error)}.`]
    const lacking = /^function ([\w."]+)\(/.exec(messageOf(error))?.[1]
    const without = lacking === undefined ? statement : withoutDefault(statement, lacking)
    if (codeOf(error) !== UNDEFINED_FUNCTION || without === statement) throw error
    const rest = await single(client, without, lenient)
    return [
      `The default by ${lacking}() was left out of ${brief(statement)}: only migrations make it.`,
      ...rest,
    ]
  }
}

function withoutDefault(statement: string, name: string): string {
  const plain = name.replace(/[^\w.]/g, '').replaceAll('.', '\\.')
  return statement.replace(new RegExp(`\\sDEFAULT [^\\n]*\\b${plain}\\([^\\n]*?(?=,?\\n)`, 'g'), '')
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : ''

/** Postgres's message on one line. */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]?.replace(/\.$/, '') ?? ''
