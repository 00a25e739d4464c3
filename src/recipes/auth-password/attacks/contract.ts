/** What attacks have to know of sign-in endpoints: data alone, so that endpoints that nobody generated can be attacked too. */

export interface Endpoint {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  /** Statuses of success. */
  ok: number[]
  /** Sent with each request, unless an attack says otherwise. */
  headers?: Record<string, string>
  /** Key of an object that the body stands in: `json` of superjson. */
  within?: string
  /** It is a server action: who delivers requests calls it with the body, and reads its answer. */
  action?: ActionEndpoint
}

export interface ActionEndpoint {
  file: string
  name: string
  /** `state`: `(previous, form)`; `form`: a FormData; `object`: the body itself. Absent: it takes nothing. */
  given?: 'state' | 'form' | 'object'
}

/** Where a token stands in an answer, or in a request. */
export type Place =
  | { in: 'body'; path: string[] }
  | { in: 'cookie'; name: string }
  | { in: 'header'; name: string; prefix: string }

export interface TokenPlaces {
  /** In the answer of login and refresh. */
  given: Place
  sent: Place
}

export interface JwtContract {
  algorithm: string
  type?: string
  issuer?: string
  audience?: string
  /** Variable of the environment that holds the shared key. */
  secret?: { variable: string; encoding: 'utf8' | 'base64' | 'base64url' | 'hex' }
  /** Variable that holds the public key as PEM, where the algorithm has one. */
  publicKey?: { variable: string }
  /** Claim that names the session: `sid`. */
  session?: string
  /** Longest life that was asked for. */
  lifetimeSeconds: number
}

/** A column that says when something ends, or since when it counts. */
export interface TimeColumn {
  table: string
  column: string
  meaning: 'ends' | 'since'
}

export interface UserTable {
  table: string
  id: string
  identifier: string
  hash: string
  /** What makes a user disabled. */
  disabled?: { column: string; value: unknown }
  /** What makes an address confirmed, where login asks for it. */
  verified?: { column: string; value: unknown }
  /** Names of fields in the data model, where they are not those of the columns. */
  fields: string[]
}

export interface AuthContract {
  endpoints: {
    login: Endpoint
    register?: Endpoint
    refresh?: Endpoint
    logout?: Endpoint
    /** Answers with the identifier of who asks. */
    me?: Endpoint
  }
  fields: {
    identifier: string
    password: string
    /** What register needs besides; texts may hold `{unique}`. */
    register: Record<string, unknown>
  }
  identifier: { kind: 'email' | 'name'; foldsCase: boolean; trims: boolean }
  /** Lengths in code points. `refused`: on the list of known ones, of a length that is allowed. */
  password: {
    min: number
    max: number
    /** In UTF-8, where the hash reads no more. */
    maxBytes?: number
    normalizes: boolean
    refused: string[]
  }
  access: TokenPlaces & { jwt?: JwtContract }
  /** `graceSeconds`: how long a used one may be used again. */
  refresh?: TokenPlaces & { graceSeconds: number }
  /** Statuses of refusals. */
  answers: {
    invalid: number[]
    credentials: number[]
    taken: number[]
    limited: number[]
    /** Too much at the same time: may answer instead of any other. */
    busy: number[]
    tooLarge: number[]
    mediaType: number[]
    crossSite: number[]
  }
  /** How actions tell a refusal, and which status says the same. */
  refusals?: { key: string; texts: { text: string; status: number }[]; otherwise: number }
  /** Ids of attacks that can have no meaning where the endpoints are, and why. */
  without?: Record<string, string>
  /** Types of answers that no browser takes for a page; JSON, when absent. */
  mediaTypes?: string[]
  /** Register answers the same whether the identifier is taken or not. */
  registerConceals: boolean
  /** Failed logins that are let through in a window. */
  limits?: { accountAndAddress: number; address?: number; account?: number; windowSeconds: number }
  /** The header in which a proxy tells the address of the client: the `hops`th from the right. */
  clientAddress?: { header: string; hops: number }
  tables: {
    user: UserTable
    /** End of a session when unused, and at the latest. */
    idle?: TimeColumn
    absolute?: TimeColumn
    /** Counters of the limiter; emptied between attacks. */
    limits: string[]
  }
}
