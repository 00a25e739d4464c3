/** Values of expressions. */
import type { Expr } from '../../source/syntax.ts'
import { anyOf } from './any-of.ts'
import { keptWhere, withFacts } from './facts.ts'
import {
  extendChain,
  isComparison,
  isCount,
  listOf,
  mayBePrisma,
  nameOf,
  searchParams,
  spreadOf,
  unwrap,
} from './forms.ts'
import { invoke } from './invoke.ts'
import { isKeyed, keyedCall, mapOf, withPair } from './keyed.ts'
import { isPathOf, isRequestPath, pathAsked } from './known-path.ts'
import { answered, libraryCall, statusIn } from './libraries.ts'
import { isIdleLog } from './logging.ts'
import { allowing } from './looks.ts'
import { computed, written } from './numbers.ts'
import { comparison, headersGiven, holdsRow, limiting, methodCall, withDefault } from './package-calls.ts'
import { parseCall } from './parsing.ts'
import { Patterns } from './patterns.ts'
import { OPERATIONS, prismaAccess, RAW, rawQuery, transaction } from './prisma.ts'
import { findExport } from './program.ts'
import { noteRefusal } from './refusals.ts'
import { remoteCommand } from './remote.ts'
import type { Frame } from './run-state.ts'
import { noteConstructor, noteTagged } from './sinks.ts'
import { elementAt, taggedBy } from './tagged.ts'
import { chosenText, composed, textOfAll, textOfUrl } from './text.ts'
import { comparedWithVariable, skippedInTest } from './unset.ts'
import {
  allDeps,
  chosen,
  either,
  extended,
  fewer,
  isNothing,
  literal,
  NO_TEXT,
  type Sources,
  shaped,
  sureLiteral,
  textOf,
  textsAsked,
  trusted,
  truthOf,
  union,
  unknown,
  type Value,
} from './value.ts'

