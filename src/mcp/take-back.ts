import { UserError } from '../core/error.ts'
import { applied, undo } from '../operations/undo.ts'
import type { Call } from './call-of.ts'

/**
 * Without an id, the changes that can be taken back; with one of those, takes it back. `known`: the ids that this session
 * has shown, which grows. Throws a `UserError`, with nothing written, for an id that was not shown.
 */
export async function takeBack(
  root: string,
  id: string | undefined,
  known: Set<string>,
): Promise<{ text: string; next: Call }> {
  if (id !== undefined) {
    if (!known.has(id))
      throw new UserError(
        `No change "${id}" was shown in this session. Nothing was taken back.`,
        'Call undo without id: it lists the changes.',
      )
    return { text: await undo(root, id), next: { tool: 'review', input: {} } }
  }
  const text = await applied(root)
  const ids = [...text.matchAll(/^(\d{4,}) {2}/gm)].flatMap(([, one]) => one ?? [])
  for (const one of ids) known.add(one)
  const last = ids.at(-1)
  return last === undefined
    ? { text, next: { tool: 'review', input: {} } }
    : { text, next: { tool: 'undo', input: { id: last } } }
}
