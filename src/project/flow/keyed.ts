/** `new Map(pairs)`: a list of pairs, whose values are found again by any key. */
import { placeOf, type Syntax } from '../../source/syntax.ts'
import { elementOf, unwrap } from './forms.ts'
import type { Machine } from './machine.ts'
import { allDeps, either, extended, type Shape, shaped, union, unknown, type Value } from './value.ts'

type Keyed = Shape & { k: 'array' }

const pairOf = (key: Value, value: Value): Value =>
  shaped({ k: 'array', of: either(key, value), literal: true, items: [key, value] })

/** The key (0) or the value (1) of any of the pairs. */
function partOf({ of }: Keyed, at: 0 | 1): Value {
  const { shape } = unwrap(of)
  return shape?.k === 'array' ? (shape.items?.[at] ?? shape.of) : unknown(allDeps(of))
}

/** A map that is made of pairs, or of nothing yet. */
export function mapOf(pairs: Value | undefined): Value {
  const inner = pairs && unwrap(pairs)
  const shape = inner?.shape
  if (!inner || shape?.k === 'literal')
    return shaped({ k: 'array', of: unknown(), literal: true, items: [], keyed: true })
  if (shape?.k !== 'array')
    return shaped({ k: 'array', of: elementOf(inner), literal: false, keyed: true }, inner.deps, inner.ctl)
  return { ...inner, shape: { ...shape, keyed: true } }
}

export const isKeyed = (value: Value): value is Value & { shape: Keyed } =>
  value.shape?.k === 'array' && value.shape.keyed === true

/** The map with one more pair. */
export const withPair = (map: Keyed, [key, value]: Value[], inLoop: boolean): Value => {
  const more = extended(map, [pairOf(key ?? unknown(), value ?? unknown())], inLoop)
  return more.shape?.k === 'array' ? { ...more, shape: { ...more.shape, keyed: true } } : more
}

/** What a method of a map gives; nothing for one that a list has as well. */
export function keyedCall(
  machine: Machine,
  of: Value & { shape: Keyed },
  name: string,
  args: Value[],
  syntax: Syntax,
  at: number,
): Value | undefined {
  const asked = union(...args.map((arg) => allDeps(arg)))
  const each = (part: 0 | 1): Value =>
    shaped({ k: 'array', of: partOf(of.shape, part), literal: of.shape.literal }, of.deps, of.ctl)
  switch (name) {
    case 'get': {
      const value = partOf(of.shape, 1)
      return { ...value, ctl: union(value.ctl, asked, allDeps(partOf(of.shape, 0))) }
    }
    case 'has':
      return unknown(union(allDeps(of), asked))
    case 'keys':
      return each(0)
    case 'values':
      return each(1)
    case 'entries':
      return { ...of, shape: { ...of.shape, keyed: undefined } }
    case 'forEach': {
      const before = machine.loop
      if (!of.shape.literal) machine.loop = `forEach() at line ${placeOf(syntax, at).line}`
      if (args[0]) machine.attempt(args[0], [partOf(of.shape, 1), partOf(of.shape, 0)], syntax, at, name)
      machine.loop = before
      return unknown()
    }
    default:
      return undefined
  }
}
