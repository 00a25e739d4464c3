/** One attack while it runs: its people, what they send, and what did not hold. */
import { randomBytes } from 'node:crypto'
import type { ExchangeRole } from '../../../core/finding.ts'
import { quoteTable } from '../../../database/catalog.ts'
import { type HttpAnswer, type HttpRequest, NoAnswer } from '../../../runtime/requests/send.ts'
import { addUser } from './add-user.ts'
import type { Endpoint, Place } from './contract.ts'
import { evidenceOf, type Sent } from './evidence.ts'
import { Inconclusive, NotApplicable, type Person } from './person.ts'
import type { Attacked, AuthTarget } from './target.ts'

export { Inconclusive, NotApplicable, type Person }

/** Tokens as they were given. */
export interface Session {
  access: string
  refresh?: string
}

export interface Manner {
  role?: ExchangeRole
  as?: string
  /** Address of the client, where a proxy tells it. */
  address?: string
  headers?: Record<string, string>
  /** Sent instead of what the person would send. */
  body?: HttpRequest['body']
  chunked?: boolean
}

export class Scene {
  readonly target: AuthTarget
  readonly failures: string[] = []
  private readonly sent: Sent[] = []

  constructor(target: AuthTarget) {
    this.target = target
  }

  get contract(): AuthTarget['contract'] {
    return this.target.contract
  }

  /** Notes what was seen; when it does not hold, the attack has succeeded. */
  holds(condition: boolean, otherwise: string, ...answers: HttpAnswer[]): boolean {
    if (!condition) {
      if (!this.failures.includes(otherwise)) this.failures.push(otherwise)
      for (const one of this.sent) if (answers.includes(one.answer)) one.saw = otherwise
    }
    return condition
  }

  /** Without this nothing can be learnt. */
  control(condition: boolean, otherwise: string, answer?: HttpAnswer): void {
    if (condition) return
    const said = answer ? ` (${answer.status} ${answer.body.slice(0, 160)})` : ''
    throw new Inconclusive(`${otherwise}${said}`)
  }

  /** An endpoint, when there is one. */
  endpoint(name: keyof AuthTarget['contract']['endpoints']): Endpoint {
    const found = this.contract.endpoints[name]
    if (!found) throw new NotApplicable(`There is no endpoint for ${name}.`)
    return found
  }

  newPerson(): Person {
    const name = `u${randomBytes(6).toString('hex')}`
    const identifier = this.contract.identifier.kind === 'email' ? `${name}@example.com` : name
    return { identifier, password: randomPassword(this.contract.password) }
  }

  /** Somebody who is registered. */
  async person(password?: string): Promise<Person> {
    const person = { ...this.newPerson(), ...(password === undefined ? {} : { password }) }
    if (!this.contract.endpoints.register) {
      await addUser(this.target, person)
      return person
    }
    const answer = await this.register(person, { role: 'pre-control' })
    this.control(this.succeeded('register', answer), 'A registration that is in order was refused', answer)
    return person
  }

  async register(
    person: Person,
    manner: Manner & { extra?: Record<string, unknown> } = {},
  ): Promise<HttpAnswer> {
    const body = { ...this.registration(person), ...manner.extra }
    const answer = await this.call('register', body, { as: 'nobody', ...manner })
    await this.confirm(person)
    return answer
  }

  registration(person: Person): Record<string, unknown> {
    const { fields } = this.contract
    const others = Object.entries(fields.register).map(([name, value]): [string, unknown] => [
      name,
      typeof value === 'string' ? value.replaceAll('{unique}', randomBytes(5).toString('hex')) : value,
    ])
    return {
      ...Object.fromEntries(others),
      [fields.identifier]: person.identifier,
      [fields.password]: person.password,
    }
  }

  private async confirm({ identifier }: Person): Promise<void> {
    const { user } = this.contract.tables
    if (!user.verified) return
    await this.target.database.query(
      `UPDATE ${quoteTable(user.table)} SET "${user.verified.column}" = $1 WHERE lower("${user.identifier}") = lower($2)`,
      [user.verified.value, identifier],
    )
  }

  credentials(person: Person): Record<string, string> {
    const { fields } = this.contract
    return { [fields.identifier]: person.identifier, [fields.password]: person.password }
  }

  login(person: Person, manner: Manner = {}): Promise<HttpAnswer> {
    return this.call('login', this.credentials(person), { as: 'nobody', ...manner })
  }

