/** Values and tests in other forms: parts, elements, what a test asks. Nothing here runs or changes anything. */
import { type Expr, type Fn, placeOf, type Syntax } from '../../source/syntax.ts'
import type { Call, Fact } from './events.ts'
import { withFacts } from './facts.ts'
import { FILES } from './sinks.ts'
import { partOfText } from './text.ts'
import {
  allDeps,
  client,
  either,
  fewer,
  isGiven,
  isRole,
  literal,
  NONE,
  type Outcome,
  shaped,
  union,
  unknown,
  type Value,
  visibleFields,
} from './value.ts'

export function searchParams(): Value {
  const get: Value = shaped({
    k: 'native',
    name: 'query',
    call: (args) => ({
      deps: new Set([`client:query.${args[0]?.shape?.k === 'literal' ? args[0].shape.value : '*'}`]),
      ctl: NONE,
      client: `query.${args[0]?.shape?.k === 'literal' ? args[0].shape.value : '*'}`,
    }),
  })
  return shaped(
    {
      k: 'object',
      fields: new Map([
        ['get', get],
        ['getAll', get],
        ['entries', shaped({ k: 'native', name: 'entries of the query', call: () => client('query') })],
      ]),
    },
    new Set(['client:query']),
  )
}

export function extendChain(value: Value, args: Value[]): Value {
  const shape = value.shape
  if (shape?.k !== 'chain') return value
  const last = shape.steps.at(-1)
  const steps = last ? [...shape.steps.slice(0, -1), { ...last, args }] : shape.steps
  return shaped({ ...shape, steps }, union(value.deps, ...args.map((arg) => allDeps(arg))))
}

export const unwrap = (value: Value): Value =>
  value.shape?.k === 'promise'
    ? unwrap({
        ...value.shape.of,
        deps: union(value.deps, value.shape.of.deps),
        ctl: union(value.ctl, value.shape.of.ctl),
      })
    : value

export function elementOf(value: Value): Value {
  const inner = unwrap(value)
  if (inner.shape?.k === 'array') return inner.shape.of
  // `headers.forEach((value, name) => …)`: what it holds under names that nobody wrote down.
  const open = inner.shape?.k === 'object' ? (inner.shape.open ?? []).map((one) => allDeps(one)) : []
  return inner.client === undefined
    ? { ...unknown(union(inner.deps, ...open), inner.ctl), ...(inner.text ? { text: inner.text } : {}) }
    : { ...inner, client: `${inner.client}[]` }
}

/** `new Set(list)`, whose elements are added later. */
export function listOf(given: Value | undefined): Value {
  const inner = given && unwrap(given)
  if (!inner) return shaped({ k: 'array', of: unknown(), literal: true, items: [] })
  if (inner.shape?.k === 'array') return inner
  return { ...inner, shape: { k: 'array', of: elementOf(inner), literal: false } }
}

/** `Object.assign(target, …more)`: an object with what the others have in it; a function stays one. */
export function assigned([target, ...more]: Value[]): Value {
  if (target?.shape?.k !== 'object') return target ?? unknown()
  const fields = new Map(target.shape.fields)
  const open = [...(target.shape.open ?? [])]
  for (const one of more) {
    if (one.shape?.k === 'object') {
      for (const [key, field] of one.shape.fields) fields.set(key, field)
      open.push(...(one.shape.open ?? []))
    } else open.push(one)
  }
  return {
    ...target,
    shape: open.length > 0 ? { ...target.shape, fields, open: fewer(open) } : { ...target.shape, fields },
  }
}

/** `Object.values(handlers)`, `entries`, `keys` of an object all of whose fields are known. */
export function listed(name: string, { shape }: Value): Value | undefined {
  if (shape?.k !== 'object' || shape.open?.length || shape.ambient) return undefined
  const part = ([key, value]: [string, Value]): Value | undefined =>
    name === 'values'
      ? value
      : name === 'keys'
        ? literal(key)
        : name === 'entries'
          ? shaped({ k: 'array', of: value, literal: true, items: [literal(key), value] })
          : undefined
  const items = [...shape.fields].flatMap((field) => part(field) ?? [])
  const [first = unknown(), ...rest] = items
  const of = rest.reduce((a, b) => either(a, b), first)
  return items.length === shape.fields.size ? shaped({ k: 'array', of, literal: true, items }) : undefined
}

