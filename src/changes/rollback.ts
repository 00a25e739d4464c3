import { chmod, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { UserError } from '../core/error.ts'
import { digest, digestAt, removeEmptyFolder, stored, syncFolder, writeDurably } from './disk.ts'
import { dropJournal, type Entry, type Journal, readJournals } from './journal.ts'
import { placeIn } from './places.ts'

/** Files that are neither as the change left them nor as they were before: somebody edited them since. */
export async function editedSince(root: string, journal: Journal): Promise<string[]> {
  const files: string[] = []
  for (const entry of journal.entries) {
    const now = await digestAt((await placeIn(root, entry.file)).absolute)
    if (now !== entry.after && now !== entry.before) files.push(entry.file)
  }
  return files
}

/** Beside the file, so that a rename puts it in place; the name is known to whoever rolls back. */
export function temporaryFor(path: string, id: string): string {
  return join(dirname(path), `.backend-engineer-${id}-${digest(Buffer.from(path)).slice(0, 8)}.tmp`)
}

/**
 * Brings back bytes and mode of every file, removes what the change made, and forgets the journal. Doing it twice does no
 * harm. Everything is written beside its place first: a full disk leaves all as it is.
 */
export async function rollBack(root: string, journal: Journal): Promise<void> {
  const staged: { from: string; to: string }[] = []
  const made: string[] = []
  try {
    for (const entry of journal.entries) {
      const { absolute } = await placeIn(root, entry.file)
      const temporary = temporaryFor(absolute, journal.id)
      await rm(temporary, { force: true })
      const now = await stored(absolute)
      if (entry.kept === undefined || (now && digest(now.bytes) === entry.before)) continue
      const folder = await mkdir(dirname(absolute), { recursive: true })
      if (folder !== undefined) made.push(folder)
      await writeDurably(temporary, await keptBytes(journal, entry, entry.kept))
      staged.push({ from: temporary, to: absolute })
    }
  } catch (error) {
    for (const { from } of staged) await rm(from, { force: true })
    for (const folder of made.reverse()) await rm(folder, { recursive: true, force: true })
    throw error
  }
  for (const { from, to } of staged) await rename(from, to)
  await removeMade(root, journal)
  for (const folder of new Set(staged.map(({ to }) => dirname(to)))) await syncFolder(folder)
  await dropJournal(journal)
}

async function keptBytes(journal: Journal, { file, before, mode, uid, gid }: Entry, name: string) {
  const kept = await stored(join(journal.folder, name))
  if (kept && digest(kept.bytes) === before) return { bytes: kept.bytes, mode, uid, gid }
  throw new UserError(
    `The old content of ${file} is lost: the copy that was kept of it is damaged.`,
    'Restore the file from your version control.',
  )
}

/** Of a change that has not touched a file yet, only what was written beside them is there. */
async function forget(root: string, journal: Journal): Promise<void> {
  for (const { file } of journal.entries)
    await rm(temporaryFor((await placeIn(root, file)).absolute, journal.id), { force: true })
  await removeFolders(root, journal)
  await dropJournal(journal)
}

async function removeMade(root: string, journal: Journal): Promise<void> {
  for (const { file, did, mode } of journal.entries) {
    const { absolute } = await placeIn(root, file)
    if (did === 'created') await rm(absolute, { force: true })
    else await chmod(absolute, mode)
  }
  await removeFolders(root, journal)
}

/** Those that the change made, when nothing else lives in them by now. */
async function removeFolders(root: string, { folders }: Journal): Promise<void> {
  for (const folder of [...folders].reverse()) await removeEmptyFolder((await placeIn(root, folder)).absolute)
}

/**
 * Rolls back what a crash left half done; gives the ids. Throws a UserError when a file of it was edited since, as nobody
 * but its author can say what is right then.
 */
export async function rollBackInterrupted(root: string, journalFolder: string): Promise<string[]> {
  const interrupted = (await readJournals(journalFolder)).filter(({ state }) => state !== 'applied').reverse()
  for (const journal of interrupted) {
    if (journal.state === 'begun') {
      await forget(root, journal)
      continue
    }
    const edited = await editedSince(root, journal)
    if (edited.length > 0)
      throw new UserError(
        `A change was interrupted ("${journal.title}"), and ${edited.join(', ')} was edited since.`,
        `The old files are in .backend-engineer/undo/${journal.id}: compare them, then delete that folder.`,
      )
    await rollBack(root, journal)
  }
  return interrupted.map(({ id }) => id)
}
