/** What recipes wrote, kept in the project, so that a later run can tell the user's edits from its own text. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { z } from 'zod'
import type { Edit, NewFile } from '../core/change.ts'
import { UserError } from '../core/error.ts'
import { type FormatStyle, formatted } from './format.ts'
import { hasMarkers, mergeGenerated } from './merge.ts'
import { hashOf, type ReadText } from './plan.ts'

/** Which recipe was run, with what, and the hash of each file as it wrote it. To be committed. */
export const RECORD = '.backend-engineer/recipes.json'
/** The texts of those hashes, compressed: formatters and linters of the project should not read them. */
export const PRISTINE = '.backend-engineer/pristine.json'

const recordShape = z.object({
  recipes: z.array(
    z.object({
      id: z.string(),
      version: z.string(),
      inputs: z.record(z.string(), z.json()),
      /** File → hash of its text, line ends as `\n`. */
      files: z.record(z.string(), z.string()),
    }),
  ),
})
const pristineShape = z.record(z.string(), z.string())

export type RecipeRun = z.infer<typeof recordShape>['recipes'][number]

export interface Generated {
  runs: RecipeRun[]
  /** Hash → text, compressed. */
  pristine: Record<string, string>
}

/** What was generated so far. Throws a UserError when the record does not parse. */
export function readGenerated(read: ReadText): Generated {
  const record = parsed(RECORD, read(RECORD), recordShape)
  return { runs: record?.recipes ?? [], pristine: parsed(PRISTINE, read(PRISTINE), pristineShape) ?? {} }
}

function parsed<T>(file: string, text: string | undefined, shape: z.ZodType<T>): T | undefined {
  if (text === undefined) return undefined
  try {
    return shape.parse(JSON.parse(text))
  } catch (cause) {
    throw new UserError(
      `${file} cannot be read: what recipes wrote before is not known.`,
      'Bring it back from version control. Without it, delete it and the files of the recipe that you did not edit.',
      { cause },
    )
  }
}

export interface GenerateWish extends Omit<RecipeRun, 'files'> {
  /** The files as they are written today, formatted. */
  files: readonly NewFile[]
  style: FormatStyle
}

export interface GeneratedFiles {
  edits: Edit[]
  creates: NewFile[]
  removes: string[]
  /** Files in which both changed the same lines: they hold markers, as after `git merge`. */
  conflicts: { file: string; count: number }[]
  /** Files that stay as their users made them, though the recipe would do otherwise. */
  kept: { file: string; why: 'deleted' | 'edited' }[]
}

/**
 * Writes the files of a recipe, the first time or again: what users edited is merged, what they deleted stays deleted.
 * The same files again, with the same inputs, are no change. `read` gives texts without a byte order mark.
 *
 * Throws a UserError when a file is there that no recipe wrote, or holds an open merge.
 */
export async function generatedFiles(wish: GenerateWish, read: ReadText): Promise<GeneratedFiles> {
  const known = readGenerated(read)
  const before = known.runs.find(({ id }) => id === wish.id)
  const result: GeneratedFiles = { edits: [], creates: [], removes: [], conflicts: [], kept: [] }
  for (const fresh of wish.files) {
    const hash = own(before?.files ?? {}, fresh.file)
    one(
      wish,
      fresh,
      hash === undefined ? undefined : textOf(known, hash, fresh.file),
      read(fresh.file),
      result,
    )
  }
  for (const [file, hash] of Object.entries(before?.files ?? {})) {
    const present = read(file)
    if (present === undefined || wish.files.some((fresh) => fresh.file === file)) continue
    if (hashOf(plain(present)) === hash) result.removes.push(file)
    else result.kept.push({ file, why: 'edited' })
  }
  await record(wish, known, read, result)
  return result
}

