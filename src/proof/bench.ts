/** Where proofs stand: the running copy, its rows, people who are signed in, and what each request did. */
import type { ExchangeRole, Exchanges } from '../core/finding.ts'
import type { TracedOperation, TracedStatement } from '../core/workload.ts'
import type { RowChange } from '../database/seed/diff.ts'
import type { PartyName, SeedRow, SeedUser, World } from '../database/seed/world.ts'
import type { Client } from '../database/server.ts'
import type { DataModel } from '../project/data-model.ts'
import type { Project, Run } from '../project/project.ts'
import type { ActionName } from '../runtime/requests/actions.ts'
import type { ActionForm } from '../runtime/requests/forms.ts'
import type { HttpRequest } from '../runtime/requests/send.ts'
import type { Setting } from './ready.ts'
import type { Call } from './request.ts'

/** A page that somebody looked at. */
export interface Opened {
  request: HttpRequest
  status: number
  forms: ActionForm[]
}

/** Somebody who sends requests. */
export interface Actor {
  /** `ADMIN of A`, `nobody`. */
  name: string
  party?: PartyName
  user?: SeedUser
  headers: Record<string, string>
}

/** Text of a seeded cell that came back. */
export interface Shown {
  row: SeedRow
  column: string
  token: string
}

/** A changed or new row as it is now, a vanished one as it was. */
export const valuesNow = ({ row, columns }: RowChange): Record<string, unknown> => ({
  ...row?.values,
  ...Object.fromEntries(
    columns.flatMap(({ column, after }) => (after === undefined ? [] : [[column, after]])),
  ),
})

/** One request, its answer, and what it did. */
export interface Seen {
  actor: Actor
  call: Call
  request: { method: string; url: string; headers: Record<string, string>; body?: string }
  response: { status: number; headers: Record<string, string>; body: string }
  /** Answered as if all were well: no error status, no error in the protocol that the call speaks. */
  ok: boolean
  shown: Shown[]
  changes: RowChange[]
  operations: TracedOperation[]
  statements: TracedStatement[]
  ms: number
}

export interface Bench {
  project: Project
  dataModel: DataModel
  world: World
  /** Least rights first, party by party. */
  actors: Actor[]
  nobody: Actor
  /**
   * Callers that are no users: keys of an API that speak for the party, and a scheduler that knows a secret of the
   * environment.
   */
  machines?(run: Run, party: PartyName): Actor[]
  /** The language that paths want, if any: see `languageOf`. */
  readonly language?: string | undefined
  /** Answers that a proof keeps for the same proof after a repair, by place. The same rows are grown again. */
  readonly answers: Map<string, string>
  /** A short token that no request of this run has used. */
  unique(): string
  perform(call: Call, actor: Actor): Promise<Seen>
  /** The seeded rows again, and nothing else. */
  reset(): Promise<void>
  /**
   * Rows added to those that belong to one party, in each of these tables, by COPY. Gives how many each got; a table
   * that cannot take more is left out. `parent`: they refer to this row.
   */
  grow(
    tables: readonly string[],
    party: PartyName,
    rows: number,
    parent?: SeedRow,
  ): Promise<Record<string, number>>
  /**
   * Does the work with this table grown to so many rows, and those that it refers to in proportion; then the seeded rows
   * are there again. `undefined` when the table does not take half of them.
   */
  scaled<T>(table: string, rows: number, work: (client: Client) => Promise<T>): Promise<T | undefined>
  /** A token's headers of a user, forged: right content, wrong key. Absent where sessions are not tokens. */
  forged?: (user: SeedUser) => Record<string, string>[]
  /** Removes the rows that refer to this one, so that it can be removed itself. `reset` brings them back. */
  isolate(row: SeedRow): Promise<void>
  /** Sets columns of all rows. `reset` takes it back. */
  makeReady(settings: readonly Setting[]): Promise<void>
  /** Routes of the pages that a server action can be posted to, fewest parameters first: `/orgs/[orgId]`. */
  pagesOf(action: ActionName): Promise<string[]>
  /** Opens a page as somebody, and reads what on it calls the action. What opening it changes does not count later. */
  openPage(action: ActionName, path: string, actor: Actor): Promise<Opened>
  /** Exploits as shell lines. */
  curl(seen: Seen): string[]
}

