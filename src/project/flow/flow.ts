/**
 * Runs a function symbolically. Each branch is read once, loops once, calls are followed into the project's source.
 * The result is the list of events (Prisma calls, responses, …), each with the conditions that held when it was reached.
 * Bounded: `STEPS` expressions a run, `DEPTH` calls deep, no function twice on the stack unless it is given another to run.
 */
import { type Expr, type Fn, type Pattern, placeOf, type Stmt, type Syntax } from '../../source/syntax.ts'
import type { Declared } from '../policy/guards.ts'
import { anyOf } from './any-of.ts'
import { Calls, fresh, isOutermost, type Recorded, replay } from './calls.ts'
import type { Call, Event, Fact, Moment } from './events.ts'
import { join, ofEach } from './facts.ts'
import {
  callStep,
  countedIn,
  elementOf,
  extendChain,
  givenIn,
  heldAgainst,
  isCount,
  isDenial,
  isLookup,
  isNothing,
  isParameter,
  listOf,
  looseTest,
  matchesPath,
  mayBePrisma,
  nameOf,
  ofVariable,
  outcomesOf,
  part,
  presenceIn,
  rejectedBy,
  rootOf,
  searchParams,
  spreadOf,
  unwrap,
  withFacts,
  without,
} from './forms.ts'
import { invoke } from './invoke.ts'
import { libraryCall, parseCall, statusIn } from './libraries.ts'
import { allowing, checkedBoth, lookIn } from './looks.ts'
import type { Machine } from './machine.ts'
import {
  caughtError,
  comparison,
  headersGiven,
  holdsRow,
  limiting,
  methodCall,
  withDefault,
} from './package-calls.ts'
import { OPERATIONS, prismaAccess, RAW, rawQuery, rowMember, transaction } from './prisma.ts'
import { findExport, findInFile, type Program, type Target } from './program.ts'
import { remoteCommand } from './remote.ts'
import { fieldSchema, isLoose } from './schemas.ts'
import { noteConstructor, noteDecision, noteReturned, noteTagged } from './sinks.ts'
import { chosenText, composed, holdsInput, limitedText, refusedOf, textOfAll, textOfUrl } from './text.ts'
import { comparedWithVariable, endedUnset, passedUnset, skippedInBranch, skippedInTest } from './unset.ts'
import {
  allDeps,
  chosen,
  type Env,
  either,
  extended,
  fewer,
  isGiven,
  isRefusal,
  isRole,
  literal,
  NO_TEXT,
  NONE,
  type Sources,
  shaped,
  sureLiteral,
  surely,
  textOf,
  textsAsked,
  trusted,
  truthOf,
  union,
  unknown,
  type Value,
  withBack,
} from './value.ts'

const STEPS = 60_000
const DEPTH = 14
/** How often a function that is given others to run may be on the stack beside itself. */
const NESTED = 2

type Exit = 'on' | 'jump' | 'gone'

/** Values of the top-level bindings of each file. */
export type Globals = Map<Syntax, Map<number, Value>>

interface Frame {
  env: Env
  syntax: Syntax
  name: string
  returns: { value: Value; facts: readonly Fact[] }[]
  /** Where it returned last. */
  last?: number
  /** What held where it returned last, other than with an error. */
  back?: readonly Fact[]
  /** Sources of the conditions that chose among the returns. */
  ctl: Sources
  branch: number
  /** Of the branches that are being read: what holds where the other way is taken. */
  otherwise: (() => readonly Fact[])[]
  /** Sources of the tests of the branches that are being read, as far as those ask who is calling. */
  asked: Sources[]
  /** Values of what conditions are made of, so that learning from a test does not run its calls again. */
  tested: Map<Expr, Value>
}

/** What is noted of a call on the stack, to know whether it may be replayed. */
interface Trace {
  entered: Set<Fn>
  depth: number
  pure: boolean
  /** A call below was not followed for its depth: it is the same only when it starts as deep. */
  cut: boolean
  /** Objects made so far when the call began: it may change those that are made later. */
  made: number
}

export class Flow implements Machine {
  readonly events: Event[] = []
  readonly unknown = new Set<string>()
  naming = false
  /** The endpoint is a proxy: what its own function returns decides whether the request goes on. */
  proxy = false
  loop: string | undefined
  transaction = false
  facts: readonly Fact[] = []
  private via: Call[] = []
  private stack: Fn[] = []
  /** What was thrown last says that the caller may not. */
  private denied = false
  private traces: Trace[] = []
  /** Of each call on the stack, the inputs that it refuses on a condition. */
  private refusals: Set<string>[] = []
  private steps = 0
  /** Objects in the order in which they were made. */
  private made = 0
  private readonly births = new WeakMap<ReadonlyMap<string, Value>, number>()
  private gone = false
  private catching = 0
  /** The return that ended the call that ended last: for the endpoint's function, its answer. */
  private returned: Recorded['returned']
  private readonly program: Program
  private readonly globals: Globals

  private readonly calls: Calls

  /** `globals`, `calls`: values of top-level bindings and calls that were followed, shared by all runs. */
  /** Of the endpoint that is followed, when requests for one path reach it. */
  path?: string

  constructor(program: Program, globals: Globals, calls: Calls = new Calls()) {
    this.calls = calls
    this.program = program
    this.globals = globals
  }

  get delegates(): ReadonlyMap<string, string> {
    return this.program.delegates
  }

  get memberships(): ReadonlySet<string> {
    return this.program.memberships
  }

  get declared(): Declared {
    return this.program.declared
  }

  get caught(): boolean {
    return this.catching > 0
  }

  moment(syntax: Syntax, at: number): Moment {
    const base: Moment = {
      location: placeOf(syntax, at),
      via: [...this.via],
      facts: this.facts,
      transaction: this.transaction,
    }
    return this.loop === undefined ? base : { ...base, loop: this.loop }
  }

  emit(event: Event): void {
    if (!this.naming) this.events.push(event)
  }

  /** A value handed back to the caller of the endpoint. */
  answer(value: Value, syntax: Syntax): void {
    if (this.never) return
    const back = this.returned ?? { syntax, at: syntax.functions[0]?.at ?? 0 }
    this.emit({ ...this.moment(back.syntax, back.at), k: 'response', value: unwrap(value) })
  }

  end(): void {
    if (!this.naming) this.gone = true
  }

  attempt(callee: Value, args: Value[], syntax: Syntax, at: number, name = ''): Value {
    const { gone, facts } = this
    const value = this.call(callee, args, syntax, at, name)
    if (this.gone !== gone) this.facts = facts
    this.gone = gone
    return value
  }

  /** The endpoint's own function never returns: it redirects or throws. */
  get never(): boolean {
    return this.gone
  }

  /** The endpoint's own function has come to its end with `value`. */
  finish(value: Value, syntax: Syntax): void {
    if (this.never) return
    const back = this.returned ?? { syntax, at: syntax.functions[0]?.at ?? 0 }
    const facts = unwrap(value).back ?? this.facts
    this.emit({ ...this.moment(back.syntax, back.at), facts, k: 'end' })
  }

  assume(
    deps: Sources,
    syntax: Syntax,
    at: number,
    presence: boolean,
    holds = true,
    more: Pick<
      Fact,
      'missing' | 'absent' | 'partial' | 'asked' | 'sent' | 'count' | 'derived' | 'look' | 'lookup'
    > = {},
  ): Fact | undefined {
    if (deps.size === 0 || this.naming) return undefined
    const within = this.stack.at(-1)?.name || 'handler'
    const location = placeOf(syntax, at)
    const term = `${location.file}:${location.line}:${location.column}${holds ? '+' : '-'}`
    const fact: Fact = { deps, location, within, presence, terms: [term], ...more }
    this.facts = [...this.facts, fact]
    return fact
  }

