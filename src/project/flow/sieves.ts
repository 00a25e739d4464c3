/** What is left of rows after calls that take columns out of them: `omit(row, ['password'])`, `schema.parse(row)`. */
import { without } from './forms.ts'
import { isGiven, type Sieve, textsOf, type Value } from './value.ts'

/** The value, whose rows were put through something. */
export function sifted(value: Value, sieve: Sieve, depth = 5): Value {
  const { shape } = value
  if (!shape || depth === 0) return value
  const inner = (one: Value): Value => sifted(one, sieve, depth - 1)
  switch (shape.k) {
    case 'row':
      return { ...value, shape: { ...shape, sieves: [...(shape.sieves ?? []), sieve] } }
    case 'array':
      return {
        ...value,
        shape: { ...shape, of: inner(shape.of), ...(shape.items ? { items: shape.items.map(inner) } : {}) },
      }
    case 'promise':
      return { ...value, shape: { ...shape, of: inner(shape.of) } }
    case 'object':
      return shape.open ? { ...value, shape: { ...shape, open: shape.open.map(inner) } } : value
    default:
      return value
  }
}

/** Packages whose `omit` and `pick` are given the object first, then the names: in a list, or one after the other. */
const TAKES =
  /^(lodash(-es)?([./](omit|pick)(By)?)?|underscore|es-toolkit(\/.*)?|radash|remeda|just-(omit|pick)|object\.(omit|pick))$/

/** `omit(row, ['password'])`, `pick(row, ['id', 'name'])` of a package. */
export function reshaped(from: string, name: string, args: readonly Value[]): Value | undefined {
  const of = args[0]
  const what = TAKES.test(from) ? /(omit|pick)(By)?$/.exec(name === 'default' ? from : name) : null
  if (!of || !what || !holdsRow(of)) return undefined
  const keys = what[2] === undefined ? keysIn(args.slice(1)) : undefined
  if (!keys) return sifted(of, 'unknown')
  return what[1] === 'omit' ? without(of, keys) : sifted(of, { keys: new Set(keys) })
}

const holdsRow = ({ shape }: Value): boolean =>
  shape?.k === 'row' || (shape?.k === 'object' && (shape.open ?? []).some(holdsRow))

/** The names that a call is given, where all of them are written. */
function keysIn(args: readonly Value[]): string[] | undefined {
  const listed = args.flatMap((arg) =>
    arg.shape?.k === 'array' ? (arg.shape.items ?? [arg.shape.of]) : [arg],
  )
  const keys = listed.filter((one) => isGiven(one) !== false).map(textsOf)
  return keys.every((texts) => texts.length === 1) ? keys.flat() : undefined
}
