/** A key, as the code makes it from variables and literals. */
import { createHash } from 'node:crypto'
import type { Program } from '../../project/flow/program.ts'
import type { Expr } from '../../source/syntax.ts'
import { importOf, type Place, settle } from './reading.ts'

export interface Secret {
  /** In words: `SESSION_SECRET`, `a literal`. */
  from: string
  /** The key under these variables; nothing when one of them is not set. */
  read(env: Readonly<Record<string, string>>): Buffer | undefined
}

/** The secret that an expression comes to; nothing when that cannot be told from the source. */
export function secretOf(program: Program, at: Place, depth = 12): Secret | undefined {
  if (depth === 0) return undefined
  const place = settle(program, at)
  const { syntax, expr } = place
  const inner = (one: Expr | undefined): Secret | undefined =>
    one && secretOf(program, { syntax, expr: one }, depth - 1)
  if (expr.k === 'literal')
    return typeof expr.value === 'string' ? fixed('a literal', Buffer.from(expr.value)) : undefined
  if (expr.k === 'template') return joined(expr.parts, expr.items.map(inner))
  if (expr.k === 'member' || expr.k === 'index') return variable(program, place)
  if (expr.k === 'logic' && expr.op !== '&&') return firstOf(inner(expr.left), inner(expr.right))
  if (expr.k === 'choose')
    return chosen(conditionOf(program, { syntax, expr: expr.test }), inner(expr.yes), inner(expr.no))
  if (expr.k === 'array') return inner(expr.items[0])
  return expr.k === 'call' ? called(program, place, expr, inner) : undefined
}

/** A text without encodings around it: the name of a cookie, an issuer. */
export function textOf(
  program: Program,
  at: Place | undefined,
  env: Readonly<Record<string, string>>,
): string | undefined {
  return at && secretOf(program, at)?.read(env)?.toString()
}

const fixed = (from: string, value: Buffer): Secret => ({ from, read: () => value })

const firstOf = (a: Secret | undefined, b: Secret | undefined): Secret | undefined =>
  a && b ? { from: a.from, read: (env) => a.read(env) ?? b.read(env) } : (a ?? b)

type Condition = (env: Readonly<Record<string, string>>) => boolean | undefined

function chosen(condition: Condition, yes: Secret | undefined, no: Secret | undefined): Secret | undefined {
  const either = firstOf(yes, no)
  return (
    either && {
      from: either.from,
      read(env) {
        const holds = condition(env)
        return holds === undefined ? either.read(env) : (holds ? yes : no)?.read(env)
      },
    }
  )
}

/** `process.env.VERCEL ? … : …`, `process.env.NODE_ENV === 'production' ? … : …`: what the variables decide. */
function conditionOf(program: Program, at: Place, depth = 6): Condition {
  const place = settle(program, at)
  const { expr, syntax } = place
  if (depth === 0) return () => undefined
  if (expr.k === 'unary' && expr.op === '!') {
    const inner = conditionOf(program, { syntax, expr: expr.of }, depth - 1)
    return (env) => {
      const holds = inner(env)
      return holds === undefined ? undefined : !holds
    }
  }
  if (expr.k === 'binary' && /^[!=]==?$/.test(expr.op)) {
    const [left, right] = [expr.left, expr.right].map((one) => secretOf(program, { syntax, expr: one }))
    if (!left || !right) return () => undefined
    const same: Condition = (env) => read(left, env) === read(right, env)
    return expr.op.startsWith('=') ? same : (env) => !same(env)
  }
  const variable = expr.k === 'member' ? secretOf(program, place) : undefined
  return variable ? (env) => read(variable, env) !== undefined : () => undefined
}

/** A copy runs as in production. */
const read = (of: Secret, env: Readonly<Record<string, string>>): string | undefined =>
  of.from === 'NODE_ENV' ? 'production' : of.read(env)?.toString()

