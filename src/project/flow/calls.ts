/**
 * What calls of top-level functions did, so that the same call elsewhere is replayed instead of followed again.
 * A call is the same when the function and the arguments are, and it ran in the same kind of place. What was cut short
 * (recursion into the caller, depth, steps) or changed something outside of itself is not kept.
 */
import type { Fn, Syntax } from '../../source/syntax.ts'
import type { Access, Call, Event, Fact } from './events.ts'
import { type Sieve, type Sources, type Value, withBack } from './value.ts'

export interface Recorded {
  value: Value
  gone: boolean
  events: Event[]
  /** How many facts and steps of `via` the events start with that belong to the caller. */
  facts: number
  via: number
  gained: readonly Fact[]
  /** Functions entered, and how deep. */
  entered: ReadonlySet<Fn>
  depth: number
  /** A call below was not followed because it was too deep. */
  cut: boolean
  /** The return that ended the last of the calls. */
  returned: { syntax: Syntax; at: number } | undefined
}

const PARTS = 160
const KEPT = 20_000

export class Calls {
  private readonly byFn = new Map<Fn, Map<string, Recorded>>()
  private readonly ids = new WeakMap<object, number>()
  private readonly numbers = new WeakMap<Sources, number>()
  private readonly texts = new Map<string, number>()
  private last = 0
  private kept = 0

  /** Names the arguments of a call; `undefined` when they are too large or can act on the caller. */
  key(args: readonly Value[], place: string): string | undefined {
    const out: string[] = [place]
    for (const arg of args) if (!this.write(arg, out)) return undefined
    return out.join('|')
  }

  get(fn: Fn, key: string): Recorded | undefined {
    return this.byFn.get(fn)?.get(key)
  }

  set(fn: Fn, key: string, recorded: Recorded): void {
    if (++this.kept > KEPT) return
    const known = this.byFn.get(fn)
    if (known) known.set(key, recorded)
    else this.byFn.set(fn, new Map([[key, recorded]]))
  }

  private id(of: object): number {
    const known = this.ids.get(of)
    if (known !== undefined) return known
    this.ids.set(of, ++this.last)
    return this.last
  }

  private write(value: Value, out: string[]): boolean {
    if (out.length > PARTS) return false
    const { shape } = value
    out.push(
      `${this.sources(value.deps)},${this.sources(value.ctl)},${value.client ?? ''}${value.inText ? `~${value.inText}` : ''},${value.parsed ? 'p' : ''},${
        value.schema ? this.id(value.schema) : ''
      },${value.who ? 'w' : ''}${value.pass ? 't' : ''}${value.sure ? 's' : ''}${value.compared ? 'c' : ''}${
        value.gap ? `g${value.gap.held}${this.sources(value.gap.deps)}` : ''
      },${value.status ?? ''},${shape?.k ?? ''}`,
    )
    if (value.text) {
      const { all, head, lead, closed } = value.text
      out.push(`${this.sources(all)},${this.sources(head)},${closed ? 'c' : ''}${JSON.stringify(lead)}`)
    }
    if (!shape) return true
    switch (shape.k) {
      case 'literal':
        out.push(JSON.stringify(shape.value) ?? 'undefined')
        return true
      case 'external':
        out.push(shape.from, shape.name)
        return true
      case 'prisma':
        out.push(String(shape.tx))
        return true
      case 'delegate':
        out.push(shape.model, String(shape.tx))
        return true
      case 'request':
        return true
      case 'native':
        out.push(shape.name ?? '')
        return shape.name !== undefined && !shape.fields
      case 'promise':
        out.push(shape.name)
        return this.write(shape.of, out)
      case 'array':
        out.push(`${shape.literal}${shape.keyed ? 'k' : ''}`, String(shape.items?.length ?? -1))
        return this.write(shape.of, out) && (shape.items ?? []).every((item) => this.write(item, out))
      case 'object':
        for (const [key, field] of shape.fields) {
          out.push(JSON.stringify(key))
          if (!this.write(field, out)) return false
        }
        out.push(shape.ambient ? '}a' : '}')
        return (shape.open ?? []).every((one) => this.write(one, out))
      case 'row':
        out.push(String(this.id(shape.access)), String(shape.many), [...shape.without].join())
        for (const sieve of shape.sieves ?? []) out.push(this.sieve(sieve))
        return true
      case 'closure':
        out.push(String(this.id(shape.fn)), String(this.id(shape.env)))
        return shape.env.up === null && !shape.self
      case 'chain':
        out.push(`${JSON.stringify(shape.from)} ${shape.root} ${this.id(shape.syntax)} ${shape.at}`)
        for (const step of shape.steps) {
          out.push(`${step.name} ${this.id(step.syntax)} ${step.at} ${step.args.length}`)
          for (const arg of step.args) if (!this.write(arg, out)) return false
        }
        return true
      case 'response':
        return shape.body === undefined || this.write(shape.body, out)
      case 'json':
        return this.write(shape.of, out)
      case 'instance':
        out.push(String(this.id(shape.of.cls)), String(this.id(shape.of.env)))
        return shape.of.env.up === null && shape.fields.size === 0
      default:
        return false
    }
  }

