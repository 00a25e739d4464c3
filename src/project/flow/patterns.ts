/** Names and parts of values: what a pattern binds, an assignment changes, a member is. */
import type { Expr, Pattern, Syntax } from '../../source/syntax.ts'
import { Conditions } from './conditions.ts'
import { isCostlyPackage } from './costly.ts'
import type { Fact } from './events.ts'
import { keptWhere } from './facts.ts'
import { elementOf, ofVariable, part, rootOf, unwrap, without } from './forms.ts'
import { allowing } from './looks.ts'
import { lengthOf } from './numbers.ts'
import { rowMember } from './prisma.ts'
import type { Frame } from './run-state.ts'
import { fieldSchema, isDropped, isLoose } from './schemas.ts'
import { sifted } from './sieves.ts'
import { limitedText } from './text.ts'
import {
  type Env,
  either,
  fewer,
  isGiven,
  isNothing,
  isRole,
  literal,
  NONE,
  type Sources,
  shaped,
  trusted,
  truthOf,
  union,
  unknown,
  type Value,
} from './value.ts'

/**
 * `if (session.verified) token.verified = true`, where `session` is what the browser sent to update it: what is set comes from
 * there, unless a row was asked as well.
 */
function toldBy(value: Value, facts: readonly Fact[]): Value {
  if (value.shape?.k !== 'literal' || !value.shape.value) return value
  const asked = facts.flatMap(({ deps }) => [...deps])
  const told = asked.filter((dep) => dep.startsWith('client:session.'))
  if (told.length === 0 || asked.some((dep) => dep.startsWith('row:'))) return value
  return { ...value, deps: union(value.deps, new Set(told)) }
}

