import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { applyChange } from '../changes/apply.ts'
import { diffOf } from '../changes/diff.ts'
import { edited, editsByFile } from '../changes/edits.ts'
import {
  type GeneratedRecord,
  RECORD,
  type RecipeRun,
  readGenerated,
  recorded,
  type Written,
} from '../changes/generated.ts'
import { journalFolderOf } from '../changes/journal.ts'
import { planned } from '../changes/plan.ts'
import type { Change } from '../core/change.ts'
import { UserError } from '../core/error.ts'
import type { Finding } from '../core/finding.ts'
import type { Context, Operation } from '../core/operation.ts'
import type { Plan } from '../core/recipe.ts'
import { objections, type Report, type ReportedChange } from '../core/report.ts'
import { stampOf } from '../core/stamp.ts'
import { plural } from '../core/wording.ts'
import { faults } from '../faults/index.ts'
import { readHabits } from '../project/habits/read.ts'
import { type ListedRecipe, recipes } from '../recipes/index.ts'
import { planAgain, readerOf } from './build-again.ts'
import { formattedPlan, provePlan, type Trial } from './build-proof.ts'
import { chooseRecipe, demandBoth, inputOf } from './build-request.ts'
import { benchInput, benchOptions, failedBench } from './on-bench.ts'
import { coverageOf, faultIds, openProject } from './open.ts'
import { runFaults } from './run-faults.ts'
import { uncommitted } from './uncommitted.ts'

const input = z.object({
  task: z
    .string()
    .optional()
    .describe('What to add, in plain words: `"a login API that returns a JWT token"`'),
  recipe: z.string().optional().describe('The recipe by its id, in place of words'),
  set: z.array(z.string()).default([]).describe('Inputs of the recipe: `--set name=value`'),
  plan: z.boolean().default(false).describe('Only show the plan: nothing is built or run'),
  apply: z
    .boolean()
    .default(false)
    .describe('Write the change into the project when all proofs hold; `undo` takes it back'),
  allowDirty: z
    .boolean()
    .default(false)
    .describe('Also edit files that have uncommitted changes (command line only)'),
  mutants: z.coerce
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(0)
    .describe(
      'Plant so many mistakes into the new code, one at a time, and see whether its tests and attacks notice: a few seconds for each',
    ),
  ...benchInput,
})

export type BuildInput = z.infer<typeof input>

/** The operation over a catalogue. */
export const buildFrom = (catalogue: readonly ListedRecipe[]): Operation<BuildInput> => ({
  name: 'build',
  summary: 'Add a capability in this project’s style, and prove it',
  description:
    'Plans what was asked for in the way this project is written, shows each decision and the diff, and tries it in a ' +
    'contained copy: types, linter, build, migration, the project’s tests and new ones, a review, and attacks on what was ' +
    'added. The project itself is changed with --apply only, when nothing speaks against it; `backend-engineer undo` ' +
    'takes it back. Running it again changes nothing.',
  effects: 'writes',
  input,
  positional: ['task'],
  async run(options, context) {
    const start = performance.now()
    const { project, problems, fatal } = await openProject(context)
    const report: Report = {
      operation: 'build',
      headline: fatal?.message ?? '',
      findings: [],
      problems,
      coverage: coverageOf(project, 0),
      elapsedMs: 0,
    }
    if (!fatal) {
      demandBoth(project)
      const { listed, understood } = chooseRecipe(options, catalogue)
      const app = options.app === undefined ? {} : { app: options.app }
      const findings = (): readonly Finding[] => runFaults(project, faults, undefined, faultIds).findings
      const facts = {
        habits: readHabits(project, app),
        project,
        findings,
        stamp: stampOf(new Date()),
        task: options.task,
      }
      const recipe = await listed.load()
      const known = readGenerated(readerOf(context.root))
      const earlier = recipe.subject ? undefined : runOf(known, recipe.id, context.root)
      const { input: given, questions } = await inputOf(recipe, facts, options, context.ask, earlier?.inputs)
      const id = recipe.subject ? `${recipe.id} ${recipe.subject(given)}` : recipe.id
      const inputs = asJson(given)
      const run = runOf(known, id, context.root)
      if (run && run.version === recipe.version && isDeepStrictEqual(run.inputs, inputs)) {
        report.decisions = [understood]
        report.headline = stillThere(run, context.root)
      } else {
        context.progress?.('planning')
        const again =
          run && (await planAgain({ recipe, input: given, known, run, ...facts, ...app }, context))
        const plan = again?.plan ?? (await recipe.plan(facts, given))
        tell(report, { ...plan, decisions: [understood, ...plan.decisions] })
        report.questions = questions
        const trial: Recorded = {
          recipe,
          project,
          facts: again?.facts ?? facts,
          input: given,
          plan,
          bench: benchOptions(options),
          mutants: options.mutants,
          record: { known, run: { id, title: plan.change.title, version: recipe.version, inputs } },
          ...(again && { pristine: again.pristine }),
        }
        try {
          await carryOut(trial, report, options, context)
        } finally {
          await again?.close()
        }
      }
    }
    return { ...report, elapsedMs: Math.round(performance.now() - start) }
  },
})

