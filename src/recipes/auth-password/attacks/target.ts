import type { Exchanges } from '../../../core/finding.ts'
import type { Client } from '../../../database/server.ts'
import type { HttpAnswer, HttpRequest } from '../../../runtime/requests/send.ts'
import type { AuthContract, Endpoint } from './contract.ts'

/** A running copy with sign-in endpoints, and what an examiner may look at besides. */
export interface AuthTarget {
  contract: AuthContract
  /** `http://127.0.0.1:3000` */
  origin: string
  /** `endpoint`: whose request it is, where it has to be delivered in another way than it is written. */
  send(request: HttpRequest, endpoint?: Endpoint): Promise<HttpAnswer>
  /** Connected to the scratch database of the copy. */
  database: Client
  /** All that the copy has written to its output. */
  log(): string
  /** Hashes as the copy does: for users where nobody can register. */
  hash?(password: string): Promise<string>
  /** Environment of the copy. */
  env: Record<string, string>
}

export type Verdict = 'withstood' | 'broken' | 'not applicable' | 'inconclusive'

export interface Attacked {
  /** `inconclusive`: the legitimate caller did not succeed, so nothing was learnt. Not a pass. */
  verdict: Verdict
  /** One sentence. */
  why: string
  exchanges: Exchanges
}

export interface Attack {
  /** Never changes: reports and tests name it. */
  id: string
  title: string
  /** `ASVS 6.2.1`, `CWE-521`, `RFC 9700 4.14`. ASVS is version 5.0. */
  requirements: string[]
  run(target: AuthTarget): Promise<Attacked>
}