  /** Logs in somebody who must be able to. */
  async signIn(person: Person, manner: Manner = {}): Promise<Session> {
    const answer = await this.login(person, { role: 'pre-control', ...manner })
    this.control(this.succeeded('login', answer), 'A login with the right password was refused', answer)
    return this.sessionOf(answer)
  }

  /** A new person who is logged in. */
  async visitor(): Promise<{ person: Person; session: Session; answer: HttpAnswer }> {
    const person = await this.person()
    const answer = await this.login(person, { role: 'pre-control' })
    this.control(this.succeeded('login', answer), 'A login with the right password was refused', answer)
    return { person, session: this.sessionOf(answer), answer }
  }

  sessionOf(answer: HttpAnswer): Session {
    const access = tokenIn(answer, this.contract.access.given)
    if (access === undefined) throw new Inconclusive('The answer of login holds no access token.')
    const refresh = this.contract.refresh && tokenIn(answer, this.contract.refresh.given)
    return { access, ...(refresh === undefined ? {} : { refresh }) }
  }

  me(session: Session | string, manner: Manner = {}): Promise<HttpAnswer> {
    const token = typeof session === 'string' ? session : session.access
    return this.withToken('me', this.contract.access.sent, token, {
      as: 'the holder of the token',
      ...manner,
    })
  }

  refresh(session: Session | string, manner: Manner = {}): Promise<HttpAnswer> {
    const token = typeof session === 'string' ? session : session.refresh
    if (!this.contract.refresh || token === undefined) throw new NotApplicable('There are no refresh tokens.')
    return this.withToken('refresh', this.contract.refresh.sent, token, {
      as: 'the holder of the token',
      ...manner,
    })
  }

  /** With both tokens: which of them it goes by is its own affair. */
  logout(session: Session, manner: Manner = {}): Promise<HttpAnswer> {
    const first = carry({}, this.contract.access.sent, session.access)
    const { refresh } = this.contract
    const both = refresh && session.refresh ? carry(first, refresh.sent, session.refresh) : first
    const given = { ...manner, headers: { ...both.headers, ...manner.headers } }
    return this.call('logout', both.body, { as: 'the holder of the session', ...given })
  }

  private withToken(
    name: 'me' | 'refresh',
    place: Place,
    token: string,
    manner: Manner,
  ): Promise<HttpAnswer> {
    const { headers, body } = carry({}, place, token)
    return this.call(name, body, { ...manner, headers: { ...headers, ...manner.headers } })
  }

  /** Sends to an endpoint. A failed connection is an answer of status 0. */
  async call(
    name: keyof AuthTarget['contract']['endpoints'],
    json: unknown,
    manner: Manner = {},
  ): Promise<HttpAnswer> {
    const endpoint = this.endpoint(name)
    const { method, path } = endpoint
    const plain = manner.body ?? (json === undefined ? undefined : JSON.stringify(json))
    const body = typeof plain === 'string' && endpoint.within ? `{"${endpoint.within}":${plain}}` : plain
    return this.send(
      {
        method,
        path,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...endpoint.headers,
          ...this.addressed(manner.address ?? freshAddress()),
          ...manner.headers,
        },
        ...(body === undefined ? {} : { body }),
        ...(manner.chunked ? { chunked: true } : {}),
      },
      manner,
      endpoint,
    )
  }

  async send(
    request: HttpRequest,
    { role = 'exploit', as = 'nobody' }: Manner = {},
    endpoint?: Endpoint,
  ): Promise<HttpAnswer> {
    const headers = Object.fromEntries(
      Object.entries(request.headers ?? {}).filter(([, value]) => value !== LEFT_OUT),
    )
    const asked = { ...request, headers }
    const answer = await this.answered(asked, endpoint)
    this.sent.push({ role, as, request: asked, answer, saw: '' })
    const { status } = answer
    const busy = this.contract.answers.busy.includes(status)
    this.holds(
      status !== 0 && (status < 500 || busy),
      status === 0
        ? `${request.method} ${request.path} was not answered: ${answer.body}`
        : `${request.method} ${request.path} answered ${status}: the input was not foreseen.`,
      answer,
    )
    return answer
  }

  private async answered(request: HttpRequest, endpoint: Endpoint | undefined): Promise<HttpAnswer> {
    try {
      return await this.target.send(request, endpoint)
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      return { status: 0, headers: {}, body: error.message, bytes: 0, ms: 0, id: error.id }
    }
  }

  /** What a proxy would add for a client at this address. */
  addressed(address: string): Record<string, string> {
    const { clientAddress } = this.contract
    if (!clientAddress) return {}
    const nearer = Array.from({ length: clientAddress.hops - 1 }, () => '10.0.0.1')
    return { [clientAddress.header]: [address, ...nearer].join(', ') }
  }

  succeeded(name: keyof AuthTarget['contract']['endpoints'], answer: HttpAnswer): boolean {
    return this.endpoint(name).ok.includes(answer.status)
  }

  /** A success, or an answer with a token in it, whatever its status. */
  letIn(answer: HttpAnswer): boolean {
    return this.succeeded('login', answer) || tokenIn(answer, this.contract.access.given) !== undefined
  }

  refused(answer: HttpAnswer, ...kinds: (keyof AuthTarget['contract']['answers'])[]): boolean {
    const { answers } = this.contract
    return [...kinds, 'busy' as const].some((kind) => answers[kind].includes(answer.status))
  }

  /** Forgets all failed attempts, so that one attack does not limit the next. */
  async calm(): Promise<void> {
    for (const table of this.contract.tables.limits)
      await this.target.database.query(`DELETE FROM ${quoteTable(table)}`)
  }

  /** Where the limiter can neither be emptied nor told of another client, much cannot be tried. */
  get canRepeat(): boolean {
    const { limits, clientAddress, tables } = this.contract
    return !limits || tables.limits.length > 0 || clientAddress !== undefined
  }

  /** The row of a user, by identifier in any case. */
  async users({ identifier }: Pick<Person, 'identifier'>): Promise<Record<string, unknown>[]> {
    const { user } = this.contract.tables
    const found = await this.target.database.query<Record<string, unknown>>(
      `SELECT * FROM ${quoteTable(user.table)} WHERE lower(trim("${user.identifier}"::text)) = lower(trim($1))`,
      [identifier],
    )
    return found.rows
  }

  finish(good: string): Attacked {
    return {
      verdict: this.failures.length > 0 ? 'broken' : 'withstood',
      why: this.failures.length > 0 ? this.failures.slice(0, 4).join(' ') : good,
      exchanges: evidenceOf(this.target.origin, this.sent),
    }
  }

  without(verdict: 'not applicable' | 'inconclusive', why: string): Attacked {
    return { verdict, why, exchanges: evidenceOf(this.target.origin, this.sent) }
  }
}