  /** The value of an exported name. */
  exported(file: string, name: string): Value | undefined {
    const target = findInFile(this.program, file, name)
    return target && this.target(target)
  }

  /** The value of an expression as the top level of its file sees it. */
  value(syntax: Syntax, expr: Expr): Value {
    return this.topLevel(syntax, () => this.evaluate(expr, this.top(syntax)))
  }

  private target(target: Target): Value {
    if ('module' in target) return shaped({ k: 'module', file: target.module })
    if ('external' in target) return shaped({ k: 'external', from: target.external, name: target.name })
    return target.entry.value
      ? this.topLevel(target.syntax, () => this.evaluate(target.entry.value, this.top(target.syntax)))
      : unknown()
  }

  private top(syntax: Syntax): Frame {
    return {
      env: { own: new Map(), up: null },
      syntax,
      name: '',
      returns: [],
      ctl: NONE,
      branch: 0,
      otherwise: [],
      asked: [],
      tested: new Map(),
    }
  }

  private topLevel<T>(_syntax: Syntax, work: () => T): T {
    const before = this.naming
    this.naming = true
    const result = work()
    this.naming = before
    return result
  }

  private global(syntax: Syntax, b: number): Value {
    const own = this.globals.get(syntax) ?? new Map<number, Value>()
    const known = own.get(b)
    if (known) return known
    this.globals.set(syntax, own)
    own.set(b, unknown())
    const binding = syntax.bindings[b]
    let value = unknown()
    if (binding?.k === 'import') {
      const target = findExport(this.program, syntax.file, binding.from, binding.imported)
      if (target) value = this.target(target)
    } else if (binding?.k === 'fn') {
      const fn = syntax.functions[binding.fn]
      if (fn) value = shaped({ k: 'closure', fn, syntax, env: { own: new Map(), up: null } })
    } else if (binding?.k === 'class') {
      const cls = syntax.classes[binding.cls]
      if (cls) value = shaped({ k: 'class', cls, syntax, env: { own: new Map(), up: null } })
    } else if (binding?.k === 'const' && binding.init) {
      const init = binding.init
      const frame = this.top(syntax)
      value = this.topLevel(syntax, () => {
        this.bind(binding.to, this.evaluate(init, frame), frame)
        return frame.env.own.get(b) ?? unknown()
      })
      // A flag at the top of a file may be set by any function.
      if (value.shape?.k === 'literal' && !/^(string|number)$/.test(typeof value.shape.value))
        value = unknown()
    }
    own.set(b, value)
    return value
  }

  private lookup(frame: Frame, name: string, b: number): Value {
    for (let env: Env | null = frame.env; env; env = env.up) {
      if (name === 'this' && b < 0 && env.self) return env.self
      const value = env.own.get(b)
      if (value && b >= 0) return value
    }
    if (b >= 0) return this.local(frame, b)
    if (name === 'undefined') return literal(undefined)
    return shaped({ k: 'external', from: 'global', name })
  }

  /** A function declared in a body is hoisted: it may be called before its place is reached. */
  private local(frame: Frame, b: number): Value {
    const binding = frame.syntax.bindings[b]
    if (binding?.k === 'fn') {
      const fn = frame.syntax.functions[binding.fn]
      if (fn && !isOutermost(fn, frame.syntax))
        return shaped({ k: 'closure', fn, syntax: frame.syntax, env: frame.env })
    }
    return this.global(frame.syntax, b)
  }

  // ---- calls

  call(callee: Value, args: Value[], syntax: Syntax, at: number, name = ''): Value {
    const shape = callee.shape
    if (shape?.k === 'native') return shape.call(args, at)
    if (shape?.k === 'closure')
      return this.enter(shape.fn, shape.syntax, shape.env, shape.self, args, syntax, at)
    if (shape?.k === 'promise') return this.call(shape.of, args, syntax, at, name)
    if (shape?.k === 'external' || shape?.k === 'chain') {
      const known = libraryCall(this, callee, args, syntax, at)
      if (known) return known
    }
    return invoke(this, callee, args, syntax, at, name)
  }

  private enter(
    fn: Fn,
    syntax: Syntax,
    env: Env,
    self: Value | undefined,
    args: Value[],
    from: Syntax,
    at: number,
  ): Value {
    if (this.stack.length >= DEPTH || this.isRecursion(fn, args) || this.steps > STEPS) {
      if (this.steps > STEPS) this.unknown.add(`stopped after ${STEPS} steps in ${fn.name || 'a function'}`)
      if (this.steps > STEPS) this.impure(0)
      else if (this.stack.length >= DEPTH) this.cut()
      else this.impure(this.stack.indexOf(fn) + 1)
      return unknown(depsOf(args))
    }
    const key =
      env.up === null && !self && !this.gone && isOutermost(fn, syntax)
        ? this.calls.key(args, `${this.naming}|${this.caught}|${this.transaction}|${this.loop ?? ''}`)
        : undefined
    const deepKey = key === undefined ? undefined : `${this.stack.length}>${key}`
    const known =
      key === undefined || deepKey === undefined
        ? undefined
        : (this.replayed(fn, key, args, from, at) ?? this.replayed(fn, deepKey, args, from, at))
    if (known) return known
    const start = this.events.length
    const frame: Frame = {
      env: self ? { own: new Map(), up: env, self } : { own: new Map(), up: env },
      syntax,
      name: fn.name,
      returns: [],
      ctl: NONE,
      branch: 0,
      otherwise: [],
      asked: [],
      tested: new Map(),
    }
    const before = this.facts
    const answered = this.returned
    const trace: Trace = { entered: new Set([fn]), depth: 1, pure: true, cut: false, made: this.made }
    this.traces.push(trace)
    this.stack.push(fn)
    this.refusals.push(new Set())
    this.via.push(callStep(fn, args, from, at))
    for (const [i, param] of fn.params.entries()) {
      if (param.k === 'rest')
        this.bind(
          param.to,
          shaped({
            k: 'array',
            of: args.slice(i).reduce((a, b) => either(a, b), unknown()),
            literal: true,
            items: args.slice(i),
          }),
          frame,
        )
      else this.bind(param, args[i] ?? literal(undefined), frame)
    }
    const exit = this.statements(fn.body, frame)
    if (exit !== 'gone') {
      frame.returns.push({ value: literal(undefined), facts: this.facts })
      frame.back = this.facts
      this.letThrough(literal(undefined), syntax, fn.end)
    }
    if (frame.last !== undefined) this.returned = { syntax, at: frame.last }
    if (this.stack.length > 1) endedUnset(this, frame.returns, before, fn, syntax)
    this.via.pop()
    this.stack.pop()
    this.traces.pop()
    this.noteEntered(trace.entered, trace.depth)
    const value = this.result(fn, frame, before, args)
    this.noteRefusals(this.refusals.pop() ?? new Set(), args, from, at)
    const kept = trace.cut ? deepKey : key
    if (kept !== undefined && trace.pure) {
      const gained = this.facts.slice(before.length)
      this.calls.set(fn, kept, {
        value: fresh(value, new Map()),
        gone: this.gone,
        events: this.events.slice(start),
        facts: before.length,
        via: this.via.length + 1,
        gained,
        entered: trace.entered,
        depth: trace.depth,
        cut: trace.cut,
        returned: this.returned === answered ? undefined : this.returned,
      })
    }
    return value
  }

  /** A function that runs another one (`withSession(() => …)`) does not come back to itself while it is given a new one. */
  private isRecursion(fn: Fn, args: readonly Value[]): boolean {
    const entered = this.stack.filter((one) => one === fn).length
    if (entered === 0) return false
    const runsAnother = args.some(({ shape }) => shape?.k === 'closure' && !this.stack.includes(shape.fn))
    return entered > NESTED || !runsAnother
  }

