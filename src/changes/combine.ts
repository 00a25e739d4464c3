import type { Change, Conflict, Edit } from '../core/change.ts'
import { editsByFile, sorted } from './edits.ts'

interface Owned {
  edit: Edit
  title: string
}

type Clash = Conflict['conflicts'][number]

/**
 * Several changes as one. What two of them do alike is done once; insertions at one place are made one after the
 * other when each is whole lines or a whole item of a list. Anything else that touches is a conflict.
 */
export function combine(changes: readonly Change[]): Change | Conflict {
  const conflicts: Clash[] = []
  const edits: Edit[] = []
  for (const [file, owned] of ownersByFile(changes)) {
    const joined = joinEdits(file, owned)
    edits.push(...joined.edits)
    conflicts.push(...joined.conflicts)
  }
  const creates = joinCreates(changes, conflicts)
  conflicts.push(...clashesOfRemoves(changes))
  if (conflicts.length > 0) return { conflicts }
  const removes = unique(changes.flatMap((one) => one.removes ?? []))
  const commands = uniqueBy(
    changes.flatMap((one) => one.commands ?? []),
    (one) => JSON.stringify(one.command),
  )
  const notes = unique(changes.flatMap((one) => one.notes ?? []))
  return {
    title: unique(changes.map((one) => one.title)).join('; '),
    reason: unique(changes.map((one) => one.reason)).join(' '),
    safety: changes.some((one) => one.safety === 'review') ? 'review' : 'safe',
    edits,
    creates,
    ...(removes.length > 0 ? { removes } : {}),
    ...(commands.length > 0 ? { commands } : {}),
    ...(notes.length > 0 ? { notes } : {}),
  }
}

export function isConflict(result: Change | Conflict): result is Conflict {
  return 'conflicts' in result
}

function ownersByFile(changes: readonly Change[]): Map<string, Owned[]> {
  const files = new Map<string, Owned[]>()
  for (const change of changes) {
    for (const [file, edits] of editsByFile(change)) {
      const owned = edits.map((edit) => ({ edit, title: change.title }))
      files.set(file, [...(files.get(file) ?? []), ...owned])
    }
  }
  return files
}

function joinEdits(file: string, owned: Owned[]): { edits: Edit[]; conflicts: Clash[] } {
  const edits: Edit[] = []
  const conflicts: Clash[] = []
  const ordered = sorted(owned.map((one) => ({ ...one, from: one.edit.from, to: one.edit.to })))
  const kept: Owned[] = []
  for (const next of ordered) {
    const same = kept.some(
      ({ edit }) => edit.from === next.from && edit.to === next.to && edit.text === next.edit.text,
    )
    if (same) continue
    const other = kept.find((one) => collides(one.edit, next.edit))
    if (other)
      conflicts.push({ file, between: [other.title, next.title], why: 'Both change the same lines.' })
    kept.push(next)
    edits.push(next.edit)
  }
  return { edits, conflicts }
}

/** `a` does not begin after `b`. */
function collides(a: Edit, b: Edit): boolean {
  if (a.from === a.to && b.from === b.to) return a.from === b.from && !(isWhole(a.text) && isWhole(b.text))
  return b.from < a.to
}

/** Lines of their own, or an item of a list with its comma: another one may stand beside it. */
function isWhole(text: string): boolean {
  return /^\s*,|,\s*$|^\r?\n|\n[ \t]*$/.test(text)
}

function joinCreates(changes: readonly Change[], conflicts: Clash[]): Change['creates'] {
  const made = new Map<string, { text: string; title: string }>()
  for (const { creates, title } of changes) {
    for (const { file, text } of creates) {
      const other = made.get(file)
      if (other && other.text !== text)
        conflicts.push({
          file,
          between: [other.title, title],
          why: 'Both create it, with different content.',
        })
      else made.set(file, { text, title })
    }
  }
  return [...made].map(([file, { text }]) => ({ file, text }))
}

function clashesOfRemoves(changes: readonly Change[]): Clash[] {
  return changes.flatMap((change) =>
    (change.removes ?? []).flatMap((file) =>
      changes
        .filter((one) => [...one.edits, ...one.creates].some((part) => part.file === file))
        .map(
          (one): Clash => ({
            file,
            between: [change.title, one.title],
            why: 'One removes what the other changes.',
          }),
        ),
    ),
  )
}

const unique = (values: readonly string[]): string[] => [...new Set(values)]

function uniqueBy<T>(values: readonly T[], key: (value: T) => string): T[] {
  return [...new Map(values.map((value) => [key(value), value])).values()]
}
