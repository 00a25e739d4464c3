/**
 * What Auth.js calls of the project: `authorize` of its credentials provider, and the callbacks of a sign-in with another system.
 * They are no endpoints of the project's own.
 */
import { type Expr, placeOf, type Syntax } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import type { Flow } from '../flow/flow.ts'
import { unwrap } from '../flow/forms.ts'
import { requestValue } from '../flow/request.ts'
import { client, shaped, unknown, type Value } from '../flow/value.ts'
import type { Run } from '../project.ts'

/** https://next-auth.js.org/providers/credentials, https://authjs.dev/getting-started/providers/credentials */
const PROVIDER = /^(next-auth|@auth\/[\w-]+)\/providers\/credentials(\.js)?$/
const MENTIONED = /\/providers\/credentials/
/** https://authjs.dev/reference/core#callbacks, https://authjs.dev/reference/core#events */
const CALLBACKS: Record<string, readonly string[]> = {
  callbacks: ['signIn', 'jwt', 'session'],
  events: ['linkAccount', 'signIn'],
}
const LINKS = /\b(callbacks|events)\b[\s\S]*\b(signIn|linkAccount|jwt|session)\b/

/** A run of each such function, with what was typed as its input. `flow` gives a reader for each. */
export function credentialChecks(
  files: readonly string[],
  syntaxOf: (file: string) => Syntax | undefined,
  textOf: (file: string) => string | undefined,
  flow: () => Flow,
): Run[] {
  return files.flatMap((file) => {
    const text = textOf(file) ?? ''
    const checks = MENTIONED.test(text)
    const links = /next-auth|@auth\//.test(text) && LINKS.test(text)
    const syntax = checks || links ? syntaxOf(file) : undefined
    if (!syntax) return []
    return [
      ...(checks ? authorizersIn(syntax).flatMap((expr) => runOf(syntax, expr, flow())) : []),
      ...(links
        ? callbacksIn(syntax).flatMap(([name, expr]) => runCallback(syntax, name, expr, flow()))
        : []),
    ]
  })
}

function callbacksIn(syntax: Syntax): [string, Expr][] {
  const found: [string, Expr][] = []
  walk(syntax, (expr) => {
    if (expr.k !== 'object') return
    for (const { key, value } of expr.props) {
      const names = CALLBACKS[key ?? '']
      if (!names || value.k !== 'object') continue
      for (const prop of value.props)
        if (prop.key !== undefined && names.includes(prop.key)) found.push([prop.key, prop.value])
    }
  })
  return found
}

/** With what the other system says of whoever signs in, `provider:email`, and what the browser says: `client:session`. */
function runCallback(syntax: Syntax, name: string, expr: Expr, flow: Flow): Run[] {
  const value = flow.value(syntax, expr)
  if (value.shape?.k !== 'closure') return []
  const said = (key: string): Value => unknown(new Set([`provider:${key}`]))
  const object = (keys: readonly string[]): Value =>
    shaped({ k: 'object', fields: new Map(keys.map((key) => [key, said(key)])), open: [said('*')] })
  const given = new Map([
    ['user', object(['id', 'email', 'name', 'image'])],
    ['account', object(['provider', 'providerAccountId'])],
    ['profile', object(['email', 'email_verified', 'sub'])],
  ])
  if (name === 'jwt' || name === 'session') {
    // The token is the application's own; `update(data)` of the browser sends the session, whatever is in it.
    const caller: Value = { ...unknown(new Set(['identity:next-auth'])), who: true }
    given.set('token', { ...shaped({ k: 'object', fields: new Map(), open: [caller] }), who: true })
    given.set('session', name === 'jwt' ? client('session') : caller)
    given.set('trigger', unknown())
  }
  const result = flow.call(
    value,
    [shaped({ k: 'object', fields: given, open: [unknown()] })],
    syntax,
    expr.at,
    name,
  )
  if (name === 'jwt')
    flow.emit({ ...flow.moment(syntax, expr.at), k: 'session-token', value: unwrap(result) })
  const { file, line } = placeOf(syntax, expr.at)
  return [{ label: `${name} (${file}:${line})`, events: flow.events }]
}

function authorizersIn(syntax: Syntax): Expr[] {
  const found: Expr[] = []
  walk(syntax, (expr) => {
    if (expr.k !== 'call' || expr.callee.k !== 'name') return
    const binding = syntax.bindings[expr.callee.b]
    if (binding?.k !== 'import' || !PROVIDER.test(binding.from)) return
    const [config] = expr.args
    const authorize = config?.k === 'object' ? config.props.find(({ key }) => key === 'authorize') : undefined
    if (authorize) found.push(authorize.value)
  })
  return found
}

function runOf(syntax: Syntax, expr: Expr, flow: Flow): Run[] {
  const value = flow.value(syntax, expr)
  if (value.shape?.k !== 'closure') return []
  flow.call(value, [client('credentials'), requestValue('POST')], syntax, expr.at, 'authorize')
  const { file, line } = placeOf(syntax, expr.at)
  return [{ label: `authorize (${file}:${line})`, events: flow.events }]
}
