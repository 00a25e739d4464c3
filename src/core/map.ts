import type { Location, Step } from './finding.ts'

export type EndpointKind =
  | 'route' // app/**/route.ts
  | 'action' // "use server" function
  | 'page' // server component, layout or generateMetadata that is async or reads params or searchParams
  | 'pages-api' // pages/api/**
  | 'pages-ssr' // getServerSideProps
  | 'procedure' // tRPC or oRPC procedure
  | 'resolver' // GraphQL field
  | 'hono' // Hono route
  | 'middleware' // proxy.ts / middleware.ts

/**
 * What protects an endpoint, inferred from the source of its wrappers and helpers.
 * `session`: a verified identity is required. `permission`: identity plus a role or membership check.
 * `api-key`, `signature`, `secret`: the caller proves knowledge of a key. `none`: nothing found.
 */
export type GuardLevel = 'none' | 'session' | 'permission' | 'api-key' | 'signature' | 'secret'

export interface Guard {
  level: GuardLevel
  /** Functions or expressions that reject, outermost first: `requireUser (lib/auth.ts:12)`. */
  by: { name: string; location: Location }[]
  /** Guarded by a middleware whose matcher covers the path. */
  proxy?: string
  /** The policy says that anybody may call it: the reason. */
  public?: string
  /** Of a middleware that lets some requests through unasked, and of what is behind it: what it asks of the others. */
  sometimes?: GuardLevel
}

export interface Endpoint {
  /** `GET /api/invoices/[id]`, `action createInvoice (app/actions.ts)`, `procedure invoice.list`, … Unique in the map. */
  id: string
  kind: EndpointKind
  /** HTTP method, `query` | `mutation` | `subscription` for procedures, absent for pages and actions. */
  method?: string
  /** URL path for routes and pages, dotted path for procedures, exported name for actions. */
  path: string
  location: Location
  guard: Guard
  /** Libraries and schema names that parse the input, for example `zod: createInvoiceSchema`. */
  validation: string[]
  /** Model names. */
  reads: string[]
  writes: string[]
  /** Indexes into `ProjectMap.queries`, with the calls that lead there (endpoint first). */
  queries: { query: number; via: Step[] }[]
  /** Parts that could not be followed, in words. Empty when all was read. */
  unknown: string[]
}

/** One Prisma call in the source, whether an endpoint reaches it or not. */
export interface Query {
  location: Location
  /** Model name as in the schema; absent for raw SQL and `$transaction`. */
  model?: string
  /** `findMany`, `update`, `$queryRaw`, … */
  operation: string
  /** Function that holds the call, for example `getInvoice`. */
  within: string
  where?: string
  select?: string
  include?: string
  data?: string
  orderBy?: string
  take?: string
  inLoop: boolean
  inTransaction: boolean
}

export interface ModelField {
  name: string
  type: string
  list: boolean
  optional: boolean
  id: boolean
  unique: boolean
}

export interface Model {
  name: string
  /** Table name (`@@map`). */
  table: string
  location: Location
  fields: ModelField[]
  /** Relations: field → model, with the scalar keys that hold it on this side. */
  relations: { field: string; model: string; list: boolean; optional: boolean; keys: string[] }[]
  /** Everything that is indexed, ids and uniques included. */
  indexes: { fields: string[]; unique: boolean; id: boolean }[]
  /** Shortest relation path to the user model, for example `['project', 'owner']`; empty when it is the user; absent when none. */
  userPath?: string[]
  /** Shortest relation path to the tenant model. */
  tenantPath?: string[]
  role: 'user' | 'tenant' | 'membership' | 'owned' | 'global'
}

/** A habit of the project, listed as found. */
export interface Convention {
  /** `alias`, `client`, `envelope`, `test runner`, `rule`, … */
  topic: string
  /** `@/* → src/*`, `prisma from src/lib/db.ts`, … */
  value: string
  location?: Location
  /** For written rules: a check of ours can decide it. */
  checkable?: boolean
}

/** One entry of the policy, and what it changed. */
export interface PolicyEntry {
  /** `publicEndpoints`, `guards`, …: the list that it stands in. */
  kind: string
  name: string
  reason: string
  effect: string
}

/** What `understand` knows, as plain JSON. */
export interface ProjectMap {
  name: string
  /** Set when the map was cut to what concerns these endpoints or this model: ids, or the model's name. */
  focus?: { kind: 'endpoint' | 'model'; names: string[] }
  /** `Next.js 16.4.5 (App Router)`, `Prisma 7.10.0 (postgresql)`, … */
  stack: string[]
  /** Packages that were read, relative folders; one entry `.` for a single package. */
  packages: { name: string; folder: string; next: boolean; prisma: boolean }[]
  endpoints: Endpoint[]
  queries: Query[]
  models: Model[]
  conventions: Convention[]
  /** What the team has declared, where it has. */
  policy?: { file: string; entries: PolicyEntry[] }
}
