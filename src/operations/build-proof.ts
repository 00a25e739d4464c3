/** A plan tried in a draft: formatted, checked, attacked. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Change } from '../core/change.ts'
import { UserError } from '../core/error.ts'
import type { Context } from '../core/operation.ts'
import type { Completion, Plan } from '../core/recipe.ts'
import { type AttackResult, type Check, objections, type Report } from '../core/report.ts'
import { plural } from '../core/wording.ts'
import { faults } from '../faults/index.ts'
import { loadProject } from '../project/load.ts'
import type { Project } from '../project/project.ts'
import { checkDraft } from '../proof/check-draft.ts'
import { type Draft, openDraft } from '../proof/draft.ts'
import { formatDraft } from '../proof/format-draft.ts'
import type { LiveBench } from '../proof/live-bench.ts'
import { MODE_VARIABLE } from '../proof/mutants/on-copy.ts'
import type { BenchOptions } from '../proof/open.ts'
import { copyIn } from '../proof/write-change.ts'
import type { AnyRecipe, RecipeFacts } from '../recipes/index.ts'
import { BringUpError } from '../runtime/app/failure.ts'
import { readBaseline } from './baseline.ts'
import { benchLimits, withBench } from './on-bench.ts'
import { faultIds, isActive } from './open.ts'
import { runFaults } from './run-faults.ts'

export interface Trial {
  recipe: AnyRecipe
  /** The project that the change is for. */
  project: Project
  /** What the plan was made from: of a recipe that was applied before, the project without it. */
  facts: RecipeFacts
  /** What the recipe was given, as its schema parsed it. */
  input: unknown
  plan: Plan
  bench: BenchOptions
  /** How many mistakes are planted into what was added. */
  mutants: number
}

