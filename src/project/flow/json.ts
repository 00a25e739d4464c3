/** Values that are written as a text and read again. */

import { textOfCall } from './text.ts'
import { allDeps, type Shape, shaped, type Value } from './value.ts'

/** The function of the language, or that of a package that writes more kinds of values in the same way. */
const isWriter = (shape: Shape & { k: 'chain' | 'external' }): boolean =>
  (shape.k === 'chain' && shape.from === 'global' && shape.root === 'JSON') || shape.from === 'superjson'

/**
 * The result of `JSON.stringify(value)`, which is still known to be that value, and of `JSON.parse(text)` of such a text, or
 * of one that somebody sent. Nothing for any other call.
 */
export function jsonCall(callee: Value, name: string, args: readonly Value[]): Value | undefined {
  const { shape } = callee
  const first = args[0]
  if (!first || (shape?.k !== 'chain' && shape?.k !== 'external') || !isWriter(shape)) return undefined
  if (name === 'stringify') {
    const text = textOfCall(name, callee, args)
    return { ...shaped({ k: 'json', of: first }, allDeps(first), first.ctl), ...(text ? { text } : {}) }
  }
  if (name !== 'parse') return undefined
  if (first.shape?.k === 'json') return first.shape.of
  return first.client === undefined ? undefined : first
}

/** What was written into a body: of a text that holds a value, the value. */
export const writtenIn = (body: Value): Value => (body.shape?.k === 'json' ? body.shape.of : body)
