/** From the records of an app that ran to a workload in terms of the user's project. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Location } from '../../core/finding.ts'
import type { TracedOperation, TracedRequest, TracedStatement, Workload } from '../../core/workload.ts'
import type { Frame } from './call-site.ts'
import { type CaptureRecord, type Mark, markRecords, type ProcessRecords, recordReader } from './records.ts'
import { type Roots, type SourceMapper, sourceMapper } from './source-maps.ts'

export interface WorkloadReader {
  /** The end of all that is recorded now. */
  mark(): Promise<Mark>
  /**
   * What was recorded, all of it or since a mark. Requests and calls of Prisma that began before the mark are in it when
   * a statement after it belongs to them.
   */
  read(since?: Mark): Promise<Workload>
  /**
   * Waits until everything that a request did before it was answered has been written down: the answer may be here sooner.
   * At most a second; not at all longer than `UNSEEN_MS` when nobody has seen the request.
   */
  settled(request: string): Promise<void>
}

const SETTLED_MS = 1000
const UNSEEN_MS = 100

/** Reads the records in `folder`, and the source maps of the build in `roots.copy`, which must still be there. */
export function workloadReader(folder: string, roots: Roots): WorkloadReader {
  const mapper = sourceMapper(roots)
  const records = recordReader(folder)
  return {
    mark: () => markRecords(folder),
    read: async (since) => workloadOf(await records(), mapper, since),
    async settled(request) {
      const began = performance.now()
      for (let waited = 0; waited < SETTLED_MS; waited = performance.now() - began) {
        const times = (await records()).flatMap((one) => one.times.get(request) ?? [])
        if (times.length > 0 ? times.every((one) => one.answered >= one.came) : waited > UNSEEN_MS) return
        await sleep(2)
      }
    },
  }
}

/** What was recorded in `folder`, once. Who reads several times keeps a `workloadReader`. */
export const readWorkload = (folder: string, roots: Roots, since?: Mark): Promise<Workload> =>
  workloadReader(folder, roots).read(since)

function workloadOf(processes: ProcessRecords[], mapper: SourceMapper, since: Mark | undefined): Workload {
  const workload: Workload = { requests: [], operations: [], statements: [], lost: [] }
  const requests: Requests = new Map()
  for (const one of processes) addRequests(requests, one, since)
  const unmapped = new Map<string, number>()
  for (const one of processes) addProcess(workload, one, mapper, unmapped, since)
  const named = new Set([...workload.operations, ...workload.statements].map((one) => one.request))
  for (const { value, after } of requests.values())
    if (after || named.has(value.id)) workload.requests.push(value)
  for (const [where, count] of unmapped)
    workload.lost.push(`${count} calls of Prisma have no line in the source: ${where}`)
  workload.lost = [...new Set(workload.lost)]
  return workload
}

type Requests = Map<string, { value: TracedRequest; after: boolean }>

/** A client that follows a redirect sends the same id again: the first is the request. */
function addRequests(requests: Requests, { name, records }: ProcessRecords, since: Mark | undefined): void {
  for (const { value, offset } of records) {
    if (value.kind === 'request' && !requests.has(value.id)) {
      const { kind: _, ...request } = value
      requests.set(value.id, { value: request, after: offset >= (since?.get(name) ?? 0) })
    }
    const known = value.kind === 'route' ? requests.get(value.request) : undefined
    if (known && value.kind === 'route') known.value.route = routePath(value.route)
  }
}

/** Next.js names the file: `/api/invoices/[id]/route`, `/orgs/(shop)/page`. */
const routePath = (name: string): string => name.replace(/\/(route|page)$/, '') || '/'

function addProcess(
  workload: Workload,
  { name, records, broken }: ProcessRecords,
  mapper: SourceMapper,
  unmapped: Map<string, number>,
  since: Mark | undefined,
): void {
  const start = since?.get(name) ?? 0
  const sites = new Map<number, Frame[]>()
  const inserts = new Map<string, (CaptureRecord & { kind: 'inserts' })['inserts']>()
  const operations = new Map<string, { value: CaptureRecord & { kind: 'operation' }; after: boolean }>()
  const statements: TracedStatement[] = []
  for (const { value, offset } of records) {
    const after = offset >= start
    if (value.kind === 'site') sites.set(value.site, value.frames)
    else if (value.kind === 'inserts') inserts.set(value.file, value.inserts)
    else if (value.kind === 'operation') operations.set(value.id, { value, after })
    else if (value.kind === 'statement' && after) statements.push(statementOf(value))
    else if (value.kind === 'lost') workload.lost.push(value.why)
  }
  if (broken > 0) workload.lost.push(`${broken} lines of ${name} could not be read`)
  const served = new Set(statements.map((one) => one.operation))
  const places = new Map<string, Location | undefined>()
  for (const { value, after } of operations.values()) {
    if (!after && !served.has(value.id)) continue
    const frames = value.site === undefined ? [] : (sites.get(value.site) ?? [])
    const key = `${value.site} ${value.action}`
    if (!places.has(key))
      places.set(
        key,
        mapper.locate(frames, value.action, (file) => inserts.get(file) ?? []),
      )
    const at = places.get(key)
    if (!at) {
      const where =
        frames[0] === undefined ? 'no frame of the app was on the stack' : 'no source map names one'
      unmapped.set(where, (unmapped.get(where) ?? 0) + 1)
    }
    workload.operations.push(operationOf(value, at))
  }
  workload.statements.push(...statements.sort((a, b) => a.at - b.at))
}

function operationOf(
  { id, request, model, action }: CaptureRecord & { kind: 'operation' },
  at: TracedOperation['at'],
): TracedOperation {
  return {
    id,
    action,
    ...(request !== undefined && { request }),
    ...(model !== undefined && { model }),
    ...(at && { at }),
  }
}

function statementOf(value: CaptureRecord & { kind: 'statement' }): TracedStatement {
  const { sql, params, rows, ms, at, operation, request, error } = value
  return {
    sql,
    params,
    rows,
    ms,
    at,
    ...(operation !== undefined && { operation }),
    ...(request !== undefined && { request }),
    ...(error !== undefined && { error }),
  }
}
