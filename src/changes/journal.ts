/**
 * What a change replaces, kept before the first file is touched. One folder per change:
 *
 *     0001/begun.json   what it does to which file, and how that file is recognised before and after
 *     0001/0, 0001/1    the bytes that were there
 *
 * The name of the list is the state, and a rename changes it: that needs no space on the disk and cannot be half done.
 * `begun`: no file of the project has changed yet. `writing`: some may have. `applied`: all is as the change wants it.
 * `undoing`: some may be as before again. A run that ended in any but `applied` is rolled back by the next one.
 */
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { UserError } from '../core/error.ts'
import { removeEmptyFolder, type Stored, syncFolder, writeDurably } from './disk.ts'
import { isMissing } from './places.ts'

const entrySchema = z.object({
  file: z.string(),
  did: z.enum(['edited', 'created', 'removed']),
  /** Digest of the bytes before and after; absent where there is no file. */
  before: z.string().optional(),
  after: z.string().optional(),
  /** Name of the kept bytes in the folder, and what belonged to them. */
  kept: z.string().optional(),
  mode: z.number().int(),
  uid: z.number().int(),
  gid: z.number().int(),
})

const recordSchema = z.object({
  version: z.literal(1),
  title: z.string(),
  appliedAt: z.string(),
  entries: z.array(entrySchema),
  /** Folders that did not exist, outermost first. */
  folders: z.array(z.string()),
})

export type Entry = z.infer<typeof entrySchema>
export type JournalRecord = z.infer<typeof recordSchema>

const states = ['begun', 'writing', 'applied', 'undoing'] as const
export type State = (typeof states)[number]

export interface Journal extends JournalRecord {
  id: string
  folder: string
  state: State
}

/** Where the journals of a project are: beside its source, so that they go where it goes and no cleaner takes them. */
export function journalFolderOf(root: string): string {
  return join(root, '.backend-engineer', 'undo')
}

/** Keeps the bytes and the list; from its return on, the change can be rolled back. */
export async function openJournal(
  journalFolder: string,
  record: JournalRecord,
  kept: ReadonlyMap<string, Stored>,
): Promise<Journal> {
  await mkdir(journalFolder, { recursive: true, mode: 0o700 })
  await ignoreByGit(journalFolder)
  const id = await nextId(journalFolder)
  const folder = join(journalFolder, id)
  await mkdir(folder, { mode: 0o700 })
  try {
    for (const [name, file] of kept) await writeDurably(join(folder, name), { ...file, mode: 0o600 })
    const text = Buffer.from(`${JSON.stringify(record, null, 2)}\n`)
    const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0]
    await writeDurably(join(folder, 'new'), { bytes: text, mode: 0o600, uid, gid })
    await rename(join(folder, 'new'), join(folder, 'begun.json'))
    await syncFolder(folder)
    await syncFolder(journalFolder)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  return { ...record, id, folder, state: 'begun' }
}

async function ignoreByGit(journalFolder: string): Promise<void> {
  try {
    const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0]
    await writeDurably(join(journalFolder, '.gitignore'), {
      bytes: Buffer.from('*\n'),
      mode: 0o644,
      uid,
      gid,
    })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

async function nextId(journalFolder: string): Promise<string> {
  const highest = Math.max(0, ...(await idsIn(journalFolder)).map(Number))
  return String(highest + 1).padStart(4, '0')
}

async function idsIn(journalFolder: string): Promise<string[]> {
  try {
    const names = await readdir(journalFolder)
    return names.filter((name) => /^\d{4,}$/.test(name)).sort((a, b) => Number(a) - Number(b))
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** All journals, oldest first. One that has no list yet never touched a file: it is removed. */
export async function readJournals(journalFolder: string): Promise<Journal[]> {
  const journals: Journal[] = []
  for (const id of await idsIn(journalFolder)) {
    const folder = join(journalFolder, id)
    const names = await readdir(folder)
    const state = states.find((one) => names.includes(`${one}.json`))
    if (state) journals.push({ ...(await readRecord(folder, state)), id, folder, state })
    else await rm(folder, { recursive: true, force: true })
  }
  return journals
}

async function readRecord(folder: string, state: State): Promise<JournalRecord> {
  const text = await readFile(join(folder, `${state}.json`), 'utf8')
  const record = recordSchema.safeParse(parsed(text))
  if (record.success) return record.data
  const where = folder.split(/[\\/]/).slice(-3).join('/')
  throw new UserError(
    `The list of what a change replaced, ${where}/${state}.json, cannot be read.`,
    `The old files are beside it. Copy back what you need, then delete ${where}.`,
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

export async function setState(journal: Journal, state: State): Promise<Journal> {
  await rename(join(journal.folder, `${journal.state}.json`), join(journal.folder, `${state}.json`))
  await syncFolder(journal.folder)
  return { ...journal, state }
}

/** The list goes first: without it, a folder is only litter. */
export async function dropJournal(journal: Journal): Promise<void> {
  await rm(join(journal.folder, `${journal.state}.json`), { force: true })
  await rm(journal.folder, { recursive: true, force: true })
}

/** After the last undo nothing of ours is left in the project. */
export async function removeWhenEmpty(journalFolder: string): Promise<void> {
  if ((await idsIn(journalFolder)).length > 0) return
  await rm(join(journalFolder, '.gitignore'), { force: true })
  await removeEmptyFolder(journalFolder)
  if (basename(dirname(journalFolder)) === '.backend-engineer')
    await removeEmptyFolder(dirname(journalFolder))
}
