/** Habits that the code shows: who reads the session, who answers with an error, how a response is wrapped. */
import type { Location } from '../../core/finding.ts'
import type { Convention } from '../../core/map.ts'
import { type Expr, type Fn, placeOf, type Syntax } from '../../source/syntax.ts'
import { returnsOf, throws, walk } from '../../source/walk.ts'
import { mentionsIdentity, readsIdentity } from '../flow/libraries.ts'
import { findExport, findInFile } from '../flow/program.ts'
import { code, ranked, type Sources, tally, testFile } from './sources.ts'

/** What is shown of one topic. */
const shown = 3
/** How many functions may lie between a package and an accessor. */
const rounds = 3

/** A function that a file exports, with the functions inside it. */
interface Exported {
  name: string
  at: number
  syntax: Syntax
  fn: Fn
  key: string
}

interface Code {
  program: Sources['program'] & { delegates: ReadonlyMap<string, string>; memberships: ReadonlySet<string> }
  /** Source that may run on the server, tests left out. */
  files: { file: string; text: string }[]
}

export function* codeHabits(sources: Sources): Generator<Convention> {
  const files = sources.files.flatMap((file) => {
    const text = code.test(file) && !testFile.test(file) ? sources.read(file) : undefined
    return text === undefined || /^\s*['"]use client['"]/.test(text) ? [] : [{ file, text }]
  })
  const own: Code = { program: { ...sources.program, delegates: new Map(), memberships: new Set() }, files }
  yield* sessionAccessors(own, sources.handlers)
  const answers = answersOf(own)
  yield* errorHelpers(own, answers, sources.handlers)
  yield* envelopes(own, answers)
}

const keyOf = (file: string, name: string): string => `${file}#${name}`

const exportsOf = new WeakMap<Syntax, Exported[]>()

/** The exported functions of a file: declared, assigned, or given to a wrapper such as `cache`. */
function exportedFunctions(syntax: Syntax): Exported[] {
  const known = exportsOf.get(syntax)
  if (known !== undefined) return known
  const found = syntax.exports.flatMap(({ name, value, at }) => {
    const fn = functionOf(value, syntax)
    return fn === undefined ? [] : [{ name, at, syntax, fn, key: keyOf(syntax.file, name) }]
  })
  exportsOf.set(syntax, found)
  return found
}

function functionOf(expr: Expr | null, syntax: Syntax, depth = 3): Fn | undefined {
  if (expr === null || depth === 0) return undefined
  if (expr.k === 'fn') return syntax.functions[expr.fn]
  if (expr.k === 'call') return expr.args.map((arg) => functionOf(arg, syntax, depth - 1)).find(Boolean)
  const binding = expr.k === 'name' ? syntax.bindings[expr.b] : undefined
  if (binding?.k === 'fn') return syntax.functions[binding.fn]
  return binding?.k === 'const' && binding.to.k === 'bind'
    ? functionOf(binding.init, syntax, depth - 1)
    : undefined
}

const within = (fn: Fn, at: number): boolean => fn.at <= at && at < fn.end

/** In how many files each export is imported; an export through a barrel counts for where it is defined. */
function importers({ program, files }: Code, keys: ReadonlySet<string>): Map<string, string[]> {
  const result = new Map<string, string[]>()
  const names = new Set([...keys].map((key) => key.slice(key.indexOf('#') + 1)))
  const mentions = new RegExp(`\\b(?:${[...names].join('|')})\\b`)
  if (names.size === 0) return result
  for (const { file, text } of files) {
    if (!names.has('default') && !mentions.test(text)) continue
    const found = new Set<string>()
    for (const binding of program.syntax(file)?.bindings ?? []) {
      if (binding.k !== 'import') continue
      const target = findExport(program, file, binding.from, binding.imported)
      if (target && 'entry' in target) found.add(keyOf(target.syntax.file, target.entry.name))
    }
    for (const key of found) if (keys.has(key)) result.set(key, [...(result.get(key) ?? []), file])
  }
  return result
}

// Session accessors

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

function* sessionAccessors(own: Code, handlers: ReadonlySet<string>): Generator<Convention> {
  const accessors = new Map<string, Exported>()
  /** Those that only verify a token: it may be of a session, of a link or of a machine. */
  const tokens = new Set<string>()
  const tokenCalls = new Set<string>()
  const direct = new Map<string, { count: number; value: Location }>()
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
    if (outside) tally(direct, outside.label, () => outside.location)
    if (outside?.token) tokenCalls.add(outside.label)
  }
  for (let round = 0, before = 0; round < rounds && accessors.size > before; round++) {
    before = accessors.size
    handOn(own, accessors, tokens)
  }
  const counts = importers(own, new Set(accessors.keys()))
  const rows = [...accessors.values()].flatMap(({ key, name, at, syntax, fn }) => {
    const count = counts.get(key)?.length ?? 0
    const label = name === 'default' ? `default (${fn.name})` : name
    const value = `${label} from ${syntax.file} (imported ${times(count)})`
    return count === 0 ? [] : [{ count, value, location: placeOf(syntax, at), token: tokens.has(key) }]
  })
  for (const [label, count, location] of ranked(direct))
    if (count > 2)
      rows.push({
        count,
        value: `${label} (called in ${count} files)`,
        location,
        token: tokenCalls.has(label),
      })
  const sessions = rows.filter(({ token }) => !token)
  const ofMany = rows.filter(({ count }) => count * 20 >= handlers.size)
  yield* foremost('session accessor', sessions.length > 0 ? sessions : ofMany)
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

interface Row {
  count: number
  value: string
  location: Location
}

/** The most used ones; what is hardly used beside them is no convention. */
function* foremost(topic: string, rows: Row[]): Generator<Convention> {
  const sorted = rows.sort((a, b) => b.count - a.count)
  const [first] = sorted
  for (const { count, value, location } of sorted.slice(0, shown))
    if (count * 20 >= (first?.count ?? 0)) yield { topic, value, location }
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`)

interface Read {
  at: number
  label: string
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

function targetOf({ program }: Code, syntax: Syntax, callee: Expr): string | undefined {
  const binding = callee.k === 'name' ? syntax.bindings[callee.b] : undefined
  if (callee.k !== 'name' || binding === undefined) return undefined
  if (binding.k !== 'import') return keyOf(syntax.file, callee.name)
  const target = findExport(program, syntax.file, binding.from, binding.imported)
  return target && 'entry' in target ? keyOf(target.syntax.file, target.entry.name) : undefined
}

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

// Answers

interface Answer {
  syntax: Syntax
  at: number
  /** Of the object that is sent: in the order written. */
  keys?: string[]
  /** `success: false`. */
  denied: boolean
  status?: number
  /** The status is chosen by the caller of the function. */
  statusGiven: boolean
}

const httpAnswer = /Response\s*\.json\(|Response\(|\bres(?:ponse)?\b[^;\n]{0,60}\.json\(|\.status\(/

function answersOf({ program, files }: Code): Answer[] {
  const found: Answer[] = []
  for (const { file, text } of files) {
    const syntax = httpAnswer.test(text) ? program.syntax(file) : undefined
    if (!syntax || syntax.directive === 'client') continue
    walk(syntax, (expr) => {
      const answer = expr.k === 'call' ? answerOf(expr, syntax) : undefined
      if (answer) found.push(answer)
    })
  }
  return found
}

function answerOf(expr: Expr & { k: 'call' }, syntax: Syntax): Answer | undefined {
  const { callee, args } = expr
  const [body, init] = args
  const make = (status: Expr | undefined, sent: Expr | undefined): Answer => {
    const object = sent?.k === 'object' ? sent : undefined
    const known = status?.k === 'literal' && typeof status.value === 'number' ? status.value : undefined
    return {
      syntax,
      at: expr.at,
      ...(object && { keys: object.props.map(({ key, spread }) => (spread ? '…' : (key ?? '[…]'))) }),
      denied:
        object?.props.some(({ key, value }) => isFalse(value) && /^(?:ok|success)$/.test(key ?? '')) ?? false,
      ...(known !== undefined && { status: known }),
      statusGiven: status !== undefined && known === undefined,
    }
  }
  const option = (name: string): Expr | undefined =>
    init?.k === 'object' ? init.props.find(({ key }) => key === name)?.value : undefined
  if (expr.isNew)
    return callee.k === 'name' && /^(?:Next)?Response$/.test(callee.name)
      ? make(option('status'), undefined)
      : undefined
  if (callee.k !== 'member' || callee.key !== 'json') return undefined
  if (callee.of.k === 'name' && /^(?:Next)?Response$/.test(callee.of.name))
    return make(option('status'), body)
  if (callee.of.k === 'name' && /^res(?:ponse)?$/.test(callee.of.name) && body) return make(undefined, body)
  // `res.status(404).json({ … })`
  const before = callee.of
  if (before.k === 'call' && before.callee.k === 'member' && before.callee.key === 'status' && body)
    return make(before.args[0], body)
  return undefined
}

const isFalse = (expr: Expr): boolean => expr.k === 'literal' && expr.value === false

const isFailure = ({ status, statusGiven, denied, keys }: Answer): boolean => {
  if (status !== undefined) return status >= 400
  return (
    denied ||
    (keys?.some((key) => /^(?:errors?|error[A-Z]\w*)$/.test(key)) ?? false) ||
    (statusGiven && keys === undefined)
  )
}

/** Functions that handlers import to answer with an error: by what they answer, or by name and that they answer or throw. */
function* errorHelpers(own: Code, answers: Answer[], handlers: ReadonlySet<string>): Generator<Convention> {
  const byFile = new Map<string, Answer[]>()
  for (const one of answers) byFile.set(one.syntax.file, [...(byFile.get(one.syntax.file) ?? []), one])
  const helpers = new Map<string, Exported>()
  for (const { file, text } of own.files) {
    const mine = byFile.get(file) ?? []
    if (handlers.has(file) || (mine.length === 0 && !/^export\b.*error/im.test(text))) continue
    const syntax = own.program.syntax(file)
    for (const one of syntax ? exportedFunctions(syntax) : []) {
      const sent = mine.filter(({ at }) => within(one.fn, at))
      const failing = sent.length > 0 && sent.every(isFailure) && onlyAnswers(one, sent)
      const named = /error/i.test(one.name) && !/^(?:is|has|use|get|parse|format|to[A-Z])/.test(one.name)
      if (failing || (named && (sent.length > 0 || delegates(own, one, byFile)))) helpers.set(one.key, one)
    }
  }
  const counts = importers(own, new Set(helpers.keys()))
  const rows = [...helpers.values()].flatMap(({ key, name, at, syntax, fn }) => {
    const users = counts.get(key) ?? []
    if (!users.some((file) => handlers.has(file))) return []
    const label = name === 'default' ? fn.name : name
    return [
      {
        count: users.length,
        value: `${label} from ${syntax.file} (imported ${times(users.length)})`,
        location: placeOf(syntax, at),
      },
    ]
  })
  yield* foremost('error helper', rows)
}

/** Nothing else comes out of it, and it is no wrapper whose inner function answers. */
function onlyAnswers({ syntax, fn }: Exported, sent: Answer[]): boolean {
  const places = new Set(sent.map((answer) => answer.at))
  const inner = syntax.functions.filter((one) => one !== fn && within(fn, one.at))
  if (sent.some((answer) => inner.some((one) => within(one, answer.at)))) return false
  return returnsOf(fn.body).every((value) => {
    const call = value.k === 'await' ? value.of : value
    return call.k === 'literal' || places.has(call.at)
  })
}

/** It returns what another function of the project answers with. */
function delegates(own: Code, { syntax, fn }: Exported, byFile: ReadonlyMap<string, Answer[]>): boolean {
  return returnsOf(fn.body).some((value) => {
    const call = value.k === 'await' ? value.of : value
    if (call.k !== 'call') return false
    const local = functionOf(call.callee, syntax)
    const [file = '', name] = (targetOf(own, syntax, call.callee) ?? '').split('#')
    const target = local ? undefined : own.program.syntax(file)
    const other = local ?? (target && exportedFunctions(target).find((one) => one.name === name)?.fn)
    return other !== undefined && (byFile.get(file) ?? []).some(({ at }) => within(other, at))
  })
}

/** The keys around what is sent. An answer that a helper gives counts as often as the helper is imported. */
function* envelopes(own: Code, answers: Answer[]): Generator<Convention> {
  const helpers = answers.map((answer) =>
    exportedFunctions(answer.syntax).find(({ fn }) => within(fn, answer.at)),
  )
  const counts = importers(own, new Set(helpers.flatMap((one) => (one ? [one.key] : []))))
  for (const outcome of ['success', 'failure'] as const) {
    const found = new Map<string, { count: number; value: Location }>()
    const shared = new Set<string>()
    let total = 0
    answers.forEach((answer, index) => {
      const { keys } = answer
      if (keys === undefined || keys.length === 0 || isFailure(answer) !== (outcome === 'failure')) return
      const weight = Math.max(1, counts.get(helpers[index]?.key ?? '')?.length ?? 0)
      total += weight
      const envelope = `{ ${keys.join(', ')} }`
      if (counts.has(helpers[index]?.key ?? '')) shared.add(envelope)
      tally(found, envelope, () => placeOf(answer.syntax, answer.at), weight)
    })
    const rows = ranked(found)
    const [most] = rows
    // Where every endpoint answers in its own form, the most frequent one is no convention.
    if (most === undefined || (most[1] < 2 && !shared.has(most[0])) || most[1] < total * 0.25) continue
    const second = rows.slice(1, 2).filter(([, count]) => count > 1 && count >= total * 0.25)
    for (const [keys, count, location] of [most, ...second])
      yield { topic: 'response envelope', value: `${keys} on ${outcome} (${count} of ${total})`, location }
  }
}