/** What a spread puts into a list. */
export const spreadOf = (value: Value): Value => {
  const { shape } = unwrap(value)
  return shape?.k === 'array' ? shape.of : value
}

export function without(value: Value, keys: string[]): Value {
  const shape = value.shape
  if (shape?.k === 'row')
    return { ...value, shape: { ...shape, without: new Set([...shape.without, ...keys]) } }
  if (shape?.k === 'object') {
    const fields = new Map([...shape.fields].filter(([key]) => !keys.includes(key)))
    const open = shape.open?.map((one) => without(one, keys))
    return { ...value, shape: open ? { ...shape, fields, open } : { ...shape, fields } }
  }
  if (shape?.k === 'array' && shape.of.shape?.k === 'row')
    return { ...value, shape: { ...shape, of: without(shape.of, keys) } }
  const schema = value.schema?.shape
  return value.schema && schema?.k === 'chain'
    ? { ...value, schema: { ...value.schema, shape: omitted(schema, keys) } }
    : value
}

/** The rest of a parsed input: its schema lets through what is left. */
function omitted(schema: Value['shape'] & { k: 'chain' }, keys: string[]): Value['shape'] & { k: 'chain' } {
  const named = shaped({ k: 'object', fields: new Map(keys.map((key) => [key, unknown()])) })
  const { at, syntax } = schema
  return { ...schema, steps: [...schema.steps, { name: 'omit', args: [named], at, syntax }] }
}

/** `input1`: what a wrapper hands on by `...args`. */
const INPUT = /^(input\d*|request|body|query|params|formData)$/

/** An id of the caller, alone or as a field: `removeNote({ id, userId })`. */
function tellsCaller(value: Value, depth: number): boolean {
  const shape = value.shape
  if (shape?.k === 'object')
    return (
      depth > 0 && !shape.ambient && [...shape.fields.values()].some((field) => tellsCaller(field, depth - 1))
    )
  if (shape && shape.k !== 'promise') return false
  let verified = false
  for (const dep of value.deps) {
    if (dep.startsWith('client:')) return false
    if (dep.startsWith('identity:') && !dep.startsWith('identity:unverified')) verified = true
  }
  return verified
}

export function callStep(fn: Fn, args: readonly Value[], from: Syntax, at: number): Call {
  const isWhole = (value: Value, depth: number): boolean => {
    const of = unwrap(value)
    if (of.client !== undefined && INPUT.test(of.client)) return true
    return of.shape?.k === 'object' && depth > 0
      ? of.shape.fields.has('req') || [...of.shape.fields.values()].some((field) => isWhole(field, depth - 1))
      : false
  }
  const whole = args.some((arg) => isWhole(arg, 2))
  const bag = args[0]?.shape
  const framed = bag?.k === 'object' && bag.fields.has('getRawInput')
  const told = args.some((arg) => tellsCaller(arg, 1)) ? { told: true as const } : {}
  // `createTag(input)`: it cannot ask who is calling, whatever else is in its hands.
  const bare = whole && !args.some((arg) => mayAsk(arg, 2)) ? { bare: true as const } : {}
  const step = {
    location: placeOf(from, at),
    note: `calls ${fn.name || 'a function'}`,
    whole,
    ...bare,
    ...told,
  }
  return framed ? { ...step, framed } : step
}

/** The request, the context of a procedure, the caller's identity, or a function that may give one of them. */
function mayAsk(value: Value, depth: number): boolean {
  const { shape, deps, client } = unwrap(value)
  if (client !== undefined) return client === 'request'
  if (shape?.k === 'object') {
    if (shape.ambient || depth === 0) return true
    return [...shape.fields.values()].some((field) => mayAsk(field, depth - 1))
  }
  if (shape?.k === 'literal') return false
  return !shape || shape.k === 'array'
    ? [...deps].some((dep) => !dep.startsWith('client:'))
    : shape.k !== 'row'
}

/** The returns of a function; those of a call that it returns are its own. */
export const outcomesOf = (returns: readonly { value: Value; facts: readonly Fact[] }[]): Outcome[] =>
  returns.flatMap(({ value, facts }) => {
    const inner = unwrap(value).outcomes
    if (inner) return inner.map((one) => ({ ...one, facts: withFacts(facts, one.facts) }))
    const gave = isGiven(unwrap(value))
    return gave === undefined ? { facts } : { gave, facts }
  })