export const build = buildFrom(recipes)

/** A trial whose outcome is written into the record of the project. */
interface Recorded extends Trial {
  record: { known: GeneratedRecord; run: Pick<RecipeRun, 'id' | 'title' | 'version' | 'inputs'> }
  /** Where the recipe ran before: what it would write where nobody had edited it. Else it is what is written. */
  pristine?: Written
}

const nothingToDo = (title: string): string => `${title}: everything is there already, nothing to change.`

/** Files that somebody removed since stay removed: that may have been meant. */
function stillThere({ title, files }: RecipeRun, root: string): string {
  const removed = Object.keys(files).filter((file) => !existsSync(join(root, file)))
  if (removed.length === 0) return nothingToDo(title)
  const them = removed.length === 1 ? 'it' : 'them'
  return `${title}: everything is there but ${removed.join(', ')}, removed since. Nothing was changed: take ${them} back from version control if that was not meant.`
}

/** The run of this id, unless nothing of it is left. */
const runOf = ({ recipes }: GeneratedRecord, id: string, root: string): RecipeRun | undefined =>
  recipes.find((one) => one.id === id && Object.keys(one.files).some((file) => existsSync(join(root, file))))

const asJson = (input: unknown): RecipeRun['inputs'] =>
  z.record(z.string(), z.json()).parse(JSON.parse(JSON.stringify(input ?? {})))

function tell(report: Report, { decisions, packages, endpoints, variables, proposals }: Plan): void {
  report.decisions = decisions
  report.packages = packages
  report.adds = { endpoints, variables, proposals }
}

async function carryOut(
  trial: Recorded,
  report: Report,
  options: BuildInput,
  context: Context,
): Promise<void> {
  const { change, next } = trial.plan
  if (filesOf(change).length === 0) {
    report.headline = nothingToDo(change.title)
    report.next = next
    return
  }
  const read = await textsOf(context.root, change)
  await lookForWork(report, change, options, context)
  if (options.plan) {
    const { change: formatted, check } = await formattedPlan(trial, context)
    report.checks = [check]
    report.changes = [reported(formatted, read, 'planned', 'Only the plan was asked for: nothing was run.')]
    report.headline = `${change.title}: ${sizeOf(formatted)} planned. Nothing was run or written.`
    report.next = [{ command: commandOf(options), why: 'Proves it in a copy' }, ...next]
    return
  }
  let formatted = change
  try {
    formatted = await provePlan(trial, report, context)
  } catch (error) {
    const problem = failedBench(error)
    report.problems.push(problem)
    report.changes = [reported(change, read, 'planned', `It could not be tried: ${problem.message}`)]
    report.headline = `${change.title}: planned, but it could not be tried. Nothing was written.`
    return
  }
  await conclude(report, formatted, read, trial, options, context)
}

async function conclude(
  report: Report,
  change: Change,
  read: (file: string) => string | undefined,
  { plan: { next }, record, pristine }: Recorded,
  options: BuildInput,
  context: Context,
): Promise<void> {
  const against = objections(report)
  const [first] = against
  if (first !== undefined) {
    const refused = options.apply ? 'Not applied' : 'Not to be applied'
    report.changes = [reported(change, read, 'withheld', `In the copy with it: ${first}`)]
    report.headline = `${change.title}: ${plural(against.length, 'proof')} failed. ${refused}; nothing was written. First: ${first}`
    report.next = [
      { command: `${commandOf(options)} --format json`, why: 'Shows all of what was seen, with the logs' },
    ]
    return
  }
  const held = whatHeld(report)
  const done = reported(change, read, 'proven', `In the copy with it: ${held}.`)
  report.changes = [done]
  const refusal = options.apply ? context.confirm?.([done]) : undefined
  if (!options.apply || refusal !== undefined) {
    const because = refusal === undefined ? '' : ` Reason: ${refusal}.`
    report.headline = `${change.title}: ${sizeOf(change)}, proven in a copy (${held}). Nothing was written.${because}`
    report.next = [
      { command: `${commandOf(options)} --apply`, why: 'Proves it again and writes it' },
      ...next,
    ]
    return
  }
  const present = readerOf(context.root)
  const lines = recorded(record.known, record.run, writtenNow(change, pristine, read), present)
  const whole = {
    ...change,
    edits: [...change.edits, ...lines.edits],
    creates: [...change.creates, ...lines.creates],
  }
  const { id } = await applyChange(
    context.root,
    planned(whole, (file) => (file === RECORD ? present(file) : read(file))),
    journalFolderOf(context.root),
  )
  done.status = 'applied'
  done.why = `${done.why} Applied as change ${id}.`
  report.headline = `${change.title}: ${sizeOf(change)} written as change ${id}, after the proof (${held}).`
  report.next = [
    ...next,
    { command: `git add ${RECORD}`, why: 'With it, a later run tells your edits from what it wrote' },
    { command: 'backend-engineer undo', why: 'Takes it back, byte for byte' },
  ]
}

