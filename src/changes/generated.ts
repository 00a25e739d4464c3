/** What recipes wrote, kept in the project, so that a later run can tell the user's edits from its own text. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { applyPatch, structuredPatch } from 'diff'
import { z } from 'zod'
import type { Edit, NewFile } from '../core/change.ts'
import { UserError } from '../core/error.ts'
import { editsBetween } from './edits.ts'
import { hasMarkers, mergeGenerated } from './merge.ts'
import { hashOf, type ReadText } from './plan.ts'

/**
 * Which recipe was run, with what, and what it wrote. To be committed. JSON under a name that formatters and linters
 * leave alone.
 */
export const RECORD = '.backend-engineer/recipes.lock'

const hashes = z.record(z.string(), z.string())
const recordShape = z.object({
  recipes: z.array(
    z.object({
      id: z.string(),
      /** Of the change: `Sign in with a password`. */
      title: z.string(),
      version: z.int(),
      inputs: z.record(z.string(), z.json()),
      /** New file → hash of its text as it was written, line ends as `\n`. */
      files: hashes,
      /** File that was there → hashes of its text without and with the change. */
      edited: z.record(z.string(), z.object({ before: z.string(), after: z.string() })),
    }),
  ),
  /** The texts of those hashes, compressed. */
  texts: hashes,
})

export type GeneratedRecord = z.infer<typeof recordShape>
export type RecipeRun = GeneratedRecord['recipes'][number]

/** What was generated so far. Throws a UserError when the record does not parse. */
export function readGenerated(read: ReadText): GeneratedRecord {
  const text = read(RECORD)
  if (text === undefined) return { recipes: [], texts: {} }
  try {
    return recordShape.parse(JSON.parse(text))
  } catch (cause) {
    throw new UserError(
      `${RECORD} cannot be read: what recipes wrote before is not known.`,
      'Bring it back from version control. Without it, delete it and the files of the recipe that you did not edit.',
      { cause },
    )
  }
}

/** What one run of a recipe wrote, as texts. */
export interface Written {
  files: Map<string, string>
  edited: Map<string, { before: string; after: string }>
}

/** Throws a UserError when a text is not in the record, or is another than it was. */
export function writtenBy({ texts }: GeneratedRecord, run: RecipeRun): Written {
  const textOf = (hash: string, file: string): string => {
    const packed = own(texts, hash)
    const text = packed === undefined ? undefined : unpacked(packed)
    if (text !== undefined && hashOf(text) === hash) return text
    throw new UserError(
      `${RECORD} does not hold what was written to ${file}: your edits cannot be told from it.`,
      'Bring the file back from version control, then run the command again.',
    )
  }
  return {
    files: new Map(Object.entries(run.files).map(([file, hash]) => [file, textOf(hash, file)])),
    edited: new Map(
      Object.entries(run.edited).map(([file, { before, after }]) => [
        file,
        { before: textOf(before, file), after: textOf(after, file) },
      ]),
    ),
  }
}

export interface Merge {
  edits: Edit[]
  creates: NewFile[]
  removes: string[]
  /** Files in which both changed the same lines: they hold markers, as after `git merge`. */
  conflicts: { file: string; count: number }[]
  /** Files that stay as their users made them, though the recipe would do otherwise. */
  kept: { file: string; why: 'deleted' | 'edited' }[]
}

const nothing = (): Merge => ({ edits: [], creates: [], removes: [], conflicts: [], kept: [] })

/**
 * The new files of a recipe that ran before, written again: what users edited is merged, what they deleted stays deleted.
 * `fresh`: as they are written today. `read` gives texts without a byte order mark.
 *
 * Throws a UserError when a file is there that the recipe did not write, or holds an open merge.
 */
export function mergedFiles(
  before: ReadonlyMap<string, string>,
  fresh: readonly NewFile[],
  read: ReadText,
  label: string,
): Merge {
  const result = nothing()
  for (const { file, text } of fresh) mergeOne(file, before.get(file), text, read(file), label, result)
  for (const [file, text] of before) {
    const present = read(file)
    if (present === undefined || fresh.some((one) => one.file === file)) continue
    if (plain(present) === text) result.removes.push(file)
    else result.kept.push({ file, why: 'edited' })
  }
  return result
}

