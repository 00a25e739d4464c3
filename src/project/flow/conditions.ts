/** What a run learns from a test: which facts hold on either way, and which of the ways there is. */
import type { Expr } from '../../source/syntax.ts'
import type { Fact } from './events.ts'
import { elsewhere, join, joinReturns, withFacts } from './facts.ts'
import {
  asksList,
  countedIn,
  isComparison,
  isCount,
  isLookup,
  isParameter,
  looseTest,
  nameOf,
  presenceIn,
  rootOf,
  sentIn,
  unwrap,
} from './forms.ts'
import { waysOut } from './left.ts'
import { checkedBoth, lookIn } from './looks.ts'
import { type Exit, type Frame, RunState } from './run-state.ts'
import { noteDecision } from './sinks.ts'
import { holdsInput } from './text.ts'
import { tiesOf } from './ties.ts'
import { skippedInBranch } from './unset.ts'
import {
  allDeps,
  NONE,
  type Sources,
  surely,
  trusted,
  truthOf,
  union,
  unknown,
  type Value,
  visibleFields,
} from './value.ts'

export abstract class Conditions extends RunState {
  protected abstract remove(expr: Expr, frame: Frame): void

  protected condition(test: Expr, frame: Frame): Value {
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

  protected branch(test: Expr, yes: () => Exit, no: () => Exit, frame: Frame): Exit {
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
    const start = this.events.length
    const exitYes = this.statements0(yes)
    this.noteLeft(start, returned, exitYes !== 'gone', frame, test.at)
    const denied = this.denied
    restore?.()
    frame.otherwise.pop()
    const factsYes = this.facts
    const threw = exitYes === 'gone' && frame.returns.length === returned
    this.facts = before
    this.learn(test, false, frame)
    const left = frame.returns.length
    frame.otherwise.push(() => this.learnt(test, true, before, frame))
    const second = this.events.length
    const exitNo = this.statements0(no)
    this.noteLeft(second, left, exitNo !== 'gone', frame, test.at)
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
        ? this.idle(elsewhere([factsYes, factsNo], before).reduce(join), factsYes, before, test, frame)
        : exitYes === 'on'
          ? factsYes
          : factsNo
    if (exitYes === 'on' || exitNo === 'on') return 'on'
    return exitYes === 'jump' || exitNo === 'jump' ? 'jump' : 'gone'
  }

  /** A branch or a function has ended that began with the event `start` and the return `first` of its function. */
  protected noteLeft(start: number, first: number, isOn: boolean, frame: Frame, at: number): void {
    if (this.naming || this.events.length === start) return
    const ways = waysOut(this.events, start, frame.returns.slice(first), isOn ? this.facts : undefined)
    const length = this.events.length - start
    if (ways.length > 0) this.emit({ ...this.moment(frame.syntax, at), k: 'left', length, ways })
  }

  private statements0(work: () => Exit): Exit {
    const exit = work()
    if (!this.gone) return exit
    this.gone = false
    return 'gone'
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
  protected certain(value: Value, test: Expr, frame: Frame): boolean | undefined {
    if (this.loop !== undefined) return undefined
    if (test.k === 'logic' && test.op !== '??') {
      const left = this.certain(this.quiet(test.left, frame), test.left, frame)
      if (left !== undefined && left === (test.op === '||')) return left
      const right = this.certain(this.quiet(test.right, frame), test.right, frame)
      return left !== undefined || right === (test.op === '||') ? right : undefined
    }
    const kind = this.kindAsked(test, frame)
    if (kind !== undefined) return kind
    const counted = countedIn(test)
    if (counted && isParameter(counted.of, frame.syntax)) {
      const { shape } = this.quiet(counted.of, frame)
      if (shape?.k === 'array' && shape.literal && shape.items) return shape.items.length > 0 === counted.any
    }
    if (!isParameter(test, frame.syntax)) return surely(value)
    return surely(value) ?? (isHandedIn(value) ? true : truthOf(value))
  }

  /** `typeof nameOrHandler === 'string'`, `'id' in options` of what a function was given, where that was written down. */
  private kindAsked(test: Expr, frame: Frame): boolean | undefined {
    if (test.k !== 'binary') return undefined
    const { left, right, op } = test
    // `'orderId' in options`
    if (op === 'in' && left.k === 'literal' && typeof left.value === 'string') {
      const { shape, gap } = this.quiet(right, frame)
      const known = isParameter(right, frame.syntax) && shape?.k === 'object' && !shape.open && !gap
      return known ? shape.fields.has(left.value) : undefined
    }
    if (!/^[!=]==?$/.test(op)) return undefined
    if (left.k !== 'unary' || left.op !== 'typeof' || right.k !== 'literal') return undefined
    if (!isParameter(left.of, frame.syntax)) return undefined
    const value = this.quiet(left.of, frame)
    const isText = value.shape?.k === 'literal' && typeof value.shape.value === 'string'
    const kind = value.shape?.k === 'closure' ? 'function' : isText ? 'string' : undefined
    if (kind === undefined || value.gap || value.deps.size > 0) return undefined
    return (kind === right.value) === op.startsWith('=')
  }

  /**
   * `if (input.customerId) await requireCustomer(input.customerId)`: what was checked of an input holds afterwards as well,
   * since where the input was not sent, there is nothing to check. The same for `if (input.parentId !== 'root')`.
   */
  private idle(
    held: readonly Fact[],
    checked: readonly Fact[],
    before: readonly Fact[],
    test: Expr,
    frame: Frame,
  ): readonly Fact[] {
    if (checked.length === before.length || this.naming) return held
    const inputs = sentIn(test)?.map((expr) => this.quiet(expr, frame).client)
    const [input] = inputs ?? []
    if (!inputs || input === undefined || !inputs.every((one) => one === input)) return held
    const isOf = (dep: string): boolean =>
      dep === `client:${input}` || dep.startsWith(`client:${input}.`) || dep.startsWith(`client:${input}[`)
    const own = checked.filter(
      (fact) => !before.includes(fact) && !held.includes(fact) && [...fact.deps].some(isOf),
    )
    return own.length === 0 ? held : [...held, ...own.map((fact): Fact => ({ ...fact, ifSent: true }))]
  }

  protected noteNegated(expr: Expr & { k: 'binary' }, value: Value, frame: Frame): void {
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

  /** A branch that throws: whoever goes on has passed a part of its condition. */
  private refuse(test: Expr, frame: Frame, denied: boolean): void {
    if (test.k === 'unary' && test.op === '!') this.refuse(test.of, frame, denied)
    else if (test.k === 'logic') {
      this.refuse(test.left, frame, denied)
      this.refuse(test.right, frame, denied)
    } else {
      const value = this.quiet(test, frame)
      const asked = test.k === 'await' ? test.of : test
      const judge = asked.k === 'call' && asked.callee.k === 'member' ? asked.callee.of : undefined
      const by = judge?.k === 'name' ? this.quiet(judge, frame) : value
      if (denied && !isSeen(by.deps)) this.refusals.at(-1)?.add(DENIED)
      if (isCount(test) || holdsInput(value)) return
      for (const dep of value.deps) this.refusals.at(-1)?.add(dep)
    }
  }

  /** What a test says when it held (`yes`) or did not. `a || b` that did not hold says two things, apart. */
  protected learn(test: Expr, yes: boolean, frame: Frame): void {
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
      const other = this.certain(this.quiet(test.right, frame), test.right, frame)
      if (other !== undefined) {
        if (other !== yes) this.learn(test.left, yes, frame)
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
      const right = this.facts
      this.facts = joinReturns([{ facts: left }, { facts: right }], before)
      const learnt = (facts: readonly Fact[]): Fact[] => facts.filter((fact) => !before.includes(fact))
      const ties = tiesOf(learnt(left), learnt(right), this.isOwnKey(test.left, frame))
      this.facts = withFacts(this.facts, ties)
      this.assume(checked, frame.syntax, test.at, false, yes, { partial: true })
      // `me.role === 'manager' && isOwner`
      const asks = [test.left, test.right].map(({ k }) => k)
      const isList = [test.left, test.right].some(asksList)
      if (asks.includes('binary') && (isList || asks.every((k) => /^(binary|name|member|unary)$/.test(k)))) {
        const deps = union(this.quiet(test.left, frame).deps, this.quiet(test.right, frame).deps)
        if (trusted(deps)) this.assume(deps, frame.syntax, test.at, false, yes, { partial: true })
      }
      return
    }
    // What was written down says nothing of the request.
    if (this.kindAsked(test, frame) !== undefined) return
    const value = this.quiet(test, frame)
    if (value.shape?.k === 'promise') return
    const compared = isComparison(test) || value.compared === true
    const { subject, present } = presenceIn(test, yes)
    const told = subject && this.proxy ? this.told(this.quiet(subject, frame), present) : undefined
    if (told) this.facts = withFacts(this.facts, told)
    const counted = countedIn(test)
    const list = counted && this.quiet(counted.of, frame)
    // Where the list was put together, its length says nothing of what is in it.
    const sent = list && value.deps.size === 0 && isSentList(list) ? allDeps(list) : undefined
    const nothing = !present && subject !== undefined
    const missing = nothing || (sent !== undefined && counted?.any !== yes)
    const absent = nothing && this.quiet(subject, frame).who === true
    const look = lookIn(test, yes, (expr) => this.quiet(expr, frame))
    this.assume(
      // What chose among the returns counts as asked; a proxy chooses by the path as well, so there the returns tell.
      told ? value.deps : union(value.deps, sent ?? NONE, withoutWholes(value.ctl, value.deps)),
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

  /** The row that a test asks for was picked by what the caller sent, and by nothing else of the caller. */
  private isOwnKey(test: Expr, frame: Frame): (row: string) => boolean {
    return (row) => {
      const { shape } = unwrap(this.quiet(rootOf(presenceIn(test, true).subject ?? test), frame))
      if (shape?.k !== 'row' || `row:${shape.access.model}` !== row) return false
      const where = visibleFields(shape.access.args).get('where')
      return where !== undefined && !trusted(allDeps(where))
    }
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

  protected tested(expr: Expr, frame: Frame): Value {
    const value = this.evaluate(expr, frame)
    frame.tested.set(expr, value)
    return value
  }

  /** The value of a part of a test, which has usually been evaluated just before. No events, no new facts. */
  protected quiet(expr: Expr, frame: Frame): Value {
    const known = frame.tested.get(expr)
    if (known) return known
    return this.quietly(() => this.evaluate(expr, frame))
  }

  quietly(work: () => Value): Value {
    const { facts, gone, naming } = this
    const length = this.events.length
    const value = work()
    this.events.length = length
    this.facts = facts
    this.gone = gone
    this.naming = naming
    return value
  }
}

/** A list that was sent, or one of parts of it. */
const isSentList = ({ client, shape }: Value): boolean =>
  client !== undefined || (shape?.k === 'array' && shape.of.client !== undefined)

const askedOf = ({ by }: Value): Pick<Fact, 'asked'> => (by === undefined ? {} : { asked: by })

/** That the body as a whole was well formed decided on the way; what was asked is the part of it. */
function withoutWholes(ctl: Sources, deps: Sources): Sources {
  const isWhole = (one: string): boolean =>
    one.startsWith('client:') && [...deps].some((dep) => dep.startsWith(`${one}.`))
  return [...ctl].some(isWhole) ? new Set([...ctl].filter((one) => !isWhole(one))) : ctl
}

/** A function, a schema or other options that were written down where they were handed in: `if (options.schema)`. */
const isHandedIn = ({ shape, deps, gap }: Value): boolean =>
  !gap && deps.size === 0 && /^(closure|chain|object|array)$/.test(shape?.k ?? '')

/**
 * Stands for a refusal whose condition is decided in a package that is told who is calling (`ability.cannot('delete', post)`):
 * whoever goes on may do this to what the function was given.
 */
export const DENIED = 'denied'

/** Something of the caller is seen in a condition, so that it speaks for itself. */
const isSeen = (deps: Sources): boolean =>
  [...deps].some((dep) => /^(client|identity|credential|row|member|env):/.test(dep))