  /** What a function refused of the inputs that it was given holds where it was called, on whichever way it returned. */
  private noteRefusals(refused: ReadonlySet<string>, args: readonly Value[], from: Syntax, at: number): void {
    if (refused.size === 0 || this.gone || this.naming) return
    const told = refused.has(DENIED) ? union(...args.map((arg) => allDeps(arg))) : NONE
    // Whoever runs a function for each of a list is the one that was told.
    if (refused.has(DENIED) && !trusted(told)) this.refusals.at(-1)?.add(DENIED)
    for (const deps of [...refusedOf(refused, args), ...(trusted(told) ? [told] : [])]) {
      const fact: Fact = {
        deps,
        location: placeOf(from, at),
        within: '',
        terms: [],
        presence: false,
        refuses: true,
      }
      this.facts = [...this.facts, fact]
      for (const dep of deps) this.refusals.at(-1)?.add(dep)
    }
  }

  /** A branch that throws: whoever goes on has passed a part of its condition. */
  private refuse(test: Expr, frame: Frame, denied: boolean): void {
    if (test.k === 'unary' && test.op === '!') this.refuse(test.of, frame, denied)
    else if (test.k === 'logic') {
      this.refuse(test.left, frame, denied)
      this.refuse(test.right, frame, denied)
    } else {
      const value = this.quiet(test, frame)
      const asked = test.k === 'await' ? test.of : test
      const by =
        asked.k === 'call' && asked.callee.k === 'member' ? this.quiet(asked.callee.of, frame) : value
      if (denied && !isSeen(by.deps)) this.refusals.at(-1)?.add(DENIED)
      if (isCount(test) || holdsInput(value)) return
      for (const dep of value.deps) this.refusals.at(-1)?.add(dep)
    }
  }

  /** Calls on the stack from `level` on are not to be replayed: they depend on, or change, what is outside of them. */
  private impure(level: number): void {
    for (let i = level; i < this.traces.length; i++) {
      const trace = this.traces[i]
      if (trace) trace.pure = false
    }
  }

  /** Calls on the stack were not followed to their ends: they are replayed only where they would end in the same place. */
  private cut(): void {
    for (const trace of this.traces) trace.cut = true
  }

  /** Changing an object changes what is outside of the calls that began after it was made. */
  private changed(fields: ReadonlyMap<string, Value>): void {
    const made = this.births.get(fields) ?? 0
    const first = this.traces.findIndex((trace) => trace.made >= made)
    if (first >= 0) this.impure(first)
  }

  private noteEntered(entered: ReadonlySet<Fn>, depth: number): void {
    const parent = this.traces.at(-1)
    if (!parent) return
    for (const one of entered) parent.entered.add(one)
    parent.depth = Math.max(parent.depth, depth + 1)
  }

  private replayed(fn: Fn, key: string, args: Value[], from: Syntax, at: number): Value | undefined {
    const known = this.calls.get(fn, key)
    if (!known || this.stack.length + known.depth > DEPTH) return undefined
    if (this.stack.some((one) => known.entered.has(one))) return undefined
    const here = replay(known, [...this.via, callStep(fn, args, from, at)], this.facts)
    this.steps += here.events.length
    this.events.push(...here.events)
    this.facts = here.facts
    for (const fact of known.gained)
      if (fact.refuses) for (const dep of fact.deps) this.refusals.at(-1)?.add(dep)
    if (known.gone) this.gone = true
    if (known.cut) this.cut()
    this.returned = known.returned ?? this.returned
    this.noteEntered(known.entered, known.depth)
    return here.value
  }

  private result(fn: Fn, frame: Frame, before: readonly Fact[], args: readonly Value[]): Value {
    const [first, ...rest] = frame.returns
    if (!first) {
      // Every path throws: the caller does not go on.
      this.facts = before
      if (!this.naming) this.gone = true
      return unknown(depsOf(args))
    }
    this.facts = this.naming ? before : rest.reduce((facts, one) => join(facts, one.facts), first.facts)
    const value = rest.reduce((a, one) => either(a, one.value, frame.ctl), first.value)
    const result = fn.isAsync
      ? shaped({ k: 'promise', of: value, name: fn.name }, value.deps, value.ctl)
      : value
    const back = frame.back ?? first.facts
    if (this.naming) return result
    const by = fn.name === '' ? value.by : `${fn.name} ${frame.syntax.file}`
    return withBack(result, back, outcomesOf(frame.returns), by)
  }

  // ---- statements

  private statements(body: Stmt[], frame: Frame): Exit {
    for (const stmt of body) {
      const exit = this.statement(stmt, frame)
      if (this.gone) {
        this.gone = false
        return 'gone'
      }
      if (exit !== 'on') return exit
    }
    return 'on'
  }

  /** A proxy that returns nothing, `next()` or what a package made lets the request through. */
  private letThrough(value: Value, syntax: Syntax, at: number): void {
    if (!this.proxy || this.stack.length !== 1 || this.caught) return
    if (value.shape?.k === 'response' && !value.pass) return
    this.emit({ ...this.moment(syntax, at), facts: withFacts(this.facts, value.back), k: 'pass' })
  }

  private statement(stmt: Stmt, frame: Frame): Exit {
    switch (stmt.k) {
      case 'expr':
        if (stmt.expr.k === 'call' || stmt.expr.k === 'member') this.unawaited(stmt.expr, frame)
        else if (stmt.expr.k === 'unary' && stmt.expr.op === 'void') this.unawaited(stmt.expr.of, frame)
        else if (stmt.expr.k === 'unary' && stmt.expr.op === 'delete') this.remove(stmt.expr.of, frame)
        else this.evaluate(stmt.expr, frame)
        return 'on'
      case 'let':
        this.bind(stmt.to, stmt.init ? this.evaluate(stmt.init, frame) : literal(undefined), frame)
        return 'on'
      case 'return': {
        const given = stmt.value ? unwrap(this.evaluate(stmt.value, frame)) : literal(undefined)
        const rejected = rejectedBy(stmt.value)
        if (rejected) {
          this.denied = isDenial(rejected)
          return 'gone'
        }
        const value = allowing(given, this.facts)
        if (!this.gone) {
          noteReturned(this, value, frame.syntax, stmt.at)
          frame.returns.push({ value, facts: this.facts })
          frame.last = stmt.at
          this.letThrough(value, frame.syntax, stmt.at)
          if (this.stack.length > 1) passedUnset(this, value, frame.syntax, stmt.at)
          if (!this.caught && !isRefusal(value)) frame.back = withFacts(this.facts, value.back)
        }
        return 'gone'
      }
      case 'throw':
        this.evaluate(stmt.value, frame)
        this.denied = isDenial(stmt.value)
        return 'gone'
      case 'jump':
        return 'jump'
      case 'block':
        return this.statements(stmt.body, frame)
      case 'if':
        return this.branch(
          stmt.test,
          () => this.statements(stmt.yes, frame),
          () => this.statements(stmt.no, frame),
          frame,
        )
      case 'loop':
        return this.iterate(stmt, frame)
      case 'switch':
        return this.choose(stmt, frame)
      case 'try': {
        const before = this.facts
        const start = this.events.length
        const body = this.statements(stmt.body, frame)
        const after = this.facts
        let exit = body
        if (stmt.caught) {
          this.facts = before
          if (stmt.error) this.bind(stmt.error, caughtError(this.events.slice(start)), frame)
          const seen = this.events.length
          this.catching++
          const left = this.statements(stmt.caught, frame)
          this.catching--
          // An error handler that has answered the request is where it ends for the caller.
          const answered = this.events.slice(seen).some((event) => event.k === 'response')
          const caught = left === 'on' && answered && body === 'on' ? 'gone' : left
          this.facts =
            body === 'on' && caught === 'on' ? join(after, this.facts) : body === 'on' ? after : this.facts
          exit = body === 'on' || caught === 'on' ? 'on' : body
        }
        const last = this.statements(stmt.finally, frame)
        return last === 'on' ? exit : last
      }
    }
  }

