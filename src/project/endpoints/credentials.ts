/** Checks of passwords that Auth.js calls: `authorize` of its credentials provider. They are no endpoints of the project's own. */
import { type Expr, placeOf, type Syntax } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import type { Flow } from '../flow/flow.ts'
import { requestValue } from '../flow/libraries.ts'
import { client } from '../flow/value.ts'
import type { Run } from '../project.ts'

/** https://next-auth.js.org/providers/credentials, https://authjs.dev/getting-started/providers/credentials */
const PROVIDER = /^(next-auth|@auth\/[\w-]+)\/providers\/credentials(\.js)?$/
const MENTIONED = /\/providers\/credentials/

/** A run of each such function, with what was typed as its input. `flow` gives a reader for each. */
export function credentialChecks(
  files: readonly string[],
  syntaxOf: (file: string) => Syntax | undefined,
  textOf: (file: string) => string | undefined,
  flow: () => Flow,
): Run[] {
  return files.flatMap((file) => {
    const syntax = MENTIONED.test(textOf(file) ?? '') ? syntaxOf(file) : undefined
    return syntax ? authorizersIn(syntax).flatMap((expr) => runOf(syntax, expr, flow())) : []
  })
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
