/**
 * Runs a function symbolically. Each branch is read once, loops once, calls are followed into the project's source.
 * The result is the list of events (Prisma calls, responses, …), each with the conditions that held when it was reached.
 * Bounded: `STEPS` expressions a run, `DEPTH` calls deep, no function twice on the stack unless it is given another to run.
 */
import type { Fn, Syntax } from '../../source/syntax.ts'
import { fresh, isOutermost, replay } from './calls.ts'
import { DENIED } from './conditions.ts'
import type { Call, Fact } from './events.ts'
import { depsOf } from './expressions.ts'
import { joinReturns } from './facts.ts'
import { callStep, outcomesOf, withVerdicts } from './forms.ts'
import { invoke } from './invoke.ts'
import { libraryCall } from './libraries.ts'
import { type Frame, frameOf, STEPS, type Trace } from './run-state.ts'
import { Statements } from './statements.ts'
import { refusedOf } from './text.ts'
import { endedUnset } from './unset.ts'
import {
  allDeps,
  type Env,
  either,
  literal,
  NONE,
  shaped,
  trusted,
  union,
  unknown,
  type Value,
  withBack,
} from './value.ts'

const DEPTH = 14
/** How many functions may be on the stack, with those that are there more than once: the links of a chain of middlewares. */
const LONGEST = 32
/** How often a function that is given others to run may be on the stack beside itself. */
const NESTED = 2
/** The same for a function that was made anew each time, as the links of a chain of middlewares are. */
const CHAINED = 3

export class Flow extends Statements {
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
    if (this.isTooDeep(0) || this.isRecursion(fn, env, args) || this.steps > STEPS) {
      if (this.steps > STEPS) this.unknown.add(`stopped after ${STEPS} steps in ${fn.name || 'a function'}`)
      if (this.steps > STEPS) this.impure(0)
      else if (this.isTooDeep(0)) this.cut()
      else this.impure(this.stack.indexOf(fn) + 1)
      return unknown(depsOf(args))
    }
    const key =
      env.up === null && !self && !this.gone && isOutermost(fn, syntax)
        ? this.calls.key(
            args,
            `${this.naming}|${this.proxy}|${this.caught}|${this.transaction}|${this.listener}|${this.loop ?? ''}`,
          )
        : undefined
    const deepKey = key === undefined ? undefined : `${this.deep}>${key}`
    const known =
      key === undefined || deepKey === undefined
        ? undefined
        : (this.replayed(fn, key, args, from, at) ?? this.replayed(fn, deepKey, args, from, at))
    if (known) return known
    const start = this.events.length
    const own: Env = { own: new Map(), up: env }
    const frame = frameOf(self ? { ...own, self } : own, syntax, fn.name)
    const before = this.facts
    const answered = this.returned
    const counts = this.stack.includes(fn) ? 0 : 1
    const trace: Trace = {
      entered: new Set([fn]),
      counts,
      depth: counts,
      pure: true,
      cut: false,
      made: this.made,
    }
    this.traces.push(trace)
    this.stack.push(fn)
    this.enclosing.push(env)
    this.deep += counts
    this.refusals.push(new Set())
    const step = callStep(fn, args, from, at)
    this.via.push(step)
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
      frame.returns.push({ value: literal(undefined), facts: this.facts, seen: this.events.length })
      frame.back = this.facts
      this.letThrough(literal(undefined), syntax, fn.end)
    }
    if (frame.last !== undefined) this.returned = { syntax, at: frame.last }
    if (this.stack.length > 1) endedUnset(this, frame.returns, before, fn, syntax)
    this.noteLeft(start, 0, exit !== 'gone', frame, fn.at)
    this.via.pop()
    this.stack.pop()
    this.enclosing.pop()
    this.deep -= counts
    this.traces.pop()
    this.noteEntered(trace.entered, trace.depth)
    const value = this.result(fn, frame, before, args)
    this.noteRefusals(fn, this.refusals.pop() ?? new Set(), args, step)
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

  /**
   * A function that runs another one (`withSession(() => …)`) does not come back to itself while it is given a new one, and
   * neither does one that a wrapper has made anew: `requireRole('ADMIN')(handler)` inside of `requireAuth(handler)`.
   */
  private isRecursion(fn: Fn, env: Env, args: readonly Value[]): boolean {
    const entered = this.stack.filter((one) => one === fn).length
    if (entered === 0) return false
    const runsAnother = args.some(({ shape }) => shape?.k === 'closure' && !this.runs(shape.fn, shape.env))
    return this.runs(fn, env) ? entered > NESTED || !runsAnother : entered > CHAINED
  }

  /** A function that is on the stack more than once counts once. */
  private isTooDeep(more: number): boolean {
    return this.deep + more >= DEPTH || this.stack.length >= LONGEST
  }

  /** The function is on the stack, in the same surroundings. */
  private runs(fn: Fn, env: Env): boolean {
    return this.stack.some((one, at) => one === fn && (env.up === null || this.enclosing[at] === env))
  }

  /** What a function refused of the inputs that it was given holds where it was called, on whichever way it returned. */
  private noteRefusals(fn: Fn, refused: ReadonlySet<string>, args: readonly Value[], step: Call): void {
    if (refused.size === 0 || this.gone || this.naming) return
    // A handler, or whatever is given the input or the request as a whole, is asked for nothing in particular.
    const isAsked = step.told === true && !step.whole && step.framed !== true
    const told = refused.has(DENIED) && isAsked ? union(...args.map((arg) => allDeps(arg))) : NONE
    // Of a function that is written down for each of a list, the one around it was told.
    if (refused.has(DENIED) && fn.name === '') this.refusals.at(-1)?.add(DENIED)
    for (const deps of [...refusedOf(refused, args), ...(trusted(told) ? [told] : [])]) {
      const fact: Fact = {
        deps,
        location: step.location,
        within: '',
        terms: [],
        presence: false,
        refuses: true,
      }
      this.facts = [...this.facts, fact]
      for (const dep of deps) this.refusals.at(-1)?.add(dep)
    }
  }

  private replayed(fn: Fn, key: string, args: Value[], from: Syntax, at: number): Value | undefined {
    const known = this.calls.get(fn, key)
    if (!known || this.isTooDeep(known.depth - 1)) return undefined
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
    this.facts = this.naming ? before : joinReturns(frame.returns, before)
    const any = rest.reduce((a, one) => either(a, one.value, frame.ctl), first.value)
    const value = withVerdicts(any, frame.returns, before)
    const result = fn.isAsync
      ? shaped({ k: 'promise', of: value, name: fn.name }, value.deps, value.ctl)
      : value
    const back = frame.back ?? first.facts
    if (this.naming) return result
    const by = fn.name === '' ? value.by : `${fn.name} ${frame.syntax.file}`
    return withBack(result, back, outcomesOf(frame.returns), by)
  }
}
