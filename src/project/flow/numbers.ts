/** What can be computed of numbers that are known on every path: the place in a list of middlewares, and its end. */
import type { Expr } from '../../source/syntax.ts'
import { sureLiteral, type Value } from './value.ts'

const numberOf = ({ sure, shape }: Value): number | undefined =>
  sure && shape?.k === 'literal' && typeof shape.value === 'number' ? shape.value : undefined

const OPERATIONS: Record<string, (a: number, b: number) => number | boolean> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '===': (a, b) => a === b,
  '!==': (a, b) => a !== b,
}

/** A number that stands in the source. A variable that begins with one may be counted up, which is not followed. */
export const written = (expr: Expr): Value | undefined =>
  expr.k === 'literal' && typeof expr.value === 'number' ? sureLiteral(expr.value) : undefined

export function computed(operator: string, left: Value, right: Value): Value | undefined {
  const [a, b] = [numberOf(left), numberOf(right)]
  const result = a === undefined || b === undefined ? undefined : OPERATIONS[operator]?.(a, b)
  return result === undefined ? undefined : sureLiteral(result)
}

/** How many elements a list has, where nothing is added to it on any path. */
export const lengthOf = ({ sure, shape }: Value): Value | undefined =>
  sure && shape?.k === 'array' && shape.literal && shape.items ? sureLiteral(shape.items.length) : undefined