function mergeOne(
  file: string,
  pristine: string | undefined,
  text: string,
  present: string | undefined,
  label: string,
  result: Merge,
): void {
  if (present === undefined) {
    if (pristine === undefined) result.creates.push({ file, text })
    else result.kept.push({ file, why: 'deleted' })
    return
  }
  const user = plain(present)
  if (user === text) return
  if (pristine === undefined)
    throw new UserError(
      `${file} is there already, and no recipe wrote it.`,
      'Move it, or give the recipe another place.',
    )
  if (pristine === text) return
  if (hasMarkers(user))
    throw new UserError(
      `${file} holds an open merge.`,
      'Choose between its two sides, then run the command again.',
    )
  const merged = mergeGenerated({ pristineOld: pristine, pristineNew: text, user, label })
  if (merged.conflicts > 0) result.conflicts.push({ file, count: merged.conflicts })
  result.edits.push(...editsBetween(file, present, merged.text))
}

/**
 * The project as it would be without the run, with all that its users edited since: new files are removed, edits of files
 * that were there are taken out. Throws a UserError where users edited the very lines of an edit.
 */
export function without({ files, edited }: Written, read: ReadText): Pick<Merge, 'edits' | 'removes'> {
  const removes = [...files.keys()].filter((file) => read(file) !== undefined)
  const edits: Edit[] = []
  for (const [file, { before, after }] of edited) {
    const present = read(file)
    if (present === undefined) continue
    const text = takenOut(before, after, plain(present))
    if (text === undefined)
      throw new UserError(
        `${file} was edited in the very lines that the recipe had added.`,
        'Run `backend-engineer undo` on the change of that recipe, or edit the file by hand: nothing was changed.',
      )
    edits.push(...editsBetween(file, present, text))
  }
  return { edits, removes }
}

/** Lines beside an edit that may be others by now, and how many of them are looked at. */
const FUZZ = { context: 2, fuzzFactor: 2 }

function takenOut(before: string, after: string, user: string): string | undefined {
  const { text, conflicts } = mergeGenerated({ pristineOld: after, pristineNew: before, user })
  if (conflicts === 0) return text
  // Lines of the user's right beside it are no conflict: what was added is still there as it was.
  const patch = structuredPatch('', '', after, before, undefined, undefined, { context: FUZZ.context })
  const done = applyPatch(user, patch, { fuzzFactor: FUZZ.fuzzFactor })
  return done === false ? undefined : done
}

const plain = (text: string): string => text.replaceAll('\r\n', '\n')

const own = (of: { [key: string]: string }, key: string): string | undefined =>
  Object.hasOwn(of, key) ? of[key] : undefined

function unpacked(packed: string): string | undefined {
  try {
    return inflateRawSync(Buffer.from(packed, 'base64')).toString('utf8')
  } catch {
    // Cut or edited: as if it were not there.
    return undefined
  }
}

/** The record with this run in it, in place of an earlier one of its id. Texts that no run needs any more are dropped. */
export function recorded(
  known: GeneratedRecord,
  run: Pick<RecipeRun, 'id' | 'title' | 'version' | 'inputs'>,
  { files, edited }: Written,
  read: ReadText,
): Pick<Merge, 'edits' | 'creates'> {
  const texts = new Map<string, string>()
  const kept = (text: string): string => {
    const hash = hashOf(plain(text))
    texts.set(hash, plain(text))
    return hash
  }
  const sorted = <T>(entries: [string, T][]): { [key: string]: T } =>
    Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
  const made: RecipeRun = {
    ...run,
    files: sorted([...files].map(([file, text]) => [file, kept(text)])),
    edited: sorted(
      [...edited].map(([file, { before, after }]) => [file, { before: kept(before), after: kept(after) }]),
    ),
  }
  const recipes = [...known.recipes.filter(({ id }) => id !== run.id), made].toSorted((a, b) =>
    a.id < b.id ? -1 : 1,
  )
  const needed = new Set(
    recipes.flatMap((one) => [
      ...Object.values(one.files),
      ...Object.values(one.edited).flatMap(({ before, after }) => [before, after]),
    ]),
  )
  const packed = [...needed].map((hash): [string, string] => [
    hash,
    // Kept as it is: another version of Node may compress in another way.
    own(known.texts, hash) ?? deflateRawSync(texts.get(hash) ?? '').toString('base64'),
  ])
  const text = `${JSON.stringify({ recipes, texts: sorted(packed) }, null, 2)}\n`
  const present = read(RECORD)
  if (present === undefined) return { edits: [], creates: [{ file: RECORD, text }] }
  return { edits: editsBetween(RECORD, present, text), creates: [] }
}
