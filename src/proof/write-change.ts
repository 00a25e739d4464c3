/** A change in a copy: written there, taken back, written again. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { edited, editsByFile } from '../changes/edits.ts'
import type { Change } from '../core/change.ts'

export interface Written {
  /** Files that the change touches, relative to the root. */
  files: string[]
  /** Text before, with its byte order mark; `undefined` where there was no file. */
  before(file: string): string | undefined
  /** The texts as they were. */
  takeBack(): Promise<void>
  /** The texts of the change, after they were taken back. */
  putAgain(): Promise<void>
  /** Other texts for files of the change. */
  revise(texts: ReadonlyMap<string, string>): Promise<void>
  /** Takes files out of the change: they are as they were. */
  leave(files: readonly string[]): Promise<void>
}

/** Text by file; `undefined` for no file. */
type Texts = Map<string, string | undefined>

/** Writes a change below `root`, whose files have the texts that it was made for. */
export async function writeChange(root: string, change: Change): Promise<Written> {
  return copyIn(root, await textsAfter(root, change))
}

/** Writes texts below `root`. */
export async function copyIn(root: string, after: Texts): Promise<Written> {
  const before: Texts = new Map()
  for (const file of after.keys()) {
    const path = join(root, file)
    before.set(file, existsSync(path) ? await readFile(path, 'utf8') : undefined)
  }
  await put(root, after)
  const files = [...after.keys()]
  return {
    files,
    before: (file) => before.get(file),
    takeBack: () => put(root, before),
    putAgain: () => put(root, after),
    async revise(texts) {
      for (const [file, text] of texts) after.set(file, text)
      await put(root, texts)
    },
    async leave(some) {
      await put(root, new Map(some.map((file) => [file, before.get(file)])))
      for (const file of some) {
        after.delete(file)
        files.splice(files.indexOf(file), 1)
      }
    },
  }
}

async function put(root: string, texts: ReadonlyMap<string, string | undefined>): Promise<void> {
  for (const [file, text] of texts) {
    const path = join(root, file)
    if (text === undefined) {
      await rm(path, { force: true })
      continue
    }
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
}

async function textsAfter(root: string, change: Change): Promise<Texts> {
  const after: Texts = new Map()
  for (const [file, edits] of editsByFile(change)) {
    const text = await readFile(join(root, file), 'utf8')
    const mark = text.startsWith('\uFEFF') ? '\uFEFF' : ''
    after.set(file, mark + edited(text.slice(mark.length), edits))
  }
  for (const { file, text } of change.creates) after.set(file, text)
  for (const file of change.removes ?? []) after.set(file, undefined)
  return after
}
