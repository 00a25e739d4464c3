/** What a symbolic run of an endpoint saw. Faults are questions over these. */
import type { Location, Step } from '../../core/finding.ts'
import type { Look } from './looks.ts'
import type { Sources, Value } from './value.ts'

/** A condition that held when a place was reached: the other branch left the function, or this is inside the branch. */
export interface Fact {
  /** Sources that the condition depends on. */
  deps: Sources
  location: Location
  /** Function that checks, for messages. */
  within: string
  /** The tests and how they came out: `file:line:column+`. Several when one of them held. */
  terms: readonly string[]
  /** Only presence was tested (`if (!session)`), nothing was compared or looked up. */
  presence: boolean
  /** Only whether an input was sent was asked. */
  sent?: true
  /** It was asked only where the input that it is about was sent. */
  ifSent?: true
  /** Only how many there are was tested. */
  count?: true
  /** What was tested is not the input itself, but what something made of it: `if (!isAllowed(url))`. */
  derived?: true
  /** A function that was given the input refuses some of it: it throws where a condition on it does not hold. */
  refuses?: true
  /** The function of the project that answered: `canView lib/permissions.ts`. */
  asked?: string
  /** It was asked only where another test of the same condition held: `role === 'owner' && me.role !== 'owner'`. */
  partial?: true
  /** And that other test was whether the row is there at all, or open to everybody: of what is left it says whose it is. */
  tie?: 'found' | 'open'
  /** Only whether a cache, a table or the disk has something by that name was asked. */
  lookup?: true
  /** Only a part of a text was looked at: `next.startsWith('/')`. */
  look?: Look
  /** It held because what was asked for was not there. */
  missing?: true
  /** And that was the identity: this is the way of a caller who is not signed in. */
  absent?: true
}

export interface Call extends Step {
  /** The function was given the request, or the input as a whole: it still is the endpoint's handler, or wraps it. */
  whole: boolean
  /** Of these, it got the input alone, nothing that tells who is calling. */
  bare?: true
  /** By a builder of procedures or actions, with the context and the parsed input: the endpoint's own function. */
  framed?: true
  /** The function was told who is calling: `removeNote({ id, userId })`. */
  told?: true
}

export interface Moment {
  location: Location
  /** Calls that led here, endpoint first. */
  via: Call[]
  facts: readonly Fact[]
  /** Names the thing iterated when the place runs once per element of unbounded data. */
  loop?: string
  transaction: boolean
  /** In what a client of a package was given to call when it has taken a message: `bot.onMessage(…)`. */
  listener?: true
}

/** A Prisma call that the endpoint reaches. */
export interface Access extends Moment {
  k: 'access'
  model: string
  operation: string
  args: Value
  /** Inside of an interactive transaction, by another client than that of the transaction. */
  outer?: true
}

export interface Raw extends Moment {
  k: 'raw'
  operation: string
  /** Values spliced into the SQL text (not bound as parameters). */
  spliced: Value[]
  /** Where each of them was declared to be SQL (`Prisma.raw`), when that is not the query itself. */
  places?: (Location | undefined)[]
}

/** What is done with a value that must not be what a caller likes. */
export type SinkKind =
  | 'request'
  | 'redirect'
  | 'file'
  | 'object-key'
  | 'command'
  | 'code'
  | 'regex'
  | 'html'
  /** Whether a check takes place. */
  | 'decision'

/** A value reaches a place where it acts: a URL that is fetched, a path that is opened, code that is run. */
export interface Sink extends Moment {
  k: 'sink'
  sink: SinkKind
  /** The call as it is written in the package: `fetch`, `axios.get`. */
  name: string
  value: Value
}

export interface Response extends Moment {
  k: 'response'
  value: Value
  /** HTTP status, where it is a literal. */
  status?: number
}

/** Where the endpoint's own function returned last, other than with an error: the end of the ordinary path. */
export interface End extends Moment {
  k: 'end'
}

/** Where a block ended that has read rows. */
export interface Left extends Moment {
  k: 'left'
  /** Events of the block, which end with this one. */
  length: number
  /**
   * The ways out of it, but for those that refuse or give nothing: what held there, and after how many events of the block it was.
   */
  ways: { after: number; facts: readonly Fact[] }[]
}

/** A token whose content is read without a check of its signature. */
export interface Decode extends Moment {
  k: 'decode'
  name: string
  /** Where the token came from. */
  from: Sources
}

/** A promise used as a condition: always true. */
export interface PromiseTest extends Moment {
  k: 'promise-test'
  name: string
  /** It is not tested: a function that refuses was called, and nobody waits for its answer. */
  called?: true
}

