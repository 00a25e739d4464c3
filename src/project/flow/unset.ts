/**
 * Checks of what the caller sent against an environment variable, and what they come to where that is not set: the check
 * is left out, nothing equals nothing, or `Bearer undefined` is what has to be sent.
 */
import type { Expr, Fn, Syntax } from '../../source/syntax.ts'
import type { Fact, UnsetCheck } from './events.ts'
import { isNothing, presenceIn } from './forms.ts'
import type { Machine } from './machine.ts'
import { SECRET_NAME } from './package-calls.ts'
import { allDeps, isGiven, type Sources, trusted, type Value, visibleFields } from './value.ts'

/** Variables that a sender is known by, beside those that are called secrets. */
const KNOWN_BY = /(^|_)(STATE|AUTH|AUTHORI[SZ]ATION|SIGNATURE|WEBHOOK|VERIF\w*|PIN|CODE)(_|$)/
/** Those that are meant to be left out, or are no secrets. */
const OTHER = /^NEXT_PUBLIC_|CAPTCHA|TURNSTILE|NODE_ENV|_(URL|URI|HOST|DOMAIN|ID)$/

export const isSecretVariable = (name: string): boolean =>
  (SECRET_NAME.test(name) || KNOWN_BY.test(name)) && !OTHER.test(name)

/** The one variable that a value is made of, beside what the caller sent. */
export function variableIn(deps: Sources): string | undefined {
  const names = [...deps].filter((dep) => dep.startsWith('env:')).map((dep) => dep.slice(4))
  const [name] = names
  return names.length === 1 && name !== undefined && isSecretVariable(name) ? name : undefined
}

/** Nothing but that variable. */
const onlyVariable = (deps: Sources): string | undefined => (deps.size === 1 ? variableIn(deps) : undefined)

export const isSentIn = (deps: Sources): boolean =>
  [...deps].some((dep) => dep.startsWith('client:') || dep.startsWith('credential:'))

/** The variable was asked for, and this is the way on where it was set (`set`) or was not. */
export const askedWhetherSet = (facts: readonly Fact[], variable: string, set: boolean): boolean =>
  facts.some(
    (fact) => fact.presence && (fact.missing !== true) === set && onlyVariable(fact.deps) === variable,
  )

/** `sent !== process.env.STATE`, `` header !== `Bearer ${process.env.CRON_SECRET}` ``, with nothing that asked whether it is set. */
export function comparedWithVariable(
  machine: Machine,
  expr: Expr & { k: 'binary' },
  left: Value,
  right: Value,
  syntax: Syntax,
): void {
  if (machine.naming) return
  for (const [ours, theirs, form, own] of [
    [right, left, expr.left, expr.right],
    [left, right, expr.right, expr.left],
  ] as const) {
    const variable = onlyVariable(ours.deps)
    if (variable === undefined || ours.shape || !isRead(own, syntax)) continue
    const sent = allDeps(theirs, 2)
    if (!isSentIn(sent) || askedWhetherSet(machine.facts, variable, true)) continue
    if (ours.text) {
      const text = `${ours.text.lead}undefined`
      emit(machine, syntax, expr.at, { variable, unset: 'text', text })
    } else if (mayBeUndefined(form, theirs, syntax, expr.op.length === 2) && !wasSent(machine.facts, sent))
      emit(machine, syntax, expr.at, { variable, unset: 'nothing' })
  }
}

/** It was there, or had a form: `if (!header?.startsWith('Bearer ')) return`. */
const wasSent = (facts: readonly Fact[], sent: Sources): boolean =>
  facts.some((fact) => fact.missing !== true && [...sent].some((dep) => fact.deps.has(dep)))

/** `secret && sent !== secret` refuses, `!secret || sent === secret` lets through: what is not set lets through as well. */
export function skippedInTest(
  machine: Machine,
  expr: Expr & { k: 'logic' },
  read: (part: Expr) => Value,
  syntax: Syntax,
): void {
  if (machine.naming || expr.op === '??') return
  const set = expr.op === '&&'
  // Where the variable is not set, `&&` gives false and `||` true: open when a right secret gives the same.
  if (matchGives(expr.right, syntax) !== !set) return
  const { deps } = read(expr.right)
  const variable = variableIn(deps)
  if (variable === undefined || !isSentIn(deps)) return
  const asks = termsOf(expr.left, expr.op).some((term) => {
    const { subject, present } = presenceIn(term, true)
    return subject !== undefined && present === set && onlyVariable(read(subject).deps) === variable
  })
  if (asks) emit(machine, syntax, expr.at, { variable, unset: 'skipped' })
}

