/** Statements: each branch is read once, each loop once. */
import type { Expr, Stmt, Syntax } from '../../source/syntax.ts'
import { holdsFunction } from './any-of.ts'
import type { Event, Fact } from './events.ts'
import { Expressions } from './expressions.ts'
import { join, ofEach, withFacts, withKept } from './facts.ts'
import { AGAIN, elementOf, isDenial, isParameter, nameOf, rejectedBy, unwrap } from './forms.ts'
import { isGuard, isWork } from './guard-calls.ts'
import { allowing } from './looks.ts'
import { caughtError } from './package-calls.ts'
import type { Exit, Frame } from './run-state.ts'
import { noteReturned } from './sinks.ts'
import { passedUnset } from './unset.ts'
import { isRefusal, literal, trusted, union, unknown, type Value } from './value.ts'

export abstract class Statements extends Expressions {
  protected statements(body: Stmt[], frame: Frame): Exit {
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
  protected letThrough(value: Value, syntax: Syntax, at: number): void {
    if (!this.proxy || this.stack.length !== 1 || this.caught) return
    if (value.shape?.k === 'response' && !value.pass) return
    this.emit({ ...this.moment(syntax, at), facts: withFacts(this.facts, value.back), k: 'pass' })
  }

  private statement(stmt: Stmt, frame: Frame): Exit {
    switch (stmt.k) {
      case 'expr': {
        const start = this.events.length
        if (stmt.expr.k === 'call' || stmt.expr.k === 'member') this.unawaited(stmt.expr, frame)
        else if (stmt.expr.k === 'unary' && stmt.expr.op === 'void') this.unawaited(stmt.expr.of, frame)
        else if (stmt.expr.k === 'unary' && stmt.expr.op === 'delete') this.remove(stmt.expr.of, frame)
        else this.forgotten(this.evaluate(stmt.expr, frame), start, stmt.expr, frame)
        return 'on'
      }
      case 'let':
        this.bind(stmt.to, stmt.init ? this.evaluate(stmt.init, frame) : literal(undefined), frame)
        return 'on'
      case 'return': {
        const given = stmt.value ? unwrap(this.evaluate(stmt.value, frame)) : literal(undefined)
        const rejected = rejectedBy(stmt.value)
        // What always rejects may never be awaited.
        if (rejected && frame.branch > 0) {
          this.denied = isDenial(rejected)
          return 'gone'
        }
        const value = allowing(given, this.facts)
        if (!this.gone) {
          noteReturned(this, value, frame.syntax, stmt.at)
          frame.returns.push({ value, facts: this.facts, seen: this.events.length })
          frame.last = stmt.at
          this.letThrough(value, frame.syntax, stmt.at)
          if (this.stack.length > 1) passedUnset(this, value, frame.syntax, stmt.at)
          if (!this.caught && !isRefusal(value))
            frame.back = withKept(withFacts(this.facts, value.back), value)
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
      case 'if': {
        let refused: Event | undefined
        const yes = (): Exit => {
          for (const one of stmt.yes) {
            const start = this.events.length
            const exit = this.statements([one], frame)
            if (exit === 'on' && one.k === 'expr' && stmt.no.length === 0)
              refused = this.refusedSince(start, frame) ?? refused
            if (exit !== 'on') refused = undefined
            if (exit !== 'on') return exit
          }
          return 'on'
        }
        const exit = this.branch(stmt.test, yes, () => this.statements(stmt.no, frame), frame)
        if (refused?.k === 'response' && refused.status !== undefined && exit === 'on')
          this.emit({ ...refused, facts: this.facts, k: 'unstopped', status: refused.status })
        return exit
      }
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

  /** The last answer since then, where it turns the caller away and was given in this function. */
  private refusedSince(start: number, frame: Frame): Event | undefined {
    const last = this.events.slice(start).findLast((event) => event.k === 'response')
    const here = last?.via.length === this.via.length && last.location.file === frame.syntax.file
    return here && last.k === 'response' && (last.status === 401 || last.status === 403) ? last : undefined
  }

  /** `await checkAccess(id)`, which gives back an answer of 403 or nothing: whoever does not look at it goes on. */
  private forgotten(value: Value, start: number, expr: Expr, frame: Frame): void {
    const { shape, outcomes } = unwrap(value)
    this.droppedVerdict(unwrap(value), start, expr, frame)
    if (this.naming || shape?.k !== 'response' || !outcomes?.some(({ gave }) => gave !== true)) return
    const made = this.events
      .slice(start)
      .findLast((event) => event.k === 'response' && event.via.length > this.via.length)
    const status = made?.k === 'response' ? made.status : undefined
    if (status === 401 || status === 403)
      this.emit({ ...this.moment(frame.syntax, expr.at), k: 'unstopped', status, forgotten: true })
  }

  /** `await authorize('citizen', 'read')`, which says whether the caller may: whoever does not look at it goes on. */
  private droppedVerdict(value: Value, start: number, expr: Expr, frame: Frame): void {
    const call = expr.k === 'await' ? expr.of : expr
    if (this.naming || call.k !== 'call' || !isVerdict(value)) return
    const verdict = nameOf(call.callee).split('.').at(-1) ?? ''
    if (!JUDGES.test(verdict) || this.events.slice(start).some(isWork)) return
    this.emit({
      ...this.moment(frame.syntax, expr.at),
      k: 'unstopped',
      status: 403,
      forgotten: true,
      verdict,
    })
  }

  /** A call whose promise nobody waits for: what it checks is not known to hold afterwards. */
  private unawaited(expr: Expr, frame: Frame): void {
    const before = this.facts
    const start = this.events.length
    const value = this.evaluate(expr, frame)
    const shape = value.shape
    if (isAsyncLoop(expr, frame.syntax) && this.events.slice(start).some(isAnswer))
      this.emit({
        ...this.moment(frame.syntax, expr.at),
        k: 'promise-test',
        name: 'forEach(async …)',
        called: true,
      })
    if (shape?.k !== 'promise') this.forgotten(value, start, expr, frame)
    if (shape?.k !== 'promise' || this.naming) return
    const gained = this.facts.filter((fact) => !before.includes(fact))
    const given = expr.k === 'call' ? expr.args.map((arg) => this.quiet(arg, frame)) : []
    // Work that is written down right there (`after(async () => …)`) is meant to go on by itself.
    if (shape.name !== '' && isGuard(shape.name, gained, given, this.events.slice(start)))
      this.emit({ ...this.moment(frame.syntax, expr.at), k: 'promise-test', name: shape.name, called: true })
    this.facts = before
  }

  private iterate(stmt: Stmt & { k: 'loop' }, frame: Frame): Exit {
    const over = stmt.over ? unwrap(this.evaluate(stmt.over, frame)) : undefined
    if (stmt.test) this.condition(stmt.test, frame)
    const items = over?.shape?.k === 'array' && over.shape.literal ? over.shape.items : undefined
    const before = this.facts
    const loop = this.loop
    if (!items)
      this.loop =
        stmt.over || isCountedBy(stmt.test) ? nameOf(stmt.over ?? stmt.test) : `${AGAIN}${nameOf(stmt.test)})`
    frame.branch++
    for (const item of items ? several(items) : [over ? elementOf(over) : unknown()]) {
      if (stmt.item) this.bind(stmt.item, item, frame)
      this.statements(stmt.body, frame)
      if (!items) this.facts = ofEach(this.facts, before, item)
    }
    frame.branch--
    this.loop = loop
    return 'on'
  }

  /** `switch (subject.type)` of what a function was given, where it is written down which it is: what runs then. */
  private caseOf(
    stmt: Stmt & { k: 'switch' },
    { shape, deps, gap }: Value,
    frame: Frame,
  ): Stmt[] | undefined {
    if (shape?.k !== 'literal' || typeof shape.value !== 'string' || deps.size > 0 || gap) return undefined
    if (this.loop !== undefined || !isParameter(stmt.on, frame.syntax)) return undefined
    const tests = stmt.cases.map(({ test }) => test)
    if (!tests.every((test) => !test || test.k === 'literal')) return undefined
    const found = tests.findIndex((test) => test?.k === 'literal' && test.value === shape.value)
    const at = found >= 0 ? found : tests.indexOf(null)
    // Without a `break`, what stands in the next one runs as well.
    return at < 0 ? [] : stmt.cases.slice(at).flatMap(({ body }) => body)
  }

  private choose(stmt: Stmt & { k: 'switch' }, frame: Frame): Exit {
    const on = this.evaluate(stmt.on, frame)
    const chosen = this.caseOf(stmt, on, frame)
    if (chosen) return this.statements(chosen, frame) === 'gone' ? 'gone' : 'on'
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
}

/** `while (queue.length)` takes one after the other. */
const isCountedBy = (test: Expr | null): boolean => test?.k === 'member' && /^(length|size)$/.test(test.key)

/** Of a list that is written down: of data a few are enough, each function does something else. */
const several = (items: readonly Value[]): readonly Value[] =>
  items.some((item) => holdsFunction(item)) ? items : items.slice(0, DATA)

const DATA = 6

/** `rows.forEach(async (row) => …)`: nobody waits for it, and an answer that is given inside of it ends nothing. */
function isAsyncLoop(expr: Expr, { functions }: Syntax): boolean {
  if (expr.k !== 'call' || expr.callee.k !== 'member' || expr.callee.key !== 'forEach') return false
  const [work] = expr.args
  return work?.k === 'fn' && functions[work.fn]?.isAsync === true
}

const isAnswer = (event: Event): boolean => event.k === 'response'

/** What functions are called that say whether somebody may do something. */
const JUDGES = /^(authori[sz]e|allow|permit|(can|may|is|has|check|verify)(?=[A-Z]))/

/** Yes or no, by who is calling. */
function isVerdict({ shape, outcomes, compared, deps, ctl }: Value): boolean {
  if (!trusted(union(deps, ctl)) || shape?.k === 'row') return false
  const answers = shape?.k === 'literal' && typeof shape.value === 'boolean'
  return compared === true || answers || (outcomes?.some(({ gave }) => gave === false) === true && !shape)
}
