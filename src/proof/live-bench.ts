import { type Catalog, quoteName, quoteTable } from '../database/catalog.ts'
import type { RowChange } from '../database/seed/diff.ts'
import { growTable } from '../database/seed/grow.ts'
import { growFor } from '../database/seed/grow-for.ts'
import { insertJson, resetWorld } from '../database/seed/insert.ts'
import type { PartyName, SeedHints, SeedRow, SeedUser, World } from '../database/seed/world.ts'
import type { Client, DatabaseServer } from '../database/server.ts'
import type { TablesMade } from '../database/tables.ts'
import type { DataModel } from '../project/data-model.ts'
import type { Project, Run } from '../project/project.ts'
import type { RunningApp } from '../runtime/app/bring-up.ts'
import type { StagedApp } from '../runtime/app/stage.ts'
import { type WorkloadReader, workloadReader } from '../runtime/capture/read-workload.ts'
import type { ActionName } from '../runtime/requests/actions.ts'
import type { Workplace } from '../sandbox/workplace.ts'
import { findActors } from './actors.ts'
import type { Actor, Bench, Opened, Seen } from './bench.ts'
import { type Delivery, deliver, opening, pagesOfBuilt } from './deliver.ts'
import { removeDependents } from './isolate.ts'
import { keysOf } from './keys.ts'
import { type Answered, languageOf, pathOfRoute } from './language.ts'
import { machinesFor } from './machines.ts'
import { type Marks, marksOf } from './marks.ts'
import { pagesUsing } from './pages-using.ts'
import type { Setting } from './ready.ts'
import type { Call } from './request.ts'
import { RowChanges } from './row-changes.ts'

export interface Phase {
  name: string
  ms: number
}

export interface BenchParts {
  project: Project
  dataModel: DataModel
  staged: StagedApp
  app: RunningApp
  /** Brings the copy up, as it is now. */
  start: () => Promise<RunningApp>
  /** Folder of the capture. */
  records: string
  server: DatabaseServer
  database: string
  client: Client
  catalog: Catalog
  hints: SeedHints
  world: World
  tables: TablesMade
  /** What keeps the bench from showing all, in words: tables that stay empty, sessions that cannot be made. */
  limits: string[]
  phases: Phase[]
  workplace: Workplace
}

/** Kinds of endpoints that a key of an API may lead to. */
const KEYED = /^(route|pages-api|hono|procedure)$/

/** In development, pages that are asked for until one of them brings an action. */
const COMPILED = 2

/** The bench while it is open. `close` ends and removes everything. */
export class LiveBench implements Bench {
  readonly project: Project
  readonly dataModel: DataModel
  readonly world: World
  readonly parts: BenchParts
  readonly nobody: Actor = { name: 'nobody', headers: {} }
  readonly phases: Phase[]
  readonly answers = new Map<string, string>()
  app: RunningApp
  actors: Actor[] = []
  language: string | undefined
  forged?: (user: SeedUser) => Record<string, string>[]
  limits: string[]
  private readonly marks: Marks
  /** By the response, which those who keep a part of what was seen keep too. */
  private readonly deliveries = new WeakMap<Seen['response'], Delivery>()
  private readonly rows: RowChanges
  private keys: Actor[] = []
  /** Rows that sessions and keys are made of. */
  private sessions: { table: string; values: Record<string, unknown> }[] = []
  private count = 0
  private reader: WorkloadReader

  constructor(parts: BenchParts) {
    this.parts = parts
    this.project = parts.project
    this.dataModel = parts.dataModel
    this.world = parts.world
    this.app = parts.app
    this.phases = parts.phases
    this.limits = [...parts.limits]
    this.marks = marksOf(parts.world)
    this.rows = new RowChanges(parts.client, parts.world)
    this.reader = this.newReader()
  }

  unique(): string {
    this.count += 1
    return `q${this.count.toString(36)}${(this.count * 7919).toString(36)}`
  }

  /** Makes everybody's session, for the copy as it runs now. */
  async signIn(): Promise<void> {
    this.sessions = []
    this.keys = []
    await this.reset()
    this.language = await languageOf(this.pages(), (path) => this.visited(path))
    const people = await findActors(this, this.parts.client)
    this.actors = people.actors
    if (people.forged) this.forged = people.forged
    this.limits = [...this.parts.limits, ...people.limits]
    await this.keepNew()
    this.keys = await keysOf(this)
    if (this.keys.length > 0) await this.keepNew()
  }

  /** Rows that were made so far are there after every reset. */
  private async keepNew(): Promise<void> {
    this.sessions = (await this.rows.all()).flatMap(({ kind, table, columns }) =>
      kind === 'new'
        ? [{ table, values: Object.fromEntries(columns.map(({ column, after }) => [column, after])) }]
        : [],
    )
    await this.reset()
  }

  machines(run: Run, party: PartyName): Actor[] {
    const keys = KEYED.test(run.endpoint?.kind ?? '') ? this.keys.filter((one) => one.party === party) : []
    return [...keys, ...machinesFor(run, this.app.env)]
  }

  /** Builds and starts the copy anew, after it was changed. */
  async rebuild(): Promise<void> {
    await this.app.stop()
    this.app = await this.parts.start()
    this.reader = this.newReader()
    await this.signIn()
  }