/** `if (secret) { if (sent !== secret) return … }`, with the same way on where it is not set. */
export function skippedInBranch(
  machine: Machine,
  test: Expr,
  deps: Sources,
  ways: { yes: readonly Fact[]; no: readonly Fact[]; before: readonly Fact[] },
  syntax: Syntax,
): void {
  const variable = machine.naming ? undefined : onlyVariable(deps)
  const { subject, present } = presenceIn(test, true)
  if (variable === undefined || !subject) return
  const isNew = (fact: Fact): boolean => !ways.before.includes(fact)
  const [checked, other] = present ? [ways.yes, ways.no] : [ways.no, ways.yes]
  const checks = checked.some(
    (fact) => isNew(fact) && !fact.presence && fact.deps.has(`env:${variable}`) && isSentIn(fact.deps),
  )
  if (checks && !other.some((fact) => isNew(fact) && trusted(fact.deps)))
    emit(machine, syntax, test.at, { variable, unset: 'skipped', refuses: true })
}

/** `if (!secret) return true` of a function that tells whether the caller may go on. */
export function passedUnset(machine: Machine, value: Value, syntax: Syntax, at: number): void {
  if (machine.naming || !saysYes(value)) return
  const asked = machine.facts.findLast((fact) => fact.missing && onlyVariable(fact.deps) !== undefined)
  const variable = asked && onlyVariable(asked.deps)
  if (variable !== undefined) emit(machine, syntax, at, { variable, unset: 'passed' })
}

/**
 * `if (!secret) return; if (sent !== secret) throw …` of a function that gives nothing: where the variable is not set it
 * ends as it does for the right secret.
 */
export function endedUnset(
  machine: Machine,
  returns: readonly { value: Value; facts: readonly Fact[] }[],
  before: readonly Fact[],
  fn: Fn,
  syntax: Syntax,
): void {
  const last = returns.at(-1)
  if (machine.naming || !last || returns.length < 2 || !GUARDS.test(fn.name)) return
  const askedIn = (facts: readonly Fact[]): Fact | undefined =>
    facts.find((fact) => fact.missing && !before.includes(fact) && onlyVariable(fact.deps) !== undefined)
  const others = returns.slice(0, -1)
  // Where something is given, or nothing is given elsewhere as well, nothing may mean that nobody goes on.
  const isVoid = ({ value, facts }: (typeof returns)[number]): boolean =>
    value.shape?.k === 'response' || (isGiven(value) === false && askedIn(facts) !== undefined)
  if (isGiven(last.value) !== false || !others.every(isVoid)) return
  for (const { value, facts } of others) {
    const asked = askedIn(facts)
    const variable = asked && onlyVariable(asked.deps)
    if (!asked || variable === undefined || value.shape?.k === 'response') continue
    const checks = last.facts.some(
      (fact) => !fact.presence && fact.deps.has(`env:${variable}`) && isSentIn(fact.deps),
    )
    if (!checks) continue
    const moment = { ...machine.moment(syntax, fn.at), location: asked.location, facts: before }
    machine.emit({ ...moment, k: 'unset-check', variable, unset: 'skipped', refuses: true })
  }
}

function saysYes(value: Value): boolean {
  if (value.shape?.k === 'literal') return value.shape.value === true
  return [...visibleFields(value)].some(
    ([key, field]) =>
      /^(ok|(is)?valid|success|(is)?authori[sz]ed|allowed|verified|authenticated)$/i.test(key) &&
      field.shape?.k === 'literal' &&
      field.shape.value === true,
  )
}

function emit(
  machine: Machine,
  syntax: Syntax,
  at: number,
  what: Pick<UnsetCheck, 'variable' | 'unset' | 'text' | 'refuses'>,
): void {
  machine.emit({ ...machine.moment(syntax, at), k: 'unset-check', ...what })
}