  /** `delete user.passwordHash`, `delete folder.files[0].password`: the row is told by the variable that it begins with. */
  private remove(expr: Expr, frame: Frame): void {
    if (expr.k !== 'member') return
    const root = rootOf(expr.of)
    if (root.k !== 'name') return
    for (let env: Env | null = frame.env; env; env = env.up) {
      const old = env.own.get(root.b)
      if (old && (expr.of === root || isOfRows(unwrap(old))))
        env.own.set(root.b, without(unwrap(old), [expr.key]))
    }
  }

  /** A call whose promise nobody waits for: what it checks is not known to hold afterwards. */
  private unawaited(expr: Expr, frame: Frame): void {
    const before = this.facts
    const value = this.evaluate(expr, frame)
    const shape = value.shape
    if (shape?.k !== 'promise' || this.naming) return
    const gained = this.facts.filter((fact) => !before.includes(fact))
    // Work that is written down right there (`after(async () => …)`) is meant to go on by itself.
    if (shape.name !== '' && gained.some((fact) => trusted(fact.deps)))
      this.emit({ ...this.moment(frame.syntax, expr.at), k: 'promise-test', name: shape.name })
    this.facts = before
  }

  private branch(test: Expr, yes: () => Exit, no: () => Exit, frame: Frame): Exit {
    const value = this.condition(test, frame)
    if (this.gone) return 'gone'
    const truth = this.certain(value, test, frame)
    if (truth !== undefined) {
      this.learn(test, truth, frame)
      return this.statements0(truth ? yes : no)
    }
    const before = this.facts
    const returned = frame.returns.length
    frame.branch++
    const asks = union(value.deps, value.ctl)
    if (trusted(asks)) frame.asked.push(asks)
    frame.otherwise.push(() => this.learnt(test, false, before, frame))
    this.learn(test, true, frame)
    const restore = this.asError(test, frame)
    this.denied = false
    const exitYes = this.statements0(yes)
    const denied = this.denied
    restore?.()
    frame.otherwise.pop()
    const factsYes = this.facts
    const threw = exitYes === 'gone' && frame.returns.length === returned
    this.facts = before
    this.learn(test, false, frame)
    const left = frame.returns.length
    frame.otherwise.push(() => this.learnt(test, true, before, frame))
    const exitNo = this.statements0(no)
    frame.otherwise.pop()
    if (threw || (exitNo === 'gone' && frame.returns.length === left))
      this.refuse(test, frame, denied || this.denied)
    const factsNo = this.facts
    if (exitYes !== 'on') this.noteLoose(test, before, frame)
    else if (exitNo === 'on')
      skippedInBranch(this, test, value.deps, { yes: factsYes, no: factsNo, before }, frame.syntax)
    frame.branch--
    if (trusted(asks)) frame.asked.pop()
    if (frame.returns.length > returned || exitYes !== 'on' || exitNo !== 'on')
      frame.ctl = union(frame.ctl, value.deps, value.ctl)
    this.facts =
      exitYes === 'on' && exitNo === 'on'
        ? this.idle(join(factsYes, factsNo), factsYes, before, test, frame)
        : exitYes === 'on'
          ? factsYes
          : factsNo
    if (exitYes === 'on' || exitNo === 'on') return 'on'
    return exitYes === 'jump' || exitNo === 'jump' ? 'jump' : 'gone'
  }

  /** `if (isServiceError(result)) return result`: there it is an error, and holds none of the rows. */
  private asError(test: Expr, frame: Frame): (() => void) | undefined {
    const [given] = test.k === 'call' && /^is\w*(Error|Failure)$/.test(nameOf(test.callee)) ? test.args : []
    const old = given?.k === 'name' ? frame.env.own.get(given.b) : undefined
    if (given?.k !== 'name' || !old) return undefined
    const { own } = frame.env
    own.set(given.b, unknown(union(old.deps, allDeps(old)), old.ctl))
    return () => own.set(given.b, old)
  }

  /**
   * The outcome of a test on an option that a function was given. What a function returned is not as sure: a feature flag
   * is off where its package could not be read. The body of a loop is read for other rounds than the first as well.
   */
  private certain(value: Value, test: Expr, frame: Frame): boolean | undefined {
    if (this.loop !== undefined) return undefined
    if (test.k === 'logic' && test.op !== '??') {
      const left = this.certain(this.quiet(test.left, frame), test.left, frame)
      if (left !== undefined && left === (test.op === '||')) return left
      const right = this.certain(this.quiet(test.right, frame), test.right, frame)
      return left !== undefined || right === (test.op === '||') ? right : undefined
    }
    const here = this.isHere(test, frame)
    if (here !== undefined) return here
    const counted = countedIn(test)
    if (counted && isParameter(counted.of, frame.syntax)) {
      const { shape } = this.quiet(counted.of, frame)
      if (shape?.k === 'array' && shape.literal && shape.items) return shape.items.length > 0 === counted.any
    }
    if (!isParameter(test, frame.syntax)) return surely(value)
    return surely(value) ?? (isHandedIn(value) ? true : truthOf(value))
  }

  /** `request.nextUrl.pathname === '/api/links'` in a wrapper: the path of this endpoint is known, where nothing of it is open. */
  private isHere(test: Expr, frame: Frame): boolean | undefined {
    const held = this.path === undefined ? undefined : heldAgainst(test)
    if (!held || this.path === undefined) return undefined
    if (!/^(path|url\.pathname)$/.test(this.quiet(held.of, frame).client ?? '')) return undefined
    // Another endpoint that goes the same way is elsewhere.
    this.impure(0)
    const could = held.texts.some((text) => matchesPath(this.path ?? '', text))
    return could && this.path.includes('[') ? undefined : could === held.same
  }

  /**
   * `if (input.customerId) await requireCustomer(input.customerId)`: what was checked of an input holds afterwards as well,
   * since where the input was not sent, there is nothing to check.
   */
  private idle(
    held: readonly Fact[],
    checked: readonly Fact[],
    before: readonly Fact[],
    test: Expr,
    frame: Frame,
  ): readonly Fact[] {
    if (checked.length === before.length || this.naming) return held
    const inputs = givenIn(test)?.map((expr) => this.quiet(expr, frame).client)
    const [input] = inputs ?? []
    if (!inputs || input === undefined || !inputs.every((one) => one === input)) return held
    const isOf = (dep: string): boolean =>
      dep === `client:${input}` || dep.startsWith(`client:${input}.`) || dep.startsWith(`client:${input}[`)
    const own = checked.filter(
      (fact) => !before.includes(fact) && !held.includes(fact) && [...fact.deps].some(isOf),
    )
    return own.length === 0 ? held : [...held, ...own.map((fact): Fact => ({ ...fact, ifSent: true }))]
  }

  private noteNegated(expr: Expr & { k: 'binary' }, value: Value, frame: Frame): void {
    const { left, right, op } = expr
    if (this.naming || !/^[!=]==?$/.test(op) || left.k !== 'unary' || left.op !== '!') return
    if (left.of.k === 'unary' || right.k !== 'literal' || typeof right.value !== 'string') return
    const name = nameOf(left.of)
    this.emit({
      ...this.moment(frame.syntax, expr.at),
      k: 'negated-comparison',
      name,
      text: right.value,
      value,
    })
  }

  /** `if (scope && row.scope !== scope) return`: without a scope, nothing is checked. */
  private noteLoose(test: Expr, facts: readonly Fact[], frame: Frame): void {
    const loose = this.naming ? undefined : looseTest(test)
    if (!loose) return
    const row = this.quiet(loose.row, frame)
    if (![...row.deps].some((dep) => dep.startsWith('row:'))) return
    const scope = this.quiet(loose.scope, frame)
    const name = nameOf(loose.scope)
    this.emit({ ...this.moment(frame.syntax, test.at), facts, k: 'loose-check', name, scope, row })
  }

