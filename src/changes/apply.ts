import { mkdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, relative, sep } from 'node:path'
import type { AppliedChange, PlannedChange } from '../core/change.ts'
import { UserError } from '../core/error.ts'
import { digest, digestAt, exists, type Stored, stored, syncFolder, writeDurably } from './disk.ts'
import { edited, editsByFile } from './edits.ts'
import { type Entry, type Journal, openJournal, setState } from './journal.ts'
import { locked } from './lock.ts'
import { codeOf, placeIn } from './places.ts'
import { hashOf } from './plan.ts'
import { told } from './refusals.ts'
import { rollBack, rollBackInterrupted, temporaryFor } from './rollback.ts'

/** One file of a change, checked and computed, before anything is written. */
interface Work {
  file: string
  absolute: string
  did: Entry['did']
  before?: Stored
  /** Absent for a file that is removed. */
  after?: Stored
}

export interface ApplyOptions {
  /** Called before each step, in order: `journal`, `stage`, `write <file>`, `finish`. */
  onStep?: (step: string) => void
}

const bom = Buffer.from([0xef, 0xbb, 0xbf])

/**
 * Writes a change into a project, all of it or nothing. Every file must still have the text that the change was planned
 * for. Mode, byte order mark and line ends are kept; access lists and extended attributes are not. What is replaced is
 * kept in `journalFolder` first (see `journalFolderOf`), on the same or another file system.
 *
 * Throws a UserError, with nothing written, when a file was edited meanwhile, is not to be written, is read-only or not
 * UTF-8, or when the disk is full. Changes that an earlier run left half done are rolled back before.
 */
export async function applyChange(
  root: string,
  change: PlannedChange,
  journalFolder: string,
  options: ApplyOptions = {},
): Promise<AppliedChange> {
  const { onStep = () => undefined } = options
  return await told(() =>
    locked(journalFolder, async () => {
      const rolledBack = await rollBackInterrupted(root, journalFolder)
      const works = await prepare(root, change)
      onStep('journal')
      let journal = await begin(root, change, works, journalFolder)
      try {
        onStep('stage')
        await stage(journal, works)
        journal = await setState(journal, 'writing')
        for (const work of works) {
          onStep(`write ${work.file}`)
          await put(journal, work)
        }
        onStep('finish')
        for (const folder of new Set(works.map((one) => dirname(one.absolute)))) await syncFolder(folder)
        await setState(journal, 'applied')
      } catch (error) {
        await withdraw(root, journal, works)
        throw error
      }
      const files = works.map(({ file, did }) => ({ file, did }))
      return { id: journal.id, title: change.title, files, rolledBack }
    }),
  )
}

async function prepare(root: string, change: PlannedChange): Promise<Work[]> {
  const works: Work[] = []
  // New files belong to whom the project belongs, also when root runs this in a container.
  const top = await stat(root)
  for (const [file, edits] of editsByFile(change)) {
    const { absolute, before, text } = await present(root, change, file)
    const bytes = Buffer.from(edited(text, edits))
    const after = before.bytes.subarray(0, 3).equals(bom) ? Buffer.concat([bom, bytes]) : bytes
    works.push({ file, absolute, did: 'edited', before, after: { ...before, bytes: after } })
  }
  for (const file of change.removes ?? []) {
    const { absolute, before } = await present(root, change, file)
    works.push({ file, absolute, did: 'removed', before })
  }
  for (const { file, text } of change.creates) {
    const { absolute } = await placeIn(root, file)
    if (await exists(absolute))
      throw new UserError(`${file} exists already.`, 'Run the command again, so that the change fits it.')
    const after = { bytes: Buffer.from(text), mode: top.mode & 0o666, uid: top.uid, gid: top.gid }
    works.push({ file, absolute, did: 'created', after })
  }
  const twice = works.find(
    (one, index) => works.findIndex((other) => other.absolute === one.absolute) < index,
  )
  if (twice)
    throw new UserError(`${twice.file} is changed under two names.`, 'Make one of the changes first.')
  return works
}