/** What a check calls its answer: `{ isAuthorized: true }`. Not `allowed` or `success`, which limits of rates answer as well. */
const VERDICT = /^(is_?)?(authori[sz]ed|authenticated|verified|valid)$/i

/**
 * The flags in what a function returns that answer a check: false on some ways, and true only where something was held against
 * something else. Who asks for such a flag has compared, as with a function that returns it alone.
 */
export function withVerdicts(
  value: Value,
  returns: readonly { value: Value; facts: readonly Fact[] }[],
  before: readonly Fact[],
): Value {
  const { shape } = value
  if (shape?.k !== 'object' || returns.length < 2) return value
  const isVerdict = (key: string): boolean => {
    const answers = returns.map((one) => {
      const flag = visibleFields(one.value).get(key)?.shape
      return { said: flag?.k === 'literal' ? flag.value : undefined, facts: one.facts }
    })
    return (
      answers.some(({ said }) => said === false) &&
      answers.some(({ said }) => said === true) &&
      answers.every(
        ({ said, facts }) =>
          said === false ||
          (said === true && facts.some((fact) => !fact.presence && !fact.partial && !before.includes(fact))),
      )
    )
  }
  const fields = [...shape.fields].map(([key, field]): [string, Value] =>
    VERDICT.test(key) && isVerdict(key) ? [key, { ...field, compared: true }] : [key, field],
  )
  return { ...value, shape: { ...shape, fields: new Map(fields) } }
}

/** A part of a value that is not the caller's input. */
export function part(of: Value, key: string): Value {
  // Whether another system has verified what it says is asked by name.
  const named = of.deps.has('env:*') ? `env:${key}` : /verified/i.test(key) ? `field:${key}` : undefined
  const deps = named === undefined ? of.deps : union(of.deps, new Set([named]))
  // `const { user, error } = …`: that there was no error says the opposite.
  const text = of.text ? { text: partOfText(of.text, key) } : {}
  return !of.who || isRole(key) || /^(error|err|success|ok|status|message)$/i.test(key)
    ? { ...unknown(deps, of.ctl), ...text }
    : { ...unknown(deps, of.ctl), ...text, who: true }
}

/** One variable of an object that holds the environment, however it was parsed. */
export function ofVariable(value: Value, key: string): Value {
  if (!/^[A-Z][A-Z0-9_]+$/.test(key)) return value
  const others = [...value.deps].filter((dep) => !dep.startsWith('env:'))
  return value.deps.size - others.length > 1 ? { ...value, deps: new Set([...others, `env:${key}`]) } : value
}

/** What a test asks the presence of, and whether it is there when the test came out as `yes`. */
export function presenceIn(test: Expr, yes: boolean): { subject?: Expr; present: boolean } {
  if (/^(name|member|await|call)$/.test(test.k)) return { subject: test, present: yes }
  if (test.k === 'unary' && test.op === '!') return presenceIn(test.of, !yes)
  if (test.k !== 'binary' || !/^[!=]==?$/.test(test.op)) return { present: true }
  const [nothing, subject] = isNothing(test.right) ? [test.right, test.left] : [test.left, test.right]
  if (!isNothing(nothing)) return { present: true }
  const positive = nothing.k === 'literal' && nothing.value === true
  return { subject, present: test.op.startsWith('=') === (positive ? yes : !yes) }
}

/** What a test asks to be there, or to be something else than a text that is written down: `id && id !== 'root'`. */
export function sentIn(test: Expr): Expr[] | undefined {
  if (test.k !== 'logic' || test.op !== '&&') return givenIn(test) ?? constantBeside(test)
  const [left, right] = [sentIn(test.left), sentIn(test.right)]
  return left && right ? [...left, ...right] : undefined
}

function constantBeside(test: Expr): Expr[] | undefined {
  if (test.k !== 'binary' || !/^!==?$/.test(test.op)) return undefined
  const { left, right } = test
  return right.k === 'literal' && typeof right.value === 'string' ? [left] : undefined
}

