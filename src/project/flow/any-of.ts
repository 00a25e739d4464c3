/** A value that is one of several written down together: `handlers[request.method]`. */
import { join } from './facts.ts'
import type { Machine } from './machine.ts'
import { either, shaped, unknown, type Value } from './value.ts'

/** More than these are a table of data. */
const MOST = 8
const DEPTH = 3

/**
 * One of the values of an object, by a key that is not known. When what is taken is called, each of the functions is read,
 * under what held before. `undefined` when the object holds something else than functions, or objects of functions.
 */
export function anyOf(machine: Machine, values: readonly Value[], depth = DEPTH): Value | undefined {
  if (values.length > MOST || depth === 0) return undefined
  // Beside them stand settings: `{ url: '…', GET: { handle } }`.
  const works = values.filter(isFunction)
  const objects = values.flatMap(({ shape }) => (shape?.k === 'object' ? [shape.fields] : []))
  if (works.length > 0 && objects.length === 0)
    return shaped({ k: 'native', call: (args, at) => callEach(machine, works, args, at) })
  if (works.length > 0 || objects.length === 0) return undefined
  const keys = new Set(objects.flatMap((fields) => [...fields.keys()]))
  const fields = new Map<string, Value>()
  for (const key of keys) {
    const own = objects.flatMap((one) => one.get(key) ?? [])
    const [first = unknown(), ...rest] = own
    fields.set(key, anyOf(machine, own, depth - 1) ?? rest.reduce((a, b) => either(a, b), first))
  }
  return [...fields.values()].some(isFunction) ? shaped({ k: 'object', fields }) : undefined
}

/** A function, an object that has one, or a pair of a name and one. */
export function holdsFunction(value: Value): boolean {
  const { shape } = value
  if (shape?.k === 'array') return (shape.items ?? []).some(isFunction)
  return isFunction(value) || (shape?.k === 'object' && [...shape.fields.values()].some(isFunction))
}

const isFunction = ({ shape }: Value): boolean => shape?.k === 'closure' || shape?.k === 'native'

function callEach(machine: Machine, values: readonly Value[], args: Value[], at: number): Value {
  const before = machine.facts
  const results = values.map((one) => {
    machine.facts = before
    const { shape } = one
    const value =
      shape?.k === 'native'
        ? shape.call(args, at)
        : shape?.k === 'closure'
          ? machine.attempt(one, args, shape.syntax, at, 'handler')
          : unknown()
    return { value, facts: machine.facts }
  })
  const [first, ...rest] = results
  machine.facts = rest.reduce((facts, one) => join(facts, one.facts), first?.facts ?? before)
  return rest.reduce((value, one) => either(value, one.value), first?.value ?? unknown())
}