  private statements0(work: () => Exit): Exit {
    const exit = work()
    if (!this.gone) return exit
    this.gone = false
    return 'gone'
  }

  private iterate(stmt: Stmt & { k: 'loop' }, frame: Frame): Exit {
    const over = stmt.over ? unwrap(this.evaluate(stmt.over, frame)) : undefined
    if (stmt.test) this.condition(stmt.test, frame)
    const items = over?.shape?.k === 'array' && over.shape.literal ? over.shape.items : undefined
    const before = this.facts
    const loop = this.loop
    if (!items) this.loop = nameOf(stmt.over ?? stmt.test)
    frame.branch++
    for (const item of items?.slice(0, 6) ?? [over ? elementOf(over) : unknown()]) {
      if (stmt.item) this.bind(stmt.item, item, frame)
      this.statements(stmt.body, frame)
      if (!items) this.facts = ofEach(this.facts, before, item)
    }
    frame.branch--
    this.loop = loop
    return 'on'
  }

  private choose(stmt: Stmt & { k: 'switch' }, frame: Frame): Exit {
    const on = this.evaluate(stmt.on, frame)
    const before = this.facts
    let after: readonly Fact[] | undefined = stmt.cases.some((one) => !one.test) ? undefined : before
    frame.ctl = union(frame.ctl, on.deps, on.ctl)
    frame.branch++
    for (const one of stmt.cases) {
      this.facts = before
      if (one.test) {
        const test = this.evaluate(one.test, frame)
        this.assume(union(on.deps, on.ctl, test.deps), frame.syntax, one.test.at, false)
      }
      if (this.statements(one.body, frame) !== 'gone') after = after ? join(after, this.facts) : this.facts
    }
    frame.branch--
    this.facts = after ?? before
    return after ? 'on' : 'gone'
  }

  // ---- conditions

  private condition(test: Expr, frame: Frame): Value {
    const value = this.tested(test, frame)
    const asked = test.k === 'unary' && test.op === '!' ? test.of : test
    if (/^(name|member)$/.test(asked.k)) noteDecision(this, this.quiet(asked, frame), frame.syntax, test.at)
    if ((asked.k === 'call' || asked.k === 'name') && !this.naming) {
      const { shape } = this.quiet(asked, frame)
      const who = shape?.k === 'promise' && shape.of.who
      // A promise in a variable may be a cache of work under way; that of an identity, or one that was called for right
      // there and is asked whether it is missing, is a forgotten `await`.
      const called = asked !== test && asked.k === 'name' && frame.syntax.bindings[asked.b]
      const forgotten = called && called.k === 'const' && called.init?.k === 'call' && called.to.k === 'bind'
      if (shape?.k === 'promise' && (asked.k === 'call' || who || forgotten))
        this.emit({
          ...this.moment(frame.syntax, asked.at),
          k: 'promise-test',
          name: shape.name || nameOf(asked.k === 'call' ? asked.callee : asked),
        })
    }
    return value
  }

  /** What a test says when it held (`yes`) or did not. `a || b` that did not hold says two things, apart. */
  private learn(test: Expr, yes: boolean, frame: Frame): void {
    if (test.k === 'unary' && test.op === '!') {
      this.learn(test.of, !yes, frame)
      return
    }
    if (test.k === 'logic' && test.op === (yes ? '&&' : '||')) {
      this.learn(test.left, yes, frame)
      this.learn(test.right, yes, frame)
      return
    }
    if (test.k === 'logic' && test.op !== '??') {
      const truth = this.certain(this.quiet(test.left, frame), test.left, frame)
      if (truth !== undefined) {
        if (truth !== yes) this.learn(test.right, yes, frame)
        return
      }
      // `env.IS_CLOUD && user.email !== env.ADMIN`: read as where the installation asks for it.
      const setting = this.quiet(test.left, frame).deps
      if (setting.size > 0 && [...setting].every((dep) => dep.startsWith('env:'))) {
        this.learn(test.right, yes, frame)
        return
      }
      // One of two: what both ways say holds.
      const before = this.facts
      this.learn(test.left, yes, frame)
      const left = this.facts
      this.facts = before
      this.learn(test.left, !yes, frame)
      this.learn(test.right, yes, frame)
      const checked = checkedBoth(before, left, this.facts)
      this.facts = join(left, this.facts)
      this.assume(checked, frame.syntax, test.at, false, yes, { partial: true })
      if (test.left.k === 'binary' && test.right.k === 'binary') {
        const deps = union(this.quiet(test.left, frame).deps, this.quiet(test.right, frame).deps)
        if (trusted(deps)) this.assume(deps, frame.syntax, test.at, false, yes, { partial: true })
      }
      return
    }
    const value = this.quiet(test, frame)
    if (value.shape?.k === 'promise') return
    const compared = test.k === 'binary' && !isNothing(test.left) && !isNothing(test.right)
    const { subject, present } = presenceIn(test, yes)
    const told = subject && this.proxy ? this.told(this.quiet(subject, frame), present) : undefined
    if (told) this.facts = withFacts(this.facts, told)
    const missing = !present && subject !== undefined
    const absent = missing && this.quiet(subject, frame).who === true
    const look = lookIn(test, yes, (expr) => this.quiet(expr, frame))
    this.assume(
      // What chose among the returns counts as asked; a proxy chooses by the path as well, so there the returns tell.
      told ? value.deps : union(value.deps, value.ctl),
      frame.syntax,
      test.at,
      !compared && test.k !== 'call' && test.k !== 'await' && test.k !== 'logic',
      yes,
      {
        ...(missing ? { missing } : {}),
        ...(absent ? { absent } : {}),
        ...(isCount(test) ? { count: true } : {}),
        ...(look ? { look } : {}),
        ...(isLookup(unwrap(subject ? this.quiet(subject, frame) : value), missing) ? { lookup: true } : {}),
        ...(holdsInput(value) ? {} : { derived: true }),
        ...askedOf(unwrap(subject ? this.quiet(subject, frame) : value)),
        ...(subject && this.quiet(subject, frame).client !== undefined ? { sent: true } : {}),
      },
    )
  }

  /** What holds after a test that came out as `yes`. */
  private learnt(test: Expr, yes: boolean, from: readonly Fact[], frame: Frame): readonly Fact[] {
    const here = this.facts
    this.facts = from
    this.learn(test, yes, frame)
    const facts = this.facts
    this.facts = here
    return facts
  }

  /** What held at those returns of a function that are left when its value was there, or was not. */
  private told(value: Value, present: boolean): readonly Fact[] | undefined {
    const outcomes = unwrap(value).outcomes
    if (!outcomes || this.naming) return undefined
    const [first, ...rest] = outcomes.filter(({ gave }) => gave === undefined || gave === present)
    if (!first || rest.length + 1 === outcomes.length) return undefined
    return rest.reduce((facts, one) => join(facts, one.facts), first.facts)
  }

  private tested(expr: Expr, frame: Frame): Value {
    const value = this.evaluate(expr, frame)
    frame.tested.set(expr, value)
    return value
  }

  /** The value of a part of a test, which has usually been evaluated just before. No events, no new facts. */
  private quiet(expr: Expr, frame: Frame): Value {
    const known = frame.tested.get(expr)
    if (known) return known
    const { facts, gone, naming } = this
    const length = this.events.length
    const value = this.evaluate(expr, frame)
    this.events.length = length
    this.facts = facts
    this.gone = gone
    this.naming = naming
    return value
  }

  // ---- patterns