/** What a test asks to be there, and nothing else: `x`, `x && x.length > 0`. */
export function givenIn(test: Expr): Expr[] | undefined {
  if (test.k === 'logic' && test.op === '&&') {
    const [left, right] = [givenIn(test.left), givenIn(test.right)]
    return left && right ? [...left, ...right] : undefined
  }
  if (
    test.k === 'binary' &&
    /^(>|>=|!==?)$/.test(test.op) &&
    test.right.k === 'literal' &&
    isLength(test.left)
  )
    return [test.left.of]
  const asked = keyAsked(test)
  if (asked) return [asked]
  const { subject, present } = presenceIn(test, true)
  if (!subject || !present) return undefined
  return [isLength(subject) ? subject.of : subject]
}

/**
 * The part of an object whose presence is asked by its name: `'id' in input`, `Object.hasOwn(input, 'id')`,
 * `input.hasOwnProperty('id')`, `has('id', input)`, `typeof input.id === 'string'`.
 */
function keyAsked(test: Expr): Expr | undefined {
  const partOf = (of: Expr | undefined, key: Expr | undefined): Expr | undefined =>
    of && key?.k === 'literal' && typeof key.value === 'string' && !/^literal$/.test(of.k)
      ? { k: 'member', of, key: key.value, at: test.at }
      : undefined
  if (test.k === 'binary') {
    if (test.op === 'in') return partOf(test.right, test.left)
    const { left, right } = test
    const isType = right.k === 'literal' && /^(string|number|boolean|object)$/.test(String(right.value))
    return /^===?$/.test(test.op) && left.k === 'unary' && left.op === 'typeof' && isType
      ? left.of
      : undefined
  }
  if (test.k !== 'call') return undefined
  const { callee, args } = test
  const name = callee.k === 'member' ? callee.key : callee.k === 'name' ? callee.name : ''
  if (!/^(has|hasOwn|hasOwnProperty)$/.test(name)) return undefined
  const [first, second] = args
  if (!second) return callee.k === 'member' ? partOf(callee.of, first) : undefined
  return partOf(second, first) ?? partOf(first, second)
}

const isLength = (expr: Expr): expr is Expr & { k: 'member' } =>
  expr.k === 'member' && (expr.key === 'length' || expr.key === 'size')

/** `roles.length > 0`, `roles?.length`: whose elements are counted, and whether there is one where the test holds. */
export function countedIn(test: Expr): { of: Expr; any: boolean } | undefined {
  if (isLength(test)) return { of: test.of, any: true }
  if (test.k !== 'binary' || !isLength(test.left) || test.right.k !== 'literal') return undefined
  const form = `${test.op} ${test.right.value}`
  if (/^(>|!==?) 0$|^>= 1$/.test(form)) return { of: test.left.of, any: true }
  return /^(===?|<=) 0$|^< 1$/.test(form) ? { of: test.left.of, any: false } : undefined
}

/** `new ForbiddenError()`, `new TRPCError({ code: 'FORBIDDEN' })`, `new HttpError(403)`: an error that says that the caller may not. */
export function isDenial(thrown: Expr): boolean {
  if (thrown.k !== 'call') return false
  const given = thrown.args.flatMap((arg) =>
    arg.k === 'object' ? arg.props.map(({ value }) => value) : [arg],
  )
  return (
    /forbidden|unauthori[sz]ed|denied|permission/i.test(nameOf(thrown.callee)) ||
    given.some((one) =>
      one.k === 'literal'
        ? one.value === 403 || one.value === 401 || /^(forbidden|unauthorized)$/i.test(String(one.value))
        : one.k === 'member' && /^(FORBIDDEN|UNAUTHORIZED)$/i.test(one.key),
    )
  )
}

/** `return Promise.reject(error)` throws. */
export const rejectedBy = (returned: Expr | null | undefined): Expr | undefined =>
  returned?.k === 'call' &&
  returned.callee.k === 'member' &&
  returned.callee.key === 'reject' &&
  returned.callee.of.k === 'name' &&
  returned.callee.of.name === 'Promise'
    ? returned.args[0]
    : undefined