function one(
  { id, version }: GenerateWish,
  { file, text }: NewFile,
  pristine: string | undefined,
  present: string | undefined,
  result: GeneratedFiles,
): void {
  const user = present === undefined ? undefined : plain(present)
  if (user === undefined || present === undefined) {
    if (pristine === undefined) result.creates.push({ file, text })
    else result.kept.push({ file, why: 'deleted' })
    return
  }
  if (user === text) return
  if (pristine === undefined)
    throw new UserError(
      `${file} is there already, and the recipe ${id} did not write it.`,
      'Move it, or give the recipe another place.',
    )
  if (pristine === text) return
  if (hasMarkers(user))
    throw new UserError(
      `${file} holds an open merge.`,
      'Choose between its two sides, then run the command again.',
    )
  const merged = mergeGenerated({ pristineOld: pristine, pristineNew: text, user, label: `${id} ${version}` })
  if (merged.conflicts > 0) result.conflicts.push({ file, count: merged.conflicts })
  result.edits.push(...replacing(file, present, merged.text))
}

/** The part between the first and the last line that differ. */
function replacing(file: string, before: string, after: string): Edit[] {
  const [old, fresh] = [before.split(/(?<=\n)/), after.split(/(?<=\n)/)]
  const like = (a: string | undefined, b: string | undefined): boolean =>
    a !== undefined && b !== undefined && plain(a) === b
  let head = 0
  while (like(old[head], fresh[head])) head++
  let tail = 0
  const short = Math.min(old.length, fresh.length) - head
  while (tail < short && like(old.at(-1 - tail), fresh.at(-1 - tail))) tail++
  const from = old.slice(0, head).join('').length
  const to = old.slice(0, old.length - tail).join('').length
  const text = fresh.slice(head, fresh.length - tail).join('')
  return from === to && text === '' ? [] : [{ file, from, to, text }]
}

const plain = (text: string): string => text.replaceAll('\r\n', '\n')

const own = (of: Record<string, string>, key: string): string | undefined =>
  Object.hasOwn(of, key) ? of[key] : undefined

function textOf({ pristine }: Generated, hash: string, file: string): string {
  const packed = own(pristine, hash)
  const text = packed === undefined ? undefined : unpacked(packed)
  if (text !== undefined && hashOf(text) === hash) return text
  throw new UserError(
    `${PRISTINE} does not hold what was written to ${file}: your edits cannot be told from it.`,
    'Bring the file back from version control, then run the command again.',
  )
}

function unpacked(packed: string): string | undefined {
  try {
    return inflateRawSync(Buffer.from(packed, 'base64')).toString('utf8')
  } catch {
    // Cut or edited: as if it were not there.
    return undefined
  }
}

/** Says in the record what was written. Texts that no recipe needs any more are dropped. */
async function record(
  wish: GenerateWish,
  known: Generated,
  read: ReadText,
  result: GeneratedFiles,
): Promise<void> {
  const files = Object.fromEntries(wish.files.map(({ file, text }) => [file, hashOf(text)]).toSorted())
  const run: RecipeRun = { id: wish.id, version: wish.version, inputs: wish.inputs, files }
  const runs = [...known.runs.filter(({ id }) => id !== wish.id), run].toSorted((a, b) =>
    a.id < b.id ? -1 : 1,
  )
  const texts = new Map(wish.files.map(({ text }) => [hashOf(text), text]))
  const needed = [...new Set(runs.flatMap((one) => Object.values(one.files)))].toSorted()
  const pristine = needed.map((hash) => [
    hash,
    // Kept as it is: another version of Node may compress in another way.
    own(known.pristine, hash) ?? deflateRawSync(texts.get(hash) ?? '').toString('base64'),
  ])
  for (const [file, content] of [
    [RECORD, { recipes: runs }],
    [PRISTINE, Object.fromEntries(pristine)],
  ] as const) {
    const text = await formatted(`${JSON.stringify(content, null, 2)}\n`, file, wish.style)
    const present = read(file)
    if (present === undefined) result.creates.push({ file, text })
    else if (JSON.stringify(JSON.parse(present)) !== JSON.stringify(content))
      result.edits.push(...replacing(file, present, text))
  }
}