/** Value of a header that is not to be sent. */
export const LEFT_OUT = '\u0000left out'

/** Somewhere in the range for benchmarks, which belongs to nobody. */
export function freshAddress(): string {
  const [a = 0, b = 0, c = 0] = randomBytes(3)
  return `198.${18 + (a & 1)}.${b}.${c}`
}

/** Letters and digits that occur nowhere else, within what is allowed. */
export function randomPassword({ min, max }: { min: number; max: number }): string {
  const length = Math.min(max, Math.max(min, 24))
  return `q${randomBytes(length).toString('hex')}`.slice(0, length)
}

export function tokenIn(answer: HttpAnswer, place: Place): string | undefined {
  if (place.in === 'header') {
    const value = answer.headers[place.name.toLowerCase()]
    return value?.startsWith(place.prefix) ? value.slice(place.prefix.length) : undefined
  }
  if (place.in === 'cookie') return cookieIn(answer, place.name)?.value
  return textAt(answer.body, place.path)
}

/** A cookie that the answer sets, with the whole line. One that is emptied is none. */
export function cookieIn(answer: HttpAnswer, name: string): { value: string; line: string } | undefined {
  for (const line of (answer.headers['set-cookie'] ?? '').split('\n')) {
    const value = line.startsWith(`${name}=`) ? (line.slice(name.length + 1).split(';')[0] ?? '') : ''
    if (value !== '') return { value, line }
  }
  return undefined
}

export function textAt(body: string, path: readonly string[]): string | undefined {
  let value = parsed(body)
  for (const key of path)
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

interface Carried {
  headers?: Record<string, string>
  body?: unknown
}

/** A request that carries the token in its place. */
function carry({ headers = {}, body }: Carried, place: Place, token: string): Carried {
  const with_ = (extra: Record<string, string>): Carried => ({ headers: { ...headers, ...extra }, body })
  if (place.in === 'header') return with_({ [place.name]: `${place.prefix}${token}` })
  if (place.in === 'cookie') {
    const pair = `${place.name}=${token}`
    return with_({ cookie: headers.cookie ? `${headers.cookie}; ${pair}` : pair })
  }
  const nested = place.path.reduceRight<unknown>((value, key) => ({ [key]: value }), token)
  const merged =
    typeof body === 'object' && body !== null && typeof nested === 'object' ? { ...body, ...nested } : nested
  return { headers, body: merged }
}
