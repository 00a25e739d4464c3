/** What a run knows at a place: what happened so far, which conditions hold, and the values of names. */
import { type Expr, type Fn, type Pattern, placeOf, type Syntax } from '../../source/syntax.ts'
import type { Declared } from '../policy/guards.ts'
import { Calls, isOutermost, type Recorded } from './calls.ts'
import type { Call, Event, Fact, Moment } from './events.ts'
import { withKept } from './facts.ts'
import { unwrap } from './forms.ts'
import type { Machine, PathTest } from './machine.ts'
import { findExport, findInFile, type Program, type Target } from './program.ts'
import { type Env, literal, NONE, type Sources, shaped, unknown, type Value } from './value.ts'

/** Expressions that a run evaluates at most. */
export const STEPS = 60_000

export type Exit = 'on' | 'jump' | 'gone'

/** Values of the top-level bindings of each file. */
export type Globals = Map<Syntax, Map<number, Value>>

export interface Frame {
  env: Env
  syntax: Syntax
  name: string
  /** `seen`: events of the run until then. */
  returns: { value: Value; facts: readonly Fact[]; seen: number }[]
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

/** A function, or the top of a file, of which nothing was read yet. */
export const frameOf = (env: Env, syntax: Syntax, name = ''): Frame => ({
  env,
  syntax,
  name,
  returns: [],
  ctl: NONE,
  branch: 0,
  otherwise: [],
  asked: [],
  tested: new Map(),
})

/** What is noted of a call on the stack, to know whether it may be replayed. */
export interface Trace {
  entered: Set<Fn>
  /** 1 for a function that was not on the stack yet, 0 otherwise. */
  counts: number
  depth: number
  pure: boolean
  /** A call below was not followed for its depth: it is the same only when it starts as deep. */
  cut: boolean
  /** Objects made so far when the call began: it may change those that are made later. */
  made: number
}

export abstract class RunState implements Machine {
  readonly events: Event[] = []
  readonly unknown = new Set<string>()
  naming = false
  /** The endpoint is a proxy: what its own function returns decides whether the request goes on. */
  proxy = false
  loop: string | undefined
  transaction = false
  listener = false
  facts: readonly Fact[] = []
  protected via: Call[] = []
  protected stack: Fn[] = []
  /** Of each function on the stack, what encloses it. */
  protected enclosing: Env[] = []
  /** How many different functions are on the stack. */
  protected deep = 0
  /** What was thrown last says that the caller may not. */
  protected denied = false
  protected traces: Trace[] = []
  /** Of each call on the stack, the inputs that it refuses on a condition. */
  protected refusals: Set<string>[] = []
  protected steps = 0
  /** Objects in the order in which they were made. */
  protected made = 0
  protected readonly births = new WeakMap<ReadonlyMap<string, Value>, number>()
  protected gone = false
  protected catching = 0
  /** The return that ended the call that ended last: for the endpoint's function, its answer. */
  protected returned: Recorded['returned']
  protected readonly program: Program
  private readonly globals: Globals

  protected readonly calls: Calls
  /** Of the endpoint that is followed, when requests for one path reach it. */
  path?: string
  /** What was asked of the path, and how it came out: for a path where all of it comes out the same, the run is the same. */
  readonly pathTests: { test: PathTest; outcome: boolean | undefined }[] = []

  abstract quietly(work: () => Value): Value

  abstract call(callee: Value, args: Value[], syntax: Syntax, at: number, name?: string): Value

  protected abstract evaluate(expr: Expr | null, frame: Frame): Value

  protected abstract bind(to: Pattern, value: Value, frame: Frame): void

  /** `globals`, `calls`: values of top-level bindings and calls that were followed, shared by all runs. */
  constructor(program: Program, globals: Globals, calls: Calls = new Calls()) {
    this.calls = calls
    this.program = program
    this.globals = globals
  }

  get delegates(): ReadonlyMap<string, string> {
    return this.program.delegates
  }

  get posts(): ReadonlySet<string> {
    return this.program.posts
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
    if (this.listener) base.listener = true
    return this.loop === undefined ? base : { ...base, loop: this.loop }
  }

  emit(event: Event): void {
    if (!this.naming) this.events.push(event)
  }

  atPath(test: PathTest): boolean | undefined {
    // Another endpoint that goes the same way is elsewhere.
    this.impure(0)
    if (this.path === undefined) return undefined
    const outcome = test(this.path)
    this.pathTests.push({ test, outcome })
    return outcome
  }

  /** A value handed back to the caller of the endpoint. */
  answer(value: Value, syntax: Syntax): void {
    if (this.never) return
    const back = this.returned ?? { syntax, at: syntax.functions[0]?.at ?? 0 }
    const facts = withKept(this.facts, unwrap(value))
    this.emit({ ...this.moment(back.syntax, back.at), facts, k: 'response', value: unwrap(value) })
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
    return this.topLevel(() => this.evaluate(expr, this.top(syntax)))
  }

  protected target(target: Target): Value {
    if ('module' in target) return shaped({ k: 'module', file: target.module })
    if ('external' in target) return shaped({ k: 'external', from: target.external, name: target.name })
    return target.entry.value
      ? this.topLevel(() => this.evaluate(target.entry.value, this.top(target.syntax)))
      : unknown()
  }

  protected top(syntax: Syntax): Frame {
    return frameOf({ own: new Map(), up: null }, syntax)
  }

  private topLevel<T>(work: () => T): T {
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
      value = this.topLevel(() => {
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

  protected lookup(frame: Frame, name: string, b: number): Value {
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

  /** Calls on the stack from `level` on are not to be replayed: they depend on, or change, what is outside of them. */
  protected impure(level: number): void {
    for (let i = level; i < this.traces.length; i++) {
      const trace = this.traces[i]
      if (trace) trace.pure = false
    }
  }

  /** Calls on the stack were not followed to their ends: they are replayed only where they would end in the same place. */
  protected cut(): void {
    for (const trace of this.traces) trace.cut = true
  }

  /** Changing an object changes what is outside of the calls that began after it was made. */
  protected changed(fields: ReadonlyMap<string, Value>): void {
    const made = this.births.get(fields) ?? 0
    const first = this.traces.findIndex((trace) => trace.made >= made)
    if (first >= 0) this.impure(first)
  }

  protected noteEntered(entered: ReadonlySet<Fn>, depth: number): void {
    const parent = this.traces.at(-1)
    if (!parent) return
    for (const one of entered) parent.entered.add(one)
    parent.depth = Math.max(parent.depth, depth + parent.counts)
  }
}