/** The parts of `scope && row.scope !== scope`: what may be left out, and what it is held against. */
export function looseTest(test: Expr): { scope: Expr; row: Expr } | undefined {
  if (test.k !== 'logic' || test.op !== '&&') return undefined
  const { subject, present } = presenceIn(test.left, true)
  const { right } = test
  if (!subject || !present || right.k !== 'binary' || !/^!==?$/.test(right.op)) return undefined
  if (isSame(subject, right.left)) return { scope: subject, row: right.right }
  return isSame(subject, right.right) ? { scope: subject, row: right.left } : undefined
}

/** The same variable, or the same part of it. */
function isSame(a: Expr, b: Expr): boolean {
  if (a.k === 'name' && b.k === 'name') return a.b === b.b && a.name === b.name
  return a.k === 'member' && b.k === 'member' && a.key === b.key && isSame(a.of, b.of)
}

export const isNothing = (expr: Expr): boolean =>
  (expr.k === 'literal' && (expr.value === null || typeof expr.value === 'boolean')) ||
  (expr.k === 'name' && expr.name === 'undefined')

/** `a.role === 'ADMIN'`, not `a === null`, which asks whether there is something. */
export const isComparison = (test: Expr): boolean =>
  test.k === 'binary' && !isNothing(test.left) && !isNothing(test.right)

/** `cache.get(key)` of a package that had nothing, `existsSync(file)`, a part of what `stat(file)` gave. */
export const isLookup = ({ shape }: Value, missing: boolean): boolean =>
  shape?.k === 'chain' &&
  (FILES.test(shape.from) || (missing && shape.steps.slice(1).some(({ name }) => name === 'get')))

/** `invitees.some((one) => one.role !== 'member')`: the elements of a list are compared. */
export const asksList = (test: Expr): boolean =>
  test.k === 'unary'
    ? asksList(test.of)
    : test.k === 'call' && test.callee.k === 'member' && /^(some|every)$/.test(test.callee.key)

/** `list.length > 0`, `a.byteLength === b.byteLength` */
export const isCount = (test: Expr): boolean =>
  test.k === 'binary' &&
  [test.left, test.right].some((side) => side.k === 'member' && /^(length|size|byteLength)$/.test(side.key))

/** How the name of a loop begins that goes on while a value is there: `while (parentId)`. */
export const AGAIN = 'while ('

/** A client may hide behind a parameter or a context; only what is known to be something else is excluded. */
export const mayBePrisma = ({ shape }: Value): boolean => {
  if (shape?.k === 'chain') return shape.steps[0]?.name !== 'new' || !isForeignClass(shape.from, shape.root)
  return !shape || ['prisma', 'external', 'literal', 'object'].includes(shape.k)
}

/** A class of a package that is not a client of Prisma, whatever its fields are called: `WebClient` of `@slack/web-api`. */
export const isForeignClass = (from: string, name: string): boolean =>
  from !== 'global' &&
  /^(@[\w-]+\/)?\w/.test(from) &&
  !/prisma|\bdb\b|database|generated|\borm\b/i.test(`${from} ${name}`)

export function nameOf(expr: Expr | null | undefined): string {
  if (!expr) return ''
  if (expr.k === 'name') return expr.name
  if (expr.k === 'member') return `${nameOf(expr.of)}.${expr.key}`
  if (expr.k === 'call') return `${nameOf(expr.callee)}()`
  if (expr.k === 'await') return nameOf(expr.of)
  return '…'
}

/** What a part is a part of, in the end: `folder` of `folder.files[0].owner`. */
export const rootOf = (expr: Expr): Expr =>
  expr.k === 'member' || expr.k === 'index' ? rootOf(expr.of) : expr

/** A parameter of a function, a part of one, or a test of only those. */
export function isParameter(expr: Expr, syntax: Syntax): boolean {
  if (expr.k === 'name') return syntax.bindings[expr.b]?.k === 'param'
  if (expr.k === 'member' || expr.k === 'unary') return isParameter(expr.of, syntax)
  return expr.k === 'logic' && isParameter(expr.left, syntax) && isParameter(expr.right, syntax)
}

/** What a value is in its package, and the name that it was reached by. */
export function externalOf(value: Value): { from: string; name: string; root: string } | undefined {
  const shape = value.shape
  if (shape?.k === 'external') return { from: shape.from, name: shape.name, root: shape.name }
  if (shape?.k === 'chain')
    return { from: shape.from, name: shape.steps.at(-1)?.name ?? shape.root, root: shape.root }
  return undefined
}