export interface Parse extends Moment {
  k: 'parse'
  library: string
  schema: string
  /** What is parsed, and by which schema, where it could be read. */
  input: Value
  by?: Value
  /** What does not fit is thrown: `parse`, not `safeParse`. */
  throws?: true
}

/** What a call of a package, or of the platform, is for. `use-key`: it signs or encrypts with a key. */
export type Purpose =
  | 'cache'
  | 'check-allowance'
  | 'check-code'
  | 'check-password'
  | 'check-signature'
  | 'hash-password'
  | 'limit'
  | 'log'
  | 'set-cookie'
  | 'set-header'
  | 'sign-token'
  | 'use-key'
  | 'verify-token'

/** A call that protects something or sends something out: `flow/package-calls.ts` says which. */
export interface PackageCall extends Moment {
  k: 'package-call'
  purpose: Purpose
  /** The package; empty for a method of the platform. */
  from: string
  name: string
  args: Value[]
}

/** Rows that a server component hands to a client component: the browser is sent them. */
export interface ClientProps extends Moment {
  k: 'client-props'
  component: string
  value: Value
}

/** `===` between a secret, or something made with one, and what the caller sent. */
export interface Comparison extends Moment {
  k: 'compare'
  left: Value
  right: Value
}

/** A check of the caller against an environment variable that lets others through where the variable is not set. */
export interface UnsetCheck extends Moment {
  k: 'unset-check'
  variable: string
  /**
   * What lets a caller through then: nobody is asked (`skipped`), nothing has to be sent (`nothing`), a text that anybody
   * can send (`text`), the function that decides says yes (`passed`).
   */
  unset: 'skipped' | 'nothing' | 'text' | 'passed'
  text?: string
  /** Whoever sends something else does not go on. */
  refuses?: true
}

/** A check of a row that is made only when there is something to hold it against: `if (scope && row.scope !== scope)`. */
export interface LooseCheck extends Moment {
  k: 'loose-check'
  /** What may be missing, as it is written. */
  name: string
  scope: Value
  row: Value
}

/** `!user.role === 'admin'`: the negation binds first, so that a boolean is held against a text. */
export interface NegatedComparison extends Moment {
  k: 'negated-comparison'
  /** What was meant to be compared, as it is written. */
  name: string
  text: string
  value: Value
}

/** A call of another system, through its package or by its address, that reads, changes or removes one thing of it. */
export interface Remote extends Moment {
  k: 'remote'
  /** Package, or `fetch`. */
  from: string
  /** As it is called: `runs.retrieve`. */
  name: string
  writes: boolean
  args: readonly Value[]
}

/**
 * What a call costs the operator: a language or image model, a message or call to a number, work of a machine of theirs, room in
 * their storage.
 */
export type CostlyKind = 'model' | 'message' | 'machine' | 'storage'

/** A call that somebody pays for, or that a container or host of the operator carries out: `flow/costly.ts`. */
export interface Costly extends Moment {
  k: 'costly'
  kind: CostlyKind
  /** Package, or `fetch`. */
  from: string
  /** As it is called: `chat.completions.create`. */
  name: string
  /** What it is given; of a message, the numbers that it goes to. */
  sent: readonly Value[]
  /** Keys that the client or the request was made with, as far as they could be read. */
  keys: readonly Value[]
}

/** Somebody is turned away, other than with `Response.json` and its kind: 401, 403, 429. */
export interface Refusal extends Moment {
  k: 'refusal'
  status: number
}

/** What a callback of Auth.js puts into the token that the session is read from. */
export interface SessionToken extends Moment {
  k: 'session-token'
  value: Value
}

/** An answer of 401 or 403 that ends a branch, and not the function: what follows the branch runs all the same. */
export interface Unstopped extends Moment {
  k: 'unstopped'
  status: number
  /** A function gave the answer back, and nothing looked at it. */
  forgotten?: true
  /** It is a yes or no of a function of this name. */
  verdict?: string
}

/** A proxy lets the request through. */
export interface Pass extends Moment {
  k: 'pass'
}

export type Event =
  | Access
  | ClientProps
  | Comparison
  | Costly
  | Decode
  | Left
  | End
  | LooseCheck
  | NegatedComparison
  | PackageCall
  | Parse
  | Pass
  | PromiseTest
  | Raw
  | Refusal
  | Remote
  | Response
  | SessionToken
  | Sink
  | UnsetCheck
  | Unstopped