  private sieve(sieve: Sieve): string {
    if (sieve === 'unknown') return '?'
    return 'schema' in sieve ? `s${this.id(sieve.schema)}` : `k${[...sieve.keys].join()}`
  }

  /** A number for each set of sources: keys stay short. */
  private sources(of: Sources): number {
    if (of.size === 0) return 0
    const known = this.numbers.get(of)
    if (known !== undefined) return known
    const text = [...of].join('\n')
    const number = this.texts.get(text) ?? this.texts.size + 1
    this.texts.set(text, number)
    this.numbers.set(of, number)
    return number
  }
}

/** The events and the value of a recorded call as they would have been here. Facts are new: each call checks anew. */
export function replay(
  recorded: Recorded,
  via: readonly Call[],
  facts: readonly Fact[],
): { events: Event[]; facts: readonly Fact[]; value: Value } {
  const copies = new Map<Fact, Fact>()
  const lists = new Map<readonly Fact[], readonly Fact[]>()
  const copy = (fact: Fact): Fact => {
    const known = copies.get(fact) ?? { ...fact }
    copies.set(fact, known)
    return known
  }
  const own = (list: readonly Fact[]): readonly Fact[] => {
    const known = lists.get(list)
    if (known) return known
    const result =
      list.length === recorded.facts ? facts : [...facts, ...list.slice(recorded.facts).map(copy)]
    lists.set(list, result)
    return result
  }
  const reads = new Map<Access, Access>()
  const events = recorded.events.map((event): Event => {
    const moved = {
      ...event,
      via: [...via, ...event.via.slice(recorded.via)],
      facts: own(event.facts),
    }
    if (moved.k === 'access' && event.k === 'access') reads.set(event, moved)
    if (moved.k === 'response') moved.value = fresh(moved.value, reads)
    if (moved.k === 'left') moved.ways = moved.ways.map((way) => ({ ...way, facts: own(way.facts) }))
    return moved
  })
  const gained = recorded.gained.length === 0 ? facts : [...facts, ...recorded.gained.map(copy)]
  const value = fresh(recorded.value, reads)
  const told = value.outcomes?.map((one) => ({ ...one, facts: own(one.facts) }))
  return { events, facts: gained, value: value.back ? withBack(value, own(value.back), told) : value }
}

/** A copy whose objects can be assigned to without changing what was recorded, and whose rows were read here. */
export function fresh(value: Value, reads: ReadonlyMap<Access, Access>, depth = 5): Value {
  const { shape } = value
  if (!shape || depth === 0) return value
  const inner = (one: Value): Value => fresh(one, reads, depth - 1)
  switch (shape.k) {
    case 'promise':
    case 'json':
      return { ...value, shape: { ...shape, of: inner(shape.of) } }
    case 'array': {
      const of = inner(shape.of)
      return {
        ...value,
        shape: shape.items ? { ...shape, of, items: shape.items.map(inner) } : { ...shape, of },
      }
    }
    case 'row': {
      const access = reads.get(shape.access)
      return access ? { ...value, shape: { ...shape, access } } : value
    }
    case 'response':
      return shape.body ? { ...value, shape: { ...shape, body: inner(shape.body) } } : value
    case 'object': {
      const fields = new Map<string, Value>()
      for (const [key, field] of shape.fields) fields.set(key, inner(field))
      return {
        ...value,
        shape: shape.open ? { ...shape, fields, open: shape.open.map(inner) } : { ...shape, fields },
      }
    }
    default:
      return value
  }
}

const outer = new WeakMap<Syntax, Set<Fn>>()

/** A function that no other function encloses: nothing of a caller can be captured in it. */
export function isOutermost(fn: Fn, syntax: Syntax): boolean {
  let known = outer.get(syntax)
  if (!known) {
    known = new Set()
    let end = -1
    for (const one of [...syntax.functions].sort((a, b) => a.at - b.at || b.end - a.end)) {
      if (one.at >= end) known.add(one)
      end = Math.max(end, one.end)
    }
    outer.set(syntax, known)
  }
  return known.has(fn)
}
