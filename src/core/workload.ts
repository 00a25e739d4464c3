/** What a running application asked of its database. Times in milliseconds. */
import type { Location } from './finding.ts'

export interface TracedRequest {
  /** The value of the header `x-backend-engineer-request`, or one that was made up. */
  id: string
  method: string
  /** Path and query, as sent. */
  url: string
  /** `/api/invoices/[id]`, as Next.js names it, where it does. */
  route?: string
}

/** One call of the Prisma client. */
export interface TracedOperation {
  id: string
  /** Absent for what runs outside of a request. */
  request?: string
  /** Absent for raw SQL and `$transaction`. */
  model?: string
  /** `findMany`, `$queryRaw`, `$transaction`, … */
  action: string
  /** The call in the user's source, relative to the project root; absent when no source map tells. */
  at?: Location
}

/** One statement as it went to the database. */
export interface TracedStatement {
  operation?: string
  request?: string
  sql: string
  params: unknown[]
  /** Rows returned, or changed. */
  rows: number
  ms: number
  /** Milliseconds since the start of the process. */
  at: number
  /** Why it failed, as Postgres said it. */
  error?: string
}

export interface Workload {
  requests: TracedRequest[]
  operations: TracedOperation[]
  statements: TracedStatement[]
  /** What could not be captured, in words: a client of an unknown version, a lost file. */
  lost: string[]
}
