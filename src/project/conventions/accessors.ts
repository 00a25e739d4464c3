/** Who gives a handler the session: functions that end in a package which knows who is signed in. */
import type { Location } from '../../core/finding.ts'
import { type Expr, type Fn, placeOf, type Syntax } from '../../source/syntax.ts'
import { returnsOf, throws, walk } from '../../source/walk.ts'
import { mentionsIdentity, readsIdentity } from '../flow/libraries.ts'
import { findExport, findInFile } from '../flow/program.ts'
import {
  type Code,
  type Exported,
  exportedFunctions,
  functionOf,
  importers,
  targetOf,
  within,
} from './exported.ts'
import { ranked, tally } from './sources.ts'

/** How many functions may lie between a package and an accessor. */
const rounds = 3

/** An accessor of the session, the most used first. */
export interface Accessor {
  /** How many files import it; of what is no function of the project, how many call it. */
  count: number
  kind: 'function' | 'call'
  /** `getSession from lib/auth.ts`, `auth.api.getSession of better-auth` */
  label: string
  /** The export of the project that it is, or that it is reached through. */
  from?: { file: string; name: string }
  /** Of a call that goes to a package directly. */
  package?: { package: string; name: string }
  location: Location
}

interface Origin {
  from: string
  /** The export of the project that the way to the package went through. */
  through?: { file: string; name: string; location: Location }
}

/** The package that a value comes from, through constants, results of calls and functions of the project. */
function originOf({ program }: Code, syntax: Syntax, expr: Expr, depth = 8): Origin | undefined {
  const next = (inner: Expr, where = syntax): Origin | undefined =>
    originOf({ program, files: [] }, where, inner, depth - 1)
  if (depth === 0) return undefined
  if (expr.k === 'member' || expr.k === 'await' || expr.k === 'index') return next(expr.of)
  if (expr.k === 'call') return next(expr.callee)
  const binding = expr.k === 'name' ? syntax.bindings[expr.b] : undefined
  if (binding?.k === 'const') return binding.init ? next(binding.init) : undefined
  if (binding?.k === 'fn') {
    const fn = syntax.functions[binding.fn]
    return (
      fn &&
      returnsOf(fn.body)
        .map((one) => next(one))
        .find(Boolean)
    )
  }
  if (expr.k === 'fn') {
    const fn = syntax.functions[expr.fn]
    return (
      fn &&
      returnsOf(fn.body)
        .map((one) => next(one))
        .find(Boolean)
    )
  }
  if (binding?.k !== 'import') return undefined
  const target = findExport(program, syntax.file, binding.from, binding.imported)
  if (target === undefined || 'module' in target) return undefined
  if ('external' in target) return { from: target.external }
  const origin = target.entry.value ? next(target.entry.value, target.syntax) : undefined
  if (origin === undefined) return undefined
  const location = placeOf(target.syntax, target.entry.at)
  return { from: origin.from, through: { file: target.syntax.file, name: target.entry.name, location } }
}

/** The functions that handlers ask who is signed in; those that only verify a token when nothing else is there. */
export function accessorsOf(own: Code, handlers: ReadonlySet<string>): Accessor[] {
  const accessors = new Map<string, Exported>()
  /** Those that only verify a token: it may be of a session, of a link or of a machine. */
  const tokens = new Set<string>()
  const tokenCalls = new Set<string>()
  const direct = new Map<string, { count: number; value: Read }>()
  for (const { file, text } of own.files) {
    const syntax = mentionsIdentity.test(text) ? own.program.syntax(file) : undefined
    if (!syntax || syntax.directive === 'client') continue
    const reads = readsIn(own, syntax)
    if (reads.length === 0) continue
    const functions = exportedFunctions(syntax)
    const here = functions.filter(({ fn }) => givesIdentity(syntax, fn, new Set(reads.map(({ at }) => at))))
    for (const one of here) {
      accessors.set(one.key, one)
      if (reads.every(({ at, token }) => token || !within(one.fn, at))) tokens.add(one.key)
    }
    const outside = reads.find(({ at }) => !here.some(({ fn }) => within(fn, at)))
    if (outside) tally(direct, outside.label, () => outside)
    if (outside?.token) tokenCalls.add(outside.label)
  }
  for (let round = 0, before = 0; round < rounds && accessors.size > before; round++) {
    before = accessors.size
    handOn(own, accessors, tokens)
  }
  const counts = importers(own, new Set(accessors.keys()))
  const rows: (Accessor & { token: boolean })[] = [...accessors.values()].flatMap((one) => {
    const { key, name, at, syntax, fn } = one
    const count = counts.get(key)?.length ?? 0
    const label = `${name === 'default' ? `default (${fn.name})` : name} from ${syntax.file}`
    const from = { file: syntax.file, name }
    const location = placeOf(syntax, at)
    return count === 0
      ? []
      : [{ kind: 'function' as const, count, label, from, location, token: tokens.has(key) }]
  })
  for (const [label, count, { from, package: asked, location }] of ranked(direct))
    if (count > 2)
      rows.push({
        kind: 'call',
        count,
        label,
        ...(from && { from }),
        ...(asked && { package: asked }),
        location,
        token: tokenCalls.has(label),
      })
  const sessions = rows.filter(({ token }) => !token)
  const ofMany = rows.filter(({ count }) => count * 20 >= handlers.size)
  return (sessions.length > 0 ? sessions : ofMany).sort((x, y) => y.count - x.count)
}