  private bind(to: Pattern, value: Value, frame: Frame): void {
    switch (to.k) {
      case 'bind':
        frame.env.own.set(to.b, value)
        return
      case 'default':
        this.bind(
          to.to,
          value.shape?.k === 'literal' && value.shape.value === undefined
            ? this.evaluate(to.value, frame)
            : value,
          frame,
        )
        return
      case 'rest':
        this.bind(to.to, value, frame)
        return
      case 'object': {
        for (const prop of to.props) this.bind(prop.to, this.member(value, prop.key, frame, to.at), frame)
        if (to.rest)
          this.bind(
            to.rest,
            without(
              value,
              to.props.map((prop) => prop.key),
            ),
            frame,
          )
        return
      }
      case 'array':
        for (const [i, item] of to.items.entries()) {
          const shape = unwrap(value).shape
          const at = shape?.k === 'array' ? shape.items?.[i] : undefined
          if (item) this.bind(item, at ?? elementOf(value), frame)
        }
        return
      case 'place':
        return
    }
  }

  private assign(to: Pattern, value: Value, frame: Frame): void {
    if (to.k !== 'bind') {
      this.bind(to, value, frame)
      if (to.k === 'place' && to.expr.k === 'member') {
        const of = this.evaluate(to.expr.of, frame)
        if (of.shape?.k === 'object') {
          of.shape.fields.set(to.expr.key, value)
          this.changed(of.shape.fields)
        }
        // `file.password = true`: what stood in the row is gone.
        if (value.shape?.k === 'literal') {
          const root = this.quiet(rootOf(to.expr.of), frame)
          if (isOfRows(unwrap(root))) this.remove(to.expr, frame)
        }
      }
      return
    }
    for (let env: Env | null = frame.env; env; env = env.up) {
      const old = env.own.get(to.b)
      if (!old) continue
      // Which of the two it is tells how the test came out: `if (!session) error = …; if (error) return error`.
      const chosen = env === frame.env && isGiven(value) !== undefined ? union(...frame.asked) : NONE
      const stays = frame.branch > 0 || env !== frame.env
      const now = allowing(value, this.facts)
      env.own.set(to.b, stays ? either(this.unlessAssigned(old, frame), now, chosen) : now)
      if (env.up === null) this.impure(0)
      return
    }
    frame.env.own.set(to.b, value)
  }

  /** `if (!isLocal(next)) next = '/'`: where it stays what it was, it has passed the test. */
  private unlessAssigned(old: Value, frame: Frame): Value {
    const facts = old.client === undefined && !old.text ? undefined : frame.otherwise.at(-1)
    return facts ? allowing(old, facts()) : old
  }

  // ---- expressions

  private member(of: Value, key: string, frame: Frame, at: number): Value {
    const value = ofVariable(this.memberOf(of, key, frame, at), key)
    // A role of the caller is worth remembering by name, wherever it came from.
    const name = isRole(key) ? key : this.declared.isRole(key) ? `role ${key}` : undefined
    if (name === undefined || (value.shape && value.shape.k !== 'chain') || !trusted(value.deps)) return value
    return { ...value, deps: union(value.deps, new Set([`field:${name}`])) }
  }

  private memberOf(of: Value, key: string, frame: Frame, at: number): Value {
    const shape = of.shape
    // `options?.silent` of options that were left out.
    if (of.sure && isGiven(of) === false && truthOf(of) === undefined) return of
    const extend = (): Value => {
      if (of.client === undefined) return part(of, key)
      // A reader of a stream gives what is in it; it is no field of that.
      if (of.client === 'body' && key === 'getReader') return of
      const path = of.client === '' ? key : `${of.client}.${key}`
      const child: Value = { deps: new Set([`client:${path}`]), ctl: of.ctl, client: path }
      const schema = fieldSchema(of.schema, key)
      if (of.parsed) child.parsed = !isLoose(schema)
      if (schema) child.schema = schema
      const run = (fn: Value): Value => this.attempt(fn, [child], frame.syntax, at)
      const text = of.parsed ? limitedText(child, schema, run) : undefined
      if (text) child.text = text
      return child
    }
    if (!shape) return extend()
    switch (shape.k) {
      case 'object': {
        const field = shape.fields.get(key)
        if (field) return field
        const open = shape.open ?? []
        return open.length === 0
          ? of.client === undefined
            ? { ...literal(undefined), ctl: of.ctl }
            : extend()
          : open.map((one) => this.member(one, key, frame, at)).reduce((a, b) => either(a, b))
      }
      case 'row':
        return rowMember(of, key)
      case 'promise':
        return key === 'then' || key === 'catch' || key === 'finally'
          ? shaped({
              k: 'native',
              call: (args) => {
                if (key === 'then' && args[0]) return this.call(args[0], [shape.of], frame.syntax, at)
                if (args[0]) this.attempt(args[0], [unknown(new Set(['error']))], frame.syntax, at)
                return shape.of
              },
            })
          : this.member(shape.of, key, frame, at)
      case 'module':
        return this.exported(shape.file, key) ?? unknown()
      case 'external':
        return shape.name === '*' ||
          (shape.name === 'default' && /^[A-Z]/.test(key) === false && shape.from !== 'global')
          ? shaped({ k: 'external', from: shape.from, name: key })
          : shaped(
              {
                k: 'chain',
                from: shape.from,
                root: shape.name,
                steps: [{ name: key, args: [], at, syntax: frame.syntax }],
                at,
                syntax: frame.syntax,
              },
              of.deps,
            )
      case 'chain':
        // Validated environments (`env.CRON_SECRET`) are environment all the same.
        if (/t3-oss\/env|envalid|env-core|znv/.test(shape.from)) return unknown(new Set([`env:${key}`]))
        return shaped(
          { ...shape, steps: [...shape.steps, { name: key, args: [], at, syntax: frame.syntax }] },
          of.deps,
        )
      case 'prisma': {
        const model = this.delegates.get(key)
        return model === undefined ? of : shaped({ k: 'delegate', model, tx: shape.tx })
      }
      case 'class':
        return this.classMember(shape, key, true, of)
      case 'instance':
        return shape.fields.get(key) ?? this.classMember(shape.of, key, false, of)
      case 'native':
        return shape.fields?.get(key) ?? unknown(of.deps)
      case 'array':
        return unknown(of.deps, of.ctl)
      default:
        return extend()
    }
  }

  private classMember(
    of: { cls: Syntax['classes'][number]; syntax: Syntax; env: Env },
    key: string,
    isStatic: boolean,
    self: Value,
  ): Value {
    const found = of.cls.members.find((one) => one.name === key && one.isStatic === isStatic)
    const frame: Frame = { ...this.top(of.syntax), env: { own: new Map(), up: of.env, self } }
    if (!found?.value) {
      const base = of.cls.extends ? this.evaluate(of.cls.extends, frame) : undefined
      return base?.shape?.k === 'class' ? this.classMember(base.shape, key, isStatic, self) : unknown()
    }
    const value = this.evaluate(found.value, frame)
    return value.shape?.k === 'closure' ? { ...value, shape: { ...value.shape, self } } : value
  }