/** The change as the project's own formatter writes it, where that can be run; nothing is built or fetched. */
export async function formattedPlan(
  trial: Trial,
  context: Context,
): Promise<{ change: Change; check: Check }> {
  const { facts, plan } = trial
  const formatter = facts.habits.code.formatter.value
  try {
    const draft = await openDraft({ ...draftOptions(trial, context), packages: [] })
    try {
      return await formatDraft(draft, plan.change, formatter, context.signal)
    } finally {
      await draft.close()
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const why = `Its formatter could not be run: ${error.message}`
    return { change: plan.change, check: { name: formatter, verdict: 'skipped', why, ms: 0 } }
  }
}

const draftOptions = (
  { facts: { habits }, project, plan: { change, packages, home }, bench: { app } }: Trial,
  context: Context,
) => ({
  project,
  change,
  packages,
  home,
  app,
  manager: habits.packages.manager,
  workFolder: context.workFolder,
  cacheFolder: context.cacheFolder,
  signal: context.signal,
  progress: context.progress,
})

/** Tries everything, and puts what was seen into the report. Gives the change as it should be applied. */
export async function provePlan(trial: Trial, report: Report, context: Context): Promise<Change> {
  const { facts, project, plan } = trial
  const draft = await openDraft(draftOptions(trial, context))
  try {
    context.progress?.('formatting as the project does')
    const { habits } = facts
    const { change, check } = await formatDraft(
      draft,
      plan.change,
      habits.code.formatter.value,
      context.signal,
    )
    const drafted = await loadProject(draft.root)
    const reviewed = await review(project, drafted)
    report.checks = [check, reviewed.check]
    report.findings = reviewed.findings
    report.coverage.faults = faults.length
    const formatted = { ...trial, plan: { ...plan, change } }
    const whole = await onBench(formatted, draft, drafted, report, context)
    if (trial.mutants > 0 && objections(report).length === 0)
      await withMutants(formatted, draft, drafted, report, context)
    return whole
  } finally {
    await draft.close()
  }
}

/** Gives the change with what the recipe wrote when it had seen the copy run. */
async function onBench(
  trial: Trial,
  draft: Draft,
  drafted: Project,
  report: Report,
  context: Context,
): Promise<Change> {
  const { recipe, project, facts, input, bench: options } = trial
  let { change } = trial.plan
  const scaffold = recipe.scaffold?.(facts, input) ?? { files: [], env: {} }
  await copyIn(draft.root, new Map(scaffold.files.map(({ file, text }) => [file, text])))
  const given = { ...options, env: scaffold.env }
  try {
    await withBench(drafted, { ...context, root: draft.root }, given, async (bench) => {
      const { habits } = facts
      const { signal, progress } = context
      change = await completed(trial, draft, bench, report, context)
      const checks = await checkDraft(bench, draft, { project, habits, signal, progress })
      report.checks = ordered([...(report.checks ?? []), ...checks])
      if (recipe.check && !checks.some(({ verdict }) => verdict === 'failed'))
        report.checks.push(...(await bench.timed('checks of the recipe', () => ownChecks(trial, bench))))
      await attack(async () => (await recipe.prove?.(bench, facts, input)) ?? [], bench, report, context)
      report.problems.push(...benchLimits(bench))
      report.phases = bench.phases
    })
  } catch (error) {
    context.signal?.throwIfAborted()
    const why = await blame(error, project, options, context)
    report.checks = ordered([...(report.checks ?? []), why])
  }
  return change
}

const ownChecks = async ({ recipe, facts, input }: Trial, bench: LiveBench): Promise<Check[]> =>
  (await recipe.check?.(bench, facts, input)) ?? []

/** The change with what can only be written now, in the draft and in the running copy. */
async function completed(
  { recipe, facts, input, plan }: Trial,
  draft: Draft,
  bench: LiveBench,
  report: Report,
  context: Context,
): Promise<Change> {
  if (!recipe.complete || plan.change.creates.length === 0) return plan.change
  context.progress?.('seeing how the copy answers')
  const done = await bench.timed('seeing how the copy answers', async () =>
    recipe.complete?.(bench, facts, input),
  )
  if (!done) return plan.change
  report.decisions?.push(...done.decisions)
  report.adds?.proposals.push(...done.proposals)
  report.checks?.push(...done.without.map(missing))
  const left = done.without.map(({ file }) => file)
  const texts = new Map(done.files.map(({ file, text }) => [file, text]))
  await draft.written.revise(texts)
  await draft.written.leave(left)
  const creates = plan.change.creates
    .filter(({ file }) => !left.includes(file))
    .map(({ file, text }) => ({ file, text: texts.get(file) ?? text }))
  const formatter = facts.habits.code.formatter.value
  const { change } = await formatDraft(draft, { ...plan.change, creates }, formatter, context.signal)
  const inCopy = new Map<string, string | undefined>(left.map((file) => [file, undefined]))
  for (const { file, text } of change.creates) if (texts.has(file)) inCopy.set(file, text)
  await copyIn(bench.parts.staged.root, inCopy)
  return change
}

const missing = ({ file, why }: Completion['without'][number]): Check => ({
  name: file,
  verdict: 'failed',
  why,
  ms: 0,
})

/** On a bench of its own: `next dev` takes a change of a file without a build. */
async function withMutants(
  { recipe, facts, input, bench: options, mutants }: Trial,
  draft: Draft,
  drafted: Project,
  report: Report,
  context: Context,
): Promise<void> {
  const { plant } = recipe
  if (!plant) {
    const why = 'The recipe has none to plant.'
    report.checks?.push({ name: 'mutants', verdict: 'skipped', why, ms: 0 })
    return
  }
  const env = { ...recipe.scaffold?.(facts, input).env, [MODE_VARIABLE]: 'production' }
  const texts = new Map<string, string>()
  for (const file of draft.written.files)
    if (draft.written.before(file) === undefined)
      texts.set(file, await readFile(join(draft.root, file), 'utf8'))
  const given: BenchOptions = { ...options, mode: 'dev', env }
  await withBench(drafted, { ...context, root: draft.root }, given, async (bench) => {
    context.progress?.('planting mistakes into what was added')
    const { signal, progress } = context
    report.checks?.push(await plant(bench, facts, input, { texts, count: mutants, signal, progress }))
  })
}

/** Where the application comes up without the change, the change is what keeps it from doing so. */
async function blame(
  error: unknown,
  project: Project,
  options: BenchOptions,
  context: Context,
): Promise<Check> {
  if (!(error instanceof BringUpError)) throw error
  context.progress?.('looking whether the project comes up without the change')
  const began = performance.now()
  await withBench(project, context, options, () => Promise.resolve())
  const copies = new RegExp(`${escaped(join(context.workFolder, 'runs'))}/[^/\\s]+/copy-\\d+/`, 'g')
  const words = (text: string): string => text.replace(copies, '')
  return {
    name: 'build',
    verdict: 'failed',
    why: `Without the change the application comes up, with it it does not (${error.step}): ${words(error.reason)}`,
    ms: Math.round(performance.now() - began),
    log: words(error.log),
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

async function attack(
  attacks: () => Promise<AttackResult[]>,
  bench: LiveBench,
  report: Report,
  context: Context,
): Promise<void> {
  context.progress?.('attacking what was added')
  try {
    report.attacks = await bench.timed('attacks', attacks)
  } catch (error) {
    context.signal?.throwIfAborted()
    const why = error instanceof Error ? error.message : String(error)
    report.checks?.push({ name: 'attacks', verdict: 'failed', why: `They stopped: ${why}.`, ms: 0 })
  }
}

/** Findings that the project did not have: the change brought them, wherever they are. */
async function review(project: Project, drafted: Project) {
  const began = performance.now()
  const { baseline } = await readBaseline(project.root, undefined)
  const known = new Set(runFaults(project, faults, baseline, faultIds).findings.map(({ id }) => id))
  const findings = runFaults(drafted, faults, baseline, faultIds).findings.filter(
    ({ id, suppressed }) => !known.has(id) && !suppressed,
  )
  const [first] = findings.filter(isActive)
  const possible = findings.filter((one) => !isActive(one)).length
  const check: Check = {
    name: 'review',
    verdict: first ? 'failed' : 'passed',
    why: first
      ? `${plural(findings.filter(isActive).length, 'finding')} that the project did not have: ${first.subject} (${first.fault}).`
      : `No finding that the project did not have${possible > 0 ? `, but ${possible} possible` : ''}.`,
    ms: Math.round(performance.now() - began),
  }
  return { check, findings }
}

const order = ['types', 'build', 'migration']

/** What everything else stands on comes first. */
const ordered = (checks: Check[]): Check[] => checks.sort((a, b) => rank(a) - rank(b))
const rank = ({ name }: Check): number => (order.includes(name) ? order.indexOf(name) : order.length)