export abstract class Patterns extends Conditions {
  protected bind(to: Pattern, value: Value, frame: Frame): void {
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
        if (to.rest) {
          const keys = to.props.map((prop) => prop.key)
          const left = without(value, keys)
          // `const { [key]: _, ...rest } = row`
          this.bind(to.rest, keys.includes('') ? sifted(left, 'unknown') : left, frame)
        }
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

  protected assign(to: Pattern, value: Value, frame: Frame): void {
    if (to.k !== 'bind') {
      this.bind(to, value, frame)
      if (to.k === 'place' && to.expr.k === 'index') this.assignAt(to.expr, value, frame)
      if (to.k === 'place' && to.expr.k === 'member') {
        const of = this.evaluate(to.expr.of, frame)
        if (of.shape?.k === 'object') {
          of.shape.fields.set(to.expr.key, toldBy(value, this.facts))
          this.changed(of.shape.fields)
        }
        // `this.openai = new OpenAI()`
        const { shape } = value
        if (of.shape?.k === 'instance' && shape?.k === 'chain' && isCostlyPackage(shape.from)) {
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
      env.own.set(to.b, stays ? this.eitherOfTwo(old, now, chosen, frame) : now)
      if (env.up === null) this.impure(0)
      return
    }
    frame.env.own.set(to.b, value)
  }

  /** `headers[name] = value`: under a name that is known, or under any. */
  private assignAt(to: Expr & { k: 'index' }, value: Value, frame: Frame): void {
    const { shape } = this.quiet(to.of, frame)
    if (shape?.k !== 'object') return
    const by = this.quiet(to.by, frame).shape
    if (by?.k === 'literal' && typeof by.value === 'string') shape.fields.set(by.value, value)
    else shape.open = fewer([...(shape.open ?? []), value])
    this.changed(shape.fields)
  }

  /** A variable after a branch that may have given it another value. */
  private eitherOfTwo(old: Value, now: Value, chosen: Sources, frame: Frame): Value {
    const unless = frame.otherwise.at(-1)
    // `if (row.userId !== me.id) row = null`
    if (unless && isNothing(now)) return either(keptWhere(old, unless(), this.facts), now, chosen)
    if (unless && isNothing(old)) return either(old, keptWhere(now, this.facts, unless()), chosen)
    return either(this.unlessAssigned(old, frame), now, chosen)
  }

  /** `if (!isLocal(next)) next = '/'`: where it stays what it was, it has passed the test. */
  private unlessAssigned(old: Value, frame: Frame): Value {
    const facts = old.client === undefined && !old.text ? undefined : frame.otherwise.at(-1)
    return facts ? allowing(old, facts()) : old
  }

  /**
   * `delete user.passwordHash`, `delete folder.files[0].password`, `delete copy[key]`: the row is told by the variable that
   * it begins with.
   */
  protected remove(expr: Expr, frame: Frame): void {
    if (expr.k !== 'member' && expr.k !== 'index') return
    const root = rootOf(expr.of)
    if (root.k !== 'name') return
    const by = expr.k === 'index' ? this.quiet(expr.by, frame).shape : undefined
    const key = expr.k === 'member' ? expr.key : by?.k === 'literal' ? String(by.value) : undefined
    for (let env: Env | null = frame.env; env; env = env.up) {
      const old = env.own.get(root.b)
      if (old && (expr.of === root || isOfRows(unwrap(old))))
        env.own.set(root.b, key === undefined ? sifted(unwrap(old), 'unknown') : without(unwrap(old), [key]))
    }
  }

  protected member(of: Value, key: string, frame: Frame, at: number): Value {
    const value = ofVariable(this.memberOf(of, key, frame, at), key)
    // A role of the caller is worth remembering by name, wherever it came from.
    const name = isRole(key) ? key : this.declared.isRole(key) ? `role ${key}` : undefined
    if (name === undefined || !isPlain(value) || !trusted(value.deps)) return value
    return { ...value, deps: union(value.deps, new Set([`field:${name}`])) }
  }

  private memberOf(of: Value, key: string, frame: Frame, at: number): Value {
    const shape = of.shape
    // `options?.silent` of options that were left out.
    if (of.sure && isGiven(of) === false && truthOf(of) === undefined) return of
    const extend = (): Value => {
      if (of.client === undefined) return part(of, key)
      // Of a part, the schema is that of one of several alternatives.
      const isWhole = !/[.[]/.test(of.client)
      if (isWhole && of.parsed && isDropped(of.schema, key)) return { ...literal(undefined), ctl: of.ctl }
      // A reader of a stream gives what is in it; it is no field of that.
      if (of.client === 'body' && key === 'getReader') return of
      // `files.photo.filepath`: where the package that read the form has put the file, under a name that it made up.
      if (/^body\../.test(of.client) && /^(filepath|tempFilePath)$/.test(key)) return unknown()
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
        if (!/^\d+$/.test(key) || shape.keyed)
          return (key === 'length' ? lengthOf(of) : undefined) ?? unknown(of.deps, of.ctl)
        if (!shape.literal || !shape.items) return shape.of
        return placed(of, shape.items[Number(key)] ?? literal(undefined))
      default:
        return extend()
    }
  }

  protected classMember(
    of: { cls: Syntax['classes'][number]; syntax: Syntax; env: Env },
    key: string,
    isStatic: boolean,
    self: Value,
  ): Value {
    const found = of.cls.members.find((one) => one.name === key && one.isStatic === isStatic)
    const frame: Frame = { ...this.top(of.syntax), env: { own: new Map(), up: of.env, self } }
    if (!found?.value) {
      const base = of.cls.extends ? this.evaluate(of.cls.extends, frame) : undefined
      if (base?.shape?.k === 'class') return this.classMember(base.shape, key, isStatic, self)
      const isClient = base?.shape?.k === 'external' && isCostlyPackage(base.shape.from)
      return isClient ? this.member(base, key, frame, 0) : unknown()
    }
    const value = this.evaluate(found.value, frame)
    return value.shape?.k === 'closure' ? { ...value, shape: { ...value.shape, self } } : value
  }
}

/** What stands at a place of a list that nothing is added to is what it is on every path. */
const placed = ({ sure }: Value, item: Value): Value =>
  sure && (item.shape?.k === 'closure' || isGiven(item) === false) ? { ...item, sure } : item

export const isOfRows = ({ shape }: Value): boolean =>
  shape?.k === 'row' || (shape?.k === 'array' && shape.of.shape?.k === 'row')

/** Of rows, the column is known anyway. */
const isPlain = ({ shape }: Value): boolean => !shape || shape.k === 'chain' || shape.k === 'object'
