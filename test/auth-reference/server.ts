/** A small server that does login as it should be done, and any of the mistakes of `bugs.ts`. For tests of attacks alone. */
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Pool } from 'pg'
import { bodyOf, Refusal, textIn } from './body.ts'
import type { Bug, Has } from './bugs.ts'
import { budgets, clientOf, count, giveBack, take } from './limiter.ts'
import { hashOf, verify, weak } from './passwords.ts'
import { COOKIE } from './tables.ts'
import { claimsOf, issue } from './tokens.ts'

interface User extends Record<string, unknown> {
  id: string
  email: string
  passwordHash: string
  disabledAt: Date | null
}

interface Answer {
  status: number
  body?: unknown
  cookie?: string
}

export interface Reference {
  origin: string
  env: Record<string, string>
  log(): string
  close(): Promise<void>
}

const IDLE = "interval '7 days'"
const LAST = "interval '30 days'"
const EMAIL = /^[^\s@]{1,64}@[^\s@]+\.[^\s@]+$/
const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

export async function startReference(url: string, bugs: readonly Bug[] = []): Promise<Reference> {
  const has: Has = (bug) => bugs.includes(bug)
  const pool = new Pool({ connectionString: url, max: 8 })
  pool.on('error', () => undefined)
  const key = has('weak key') ? 'secret' : randomBytes(32).toString('base64url')
  const dummy = await hashOf(has, 'nobody has this password')
  const lines: string[] = []
  const log = (event: string, fields: Record<string, unknown>): void => {
    lines.push(
      has('log of text')
        ? `${event} ${Object.values(fields).join(' ')}`
        : JSON.stringify({ event, ...fields }),
    )
  }
  const unique = !has('not unique')

  const userBy = async (column: 'id' | 'email', value: string): Promise<User | undefined> =>
    (await pool.query<User>(`SELECT * FROM "User" WHERE "${column}" = $1`, [value])).rows[0]

  const emailIn = (body: Record<string, unknown>, name = 'email'): string => {
    const text = textIn(has, body, name, 320).trim()
    const email = has('case counts') ? text : text.toLowerCase()
    if (!EMAIL.test(email) && !has('SQL from parts')) throw new Refusal(422, 'email is not valid.')
    return email
  }

  const cookieOf = (token: string, age: number): string =>
    [
      `${COOKIE}=${token}`,
      'Path=/',
      `Max-Age=${age}`,
      ...(has('no HttpOnly') ? [] : ['HttpOnly']),
      ...(has('no Secure') ? [] : ['Secure']),
      ...(has('no SameSite') ? [] : ['SameSite=Lax']),
    ].join('; ')

  const newRefresh = async (session: string): Promise<string> => {
    const token = randomBytes(has('short refresh') ? 8 : 32).toString('base64url')
    const stored = has('refresh stored') || has('refresh by start') ? token : digest(token)
    await pool.query(`INSERT INTO "RefreshToken" VALUES ($1, $2, now() + ${IDLE})`, [stored, session])
    return token
  }

  const tokens = async (user: User, session: string, refresh?: string): Promise<Answer> => {
    const token = refresh ?? (await newRefresh(session))
    const access = issue(has, key, user, session)
    return {
      status: 200,
      body: {
        data: {
          accessToken: access,
          user: shown(user),
          ...(has('refresh in body') ? { refreshToken: token } : {}),
        },
      },
      cookie: cookieOf(token, 604_800),
    }
  }

  const shown = (user: User): unknown => (has('hash answered') ? user : { id: user.id, email: user.email })

  const register = async (body: Record<string, unknown>): Promise<Answer> => {
    const email = emailIn(body)
    const password = textIn(has, body, 'password', has('no max') ? 1e6 : 1024)
    const name = body.name === undefined || body.name === null ? null : textIn(has, body, 'name', 100)
    const why = weak(has, password)
    if (why) throw new Refusal(422, why)
    if ((!unique || has('conflict not mapped')) && (await userBy('email', email)))
      throw new Refusal(409, 'Taken.')
    const fields: Record<string, unknown> = { email, name, passwordHash: await hashOf(has, password) }
    if (has('role taken') && body.role === 'ADMIN') fields.role = 'ADMIN'
    if (has('all fields taken'))
      for (const field of ['id', 'role', 'isVip', 'credit', 'createdAt', 'disabledAt', 'passwordHash'])
        if (typeof body[field] !== 'object' && body[field] !== undefined) fields[field] = body[field]
    const names = Object.keys(fields)
    const conflict = has('register overwrites')
      ? 'ON CONFLICT ("email") DO UPDATE SET "passwordHash" = EXCLUDED."passwordHash"'
      : ''
    try {
      const { rows } = await pool.query<User>(
        `INSERT INTO "User" (${names.map((one) => `"${one}"`).join(', ')}) VALUES (${names.map((_, i) => `$${i + 1}`).join(', ')}) ${conflict} RETURNING *`,
        Object.values(fields),
      )
      log('registered', { user: rows[0]?.id })
      return { status: 201, body: { data: { user: rows[0] && shown(rows[0]) } } }
    } catch (error) {
      if (code(error) === '23505' && !has('conflict not mapped')) throw new Refusal(409, 'Taken.')
      throw error
    }
  }

  const find = async (body: Record<string, unknown>): Promise<{ email: string; user: User | undefined }> => {
    if (has('operators reach the query') && typeof body.email === 'object' && body.email !== null) {
      const { rows } = await pool.query<User>('SELECT * FROM "User" ORDER BY "createdAt" DESC LIMIT 1')
      return { email: String(rows[0]?.email), user: rows[0] }
    }
    const email = emailIn(body)
    const name = emailIn(
      body,
      has('first key counts') && body.emailOfLogin !== undefined ? 'emailOfLogin' : 'email',
    )
    if (name !== email) return { email, user: await userBy('email', email) }
    if (!has('SQL from parts')) return { email, user: await userBy('email', email) }
    const { rows } = await pool.query<User>(`SELECT * FROM "User" WHERE "email" = '${email}' LIMIT 1`)
    return { email, user: rows[0] }
  }

  const login = async (request: IncomingMessage, body: Record<string, unknown>): Promise<Answer> => {
    const { email, user } = await find(body)
    const password = textIn(has, body, 'password', has('no max') ? 1e6 : 1024)
    const header = request.headers['x-forwarded-for']
    const client = clientOf(has, Array.isArray(header) ? header.join(',') : header)
    const spelling = has('limit by spelling') ? String(body.email) : email
    const all = has('limit of known accounts') && !user ? [] : budgets(has, spelling, client)
    const free = await take(has, pool, all)
    const limited = new Refusal(429, 'Too many.', has('no Retry-After') ? {} : { 'retry-after': '900' })
    if (!free && !has('limit after success')) throw limited
    if (!user && has('unknown is 404')) throw new Refusal(404, 'No such user.')
    const usable = user && (!user.disabledAt || has('disabled said')) ? user : undefined
    const right =
      usable || !has('no dummy hash') ? await verify(has, password, usable?.passwordHash ?? dummy) : false
    if (has('limit read first')) await count(pool, all)
    if (user?.disabledAt && has('disabled said')) throw new Refusal(401, 'Disabled.')
    if (!usable || !right) {
      log('login failed', { email: has('log of text') ? body.email : email })
      if (!free) throw limited
      throw new Refusal(
        401,
        !user && has('unknown said in words') ? 'No such user.' : 'Wrong e-mail or password.',
      )
    }
    await giveBack(has, pool, all, client)
    const victim =
      body.emailOfLogin === undefined
        ? usable
        : ((await userBy('email', String(body.emailOfLogin))) ?? usable)
    return tokens(victim, await sessionFor(request, victim))
  }

  const sessionFor = async (request: IncomingMessage, user: User): Promise<string> => {
    if (has('session kept')) {
      const kept = await stored(refreshIn(request))
      if (kept) {
        await pool.query('UPDATE "Session" SET "userId" = $1 WHERE "id" = $2', [user.id, kept.sessionId])
        return kept.sessionId
      }
    }
    if (has('one session each')) {
      const { rows } = await pool.query<{ id: string }>('SELECT "id" FROM "Session" WHERE "userId" = $1', [
        user.id,
      ])
      if (rows[0]) return rows[0].id
    }
    const made = await pool.query<{ id: string }>(
      `INSERT INTO "Session" ("userId", "ends") VALUES ($1, now() + ${LAST}) RETURNING "id"`,
      [user.id],
    )
    return made.rows[0]?.id ?? ''
  }

  const refreshIn = (request: IncomingMessage): string =>
    (request.headers.cookie ?? '')
      .split(/;\s*/)
      .find((one) => one.startsWith(`${COOKIE}=`))
      ?.slice(COOKIE.length + 1) ?? ''

  interface Stored {
    hash: string
    sessionId: string
    userId: string
    used: boolean
    good: boolean
  }

  const stored = async (token: string): Promise<Stored | undefined> => {
    const where = has('refresh by start')
      ? { sql: 'left(r."hash", 30) = left($1, 30)', value: token }
      : { sql: 'r."hash" = $1', value: has('refresh stored') ? token : digest(token) }
    const { rows } = await pool.query<Stored>(
      `SELECT r."hash", r."sessionId", s."userId", r."usedAt" IS NOT NULL AS used,
         (s."revokedAt" IS NULL
           AND (s."ends" > now() OR ${has('no last day')}) AND (r."ends" > now() OR ${has('no idle end')})) AS good
       FROM "RefreshToken" r JOIN "Session" s ON s."id" = r."sessionId" WHERE ${where.sql} LIMIT 1`,
      [where.value.replaceAll('\0', '')],
    )
    return rows[0]
  }

  const revoke = async (session: string): Promise<void> => {
    if (has('no family')) return
    await pool.query(
      `UPDATE "Session" SET "revokedAt" = now() ${has('all families') ? '' : 'WHERE "id" = $1'}`,
      has('all families') ? [] : [session],
    )
  }

  const refresh = async (request: IncomingMessage): Promise<Answer> => {
    const token = refreshIn(request)
    const claims = has('access refreshes') ? claimsOf(has, key, token) : undefined
    const owner = claims && (await userBy('id', claims.sub))
    if (claims && owner) return tokens(owner, claims.sid)
    const found = await stored(token)
    if (!found?.good) throw new Refusal(401, 'Log in again.')
    const condition = has('refresh unconditional') ? '' : 'AND "usedAt" IS NULL'
    const used = has('token stays')
      ? { rowCount: 1 }
      : await pool.query(`UPDATE "RefreshToken" SET "usedAt" = now() WHERE "hash" = $1 ${condition}`, [
          found.hash,
        ])
    if (used.rowCount !== 1) {
      await revoke(found.sessionId)
      throw new Refusal(401, 'Log in again.')
    }
    if (has('last day moves'))
      await pool.query(`UPDATE "Session" SET "ends" = now() + ${LAST} WHERE "id" = $1`, [found.sessionId])
    const user = await userBy('id', found.userId)
    if (!user || (user.disabledAt && !has('disabled not checked'))) throw new Refusal(401, 'Log in again.')
    return tokens(user, found.sessionId, has('token stays') ? token : undefined)
  }

  const bearer = (request: IncomingMessage, query: URLSearchParams): string => {
    const text = request.headers.authorization ?? ''
    if (text.startsWith('Bearer ')) return text.slice(7)
    if (has('scheme optional')) return text
    return has('token in query') ? (query.get('access_token') ?? '') : ''
  }

  const holder = async (token: string): Promise<{ user: User; session: string }> => {
    const claims = claimsOf(has, key, token)
    if (has('refresh shows') && !claims) {
      const found = await stored(token)
      const user = found && (await userBy('id', found.userId))
      if (user) return { user, session: found.sessionId }
    }
    if (!claims) throw new Refusal(401, 'Log in.')
    if (has('token is enough'))
      return {
        user: { id: claims.sub, email: 'someone', passwordHash: '', disabledAt: null },
        session: claims.sid,
      }
    const { rows } = await pool.query<{ userId: string }>(
      `SELECT "userId" FROM "Session" WHERE "id" = $1 AND "revokedAt" IS NULL AND ("ends" > now() OR ${has('no last day')})`,
      [claims.sid],
    )
    if (!rows[0] && !has('session not checked')) throw new Refusal(401, 'Log in.')
    const own = rows[0]?.userId === claims.sub || has('session not checked') || has('session of anybody')
    if (!own && !has('sub not checked')) throw new Refusal(401, 'Log in.')
    const user = await userBy('id', has('sub not checked') ? (rows[0]?.userId ?? '') : claims.sub)
    if (!user || (user.disabledAt && !has('disabled not checked'))) throw new Refusal(401, 'Log in.')
    return { user, session: claims.sid }
  }

  const logout = async (request: IncomingMessage, query: URLSearchParams): Promise<Answer> => {
    const gone = has('cookie stays') ? {} : { cookie: cookieOf('', 0) }
    if (has('logout of the named')) {
      const body = await bodyOf(has, request).catch((): Record<string, unknown> => ({}))
      if (typeof body.sid === 'string') await pool.query('DELETE FROM "Session" WHERE "id" = $1', [body.sid])
    }
    if (has('logout of the cookie')) return { status: 204, ...gone }
    const found =
      (await stored(refreshIn(request)))?.sessionId ?? (await holder(bearer(request, query))).session
    await pool.query(
      `UPDATE "Session" SET "revokedAt" = now() ${has('logout of all') ? '' : 'WHERE "id" = $1'}`,
      has('logout of all') ? [] : [found],
    )
    return { status: 204, ...gone }
  }

  const sameSite = (request: IncomingMessage, origin: string): boolean => {
    const { origin: from, 'sec-fetch-site': site } = request.headers
    if (has('origin not checked')) return true
    if (has('origin null') && from === 'null') return true
    if (from !== undefined) return has('origin by start') ? from.startsWith(origin) : from === origin
    return site === undefined || site === 'same-origin' || site === 'none'
  }

  const handle = async (request: IncomingMessage, origin: string): Promise<Answer> => {
    const url = new URL(request.url ?? '/', origin)
    const name = /^\/api\/auth\/(\w+)$/.exec(url.pathname)?.[1] ?? ''
    const method = name === 'me' ? 'GET' : 'POST'
    if (!/^(register|login|refresh|logout|me)$/.test(name)) throw new Refusal(404, 'Nothing here.')
    if (request.method !== method) {
      if (has('any method')) return { status: 200, body: {} }
      throw new Refusal(405, 'Not allowed.', { allow: method })
    }
    if (name === 'me')
      return { status: 200, body: { data: shown((await holder(bearer(request, url.searchParams))).user) } }
    if (!sameSite(request, origin)) throw new Refusal(403, 'Another site.')
    if (name === 'refresh') return refresh(request)
    if (name === 'logout') return logout(request, url.searchParams)
    const body = await bodyOf(has, request)
    if (has('body logged')) log(name, { body })
    if (has('log of text')) log(name, { email: body.email })
    return name === 'login' ? login(request, body) : register(body)
  }

  const reply = (response: ServerResponse, answer: Answer, headers: Record<string, string>): void => {
    const type = has('answers as HTML') ? 'text/html' : 'application/json'
    response.writeHead(answer.status, {
      ...(answer.body === undefined ? {} : { 'content-type': type }),
      ...(has('may be cached') ? {} : { 'cache-control': 'no-store' }),
      ...(answer.cookie === undefined ? {} : { 'set-cookie': answer.cookie }),
      ...headers,
    })
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body))
  }

  const server = createServer((request, response) => {
    const address = server.address()
    const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
    const cors: Record<string, string> =
      has('CORS for all') && request.headers.origin
        ? {
            'access-control-allow-origin': request.headers.origin,
            'access-control-allow-credentials': 'true',
          }
        : {}
    handle(request, origin).then(
      (answer) => reply(response, answer, cors),
      (error: unknown) => {
        if (error instanceof Refusal)
          return reply(
            response,
            { status: error.status, body: { error: message(error) } },
            { ...cors, ...error.headers },
          )
        log('error', { message: has('body logged') ? message(error) : code(error) })
        reply(response, { status: 500, body: { error: 'Something failed.' } }, cors)
      },
    )
  })
  const message = (error: unknown): string =>
    error instanceof Error ? (has('errors in full') ? String(error.stack) : error.message) : 'Error'
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    origin: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    env: { AUTH_SECRET: key },
    log: () => lines.join('\n'),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await pool.end()
    },
  }
}

const code = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown'
