import type { Location } from '../core/finding.ts'
import type { TracedOperation, TracedRequest, TracedStatement, Workload } from '../core/workload.ts'
import { shapeOf, verbOf } from './sql.ts'

/** One Prisma call within a request and the statements of one shape that it sent. */
export interface Call {
  operation?: TracedOperation
  statements: TracedStatement[]
}

/** All that one place in the source sent in one request with one shape. */
export interface Site {
  /** Place and shape: equal in two runs of the same code. */
  key: string
  at?: Location
  model?: string
  action?: string
  shape: string
  calls: Call[]
}

export interface TracedAnswer {
  endpoint: string
  request: TracedRequest
  /** In the order in which they were sent; without BEGIN, COMMIT and the like. */
  statements: TracedStatement[]
  sites: Site[]
}

/** `GET /api/invoices/[id]`; where Next.js told no route, the path as sent. */
export function endpointOf({ method, url, route }: TracedRequest): string {
  return `${method} ${route ?? url.replace(/[?#].*$/, '')}`
}

/** The requests of a workload with their statements, by place in the source. */
export function answersOf(workload: Workload): TracedAnswer[] {
  const operations = new Map(workload.operations.map((operation) => [operation.id, operation]))
  const byRequest = new Map<string, TracedStatement[]>()
  for (const statement of workload.statements) {
    const operation = statement.operation === undefined ? undefined : operations.get(statement.operation)
    const request = statement.request ?? operation?.request
    if (request === undefined || verbOf(statement.sql) === 'other') continue
    const list = byRequest.get(request) ?? []
    list.push(statement)
    byRequest.set(request, list)
  }
  return workload.requests.map((request) => {
    const statements = (byRequest.get(request.id) ?? []).sort((a, b) => a.at - b.at)
    return { endpoint: endpointOf(request), request, statements, sites: sitesOf(statements, operations) }
  })
}

function sitesOf(statements: TracedStatement[], operations: ReadonlyMap<string, TracedOperation>): Site[] {
  const sites = new Map<string, Site>()
  for (const statement of statements) {
    const operation = statement.operation === undefined ? undefined : operations.get(statement.operation)
    const shape = shapeOf(statement.sql)
    const key = `${placeOf(operation?.at)} ${shape}`
    const site = sites.get(key) ?? siteOf(key, shape, operation)
    sites.set(key, site)
    const call = site.calls.find((one) => operation !== undefined && one.operation === operation)
    if (call) call.statements.push(statement)
    else site.calls.push(operation ? { operation, statements: [statement] } : { statements: [statement] })
  }
  return [...sites.values()]
}

function siteOf(key: string, shape: string, operation: TracedOperation | undefined): Site {
  const site: Site = { key, shape, calls: [] }
  if (operation?.at) site.at = operation.at
  if (operation?.model) site.model = operation.model
  if (operation) site.action = operation.action
  return site
}

/** `src/app/api/route.ts:12:20`, or a question mark. */
export function placeOf(at: Location | undefined): string {
  return at ? `${at.file}:${at.line}:${at.column}` : '?'
}

/** `prisma.invoice.findMany`, as far as it is known. */
export function callName({ model, action }: Pick<Site, 'model' | 'action'>): string {
  if (!action) return 'a statement'
  return model ? `${model.charAt(0).toLowerCase()}${model.slice(1)}.${action}` : action
}
