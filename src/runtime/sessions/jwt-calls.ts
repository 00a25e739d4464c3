/** The calls by which the code makes and checks its own tokens: jose, jsonwebtoken. */
import type { Project } from '../../project/project.ts'
import type { Expr, Syntax } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import { type Form, formOf } from './claims.ts'
import { fieldsOf, functionAround, importOf, type Place } from './reading.ts'
import { type Secret, secretOf, textOf } from './secret.ts'

/** A call that makes or checks a token, as far as the source tells. */
export interface TokenCall {
  kind: 'sign' | 'verify'
  library: string
  file: string
  /** The function that it stands in. */
  within: string
  algorithm?: string
  secret?: Secret
  issuer?: string
  audience?: string
  /** What the token is to say; of a check, the claims that are read of it, as far as they are read nearby. */
  claims: Map<string, Form>
}

const JWT = /^(jose|jsonwebtoken|jsonwebtoken-esm)$/

/** Every such call of the project. `env` decides texts that variables hold: issuers, audiences. */
export function tokenCalls(project: Project, env: Readonly<Record<string, string>>): TokenCall[] {
  const calls: TokenCall[] = []
  for (const file of project.code) {
    if (!/jose|jsonwebtoken/.test(project.sourceText(file) ?? '')) continue
    const syntax = project.program.syntax(file)
    if (!syntax) continue
    walk(syntax, (expr) => {
      const call = expr.k === 'call' ? readCall(project, env, { syntax, expr }) : undefined
      if (call) calls.push(call)
    })
  }
  return calls
}

function readCall(
  project: Project,
  env: Readonly<Record<string, string>>,
  place: Place,
): TokenCall | undefined {
  const { syntax, expr } = place
  if (expr.k !== 'call') return undefined
  const chain = builderOf(project, syntax, expr)
  if (chain) return built(project, env, syntax, chain, expr)
  const what = importOf(project.program, { syntax, expr: expr.callee })
  if (!what || !JWT.test(what.from) || !/^(sign|verify|jwtVerify)$/.test(what.name)) return undefined
  const kind = what.name === 'sign' ? 'sign' : 'verify'
  const [subject, key, options] = expr.args
  const given = fieldsOf(project.program, { syntax, expr: options ?? { k: 'object', props: [], at: 0 } })
  const text = (name: string): string | undefined => {
    const one = given.get(name)
    const list = one && one.expr.k === 'array' ? one.expr.items[0] : undefined
    return textOf(project.program, list && one ? { syntax: one.syntax, expr: list } : one, env)
  }
  const claims = kind === 'sign' ? payloadOf(project, syntax, subject) : claimsRead(syntax, expr)
  const named = given.get('subject')
  if (kind === 'sign' && named) claims.set('sub', formOf(project, named))
  return {
    kind,
    library: what.from,
    file: syntax.file,
    within: functionAround(syntax, expr.at),
    ...optional('algorithm', text(kind === 'sign' ? 'algorithm' : 'algorithms')),
    ...optional('secret', key && secretOf(project.program, { syntax, expr: key })),
    ...optional('issuer', text('issuer')),
    ...optional('audience', text('audience')),
    claims,
  }
}

/** The object of an optional field: absent when there is no value. */
function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  const result: { [P in K]?: V } = {}
  if (value !== undefined) result[key] = value
  return result
}

function payloadOf(project: Project, syntax: Syntax, payload: Expr | undefined): Map<string, Form> {
  const form = payload && formOf(project, { syntax, expr: payload })
  return form?.k === 'object' ? new Map(form.fields) : new Map()
}

interface Step {
  name: string
  args: Expr[]
}

/** `new SignJWT(…).setSubject(…)….sign(key)`: its steps, the constructor first. */
function builderOf(project: Project, syntax: Syntax, expr: Expr & { k: 'call' }): Step[] | undefined {
  if (expr.callee.k !== 'member' || expr.callee.key !== 'sign') return undefined
  const steps: Step[] = [{ name: 'sign', args: expr.args }]
  let at: Expr = expr.callee.of
  while (at.k === 'call' && !at.isNew && at.callee.k === 'member') {
    steps.unshift({ name: at.callee.key, args: at.args })
    at = at.callee.of
  }
  const made = at.k === 'name' ? constant(syntax, at.b) : at
  if (made?.k !== 'call' || !made.isNew) return undefined
  const what = importOf(project.program, { syntax, expr: made.callee })
  if (what?.from !== 'jose' || !/^SignJWT$/.test(what.name)) return undefined
  return [{ name: 'new', args: made.args }, ...steps]
}

function constant(syntax: Syntax, number: number): Expr | undefined {
  const binding = syntax.bindings[number]
  return binding?.k === 'const' && binding.init ? binding.init : undefined
}

function built(
  project: Project,
  env: Readonly<Record<string, string>>,
  syntax: Syntax,
  steps: Step[],
  expr: Expr,
): TokenCall {
  const argument = (name: string): Place | undefined => {
    const first = steps.find((step) => step.name === name)?.args[0]
    return first && { syntax, expr: first }
  }
  const claims = payloadOf(project, syntax, argument('new')?.expr)
  const subject = argument('setSubject')
  if (subject) claims.set('sub', formOf(project, subject))
  const header = argument('setProtectedHeader')
  const key = argument('sign')
  return {
    kind: 'sign',
    library: 'jose',
    file: syntax.file,
    within: functionAround(syntax, expr.at),
    ...optional(
      'algorithm',
      textOf(project.program, header && fieldsOf(project.program, header).get('alg'), env),
    ),
    ...optional('secret', key && secretOf(project.program, key)),
    ...optional('issuer', textOf(project.program, argument('setIssuer'), env)),
    ...optional('audience', textOf(project.program, argument('setAudience'), env)),
    claims,
  }
}

const NOT_CLAIMS = /^(payload|protectedHeader|then|catch|data|userId_)$/

/** Names of what is read of the checked token in its own file: `payload.sub`, `const { userId } = payload`. */
function claimsRead(syntax: Syntax, verify: Expr): Map<string, Form> {
  const names = new Set<number>()
  const claims = new Map<string, Form>()
  const isPayload = (expr: Expr): boolean => {
    if (expr === verify) return true
    if (expr.k === 'await') return isPayload(expr.of)
    if (expr.k === 'member') return expr.key === 'payload' && isPayload(expr.of)
    return expr.k === 'name' && names.has(expr.b)
  }
  // A name is known before it is used: one round over the bindings in their order is enough.
  syntax.bindings.forEach((binding, number) => {
    if (binding.k !== 'const' || !binding.init || !isPayload(binding.init)) return
    if (binding.to.k === 'bind') names.add(number)
    if (binding.to.k !== 'object') return
    for (const { key, to } of binding.to.props) {
      if (to.k === 'bind' && to.b !== number) continue
      if (key === 'payload') names.add(number)
      else if (!NOT_CLAIMS.test(key)) claims.set(key, { k: 'called', words: [key] })
    }
  })
  walk(syntax, (expr) => {
    if (expr.k === 'member' && !NOT_CLAIMS.test(expr.key) && isPayload(expr.of))
      claims.set(expr.key, { k: 'called', words: [expr.key] })
  })
  return claims
}
