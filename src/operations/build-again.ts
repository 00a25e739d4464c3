/** A recipe that was applied before and is asked for again, with other inputs or in another version. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { edited, editsBetween, editsByFile } from '../changes/edits.ts'
import {
  type GeneratedRecord,
  mergedFiles,
  type RecipeRun,
  type Written,
  without,
  writtenBy,
} from '../changes/generated.ts'
import type { ReadText } from '../changes/plan.ts'
import type { Change } from '../core/change.ts'
import { UserError } from '../core/error.ts'
import type { Context } from '../core/operation.ts'
import type { Plan } from '../core/recipe.ts'
import { migrationFor } from '../database/migration.ts'
import { migrationsIn } from '../database/migrations-in.ts'
import type { Habits } from '../project/habits/habits.ts'
import { readHabits } from '../project/habits/read.ts'
import { loadProject } from '../project/load.ts'
import type { Project } from '../project/project.ts'
import { type Draft, openDraft } from '../proof/draft.ts'
import { formatDraft } from '../proof/format-draft.ts'
import type { AnyRecipe, RecipeFacts } from '../recipes/index.ts'

export interface AgainWish {
  recipe: AnyRecipe
  input: unknown
  known: GeneratedRecord
  run: RecipeRun
  project: Project
  habits: Habits
  stamp: string
  app?: string | undefined
}

export interface Again {
  /** For the project as it is. */
  plan: Plan
  /** Of the project as it is without the recipe: what the plan was made from. */
  facts: RecipeFacts
  /** What the recipe would write today where nobody edited it. */
  pristine: Written
  /** Removes the copies; `facts` are not to be read afterwards. */
  close(): Promise<void>
}

/** Texts of files below a root, without a byte order mark. */
export const readerOf =
  (root: string): ReadText =>
  (file) => {
    try {
      return readFileSync(join(root, file), 'utf8').replace(/^\uFEFF/, '')
    } catch {
      return undefined
    }
  }

/** A migration may have been run: it stays as it is, and another one follows. */
const isMigration = (file: string): boolean => /\/migration\.sql$|\/migration_lock\.toml$/.test(file)

/**
 * Plans the recipe on a copy of the project without it, and merges what it writes there into the project as it is.
 * Throws a UserError where both changed the same lines, with nothing written.
 */
export async function planAgain(wish: AgainWish, context: Context): Promise<Again> {
  const read = readerOf(context.root)
  const before = writtenBy(wish.known, wish.run)
  const bare = await openDraft({
    ...draftsOf(wish, context),
    change: changeOf('Without the recipe', { ...without(before, read), creates: [] }),
    project: wish.project,
  })
  try {
    const project = await loadProject(bare.root)
    const habits = readHabits(project, wish.app === undefined ? {} : { app: wish.app })
    const facts = { habits, project, stamp: wish.stamp }
    const plan = await wish.recipe.plan(facts, wish.input)
    const fresh = await formattedIn(project, plan.change, habits, wish, context)
    const { change, pristine } = await merged(wish, fresh, before, read, readerOf(bare.root))
    return { plan: { ...plan, change }, facts, pristine, close: () => bare.close() }
  } catch (error) {
    await bare.close()
    throw error
  }
}

const changeOf = (title: string, parts: Pick<Change, 'edits' | 'creates' | 'removes'>): Change => ({
  title,
  reason: title,
  safety: 'review',
  ...parts,
})

const draftsOf = ({ app }: AgainWish, { workFolder, cacheFolder, signal, progress }: Context) => ({
  packages: [],
  app,
  workFolder,
  cacheFolder,
  signal,
  progress,
})

/** As the project's formatter writes it: as it was written the first time. */
async function formattedIn(
  project: Project,
  change: Change,
  habits: Habits,
  wish: AgainWish,
  context: Context,
): Promise<Change> {
  const draft: Draft = await openDraft({ ...draftsOf(wish, context), change, project })
  try {
    return (await formatDraft(draft, change, habits.code.formatter.value, context.signal)).change
  } finally {
    await draft.close()
  }
}

async function merged(
  wish: AgainWish,
  fresh: Change,
  before: Written,
  read: ReadText,
  readBare: ReadText,
): Promise<{ change: Change; pristine: Written }> {
  const writes = fresh.creates.filter(({ file }) => !isMigration(file))
  const [migrations, others] = [new Map<string, string>(), new Map<string, string>()]
  for (const [file, text] of before.files) (isMigration(file) ? migrations : others).set(file, text)
  const { edits, creates, removes, conflicts } = mergedFiles(others, writes, read, wish.recipe.id)
  const [first] = conflicts
  if (first)
    throw new UserError(
      `${conflicts.map(({ file }) => file).join(', ')} ${conflicts.length === 1 ? 'was' : 'were'} edited where the recipe would write something else now. Nothing was changed.`,
      `Take the inputs of before, or take your edits out of ${first.file}, run it again, and put them back.`,
    )
  const present = new Map<string, { before: string; after: string }>()
  const byFile = editsByFile(fresh)
  for (const file of new Set([...before.edited.keys(), ...byFile.keys()])) {
    const [now, bare] = [read(file), readBare(file)]
    if (now === undefined || bare === undefined) continue
    const after = edited(bare, byFile.get(file) ?? [])
    edits.push(...editsBetween(file, now, after))
    if (byFile.has(file)) present.set(file, { before: bare, after })
  }
  const change = { ...fresh, edits, creates, removes }
  const more = await migrationOf(wish, change, read)
  const next = { ...change, creates: [...creates, ...more.creates], notes: more.notes }
  const files = new Map([...writes, ...more.creates].map(({ file, text }) => [file, text]))
  return { change: next, pristine: { files: new Map([...migrations, ...files]), edited: present } }
}

/** From the tables of now to those of the merged schema. */
async function migrationOf({ habits, stamp, recipe }: AgainWish, change: Change, read: ReadText) {
  const { schema, root } = habits
  if (!schema) return { creates: [], notes: [] }
  const isSchema = (file: string): boolean => file.endsWith('.prisma')
  const byFile = editsByFile(change)
  const before = schema.files.map((file) => ({ path: file, content: read(file) ?? '' }))
  const after = [
    ...before
      .filter(({ path }) => !change.removes?.includes(path))
      .map(({ path, content }) => ({ path, content: edited(content, byFile.get(path) ?? []) })),
    ...change.creates
      .filter(({ file }) => isSchema(file))
      .map(({ file, text }) => ({ path: file, content: text })),
  ]
  const folder = schema.migrations
  const lock = folder === undefined ? undefined : read(`${folder}/migration_lock.toml`)
  return migrationFor({
    before,
    after,
    ...(folder !== undefined && { folder }),
    migrations: migrationsIn(root, folder),
    ...(lock !== undefined && { lock }),
    name: `update ${recipe.id}`,
    stamp,
  })
}