function joined(parts: readonly string[], items: readonly (Secret | undefined)[]): Secret | undefined {
  const known = items.filter((one) => one !== undefined)
  if (known.length < items.length) return undefined
  return {
    from: known.map((one) => one.from).join(', ') || 'a literal',
    read(env) {
      const values = known.map((one) => one.read(env))
      if (values.includes(undefined)) return undefined
      return Buffer.from(parts.map((part, i) => part + (values[i]?.toString() ?? '')).join(''))
    },
  }
}

const isEnv = (expr: Expr): boolean =>
  expr.k === 'member' &&
  expr.key === 'env' &&
  /^(process|Bun)$/.test(expr.of.k === 'name' ? expr.of.name : '')

/** `process.env.NAME`, and `env.NAME` where `env` was made from `process.env` by a call (t3-env, a parsed schema). */
function variable(program: Program, place: Place): Secret | undefined {
  const { expr, syntax } = place
  const name =
    expr.k === 'member'
      ? expr.key
      : expr.k === 'index' && expr.by.k === 'literal'
        ? String(expr.by.value)
        : undefined
  if (name === undefined || (expr.k !== 'member' && expr.k !== 'index')) return undefined
  const of = settle(program, { syntax, expr: expr.of })
  const made = of.expr.k === 'call' || (of.expr.k === 'member' && of.expr.key === 'data')
  if (!isEnv(of.expr) && !(made && /^[A-Z][A-Z0-9_]+$/.test(name))) return undefined
  return {
    from: name,
    read: (env) => (env[name] === undefined || env[name] === '' ? undefined : Buffer.from(env[name])),
  }
}

const ENCODINGS = /^(utf-?8|base64|base64url|hex|latin1|ascii)$/

function called(
  program: Program,
  { syntax }: Place,
  expr: Expr & { k: 'call' },
  inner: (one: Expr | undefined) => Secret | undefined,
): Secret | undefined {
  const { callee, args } = expr
  const [first, second] = args
  const name = callee.k === 'member' ? callee.key : callee.k === 'name' ? callee.name : ''
  const of = callee.k === 'member' ? callee.of : undefined
  const said = second?.k === 'literal' ? String(second.value) : undefined
  const base = of?.k === 'name' ? of.name : ''
  if ((base === 'Buffer' && name === 'from') || name === 'createSecretKey')
    return decoded(inner(first), said !== undefined && ENCODINGS.test(said) ? said : 'utf8')
  if (name === 'decode' && /base64/i.test(base)) return decoded(inner(first), 'base64url')
  if (name === 'digest' && of) return hashed(of, inner, first)
  if (/^(trim|toString|valueOf)$/.test(name) && of) return inner(of)
  // Whatever else it is called with: encoders, assertions, parsers of one value.
  const known = importOf(program, { syntax, expr: callee })
  if (/^(encode|String|parse|Uint8Array|assert\w*|require\w*|importSecret\w*)$/.test(name) || known)
    return inner(first)
  return undefined
}

function decoded(of: Secret | undefined, encoding: string): Secret | undefined {
  if (!of || !Buffer.isEncoding(encoding)) return undefined
  if (/^utf/.test(encoding)) return of
  return {
    from: of.from,
    read(env) {
      const value = of.read(env)
      return value && Buffer.from(value.toString(), encoding)
    },
  }
}

/** `createHash('sha256').update(x).digest()`, with or without an encoding. */
function hashed(
  of: Expr,
  inner: (one: Expr | undefined) => Secret | undefined,
  encoding: Expr | undefined,
): Secret | undefined {
  if (of.k !== 'call' || of.callee.k !== 'member' || of.callee.key !== 'update') return undefined
  const make = of.callee.of
  const name = make.k === 'call' && make.args[0]?.k === 'literal' ? String(make.args[0].value) : ''
  const text = inner(of.args[0])
  if (!text || !/^(sha|md5)/i.test(name)) return undefined
  const as = encoding?.k === 'literal' ? String(encoding.value) : undefined
  return {
    from: text.from,
    read(env) {
      const value = text.read(env)
      const digest = value && createHash(name).update(value).digest()
      return digest && (as && Buffer.isEncoding(as) ? Buffer.from(digest.toString(as)) : digest)
    },
  }
}
