import { z } from 'zod'
import { plural } from '../core/wording.ts'
import type { Workload } from '../core/workload.ts'
import { isObject, type Json, parsedBody } from './answers.ts'
import { type Connection, isDatabaseError, rolledBack } from './connection.ts'
import type { WorkloadFinding } from './finding.ts'
import type { ModelNames } from './index-spec.ts'
import { answersOf, callName, type Site } from './requests.ts'
import { selectedColumns, tokensOf } from './sql.ts'
import { readTables, type Table } from './tables.ts'

/** Columns that are not sent matter when they are a good part of what is read: this many bytes in one request … */
const MIN_BYTES = 1000
/** … and this share of all bytes of the statement. */
const MIN_SHARE = 0.3
/** Shorter text and smaller numbers are in an answer by chance. */
const MIN_TEXT = 6
const MIN_NUMBER = 10_000
/** An answer may hold the beginning of a long text only. */
const COMPARED_TEXT = 24

const values = z.array(z.object({ row: z.record(z.string(), z.json()) }))

interface Seen {
  site: Site
  table: string
  endpoints: Set<string>
  /** Bytes of each column over all rows that were read, most in one request. */
  bytes: Map<string, number>
  /** Columns of which a value was in an answer, or that hold nothing by which that could be told. */
  kept: Set<string>
}

/**
 * Columns that a statement selects and of which no value is in the JSON answer, `possible` only: code may use a value
 * without sending it, or send it in another form. Keys and columns that the statement filters or sorts by are never named.
 *
 * The trace holds no values, so the statements are run once more, which is only right on the rows of the captured run.
 * `bodies` are answers by the id of the request; only requests that read are looked at.
 */
export async function unreadColumns(
  connection: Connection,
  workload: Workload,
  bodies: Record<string, string>,
  models: readonly ModelNames[],
): Promise<WorkloadFinding[]> {
  const tables = await readTables(connection)
  const seen = new Map<string, Seen>()
  for (const { request, endpoint, sites } of answersOf(workload)) {
    const body = parsedBody(bodies[request.id] ?? '')
    if (request.method !== 'GET' || typeof body === 'string') continue
    const sent = leavesOf(body).join('\n').toLowerCase()
    for (const site of sites) {
      const columns = selectedColumns(site.calls[0]?.statements[0]?.sql ?? '')
      const table = columns[0]?.[0]
      if (table === undefined) continue
      const one = seen.get(site.key) ?? {
        site,
        table,
        endpoints: new Set(),
        bytes: new Map(),
        kept: new Set(),
      }
      seen.set(site.key, one)
      one.endpoints.add(endpoint)
      await look(
        connection,
        one,
        columns.map(([, column]) => column),
        sent,
      )
    }
  }
  return [...seen.values()].flatMap((one) => findingOf(one, tables, models))
}

async function look(connection: Connection, seen: Seen, columns: string[], sent: string): Promise<void> {
  for (const { statements } of seen.site.calls.slice(0, 1)) {
    for (const { sql, params } of statements) {
      const rows = await rowsOf(connection, sql, params)
      for (const column of columns) {
        const all = rows.map((row) => row[column] ?? null)
        const telling = all.map(tellingText).filter((text) => text !== undefined)
        if (telling.length === 0 || telling.some((text) => sent.includes(text))) seen.kept.add(column)
        const size = all.reduce<number>((sum, value) => sum + bytesOf(value), 0)
        seen.bytes.set(column, Math.max(size, seen.bytes.get(column) ?? 0))
      }
    }
  }
}

async function rowsOf(
  connection: Connection,
  sql: string,
  params: unknown[],
): Promise<Record<string, Json>[]> {
  try {
    return await rolledBack(connection, async () => {
      await connection.query('SET TRANSACTION READ ONLY')
      const { rows } = await connection.query(`SELECT row_to_json(q) AS row FROM (${sql}) q`, params)
      return values.parse(rows).map(({ row }) => row)
    })
  } catch (error) {
    // A statement that cannot be repeated tells nothing of its columns.
    if (isDatabaseError(error)) return []
    throw error
  }
}

const bytesOf = (value: Json): number =>
  Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value))

/** What would be in the answer if the value was sent, or nothing when that would be no sign. */
function tellingText(value: Json): string | undefined {
  if (typeof value === 'number') return Math.abs(value) >= MIN_NUMBER ? String(value) : undefined
  if (typeof value !== 'string' || value.length < MIN_TEXT) return undefined
  return value.slice(0, COMPARED_TEXT).toLowerCase()
}

function leavesOf(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf)
  if (isObject(value)) return Object.values(value).flatMap(leavesOf)
  return value === null ? [] : [String(value)]
}

function findingOf(seen: Seen, tables: readonly Table[], models: readonly ModelNames[]): WorkloadFinding[] {
  const { site, bytes, kept } = seen
  const table = tables.find(({ name }) => name === seen.table)
  if (!table) return []
  const needed = new Set([...keysOf(table), ...usedElsewhere(site)])
  const unread = [...bytes.keys()].filter((column) => !kept.has(column) && !needed.has(column))
  const sum = (columns: Iterable<string>): number =>
    [...columns].reduce((total, column) => total + (bytes.get(column) ?? 0), 0)
  const [lost, all] = [sum(unread), sum(bytes.keys())]
  if (lost < MIN_BYTES || lost < all * MIN_SHARE) return []
  const fields = models.find((model) => model.table === table.name)?.fields ?? []
  const nameOf = (column: string): string => fields.find((field) => field.column === column)?.name ?? column
  const rest = [...bytes.keys()].filter((column) => !unread.includes(column)).map(nameOf)
  return [
    {
      kind: 'unread-columns',
      ...(site.at ? { at: site.at } : {}),
      endpoints: [...seen.endpoints].sort(),
      shapes: [site.shape],
      saw: `${callName(site)} read ${unread.map(nameOf).join(', ')} of ${site.model ?? table.name}, of which no value is in the answer: ${plural(lost, 'byte')} of ${plural(all, 'byte')} in one request.`,
      evidence: [],
      cure: {
        kind: 'code',
        text: `Select what is used: \`select: { ${rest.map((name) => `${name}: true`).join(', ')} }\`.`,
      },
      certainty: 'possible',
      notes: ['Code may use a value without sending it, or send it in another form.'],
    },
  ]
}

function keysOf({ indexes, foreignKeys }: Table): string[] {
  const keys = indexes.filter(({ primary, unique }) => primary || unique)
  return [
    ...keys.flatMap(({ columns }) => columns.map(({ name }) => name)),
    ...foreignKeys.flatMap(({ columns }) => columns),
  ]
}

/** Names after the list of the statement: what it filters and sorts by. */
function usedElsewhere({ calls }: Site): string[] {
  const tokens = tokensOf(calls[0]?.statements[0]?.sql ?? '')
  const from = tokens.findIndex(({ kind, text, depth }) => kind === 'word' && text === 'FROM' && depth === 0)
  return tokens.slice(from).flatMap(({ kind, text }) => (kind === 'name' ? text : []))
}
