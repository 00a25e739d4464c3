/** Sends a legitimate request to every endpoint, and keeps what the application asked of its database. */
import type { Endpoint } from '../core/map.ts'
import type { TracedRequest, Workload } from '../core/workload.ts'
import { endpointOf } from '../workload/requests.ts'
import { control, isPrepared, refusal } from './attempts.ts'
import { isEffective, type Seen } from './bench.ts'
import type { LiveBench } from './live-bench.ts'
import { type Template, templateOf } from './request.ts'

/** An endpoint and a request that works. */
export interface Driven {
  endpoint: Endpoint
  seen: Seen
  /** It changed no row, so that it can be sent again and again. */
  reads: boolean
  /** Rows had to be removed first, so it works once only. */
  isolated: boolean
}

export interface Drive {
  driven: Driven[]
  /** Endpoints that no request got through to, and why; those that ask the database nothing are in neither list. */
  unreached: { endpoint: string; why: string }[]
}

export interface DriveOptions {
  /** Only endpoints whose id holds one of these; all when empty. */
  only: readonly string[]
  progress?: (step: string) => void
  signal?: AbortSignal
}

const CALLABLE = /^(route|action|page|pages-api|pages-ssr|procedure|hono)$/

/** Reads first. Leaves the rows as they were seeded. */
export async function drive(bench: LiveBench, options: DriveOptions): Promise<Drive> {
  const { only } = options
  const templates = bench.project.runs.flatMap((run) => {
    const { endpoint } = run
    const wanted = endpoint && (only.length === 0 || only.some((part) => endpoint.id.includes(part)))
    const template = wanted && CALLABLE.test(endpoint.kind) ? templateOf(run, bench.dataModel) : undefined
    return template ? [template] : []
  })
  templates.sort((a, b) => a.endpoint.writes.length - b.endpoint.writes.length)
  const result: Drive = { driven: [], unreached: [] }
  for (const [at, template] of templates.entries()) {
    options.signal?.throwIfAborted()
    const { endpoint } = template
    options.progress?.(`calling ${at + 1} of ${templates.length}: ${endpoint.id}`)
    const found = await request(bench, template)
    if (found === 'idle') continue
    if ('why' in found) result.unreached.push({ endpoint: endpoint.id, why: found.why })
    else result.driven.push(found)
  }
  return result
}

/** One that shows or changes rows; else one that at least asked the database something and was answered well. */
async function request(bench: LiveBench, template: Template): Promise<Driven | 'idle' | { why: string }> {
  const { endpoint } = template
  const about = [...endpoint.writes, ...endpoint.reads].find(
    (name) => bench.dataModel.model(name)?.role === 'owned',
  )
  const options = { party: 'a' as const, about, writes: endpoint.writes.length > 0 }
  let asked: Seen | undefined
  const good = (seen: Seen): boolean => {
    if (seen.ok && seen.statements.length > (asked?.statements.length ?? 0)) asked = seen
    return isEffective(seen)
  }
  const found = await control(bench, template, { ...options, good })
  if (!('refused' in found)) {
    const reads = found.seen.changes.length === 0
    return { endpoint, seen: found.seen, reads, isolated: isPrepared(found.shot) }
  }
  if (asked) {
    const seen = await withoutQuery(bench, asked)
    return { endpoint, seen, reads: seen.changes.length === 0, isolated: false }
  }
  if (found.refused?.ok) return 'idle'
  return { why: refusal(found.refused) }
}

/** A made-up value in the query may match nothing where the default of the handler does. */
async function withoutQuery(bench: LiveBench, seen: Seen): Promise<Seen> {
  const { call } = seen
  if (call.k !== 'http' || call.method !== 'GET' || !call.path.includes('?')) return seen
  const plain = await bench.perform({ ...call, path: call.path.replace(/\?.*/, '') }, seen.actor)
  if (plain.changes.length > 0) await bench.reset()
  return plain.ok && plain.changes.length === 0 && rowsOf(plain) >= rowsOf(seen) ? plain : seen
}

const rowsOf = ({ statements }: Seen): number => statements.reduce((sum, { rows }) => sum + rows, 0)

/** What the requests asked of the database, with the bytes and the text of each answer by the id of its request. */
export interface Recorded {
  workload: Workload
  bytes: Record<string, number>
  bodies: Record<string, string>
}

/** Each request gets the name of its endpoint and an id of its own. */
export function recorded(all: readonly { endpoint: Endpoint; seen: Seen }[]): Recorded {
  const result: Recorded = {
    workload: { requests: [], operations: [], statements: [], lost: [] },
    bytes: {},
    bodies: {},
  }
  for (const [at, { endpoint, seen }] of all.entries()) {
    const id = requestId(at)
    const { workload, bytes, bodies } = result
    const own = (operation: string): string => `${id} ${operation}`
    workload.requests.push(tracedRequest(id, endpoint, seen))
    workload.operations.push(...seen.operations.map((one) => ({ ...one, id: own(one.id), request: id })))
    workload.statements.push(
      ...seen.statements.map(({ operation, ...one }) => ({
        ...one,
        request: id,
        ...(operation === undefined ? {} : { operation: own(operation) }),
      })),
    )
    bytes[id] = Buffer.byteLength(seen.response.body)
    bodies[id] = seen.response.body
  }
  return result
}

/** As the workload names the endpoint. */
export const labelOf = ({ endpoint, seen }: { endpoint: Endpoint; seen: Seen }): string =>
  endpointOf(tracedRequest('', endpoint, seen))

/** Id of the request at this place of the list that was recorded. */
export const requestId = (at: number): string => `r${at}`

/** `GET /api/invoices/[id]`; of an action or a procedure, all of its name. */
function tracedRequest(id: string, endpoint: Endpoint, seen: Seen): TracedRequest {
  const { method, url } = seen.request
  const [, kind = '', name = ''] = /^(\S+) (.*)$/s.exec(endpoint.id) ?? []
  if (endpoint.kind === 'page' || endpoint.kind === 'pages-ssr' || kind === 'ANY')
    return { id, method, url, route: endpoint.path }
  return { id, method: kind || method, url, route: name || endpoint.path }
}