export abstract class Expressions extends Patterns {
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
          const own = taggedBy(this, tag, nameOf(expr.tag), expr.parts, items, frame.syntax, expr.at)
          if (own) return own
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
        const element = this.naming ? undefined : elementAt(of, by)
        if (element) return element
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
        let literal = true
        const items = expr.items.flatMap((item) => {
          const value = this.evaluate(item, frame)
          if (item.k !== 'spread') return [value]
          const { shape } = unwrap(value)
          if (shape?.k === 'array' && shape.literal && shape.items) return shape.items
          literal = false
          return [spreadOf(value)]
        })
        const of = items.length > 0 ? items.reduce((a, b) => either(a, b)) : unknown()
        const list = shaped({ k: 'array', of, literal, items })
        // An empty list is there to be filled, often where that is not followed: `result.errors.push(…)`, `check(body, errors)`.
        return literal && items.length > 0 ? { ...list, sure: true } : list
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
        const number = computed(expr.op, written(expr.left) ?? left, written(expr.right) ?? right)
        if (number) return number
        if (/^[!=]==?$/.test(expr.op) && left.sure && isText(left) && isText(right))
          return sureLiteral((left.shape.value === right.shape.value) === expr.op.startsWith('='))
        if (/^[!=]==?$/.test(expr.op)) {
          const held = this.pathIs(left, right) ?? this.pathIs(right, left)
          if (held !== undefined) return sureLiteral(held === expr.op.startsWith('='))
          if (!isCount(expr)) comparison(this, left, right, frame.syntax, expr.at)
          comparedWithVariable(this, expr, left, right, frame.syntax)
        }
        const deps = union(allDeps(left), allDeps(right))
        const result = unknown(union(deps, textsAsked(deps, [left, right])), union(left.ctl, right.ctl))
        const text = expr.op === '+' ? textOfAll([left, right]) : NO_TEXT
        return isComparison(expr) && COMPARES.test(expr.op)
          ? { ...result, text, compared: true }
          : { ...result, text }
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
        const instead = expr.op === '&&' ? undefined : this.insteadOf(left, right)
        this.facts = before
        skippedInTest(this, expr, (part) => this.quiet(part, frame), frame.syntax)
        return expr.op === '&&'
          ? {
              ...either(right, left),
              ...(right.shape ? { shape: right.shape } : {}),
              deps: union(left.deps, right.deps),
            }
          : withDefault(expr, right, instead ?? either(left, right), frame.syntax)
      }
      case 'unary': {
        const of = this.tested(expr.of, frame)
        const truth = expr.op === '!' ? this.certain(of, expr.of, frame) : undefined
        if (truth !== undefined) return of.sure ? sureLiteral(!truth) : literal(!truth)
        // What kind of thing was sent says nothing of what stands in it.
        if (expr.op === 'typeof' && textOf(of).all.size > 0)
          return unknown(of.client === undefined ? undefined : new Set([`kind:${of.client}`]))
        const inner = expr.op === '!' && expr.of.k === 'unary' && expr.of.op === '!' ? expr.of.of : undefined
        const who = inner && this.quiet(inner, frame).who
        const compared = expr.op === '!' && of.compared ? { compared: of.compared } : {}
        return { ...unknown(of.deps, of.ctl), ...(who ? { who } : {}), ...compared }
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
        const factsYes = this.facts
        this.facts = before
        this.learn(expr.test, false, frame)
        const no = allowing(this.evaluate(expr.no, frame), this.facts)
        const factsNo = this.facts
        this.facts = before
        const deps = union(test.deps, test.ctl)
        return chosen(
          isNothing(no) ? keptWhere(yes, factsYes, before) : yes,
          isNothing(yes) ? keptWhere(no, factsNo, before) : no,
          deps,
          deps,
        )
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

  /**
   * `session?.user.id ?? query.userId`, `query.userId ?? session.user.id`: whoever calls may be taken for whom they name. Where
   * somebody is signed in for certain, the first stands for nobody else.
   */
  private insteadOf(left: Value, right: Value): Value | undefined {
    const isCaller = ({ deps, client }: Value): boolean =>
      client === undefined &&
      deps.size > 0 &&
      [...deps].every((dep) => /^(identity|field):/.test(dep)) &&
      trusted(deps)
    const sent = isCaller(left) ? right : isCaller(right) ? left : undefined
    if (sent?.client === undefined || this.naming) return undefined
    const known = sent === right && this.facts.some((fact) => !fact.absent && trusted(fact.deps))
    const value = either(left, right)
    return known ? value : { ...value, deps: union(value.deps, new Set([`instead:${sent.client}`])) }
  }

  /** `request.nextUrl.pathname === '/api/links'`, where it is known which endpoint the request goes to. */
  private pathIs(of: Value, text: Value): boolean | undefined {
    if (!isRequestPath(of) || !isText(text)) return undefined
    const given = text.shape.value
    return this.atPath((path) => isPathOf(path, given))
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
      const held = [of, ...args].some(isRequestPath)
        ? this.atPath((path) => pathAsked(callee.key, of, args, path))
        : undefined
      if (held !== undefined) return sureLiteral(held)
      methodCall(this, expr, of, args, syntax)
      if (of.client !== undefined && /^get(All)?$/.test(callee.key) && args[0]?.shape?.k === 'literal')
        return this.member(of, String(args[0].shape.value), frame, expr.at)
      const parsed = parseCall(this, of, callee.key, args, syntax, expr.at)
      if (parsed) return parsed
      if (of.shape?.k === 'array' && /^(push|unshift|add)$/.test(callee.key) && callee.of.k === 'name') {
        this.assign({ ...callee.of, k: 'bind' }, extended(of.shape, args, this.loop !== undefined), frame)
        return unknown(of.deps)
      }
      if (isKeyed(of)) {
        if (callee.key === 'set' && callee.of.k === 'name')
          this.assign({ ...callee.of, k: 'bind' }, withPair(of.shape, args, this.loop !== undefined), frame)
        const found = keyedCall(this, of, callee.key, args, syntax, expr.at)
        if (found) return found
      }
      const method = this.member(of, callee.key, frame, callee.at)
      if (method.shape?.k === 'closure' && isIdleLog(callee, args)) return unknown()
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
      // `dispatch(0)`: the parameter is that number, whatever becomes of other variables.
      const value = written(arg) ?? this.evaluate(arg, frame)
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
      noteRefusal(this, name, args, frame.syntax, at)
      if (name === 'Set' && shape.from === 'global') return listOf(args[0])
      if (/^(Weak)?Map$/.test(name) && shape.from === 'global') return mapOf(args[0])
      if (name === 'PrismaClient') return shaped({ k: 'prisma', tx: false })
      if (/^(Next)?Response$/.test(name)) {
        headersGiven(this, args[1], frame.syntax, at)
        // `new Response(null, { status: 204 })` says nothing.
        const body = args[0] && isNothing(args[0]) ? undefined : args[0]
        return answered(this, body, statusIn(args[1], this), frame.syntax, at)
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

export const depsOf = (args: readonly Value[]): Sources => union(...args.map((arg) => allDeps(arg)))

/** The arguments of a call in the source: those that are left out are nothing, which is known. */
function complete(callee: Value, expr: Expr & { k: 'call' }, args: Value[]): Value[] {
  const params = callee.shape?.k === 'closure' ? callee.shape.fn.params : []
  if (params.length <= args.length || expr.args.some((arg) => arg.k === 'spread')) return args
  const left = params.slice(args.length).filter((param) => param.k !== 'rest')
  return [...args, ...left.map(() => sureLiteral(undefined))]
}

const COMPARES = /^([!=]==?|[<>]=?)$/

const isText = (value: Value): value is Value & { shape: { k: 'literal'; value: string } } =>
  value.shape?.k === 'literal' && typeof value.shape.value === 'string'