  evaluate(expr: Expr | null, frame: Frame): Value {
    if (!expr) return literal(undefined)
    this.steps++
    switch (expr.k) {
      case 'name':
        return this.lookup(frame, expr.name, expr.b)
      case 'literal':
        return literal(expr.value)
      case 'regex':
        return shaped({ k: 'regex', pattern: expr.pattern, flags: expr.flags })
      case 'template': {
        const items = expr.items.map((item) => this.evaluate(item, frame))
        if (expr.tag) {
          const of = expr.tag.k === 'member' ? this.evaluate(expr.tag.of, frame) : undefined
          if (expr.tag.k === 'member' && RAW.has(expr.tag.key))
            return rawQuery(this, expr.tag.key, items, true, frame.syntax, expr.at)
          const tag =
            of && expr.tag.k === 'member'
              ? this.member(of, expr.tag.key, frame, expr.tag.at)
              : this.evaluate(expr.tag, frame)
          if (tag.shape?.k === 'chain') return extendChain(tag, items)
          noteTagged(this, nameOf(expr.tag), expr.parts, items, frame.syntax, expr.at)
        }
        const parts = expr.parts.flatMap((part, i) => [part, ...items.slice(i, i + 1)])
        const inText = items.map((item) => item.client ?? item.inText).find((one) => one !== undefined)
        const value = allowing(composed(parts), this.facts)
        return inText === undefined ? value : { ...value, inText }
      }
      case 'member':
        if (expr.key === 'env' && expr.of.k === 'name' && expr.of.name === 'process')
          return unknown(new Set(['env:*']))
        if (
          expr.of.k === 'member' &&
          expr.of.of.k === 'name' &&
          expr.of.of.name === 'process' &&
          expr.of.key === 'env'
        )
          return unknown(new Set([`env:${expr.key}`]))
        return this.member(this.evaluate(expr.of, frame), expr.key, frame, expr.at)
      case 'index': {
        const of = this.evaluate(expr.of, frame)
        const by = this.evaluate(expr.by, frame)
        if (by.shape?.k === 'literal' && by.shape.value !== null && by.shape.value !== undefined)
          return this.member(of, String(by.shape.value), frame, expr.at)
        const one =
          of.shape?.k === 'object' && !this.naming ? anyOf(this, [...of.shape.fields.values()]) : undefined
        if (one) return one
        return { ...unknown(union(allDeps(of), by.deps), of.ctl), text: chosenText(of) }
      }
      case 'call':
        return this.callExpression(expr, frame)
      case 'fn': {
        const fn = frame.syntax.functions[expr.fn]
        return fn
          ? shaped({
              k: 'closure',
              fn,
              syntax: frame.syntax,
              env: frame.env,
              ...(frame.env.self ? { self: frame.env.self } : {}),
            })
          : unknown()
      }
      case 'class': {
        const cls = frame.syntax.classes[expr.cls]
        return cls ? shaped({ k: 'class', cls, syntax: frame.syntax, env: frame.env }) : unknown()
      }
      case 'object': {
        const fields = new Map<string, Value>()
        this.births.set(fields, ++this.made)
        const open: Value[] = []
        for (const prop of expr.props) {
          const value = this.evaluate(prop.value, frame)
          if (prop.spread) {
            if (value.shape?.k === 'object') {
              for (const [key, field] of value.shape.fields) fields.set(key, field)
              open.push(...(value.shape.open ?? []))
            } else open.push(value)
          } else if (prop.key !== undefined) fields.set(prop.key, value)
          else open.push(value)
        }
        return shaped(open.length > 0 ? { k: 'object', fields, open: fewer(open) } : { k: 'object', fields })
      }
      case 'array': {
        const items = expr.items.map((item) =>
          item.k === 'spread' ? spreadOf(this.evaluate(item.of, frame)) : this.evaluate(item, frame),
        )
        const of = items.length > 0 ? items.reduce((a, b) => either(a, b)) : unknown()
        return shaped({ k: 'array', of, literal: !expr.items.some((item) => item.k === 'spread'), items })
      }
      case 'spread':
        return this.evaluate(expr.of, frame)
      case 'await':
        return unwrap(this.evaluate(expr.of, frame))
      case 'binary': {
        const left = this.evaluate(expr.left, frame)
        const right = this.evaluate(expr.right, frame)
        this.noteNegated(expr, left, frame)
        const flags = [truthOf(left), truthOf(right)]
        if (/^[!=]==?$/.test(expr.op) && !flags.includes(undefined))
          return literal((flags[0] === flags[1]) === expr.op.startsWith('='))
        if (/^[!=]==?$/.test(expr.op) && left.sure && isText(left) && isText(right))
          return sureLiteral((left.shape.value === right.shape.value) === expr.op.startsWith('='))
        if (/^[!=]==?$/.test(expr.op)) {
          comparison(this, left, right, frame.syntax, expr.at)
          comparedWithVariable(this, expr, left, right, frame.syntax)
        }
        const deps = union(allDeps(left), allDeps(right))
        const result = unknown(union(deps, textsAsked(deps, [left, right])), union(left.ctl, right.ctl))
        return { ...result, text: expr.op === '+' ? textOfAll([left, right]) : NO_TEXT }
      }
      case 'logic': {
        const left = this.tested(expr.left, frame)
        const truth = expr.op === '??' ? undefined : this.certain(left, expr.left, frame)
        if (truth !== undefined) return truth === (expr.op === '&&') ? this.tested(expr.right, frame) : left
        const before = this.facts
        this.learn(expr.left, expr.op === '&&', frame)
        const right = allowing(this.tested(expr.right, frame), this.facts)
        if (this.gone) {
          // `session ?? redirect()`: what follows has the left side.
          this.gone = false
          this.facts = before
          this.learn(expr.left, true, frame)
          return left
        }
        this.facts = before
        skippedInTest(this, expr, (part) => this.quiet(part, frame), frame.syntax)
        return expr.op === '&&'
          ? {
              ...either(right, left),
              ...(right.shape ? { shape: right.shape } : {}),
              deps: union(left.deps, right.deps),
            }
          : withDefault(expr, right, either(left, right), frame.syntax)
      }
      case 'unary': {
        const of = this.tested(expr.of, frame)
        const truth = expr.op === '!' ? this.certain(of, expr.of, frame) : undefined
        if (truth !== undefined) return of.sure ? sureLiteral(!truth) : literal(!truth)
        // What kind of thing was sent says nothing of what stands in it.
        if (expr.op === 'typeof' && textOf(of).all.size > 0) return unknown()
        const inner = expr.op === '!' && expr.of.k === 'unary' && expr.of.op === '!' ? expr.of.of : undefined
        const who = inner && this.quiet(inner, frame).who
        return { ...unknown(of.deps, of.ctl), ...(who ? { who } : {}) }
      }
      case 'choose': {
        const test = this.tested(expr.test, frame)
        const truth = this.certain(test, expr.test, frame)
        if (truth !== undefined) {
          this.learn(expr.test, truth, frame)
          return this.evaluate(truth ? expr.yes : expr.no, frame)
        }
        const before = this.facts
        this.learn(expr.test, true, frame)
        const yes = allowing(this.evaluate(expr.yes, frame), this.facts)
        this.facts = before
        this.learn(expr.test, false, frame)
        const no = allowing(this.evaluate(expr.no, frame), this.facts)
        this.facts = before
        const deps = union(test.deps, test.ctl)
        return chosen(yes, no, deps, deps)
      }
      case 'assign': {
        const value = this.evaluate(expr.value, frame)
        this.assign(expr.target, value, frame)
        return value
      }
      case 'jsx': {
        const props = new Map(
          expr.props.map((prop, i) => [prop.key ?? `...${i}`, this.evaluate(prop.value, frame)] as const),
        )
        for (const child of expr.children) this.evaluate(child, frame)
        const given = shaped({ k: 'object', fields: props })
        this.component(expr, given, frame)
        return given
      }
      case 'many':
        return expr.items.map((item) => this.evaluate(item, frame)).at(-1) ?? unknown()
    }
  }

  /** An async component runs on the server, as part of the page that renders it. */
  private component(expr: Expr & { k: 'jsx' }, given: Value, frame: Frame): void {
    if (!expr.tag || this.naming) return
    const { shape } = this.evaluate(expr.tag, frame)
    if (shape?.k === 'closure' && shape.syntax.directive === 'client' && holdsRow(given))
      this.emit({
        ...this.moment(frame.syntax, expr.at),
        k: 'client-props',
        component: nameOf(expr.tag),
        value: given,
      })
    if (shape?.k !== 'closure' || !shape.fn.isAsync || shape.syntax.directive === 'client') return
    const props = this.evaluate({ k: 'object', at: expr.at, props: expr.props }, frame)
    const before = this.facts
    const made = this.call({ ...unknown(), shape }, [props], frame.syntax, expr.at, nameOf(expr.tag))
    this.facts = withFacts(before, unwrap(made).back)
  }

