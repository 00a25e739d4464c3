/** Sessions of better-auth: a row whose token is in a signed cookie. */
import { randomUUID } from 'node:crypto'
import type { Project } from '../../project/project.ts'
import { walk } from '../../source/walk.ts'
import { Filler } from './claims.ts'
import { cookie, type Missing, type Person, type Question, type Way } from './minter.ts'
import { fieldsOf, importOf, nested, type Place } from './reading.ts'
import { inAnHour, insertRow, modelNamed, randomToken } from './rows.ts'
import { secretOf, textOf } from './secret.ts'
import { dependency, filesWith } from './shape.ts'
import { betterAuthCookie } from './tokens.ts'

/** Ways to make a session; nothing when the project does not use the library. */
export function betterAuth({ project, running }: Question): Way[] | Missing | undefined {
  const { env, sql, plant } = running
  if (dependency(project, 'better-auth') === undefined) return undefined
  const config = configOf(project)
  const at = (...path: string[]): Place | undefined => nested(project.program, config, path)
  const text = (...path: string[]): string | undefined => textOf(project.program, at(...path), env)
  const said = at('secret')
  const usual = env.BETTER_AUTH_SECRET || env.AUTH_SECRET
  const secret =
    (said && secretOf(project.program, said)?.read(env)) ?? (usual ? Buffer.from(usual) : undefined)
  if (!secret) return { missing: 'The secret of better-auth is not set: BETTER_AUTH_SECRET.' }
  const model = modelNamed(project, text('session', 'modelName') ?? 'Session')
  const toRows = at('session', 'storeSessionInDatabase')?.expr
  const onlyRows = at('secondaryStorage') === undefined || (toRows?.k === 'literal' && toRows.value === true)
  const beside = onlyRows ? undefined : plant
  if (!(model && sql) && !beside) {
    const lacks = model ? 'no database to put it into' : 'no model Session'
    return { missing: `A session of better-auth is a row, and there is ${lacks}.` }
  }
  const prefix = text('advanced', 'cookiePrefix') ?? 'better-auth'
  const name = text('advanced', 'cookies', 'session_token', 'name') ?? `${prefix}.session_token`
  const url = text('baseURL') ?? env.BETTER_AUTH_URL ?? ''
  const flag = at('advanced', 'useSecureCookies')?.expr
  const secure = flag?.k === 'literal' ? flag.value === true : !url.startsWith('http:')
  const renamed = new Map<string, string>()
  const fields = at('user', 'fields')
  for (const key of fields ? fieldsOf(project.program, fields).keys() : []) {
    const field = text('user', 'fields', key)
    if (field !== undefined) renamed.set(key, field)
  }
  const names = [name, `__Secure-${name}`]
  return (secure ? names.toReversed() : names).map(
    (one): Way => ({
      library: 'better-auth',
      how: `cookie ${one}, signed, ${[model && `a row of ${model.name}`, beside && 'an entry in Redis'].filter(Boolean).join(' and ')}`,
      guessed: [],
      stored: true,
      async mint(user) {
        const token = randomToken()
        const until = inAnHour()
        const names = {
          token: text('session', 'fields', 'token') ?? 'token',
          expiresAt: text('session', 'fields', 'expiresAt') ?? 'expiresAt',
        }
        const row =
          model && sql
            ? await insertRow(project, sql, model, user, { [names.token]: token, [names.expiresAt]: until })
            : {}
        const now = new Date().toISOString()
        const session = {
          id: randomUUID(),
          userId: user.row.values.id,
          createdAt: now,
          updatedAt: now,
          ...row,
          token,
          expiresAt: until,
        }
        beside?.(token, JSON.stringify({ session, user: userOf(project, user, renamed) }))
        return cookie(one, betterAuthCookie(secret, token))
      },
    }),
  )
}

/** The user as the library keeps it beside a session: by its own names for the fields. */
function userOf(project: Project, user: Person, renamed: Map<string, string>): Record<string, unknown> {
  const row = new Filler(project, user).everything(user.row)
  const now = new Date().toISOString()
  const own = [...renamed].flatMap(([name, field]) => (field in row ? [[name, row[field]] as const] : []))
  return { createdAt: now, updatedAt: now, emailVerified: true, ...row, ...Object.fromEntries(own) }
}

/** The options of `betterAuth({ … })`. */
function configOf(project: Project): Map<string, Place> {
  let found = new Map<string, Place>()
  for (const syntax of filesWith(project, /better-auth/))
    walk(syntax, (expr) => {
      const [options] = expr.k === 'call' ? expr.args : []
      if (expr.k !== 'call' || !options || found.size > 0) return
      const what = importOf(project.program, { syntax, expr: expr.callee })
      if (what?.name === 'betterAuth' && /^better-auth/.test(what.from))
        found = fieldsOf(project.program, { syntax, expr: options })
    })
  return found
}
