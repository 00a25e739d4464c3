/**
 * Templates whose tag is a function of the project. What stands in `${}` goes where the function puts it: into the text,
 * or beside it, as a parameter that the database is sent apart.
 */
import type { Syntax } from '../../source/syntax.ts'
import type { Machine } from './machine.ts'
import { noteTagged } from './sinks.ts'
import { composed, holdsInput } from './text.ts'
import { literal, shaped, union, unknown, unsure, type Value, visibleFields } from './value.ts'

/** What the tag makes of the template; nothing where it is no function of the project. */
export function taggedBy(
  machine: Machine,
  tag: Value,
  name: string,
  parts: readonly string[],
  items: readonly Value[],
  syntax: Syntax,
  at: number,
): Value | undefined {
  if (tag.shape?.k !== 'closure' || machine.naming) return undefined
  const strings = shaped({ k: 'array', of: unknown(), literal: true, items: parts.map(literal) })
  const made = machine.call(tag, [strings, ...items], syntax, at, name)
  if (made.shape?.k === 'promise') return made
  const texts = [made, ...visibleFields(made).values()].filter(isText)
  // Too deep to be followed: what of the values stands in the text cannot be told.
  if (texts.length === 0) return doubtful(composed(alternating(parts, items)))
  noteTagged(machine, name, parts, texts.filter(holdsInput), syntax, at)
  return made
}

const alternating = (parts: readonly string[], items: readonly Value[]): (string | Value)[] =>
  parts.flatMap((part, i) => [part, ...items.slice(i, i + 1)])

/** The same text, of which it is not known what of the sources is left in it. */
function doubtful(value: Value): Value {
  const { text } = value
  return text ? { ...value, text: { ...text, all: unsure(text.all), head: unsure(text.head) } } : value
}

/** Made of texts by the tag; a list or an object beside it holds the values. */
const isText = ({ shape, client, text }: Value): boolean =>
  client === undefined && text !== undefined && shape?.k !== 'object' && shape?.k !== 'array'

/** `parts[i]` of a list that is written down: any of its elements, with the fields that they have. */
export function elementAt({ shape, deps }: Value, by: Value): Value | undefined {
  if (shape?.k !== 'array' || !shape.literal || shape.of.shape?.k !== 'object') return undefined
  return { ...shape.of, deps: union(deps, shape.of.deps, by.deps) }
}