/** Who hands on what an accessor gave is one too: `requireUser` on top of `getSession`. */
function handOn(own: Code, accessors: Map<string, Exported>, tokens: Set<string>): void {
  const names = [...accessors.values()].map(({ name }) => name).filter((name) => name !== 'default')
  const mentions = new RegExp(`\\b(?:${names.join('|')})\\(`)
  for (const { file, text } of names.length === 0 ? [] : own.files) {
    const syntax = mentions.test(text) ? own.program.syntax(file) : undefined
    if (!syntax || syntax.directive === 'client') continue
    const calls = new Map<number, string>()
    walk(syntax, (expr) => {
      const key = expr.k === 'call' ? targetOf(own, syntax, expr.callee) : undefined
      if (key !== undefined && accessors.has(key)) calls.set(expr.at, key)
    })
    const places = new Set(calls.keys())
    for (const one of calls.size > 0 ? exportedFunctions(syntax) : []) {
      if (accessors.has(one.key) || !givesIdentity(syntax, one.fn, places)) continue
      accessors.set(one.key, one)
      if ([...calls].every(([at, key]) => !within(one.fn, at) || tokens.has(key))) tokens.add(one.key)
    }
  }
}

interface Read {
  at: number
  label: string
  from?: { file: string; name: string }
  package?: { package: string; name: string }
  location: Location
  /** Of a package for tokens of any kind. */
  token: boolean
}

function readsIn(own: Code, syntax: Syntax): Read[] {
  const reads: Read[] = []
  walk(syntax, (expr) => {
    if (expr.k !== 'call' || expr.isNew) return
    const { callee } = expr
    const local = pathOf(callee)
    if (local === undefined) return
    const root = rootOf(callee)
    const binding = root.k === 'name' ? syntax.bindings[root.b] : undefined
    const imported = binding?.k === 'import' && binding.imported !== 'default' ? binding.imported : undefined
    const name = callee.k === 'member' ? callee.key : (imported ?? local)
    if (!mentionsIdentity.test(`${name}(`)) return
    const origin = originOf(own, syntax, callee)
    if (origin === undefined || !readsIdentity(origin.from, name)) return
    const { through } = origin
    // A function of the project that ends in a package is an accessor itself, unless the package made it.
    if (through && callee.k === 'name' && functionAt(own, through)) return
    reads.push({
      at: expr.at,
      label: through ? `${local} from ${through.file}` : `${local} of ${packageOf(origin.from)}`,
      ...(through
        ? { from: { file: through.file, name: through.name } }
        : { package: { package: origin.from, name: local } }),
      location: through?.location ?? placeOf(syntax, expr.at),
      token: /^(?:jose|jsonwebtoken)$/.test(origin.from),
    })
  })
  return reads
}

const functionAt = ({ program }: Code, { file, name }: { file: string; name: string }): boolean => {
  const target = findInFile(program, file, name)
  return (
    target !== undefined && 'entry' in target && functionOf(target.entry.value, target.syntax) !== undefined
  )
}

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

/** `auth.api.getSession` as written; nothing for calls on results of calls. */
function pathOf(expr: Expr): string | undefined {
  if (expr.k === 'name') return expr.name
  const of = expr.k === 'member' ? pathOf(expr.of) : undefined
  return of === undefined || expr.k !== 'member' ? undefined : `${of}.${expr.key}`
}

const rootOf = (expr: Expr): Expr => (expr.k === 'member' || expr.k === 'await' ? rootOf(expr.of) : expr)

/** It returns what one of these calls gave, or it returns nothing and throws: then it is there to reject. */
function givesIdentity(syntax: Syntax, fn: Fn, calls: ReadonlySet<number>): boolean {
  if (![...calls].some((at) => within(fn, at))) return false
  const given = (expr: Expr, depth = 12): boolean => {
    if (depth === 0) return false
    switch (expr.k) {
      case 'call':
        return calls.has(expr.at)
      case 'member':
      case 'await':
      case 'spread':
        return given(expr.of, depth - 1)
      case 'logic':
        return given(expr.left, depth - 1) || given(expr.right, depth - 1)
      case 'choose':
        return given(expr.yes, depth - 1) || given(expr.no, depth - 1)
      case 'object':
        return expr.props.some(({ value }) => given(value, depth - 1))
      case 'name': {
        const binding = syntax.bindings[expr.b]
        return binding?.k === 'const' && binding.init !== null && given(binding.init, depth - 1)
      }
      default:
        return false
    }
  }
  const values = returnsOf(fn.body).filter((one) => one.k !== 'literal')
  return values.length === 0 ? throws(fn.body) : values.some((value) => given(value))
}
