/** Sessions of next-auth 4 and Auth.js 5: an encrypted token, or a row whose token the cookie holds. */
import type { Project } from '../../project/project.ts'
import type { Syntax } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import { Filler, type Form } from './claims.ts'
import { cookie, type Missing, type Person, type Question, type Way } from './minter.ts'
import { fieldsOf, nested, type Place } from './reading.ts'
import { inAnHour, insertRow, modelNamed, randomToken } from './rows.ts'
import { secretOf, textOf } from './secret.ts'
import { dependency, filesWith, shapeOf } from './shape.ts'
import { authJsToken, type Claims, nextAuthToken } from './tokens.ts'

const MENTIONS = /next-auth|@auth\//

/** Whether a range of next-auth means Auth.js 5. */
export const isFive = (range: string): boolean => /^\D*5|beta|experimental/.test(range)

/** Ways to make a session, likeliest first; nothing when the project does not use the library. */
export function authJs(question: Question): Way[] | Missing | undefined {
  const { project, running } = question
  const range = dependency(project, 'next-auth')
  if (range === undefined) return undefined
  const five = isFive(range)
  const files = filesWith(project, MENTIONS)
  const config = configOf(project, files)
  const secret = secretFor(project, config, running.env)
  const strategy = strategyOf(question, config)
  const library = five ? 'next-auth 5' : 'next-auth 4'
  const names = cookieNames(question, config, five)
  const claims = claimsOf(project, [...new Set([...files, ...[...config.values()].map((one) => one.syntax)])])
  const rows = names.map((name) => rowWay(question, library, name))
  const tokens = names.map(
    (name): Way | undefined => secret && tokenWay(project, { library, five, name, secret, claims }),
  )
  const ways = (strategy === 'database' ? [...rows, ...tokens] : [...tokens, ...rows]).filter((one) => !!one)
  if (ways.length > 0) return ways
  return {
    missing:
      strategy === 'database'
        ? 'Sessions of next-auth are rows here, and there is no model Session, or no database to put them into.'
        : `The secret of next-auth is not set: ${five ? 'AUTH_SECRET' : 'NEXTAUTH_SECRET'}.`,
  }
}

/** Fields of the options: of all objects with `providers`, the first that has a field counts. */
function configOf(project: Project, files: readonly Syntax[]): Map<string, Place> {
  const fields = new Map<string, Place>()
  for (const syntax of files)
    walk(syntax, (expr) => {
      if (expr.k !== 'object' || !expr.props.some((prop) => prop.key === 'providers' || prop.spread)) return
      const found = fieldsOf(project.program, { syntax, expr })
      if (!found.has('providers')) return
      for (const [key, place] of found) if (!fields.has(key)) fields.set(key, place)
    })
  return fields
}

function secretFor(
  project: Project,
  config: Map<string, Place>,
  env: Readonly<Record<string, string>>,
): Buffer | undefined {
  const said = config.get('secret') ?? nested(project.program, config, ['jwt', 'secret'])
  const own = said && secretOf(project.program, said)?.read(env)
  const usual = env.AUTH_SECRET || env.NEXTAUTH_SECRET
  return own ?? (usual ? Buffer.from(usual) : undefined)
}

/** With an adapter sessions are rows, unless the options say otherwise. */
function strategyOf({ project, running }: Question, config: Map<string, Place>): string {
  const said = textOf(project.program, nested(project.program, config, ['session', 'strategy']), running.env)
  return said ?? (config.has('adapter') ? 'database' : 'jwt')
}

function cookieNames({ project, running }: Question, config: Map<string, Place>, five: boolean): string[] {
  const own = textOf(
    project.program,
    nested(project.program, config, ['cookies', 'sessionToken', 'name']),
    running.env,
  )
  const plain = five ? 'authjs.session-token' : 'next-auth.session-token'
  const url = running.env.AUTH_URL ?? running.env.NEXTAUTH_URL ?? ''
  const secure = nested(project.program, config, ['useSecureCookies'])?.expr
  const flagged = secure?.k === 'literal' && secure.value === true
  const both = [plain, `__Secure-${plain}`]
  const usual = flagged || url.startsWith('https:') ? both.toReversed() : both
  return own === undefined ? usual : [...new Set([own, ...usual])]
}

/** What the callbacks put into the token and read of it, besides what the library itself puts there. */
function claimsOf(project: Project, files: readonly Syntax[]): Map<string, Form> {
  const own = shapeOf(project, files, /^token$/)
  const called = (...words: string[]): Form => ({ k: 'called', words })
  return new Map([
    ['name', called('user', 'name')],
    ['email', called('user', 'email')],
    ['picture', called('user', 'image')],
    ...[...own].filter(([key]) => !/^(sub|name|email|picture)$/.test(key)),
    ['sub', called('user', 'id')],
  ])
}

interface TokenWay {
  library: string
  five: boolean
  name: string
  secret: Buffer
  claims: Map<string, Form>
}

function tokenWay(project: Project, { library, five, name, secret, claims }: TokenWay): Way {
  const guessed: string[] = []
  return {
    library,
    how: `cookie ${name}, an encrypted token`,
    guessed,
    stored: false,
    async mint(user: Person) {
      const filler = new Filler(project, user)
      const said: Claims = {}
      for (const [key, form] of claims) {
        const value = key === 'picture' ? (filler.known('image') ?? null) : filler.fill(key, form)
        said[key] = key === 'sub' ? String(value) : value
      }
      guessed.splice(0, guessed.length, ...filler.guessed)
      return cookie(name, five ? authJsToken(secret, name, said) : nextAuthToken(secret, said))
    },
  }
}

function rowWay({ project, running }: Question, library: string, name: string): Way | undefined {
  const model = modelNamed(project, 'Session')
  const { sql } = running
  if (!model || !sql || !model.fields.some((field) => field.name === 'sessionToken')) return undefined
  return {
    library,
    how: `cookie ${name}, a row of ${model.name}`,
    guessed: [],
    stored: true,
    async mint(user) {
      const sessionToken = randomToken()
      await insertRow(project, sql, model, user, { sessionToken, expires: inAnHour() })
      return cookie(name, sessionToken)
    },
  }
}