const termsOf = (expr: Expr, op: string): Expr[] =>
  expr.k === 'logic' && expr.op === op ? [...termsOf(expr.left, op), ...termsOf(expr.right, op)] : [expr]

/** Names of functions that let a caller through or do not. */
const GUARDS = /verif|check|valid|auth|guard|require|assert|ensure|protect|signature/i

/** Names of functions that hold one against the other. */
const CHECKS = /equal|verif|signature|hmac|valid|check|compare|authori[sz]/i

/** What a test gives where the right secret was sent; nothing where that is not known. */
function matchGives(expr: Expr, syntax: Syntax): boolean | undefined {
  if (expr.k === 'binary' && /^[!=]==?$/.test(expr.op) && ![expr.left, expr.right].some(isNothing))
    return expr.op.startsWith('=')
  if (expr.k === 'await') return matchGives(expr.of, syntax)
  if (expr.k === 'unary' && expr.op === '!') {
    const inner = matchGives(expr.of, syntax)
    return inner === undefined ? undefined : !inner
  }
  if (expr.k === 'call') {
    const { callee } = expr
    const name = callee.k === 'member' ? callee.key : callee.k === 'name' ? callee.name : ''
    return CHECKS.test(name) && !/invalid/i.test(name) ? true : undefined
  }
  const init = initOf(expr, syntax)
  return init && init.k !== 'name' ? matchGives(init, syntax) : undefined
}

/** What a `const` of the file was given. */
function initOf(expr: Expr, syntax: Syntax): Expr | undefined {
  const binding = expr.k === 'name' ? syntax.bindings[expr.b] : undefined
  return binding?.k === 'const' && binding.to.k === 'bind' ? (binding.init ?? undefined) : undefined
}

/** Read as it is: a function in between may throw where the variable is not set. */
function isRead(expr: Expr, syntax: Syntax, depth = 3): boolean {
  if (expr.k === 'member' || expr.k === 'index' || expr.k === 'template') return true
  if (expr.k !== 'name' || depth === 0) return false
  const binding = syntax.bindings[expr.b]
  if (binding?.k === 'import') return true
  if (binding?.k !== 'const' || !binding.init) return false
  return binding.to.k === 'object' || isRead(binding.init, syntax, depth - 1)
}

/** Whether what was sent can be left out so that it is `undefined`: a header that is read with `get` is `null` instead. */
function mayBeUndefined(expr: Expr, value: Value, syntax: Syntax, loose: boolean): boolean {
  if (expr.k === 'await') return mayBeUndefined(expr.of, value, syntax, loose)
  if (expr.k === 'name') {
    const binding = syntax.bindings[expr.b]
    if (binding?.k === 'const' && binding.init && binding.to.k === 'bind')
      return mayBeUndefined(binding.init, value, syntax, loose)
    return isOptionalPart(value)
  }
  if (expr.k === 'call' && expr.callee.k === 'member') {
    if (expr.callee.key === 'get') return loose
    return expr.callee.key === 'header' || holdsGet(expr.callee.of)
  }
  if (expr.k === 'member' || expr.k === 'index') return holdsGet(expr.of) || isOptionalPart(value)
  return false
}

/** `headers.get('authorization')?.split(' ')[1]` */
function holdsGet(expr: Expr): boolean {
  if (expr.k === 'call' && expr.callee.k === 'member')
    return expr.callee.key === 'get' || holdsGet(expr.callee.of)
  return (expr.k === 'member' || expr.k === 'index') && holdsGet(expr.of)
}

/** A part of the input that nothing requires. The parts of a path are always there. */
function isOptionalPart({ client, parsed, schema, deps, shape }: Value): boolean {
  if (shape) return false
  if (schema?.shape?.k === 'chain') {
    const names = schema.shape.steps.map(({ name }) => name)
    return names.some((name) => /^(optional|nullish)$/.test(name)) && !names.includes('default')
  }
  if (parsed) return false
  if (client !== undefined) return client.includes('.') && !/^params\b/.test(client)
  return [...deps].every((dep) => /^credential:(header|cookie) /.test(dep))
}
