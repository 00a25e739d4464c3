import type { AppliedChange } from '../core/change.ts'
import { UserError } from '../core/error.ts'
import { digestAt } from './disk.ts'
import { type Journal, readJournals, setState } from './journal.ts'
import { locked } from './lock.ts'
import { codeOf, placeIn } from './places.ts'
import { told } from './refusals.ts'
import { editedSince, rollBack, rollBackInterrupted } from './rollback.ts'

/** A change that can be undone. */
export interface KeptChange {
  id: string
  title: string
  /** ISO 8601, UTC. */
  appliedAt: string
  files: AppliedChange['files']
}

export interface UndoneChange extends KeptChange {
  /** Ids of changes that had been interrupted, and were rolled back before this one. */
  rolledBack: string[]
}

/** Changes that were applied, oldest first. Reads only, but for what a crash left before it touched a file. */
export async function listApplied(journalFolder: string): Promise<KeptChange[]> {
  const journals = await readJournals(journalFolder)
  return journals.filter(({ state }) => state === 'applied').map(keptOf)
}

/**
 * Takes a change back, byte for byte: the last one, or the one with this id. Throws a UserError, with nothing written,
 * when there is none, or when a file of it was edited since. When an interrupted change was rolled back and no id was
 * given, that was the last one: nothing else is undone, and only `rolledBack` is told.
 */
export async function undoChange(
  root: string,
  journalFolder: string,
  id?: string,
): Promise<UndoneChange | { rolledBack: string[] }> {
  return await told(() =>
    locked(journalFolder, async () => {
      const rolledBack = await rollBackInterrupted(root, journalFolder)
      if (rolledBack.length > 0 && (id === undefined || rolledBack.includes(id))) return { rolledBack }
      const journals = (await readJournals(journalFolder)).filter(({ state }) => state === 'applied')
      const journal = choose(journals, id)
      const edited = await editedSince(root, journal)
      if (edited.length > 0) throw refusal(journal, journals, edited)
      await takeBack(root, journal)
      return { ...keptOf(journal), rolledBack }
    }),
  )
}

function choose(journals: Journal[], id: string | undefined): Journal {
  const wanted = id === undefined ? journals.at(-1) : journals.find((one) => Number(one.id) === Number(id))
  if (wanted) return wanted
  if (journals.length === 0)
    throw new UserError('There is no change to undo.', 'Nothing was applied here, or all was undone.')
  throw new UserError(
    `There is no change "${id}" to undo.`,
    `There are: ${journals.map((one) => `${one.id} ${one.title}`).join(', ')}.`,
  )
}

function refusal(journal: Journal, journals: Journal[], edited: string[]): UserError {
  const later = journals
    .filter((one) => Number(one.id) > Number(journal.id))
    .filter((one) => one.entries.some(({ file }) => edited.includes(file)))
  const files = edited.join(', ')
  if (later.length > 0)
    return new UserError(
      `"${journal.title}" cannot be undone: ${files} was changed again by ${later.map(({ id }) => id).join(', ')}.`,
      `Undo ${later.at(-1)?.id} first.`,
    )
  return new UserError(
    `"${journal.title}" cannot be undone: ${files} was edited since. Nothing was written.`,
    `Take your edits back first, or compare with the old files in .backend-engineer/undo/${journal.id}.`,
  )
}

async function takeBack(root: string, journal: Journal): Promise<void> {
  const undoing = await setState(journal, 'undoing')
  try {
    await rollBack(root, undoing)
  } catch (cause) {
    // What needs room comes first: unless a rename failed, nothing has moved.
    if (cause instanceof UserError || (await changedFiles(root, undoing)) === 0) {
      await setState(undoing, 'applied')
      throw cause
    }
    throw new UserError(
      `"${journal.title}" was undone in part (${codeOf(cause) ?? 'unknown reason'}).`,
      'Run `backend-engineer undo` again when the cause is gone: it goes on from here.',
      { cause },
    )
  }
}

async function changedFiles(root: string, journal: Journal): Promise<number> {
  let changed = 0
  for (const { file, after } of journal.entries) {
    if ((await digestAt((await placeIn(root, file)).absolute)) !== after) changed++
  }
  return changed
}

function keptOf({ id, title, appliedAt, entries }: Journal): KeptChange {
  return { id, title, appliedAt, files: entries.map(({ file, did }) => ({ file, did })) }
}