async function present(root: string, change: PlannedChange, file: string) {
  const { absolute } = await placeIn(root, file)
  const before = await read(absolute, file)
  const text = before.bytes.toString('utf8').replace(/^\uFEFF/, '')
  if (!Buffer.from(before.bytes.toString('utf8')).equals(before.bytes))
    throw new UserError(`${file} is not valid UTF-8.`, 'Convert it to UTF-8, or make the change by hand.')
  if (hashOf(text) !== change.base[file])
    throw new UserError(
      `${file} is not as it was when "${change.title}" was planned. Nothing was written.`,
      'Run the command again, so that the change is made for the file as it is.',
    )
  if ((before.mode & 0o222) === 0)
    throw new UserError(`${file} is read-only.`, `Make it writable first: chmod u+w ${file}`)
  return { absolute, before, text }
}

async function read(absolute: string, file: string): Promise<Stored> {
  const remedy = 'Run the command again, so that the change is made for the files that there are.'
  try {
    const found = await stored(absolute)
    if (found) return found
  } catch (cause) {
    throw new UserError(`${file} cannot be read (${codeOf(cause) ?? 'unknown reason'}).`, remedy, { cause })
  }
  throw new UserError(`${file} is gone. Nothing was written.`, remedy)
}

async function begin(
  root: string,
  change: PlannedChange,
  works: Work[],
  journalFolder: string,
): Promise<Journal> {
  const kept = new Map<string, Stored>()
  const entries = works.map(({ file, did, before, after }): Entry => {
    const name = String(kept.size)
    if (before) kept.set(name, before)
    const { mode, uid, gid } = before ?? after ?? { mode: 0o644, uid: 0, gid: 0 }
    return {
      file,
      did,
      ...(before ? { before: digest(before.bytes), kept: name } : {}),
      ...(after ? { after: digest(after.bytes) } : {}),
      mode,
      uid,
      gid,
    }
  })
  const folders = await missingFolders(root, works)
  const appliedAt = new Date().toISOString()
  return await openJournal(
    journalFolder,
    { version: 1, title: change.title, appliedAt, entries, folders },
    kept,
  )
}

/** Folders that the change makes, relative to the root, outermost first. */
async function missingFolders(root: string, works: Work[]): Promise<string[]> {
  const folders = new Set<string>()
  const top = await realpath(root)
  for (const { absolute } of works) {
    for (let folder = dirname(absolute); !(await exists(folder)); folder = dirname(folder))
      folders.add(relative(top, folder).split(sep).join('/'))
  }
  return [...folders].sort((a, b) => a.length - b.length)
}

/** Everything that needs space is done here, while no file of the project has changed. */
async function stage(journal: Journal, works: Work[]): Promise<void> {
  for (const { absolute, after } of works) {
    if (!after) continue
    await mkdir(dirname(absolute), { recursive: true })
    await writeDurably(temporaryFor(absolute, journal.id), after)
  }
}

async function put(journal: Journal, { file, absolute, before, after }: Work): Promise<void> {
  if ((await digestAt(absolute)) !== (before && digest(before.bytes)))
    throw new UserError(
      `${file} was edited while the change was being written. All of the change was taken back.`,
      'Save the file and run the command again.',
    )
  if (after) await rename(temporaryFor(absolute, journal.id), absolute)
  else await rm(absolute)
}

/** What another program wrote meanwhile is its own; the rest becomes what it was. */
async function withdraw(root: string, journal: Journal, works: Work[]): Promise<void> {
  try {
    for (const { absolute } of works) await rm(temporaryFor(absolute, journal.id), { force: true })
    const ours: Entry[] = []
    for (const [index, entry] of journal.entries.entries()) {
      const work = works[index]
      if (work && (await digestAt(work.absolute)) === entry.after) ours.push(entry)
    }
    await rollBack(root, { ...journal, entries: ours })
  } catch (cause) {
    throw new UserError(
      `"${journal.title}" was written in part and could not be taken back (${codeOf(cause) ?? 'unknown reason'}).`,
      `Run \`backend-engineer undo\`. The old files are in .backend-engineer/undo/${journal.id}.`,
      { cause },
    )
  }
}