export const changesOf = (seen: Seen, party: PartyName): RowChange[] =>
  seen.changes.filter((change) => change.party === party)

/** Where there are no tenants: the user whose lists are read, since a party has several. */
export const ownerOf = ({ actor }: Seen): SeedRow | undefined =>
  actor.user && !actor.user.tenant ? actor.user.row : undefined

/** It did what it is for: all went well, and rows were shown or changed. */
export const isEffective = (seen: Seen): boolean =>
  seen.ok && (seen.shown.length > 0 || seen.changes.length > 0)

/** The request came as far as a query of the source; true where the capture could not tell lines. */
export function cameTo(seen: Seen, at: { file: string; line: number } | undefined): boolean {
  const known = seen.operations.flatMap((one) => one.at ?? [])
  if (at === undefined || (known.length === 0 && seen.operations.length > 0)) return true
  return known.some(({ file, line }) => file === at.file && Math.abs(line - at.line) <= 2)
}

export interface Cited {
  role: ExchangeRole
  seen: Seen
  saw: string
}

const SECRET_HEADER = /^(cookie|authorization|x-api-key)$/i
const BODY = 1200

const origins = new WeakMap<Exchanges, Cited[]>()

/** What an evidence was made from. */
export const citedOf = (evidence: Exchanges): Cited[] => origins.get(evidence) ?? []

export function exchanges(cited: Cited[], bench: Bench): Exchanges {
  const exploit = cited.find((one) => one.role === 'exploit')
  const evidence: Exchanges = {
    kind: 'exchange',
    exchanges: cited.map(({ role, seen, saw }) => ({
      role,
      as: seen.actor.name,
      request: { ...seen.request, headers: masked(seen.request.headers) },
      response: { ...seen.response, headers: telling(seen.response.headers), body: excerpt(seen) },
      saw,
    })),
    reproduce: exploit ? bench.curl(exploit.seen) : [],
  }
  origins.set(evidence, cited)
  return evidence
}

/** Sessions are made for one run; still, reports do not carry anything that looks like a credential. */
const masked = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !/^x-backend-engineer/i.test(name))
      .map(([name, value]) => [
        name,
        SECRET_HEADER.test(name) ? value.replace(/([=\s]|^)[\w.~+/%*-]{12,}={0,2}(?=;|$)/g, '$1…') : value,
      ]),
  )

const telling = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => /^(content-type|location)$/i.test(name)))

/** The start of the answer, or what surrounds the first text that should not be there. */
function excerpt({ response, shown }: Seen): string {
  const { body } = response
  const at =
    shown.length > 0 ? Math.min(...shown.map(({ token }) => body.indexOf(token)).filter((i) => i >= 0)) : 0
  const from = Number.isFinite(at) && at > BODY / 2 ? at - BODY / 2 : 0
  const text = body.slice(from, from + BODY)
  return `${from > 0 ? '…' : ''}${text}${from + BODY < body.length ? '…' : ''}`
}

/** `the answer shows Invoice.notes and Customer.name of B`, `1 row of ApiKey of B removed`. */
export function sawOf(seen: Seen, party: PartyName): string {
  const cells = [
    ...new Set(
      seen.shown.filter(({ row }) => row.party === party).map(({ row, column }) => `${row.table}.${column}`),
    ),
  ]
  const changes = new Map<string, number>()
  for (const { kind, table } of changesOf(seen, party))
    changes.set(`${table} ${kind}`, (changes.get(`${table} ${kind}`) ?? 0) + 1)
  const parts = [
    ...(cells.length > 0
      ? [`the answer shows ${cells.slice(0, 4).join(', ')} of ${party.toUpperCase()}`]
      : []),
    ...[...changes].map(
      ([what, count]) =>
        `${count} ${count === 1 ? 'row' : 'rows'} of ${what.replace(' ', ` of ${party.toUpperCase()} `)}`,
    ),
  ]
  return parts.length > 0
    ? parts.join('; ')
    : `nothing of ${party.toUpperCase()} (status ${seen.response.status})`
}