  private callExpression(expr: Expr & { k: 'call' }, frame: Frame): Value {
    const callee = expr.callee
    const syntax = frame.syntax
    if (callee.k === 'member') {
      const delegate =
        callee.of.k === 'member' && OPERATIONS.has(callee.key) ? this.delegates.get(callee.of.key) : undefined
      const base =
        delegate !== undefined && callee.of.k === 'member' ? this.evaluate(callee.of.of, frame) : undefined
      if (delegate !== undefined && base && mayBePrisma(base))
        return prismaAccess(this, delegate, callee.key, this.args(expr, frame), syntax, expr.at, base)
      const of = this.evaluate(callee.of, frame)
      if (of.shape?.k === 'delegate' && OPERATIONS.has(callee.key))
        return prismaAccess(this, of.shape.model, callee.key, this.args(expr, frame), syntax, expr.at, of)
      if (RAW.has(callee.key))
        return rawQuery(this, callee.key, this.args(expr, frame), false, syntax, expr.at)
      if (callee.key === '$transaction') return transaction(this, this.args(expr, frame), syntax, expr.at)
      if (of.shape?.k === 'prisma' && callee.key.startsWith('$')) return of
      const args = this.args(expr, frame)
      methodCall(this, expr, of, args, syntax)
      if (of.client !== undefined && /^get(All)?$/.test(callee.key) && args[0]?.shape?.k === 'literal')
        return this.member(of, String(args[0].shape.value), frame, expr.at)
      const parsed = parseCall(this, of, callee.key, args, syntax, expr.at)
      if (parsed) return parsed
      if (of.shape?.k === 'array' && /^(push|unshift|add)$/.test(callee.key) && callee.of.k === 'name') {
        this.assign({ ...callee.of, k: 'bind' }, extended(of.shape, args, this.loop !== undefined), frame)
        return unknown(of.deps)
      }
      const method = this.member(of, callee.key, frame, callee.at)
      if (method.shape?.k === 'chain') {
        return (
          libraryCall(this, method, args, syntax, expr.at) ??
          invoke(this, method, args, syntax, expr.at, callee.key, of)
        )
      }
      if (method.shape?.k === 'closure' || method.shape?.k === 'native' || method.shape?.k === 'external')
        return limiting(
          this,
          callee.key,
          this.call(method, complete(method, expr, args), syntax, expr.at, callee.key),
        )
      return invoke(this, method, args, syntax, expr.at, callee.key, of)
    }
    if (callee.k === 'name' && callee.name === 'import' && callee.b < 0) {
      const specifier = expr.args[0]?.k === 'literal' ? String(expr.args[0].value) : ''
      const target = findExport(this.program, syntax.file, specifier, '*')
      return target ? this.target(target) : unknown()
    }
    const value = this.evaluate(callee, frame)
    const args = this.args(expr, frame)
    if (expr.isNew) return this.construct(value, args, frame, expr.at)
    methodCall(this, expr, undefined, args, syntax)
    const name = nameOf(callee)
    return limiting(this, name, this.call(value, complete(value, expr, args), syntax, expr.at, name))
  }

  private args(expr: Expr & { k: 'call' }, frame: Frame): Value[] {
    return expr.args.flatMap((arg) => {
      const value = this.evaluate(arg, frame)
      const { shape } = value
      // `fn(...args)` of a wrapper hands on what it was given.
      return arg.k === 'spread' && shape?.k === 'array' && shape.items ? shape.items : [value]
    })
  }

  private construct(callee: Value, args: Value[], frame: Frame, at: number): Value {
    const shape = callee.shape
    const deps = union(...args.map((arg) => allDeps(arg)))
    if (shape?.k === 'class') {
      const self = shaped({ k: 'instance', of: shape, fields: new Map() }, deps)
      const made = this.classMember(shape, 'constructor', false, self)
      if (made.shape?.k === 'closure') this.call(made, args, frame.syntax, at, 'constructor')
      return self
    }
    if (shape?.k === 'external' || shape?.k === 'chain') {
      const name = shape.k === 'external' ? shape.name : (shape.steps.at(-1)?.name ?? '')
      noteConstructor(this, { from: shape.from, name }, args, frame.syntax, at)
      remoteCommand(this, { from: shape.from, name }, args, frame.syntax, at)
      if (name === 'Set' && shape.from === 'global') return listOf(args[0])
      if (name === 'PrismaClient') return shaped({ k: 'prisma', tx: false })
      if (/^(Next)?Response$/.test(name)) {
        headersGiven(this, args[1], frame.syntax, at)
        return {
          ...shaped(args[0] ? { k: 'response', body: args[0] } : { k: 'response' }),
          ...statusIn(args[1], this),
        }
      }
      if (name === 'URL') {
        const params = args[0] ?? unknown()
        const text = textOfUrl(args)
        // Which scheme it has says nothing of where it leads.
        const fields = new Map([
          ['protocol', unknown()],
          ['href', { ...unknown(deps), text }],
        ])
        const made = shaped(
          {
            k: 'object',
            fields,
            open: [
              params.client === 'url'
                ? {
                    ...params,
                    shape: {
                      k: 'object',
                      fields: new Map([['searchParams', searchParams()]]),
                      open: [params],
                    },
                  }
                : unknown(deps),
            ],
          },
          deps,
        )
        return { ...made, text }
      }
      // `new NextRequest(request, { headers })`: the same request.
      const given = args[0]
      if (/^(Next)?Request$/.test(name) && given?.shape?.k === 'object') return given
      if (name === 'Promise' && args[0]?.shape?.k === 'closure') {
        let settled: Value = unknown(deps)
        const settle = shaped({
          k: 'native',
          call: ([value]) => {
            if (value) settled = value
            return unknown()
          },
        })
        this.attempt(args[0], [settle, shaped({ k: 'native', call: () => unknown() })], frame.syntax, at)
        return shaped({ k: 'promise', of: settled, name: '' })
      }
      return shaped(
        {
          k: 'chain',
          from: shape.from,
          root: name,
          steps: [{ name: 'new', args, at, syntax: frame.syntax }],
          at,
          syntax: frame.syntax,
        },
        deps,
      )
    }
    return unknown(deps)
  }
}

const depsOf = (args: readonly Value[]): Sources => union(...args.map((arg) => allDeps(arg)))

/** The arguments of a call in the source: those that are left out are nothing, which is known. */
function complete(callee: Value, expr: Expr & { k: 'call' }, args: Value[]): Value[] {
  const params = callee.shape?.k === 'closure' ? callee.shape.fn.params : []
  if (params.length <= args.length || expr.args.some((arg) => arg.k === 'spread')) return args
  const left = params.slice(args.length).filter((param) => param.k !== 'rest')
  return [...args, ...left.map(() => sureLiteral(undefined))]
}

const askedOf = ({ by }: Value): Pick<Fact, 'asked'> => (by === undefined ? {} : { asked: by })

/** A function, a schema or other options that were written down where they were handed in: `if (options.schema)`. */
const isHandedIn = ({ shape, deps, gap }: Value): boolean =>
  !gap && deps.size === 0 && /^(closure|chain|object|array)$/.test(shape?.k ?? '')

/**
 * Stands for a refusal whose condition is decided in a package that is told who is calling (`ability.cannot('delete', post)`):
 * whoever goes on may do this to what the function was given.
 */
const DENIED = 'denied'

/** Something of the caller is seen in a condition, so that it speaks for itself. */
const isSeen = (deps: Sources): boolean =>
  [...deps].some((dep) => /^(client|identity|credential|row|member|env):/.test(dep))

const isOfRows = ({ shape }: Value): boolean =>
  shape?.k === 'row' || (shape?.k === 'array' && shape.of.shape?.k === 'row')

const isText = (value: Value): value is Value & { shape: { k: 'literal'; value: string } } =>
  value.shape?.k === 'literal' && typeof value.shape.value === 'string'