/** What the recipe wrote, as the formatter left it. */
function writtenNow(
  change: Change,
  pristine: Written | undefined,
  read: (file: string) => string | undefined,
): Written {
  const after = [...editsByFile(change)].map(([file, edits]): [string, { before: string; after: string }] => {
    const before = read(file) ?? ''
    return [file, { before: pristine?.edited.get(file)?.before ?? before, after: edited(before, edits) }]
  })
  if (!pristine)
    return { files: new Map(change.creates.map(({ file, text }) => [file, text])), edited: new Map(after) }
  const files = [...pristine.edited.keys()]
  return {
    files: pristine.files,
    edited: new Map([...pristine.edited, ...after.filter(([file]) => files.includes(file))]),
  }
}

/** `9 checks passed, 24 attacks withstood` */
function whatHeld({ checks = [], attacks = [] }: Report): string {
  const count = (verdict: string): number => checks.filter((one) => one.verdict === verdict).length
  const withstood = attacks.filter(({ verdict }) => verdict === 'withstood').length
  const beside = attacks.filter(({ verdict }) => verdict === 'not applicable').length
  return [
    `${plural(count('passed'), 'check')} passed`,
    ...(count('skipped') > 0 ? [`${count('skipped')} not there`] : []),
    ...(attacks.length > 0 ? [`${plural(withstood, 'attack')} withstood`] : []),
    ...(beside > 0 ? [`${beside} not applicable`] : []),
  ].join(', ')
}

/** Files that the change edits and that git does not have as they are: named, and refused where they would be written. */
async function lookForWork(
  report: Report,
  change: Change,
  { apply, allowDirty }: BuildInput,
  context: Context,
): Promise<void> {
  const present = [...new Set([...change.edits.map(({ file }) => file), ...(change.removes ?? [])])]
  const files = await uncommitted(context.root, present, context.workFolder)
  if (files.length === 0) return
  const are = files.length === 1 ? 'has' : 'have'
  const message = `${files.join(', ')} ${are} uncommitted changes, and would be edited.`
  if (apply && !allowDirty)
    throw new UserError(
      `${message} Nothing was done.`,
      'Commit or stash them first, or run again with --allow-dirty: `undo` takes back what it wrote, not what was there.',
    )
  report.problems.push({ where: 'git', message, effect: 'partial' })
}

const filesOf = ({ edits, creates, removes = [] }: Change): string[] => [
  ...new Set([...edits.map(({ file }) => file), ...creates.map(({ file }) => file), ...removes]),
]

/** `13 files (11 new)` */
const sizeOf = (change: Change): string =>
  `${plural(filesOf(change).length, 'file')} (${change.creates.length} new)`

function reported(
  change: Change,
  read: (file: string) => string | undefined,
  status: ReportedChange['status'],
  why: string,
): ReportedChange {
  const { title, reason } = change
  return { title, reason, diff: diffOf(change, read), findings: [], status, why, evidence: [] }
}

/** The texts that the change was made for: what is applied must meet them again. */
async function textsOf(root: string, change: Change): Promise<(file: string) => string | undefined> {
  const texts = new Map<string, string>()
  for (const file of [...change.edits.map((one) => one.file), ...(change.removes ?? [])])
    texts.set(file, (await readFile(join(root, file), 'utf8')).replace(/^\uFEFF/, ''))
  return (file) => texts.get(file)
}

/** The same request on a command line. */
function commandOf({ task, recipe, set, app }: BuildInput): string {
  const quoted = (text: string): string =>
    /^[\w./=:,@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
  return [
    'backend-engineer build',
    ...(recipe === undefined ? [quoted(task ?? '')] : ['--recipe', recipe]),
    ...set.flatMap((one) => ['--set', quoted(one)]),
    ...(app === undefined ? [] : ['--app', quoted(app)]),
  ].join(' ')
}
