/** What migrations make of tables and columns, read from their SQL without a database. */
import { skeleton, splitStatements } from './sql-statements.ts'

/** Table → its columns, both without quotes and without a schema in front. */
export type Columns = Map<string, Set<string>>

const name = String.raw`(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)`
const path = String.raw`((?:${name}\.)*${name})`
const createTable = new RegExp(
  String.raw`^CREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?${path}\s*\(`,
  'i',
)
const alterTable = new RegExp(String.raw`^ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?${path}\s+`, 'i')
const dropTable = /^DROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?/i
const addColumn = new RegExp(String.raw`^ADD\s+(?:COLUMN\s+)?(?:IF\s+NOT\s+EXISTS\s+)?(${name})`, 'i')
const dropColumn = new RegExp(String.raw`^DROP\s+(?:COLUMN\s+)?(?:IF\s+EXISTS\s+)?(${name})`, 'i')
const renameColumn = new RegExp(String.raw`^RENAME\s+(?:COLUMN\s+)?(${name})\s+TO\s+(${name})`, 'i')
const renameTable = new RegExp(String.raw`^RENAME\s+TO\s+(${name})`, 'i')
const noColumn = /^(?:CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN|EXCLUDE|LIKE)\b/i

/** The tables after the scripts, in their order. What other statements do (`DO`, `CREATE TABLE … AS`) is not seen. */
export function replayTables(scripts: readonly string[]): Columns {
  const tables: Columns = new Map()
  for (const statement of scripts.flatMap(splitStatements)) {
    const created = createTable.exec(statement)
    const altered = alterTable.exec(statement)
    const dropped = dropTable.exec(statement)
    if (created) create(tables, statement, created)
    else if (altered)
      for (const clause of parts(statement, altered[0].length, statement.length))
        alter(tables, plain(altered[1]), clause)
    else if (dropped)
      for (const one of parts(statement, dropped[0].length, statement.length))
        tables.delete(plain(new RegExp(`^${path}`).exec(one)?.[1]))
  }
  return tables
}

function create(tables: Columns, statement: string, [head, table]: RegExpExecArray): void {
  const items = parts(statement, head.length, closing(statement, head.length))
  const columns = items.filter((one) => !noColumn.test(one)).map((one) => firstName(one))
  const key = plain(table)
  if (!tables.has(key) || !/IF\s+NOT\s+EXISTS/i.test(head)) tables.set(key, new Set(columns))
}

function alter(tables: Columns, table: string, clause: string): void {
  const columns = tables.get(table)
  const moved = renameTable.exec(clause)
  if (moved && columns) {
    tables.delete(table)
    tables.set(plain(moved[1]), columns)
    return
  }
  const [, before, after] = renameColumn.exec(clause) ?? []
  const word = clause.split(/\s+/)[1] ?? ''
  if (before !== undefined && !/^CONSTRAINT$/i.test(before)) {
    columns?.delete(plain(before))
    columns?.add(plain(after))
  } else if (/^ADD\s/i.test(clause) && !noColumn.test(word)) columns?.add(plain(addColumn.exec(clause)?.[1]))
  else if (/^DROP\s/i.test(clause) && !noColumn.test(word))
    columns?.delete(plain(dropColumn.exec(clause)?.[1]))
}

const firstName = (text: string): string => plain(new RegExp(`^${name}`).exec(text)?.[0])

/** `"public"."User"` → `User`; a name without quotes is in small letters. */
function plain(written: string | undefined): string {
  const last = new RegExp(`${name}$`).exec(written ?? '')?.[0] ?? ''
  return last.startsWith('"') ? last.slice(1, -1).replaceAll('""', '"') : last.toLowerCase()
}

/** What stands between the commas that are in no bracket. */
function parts(text: string, from: number, to: number): string[] {
  const code = skeleton(text)
  const found: string[] = []
  let depth = 0
  let start = from
  for (let at = from; at <= to; at++) {
    if (code[at] === '(') depth++
    else if (code[at] === ')' && at < to) depth--
    else if (at === to || (code[at] === ',' && depth === 0)) {
      found.push(text.slice(start, at).trim())
      start = at + 1
    }
  }
  return found.filter((one) => one !== '')
}

/** The bracket that closes the one before the offset. */
function closing(text: string, from: number): number {
  const code = skeleton(text)
  let depth = 1
  for (let at = from; at < text.length; at++) {
    if (code[at] === '(') depth++
    else if (code[at] === ')') depth--
    if (depth === 0) return at
  }
  return text.length
}
