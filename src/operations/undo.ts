/** Taking back what `fix --apply` wrote: housekeeping of the command line. */
import { journalFolderOf } from '../changes/journal.ts'
import { listApplied, undoChange } from '../changes/undo.ts'
import { plural } from '../core/wording.ts'

/**
 * Takes back the last change of a project, or the one with this id, byte for byte. Gives what was done, for a person.
 * Throws a `UserError`, with nothing written, when there is none or a file of it was edited since.
 */
export async function undo(root: string, id?: string): Promise<string> {
  const undone = await undoChange(root, journalFolderOf(root), id)
  const interrupted =
    undone.rolledBack.length > 0
      ? `An interrupted change was rolled back: ${undone.rolledBack.join(', ')}.\n`
      : ''
  if (!('files' in undone)) return interrupted
  const files = undone.files.map(({ file }) => `  ${file}`).join('\n')
  return `${interrupted}Took back change ${undone.id} (${undone.title}): ${plural(undone.files.length, 'file')} as before.\n${files}\n`
}

/** The changes that can be taken back, one a line. */
export async function applied(root: string): Promise<string> {
  const kept = await listApplied(journalFolderOf(root))
  if (kept.length === 0) return 'No change of this tool is applied here.\n'
  return kept
    .map(
      ({ id, title, appliedAt, files }) =>
        `${id}  ${appliedAt}  ${title} (${plural(files.length, 'file')})\n`,
    )
    .join('')
}
