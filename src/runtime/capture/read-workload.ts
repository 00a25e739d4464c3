/** From the records of an app that ran to a workload in terms of the user's project. */
import type { TracedOperation, TracedRequest, TracedStatement, Workload } from '../../core/workload.ts'
import type { Frame } from './call-site.ts'
import { type CaptureRecord, type Mark, type ProcessRecords, readRecords } from './records.ts'
import { type Roots, type SourceMapper, sourceMapper } from './source-maps.ts'

/**
 * What was recorded in `folder`, all of it or since a mark. Requests and calls of Prisma that began before the mark are
 * in it when a statement after it belongs to them.
 *
 * Reads the source maps of the build in `roots.copy`, which must still be there.
 */
export async function readWorkload(folder: string, roots: Roots, since?: Mark): Promise<Workload> {
  const mapper = sourceMapper(roots)
  const workload: Workload = { requests: [], operations: [], statements: [], lost: [] }
  const processes = await readRecords(folder, since)
  // A client that follows a redirect may send the same id again, and answers may come from several processes.
  const requests = new Map<string, { value: TracedRequest; after: boolean }>()
  for (const one of processes) addRequests(requests, one)
  const unmapped = new Map<string, number>()
  for (const one of processes) addProcess(workload, one, mapper, unmapped)
  const named = new Set([...workload.operations, ...workload.statements].map((one) => one.request))
  for (const { value, after } of requests.values())
    if (after || named.has(value.id)) workload.requests.push(value)
  for (const [where, count] of unmapped)
    workload.lost.push(`${count} calls of Prisma have no line in the source: ${where}`)
  workload.lost = [...new Set(workload.lost)]
  return workload
}

function addRequests(
  requests: Map<string, { value: TracedRequest; after: boolean }>,
  { records }: ProcessRecords,
): void {
  for (const { value, after } of records) {
    if (value.kind === 'request' && !requests.has(value.id)) {
      const { kind: _, ...request } = value
      requests.set(value.id, { value: request, after })
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
): void {
  const sites = new Map<number, Frame[]>()
  const inserts = new Map<string, (CaptureRecord & { kind: 'inserts' })['inserts']>()
  const operations = new Map<string, { value: CaptureRecord & { kind: 'operation' }; after: boolean }>()
  const statements: TracedStatement[] = []
  for (const { value, after } of records) {
    if (value.kind === 'site') sites.set(value.site, value.frames)
    else if (value.kind === 'inserts') inserts.set(value.file, value.inserts)
    else if (value.kind === 'operation') operations.set(value.id, { value, after })
    else if (value.kind === 'statement' && after) statements.push(statementOf(value))
    else if (value.kind === 'lost') workload.lost.push(value.why)
  }
  if (broken > 0) workload.lost.push(`${broken} lines of ${name} could not be read`)
  const served = new Set(statements.map((one) => one.operation))
  for (const { value, after } of operations.values()) {
    if (!after && !served.has(value.id)) continue
    const frames = value.site === undefined ? [] : (sites.get(value.site) ?? [])
    const at = mapper.locate(frames, value.action, (file) => inserts.get(file) ?? [])
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