  /** Does the work and notes how long it took. */
  async timed<T>(name: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now()
    try {
      return await work()
    } finally {
      this.phases.push({ name, ms: Math.round(performance.now() - start) })
    }
  }

  perform(call: Call, actor: Actor): Promise<Seen> {
    return this.send(call, actor, () => this.rows.since())
  }

  /** Like `perform`, but does not look for changed rows, which takes long where there are many. */
  ask(call: Call, actor: Actor): Promise<Seen> {
    return this.send(call, actor, () => Promise.resolve([]))
  }

  private async send(call: Call, actor: Actor, changesNow: () => Promise<RowChange[]>): Promise<Seen> {
    const mark = await this.reader.mark()
    const delivery = await deliver(this.app, this.project, call, actor.headers, this.unique())
    await this.reader.settled(delivery.answer.id)
    const workload = await this.reader.read(mark)
    const changes = await changesNow()
    const own = workload.requests.some((one) => one.id === delivery.answer.id)
    const mine = ({ request }: { request?: string }): boolean => !own || request === delivery.answer.id
    const { status, headers, body } = delivery.answer
    const { request, told, shown } = delivery
    const text = typeof request.body === 'string' ? request.body : (shown.body ?? '')
    const sent = `${request.path} ${text}`
    const seen: Seen = {
      actor,
      call,
      request: shown,
      response: { status, headers, body },
      ok: delivery.ok,
      // Where nothing answered, the text is our own, and may well name the rows that were asked for.
      shown: status === 0 ? [] : this.marks.shownIn(told ?? body, sent),
      changes,
      operations: workload.operations.filter(mine),
      statements: workload.statements.filter(mine),
      ms: delivery.answer.ms,
    }
    this.deliveries.set(seen.response, delivery)
    return seen
  }

  async reset(): Promise<void> {
    const { client, catalog } = this.parts
    await resetWorld(client, catalog, this.world)
    this.app.redis?.reset()
    if (this.sessions.length > 0) await insertJson(client, this.sessions)
    this.rows.forget()
    if (this.sessions.length > 0) await this.rows.settle()
  }

  async isolate(row: SeedRow): Promise<void> {
    await removeDependents(this.parts.client, this.world, row)
    await this.rows.settle()
  }

  async makeReady(settings: readonly Setting[]): Promise<void> {
    for (const { table, column, value } of settings)
      await this.parts.client.query(
        `UPDATE ${quoteTable(table)} SET ${quoteName(column)} = (jsonb_populate_record(NULL::${quoteTable(table)}, $1)).${quoteName(column)}`,
        [JSON.stringify({ [column]: value })],
      )
    await this.rows.settle()
  }

  async grow(
    tables: readonly string[],
    party: PartyName,
    rows: number,
    parent?: SeedRow,
  ): Promise<Record<string, number>> {
    const { client, catalog, hints } = this.parts
    const grown: Record<string, number> = {}
    for (const table of tables) {
      const added = await growFor(client, catalog, hints, this.world, {
        table,
        party,
        rows,
        ...(parent ? { parent } : {}),
      })
      if (added.rows.length > 0) grown[table] = added.rows.length
    }
    return grown
  }

  async scaled<T>(table: string, rows: number, work: (client: Client) => Promise<T>): Promise<T | undefined> {
    const { client, catalog, hints } = this.parts
    try {
      const grown = await growTable(client, catalog, hints, this.world, { table, rows })
      const own = grown.find((one) => one.table === table)
      return own && own.rows >= rows / 2 ? await work(client) : undefined
    } finally {
      await this.reset()
    }
  }

  async pagesOf(action: ActionName): Promise<string[]> {
    const pages = await pagesOfBuilt(this.app, action)
    if (pages.length > 0 || this.app.mode === 'build') return pages
    for (const page of pagesUsing(this.project, action.file).slice(0, COMPILED)) {
      const path = pathOfRoute(page, this.language)
      await this.ask({ k: 'http', method: 'GET', path }, this.actors.at(-1) ?? this.nobody)
      const now = await pagesOfBuilt(this.app, action)
      if (now.length > 0) return now
    }
    return []
  }

  async openPage(action: ActionName, path: string, actor: Actor): Promise<Opened> {
    const opened = await opening(this.app, action, path, actor.headers)
    await this.rows.settle()
    return opened
  }

  curl(seen: Seen): string[] {
    return this.deliveries.get(seen.response)?.curl ?? []
  }

  close(): Promise<void> {
    return this.parts.workplace.close()
  }

  private pages(): string[] {
    return this.project.runs.flatMap(({ endpoint }) => (endpoint?.kind === 'page' ? [endpoint.path] : []))
  }

  private async visited(path: string): Promise<Answered> {
    const { response } = await this.ask({ k: 'http', method: 'GET', path }, this.nobody)
    return { status: response.status, location: response.headers.location, body: response.body }
  }

  /** Of one build: another one has other source maps. */
  private newReader(): WorkloadReader {
    const { records, staged } = this.parts
    return workloadReader(records, { copy: staged.root, project: this.project.root })
  }
}
