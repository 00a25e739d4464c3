/** What a change is judged by besides attacks: the project's own tools, on the running copy that has it. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Check } from '../core/report.ts'
import { plural } from '../core/wording.ts'
import type { Habits } from '../project/habits/habits.ts'
import type { Project } from '../project/project.ts'
import { tailOf } from '../runtime/app/failure.ts'
import { generateClient } from '../runtime/app/generate.ts'
import { type Complaint, lint, warningsCount } from '../runtime/app/linter.ts'
import type { OwnTests } from '../runtime/app/own-tests.ts'
import { plainly } from '../runtime/app/run-step.ts'
import { typeCheck } from '../runtime/app/type-check.ts'
import { checkMigration, isMigration } from './check-migration.ts'
import type { Draft } from './draft.ts'
import type { LiveBench } from './live-bench.ts'
import { firstFailure, ownTests } from './own-tests.ts'
import { copyIn } from './write-change.ts'

export interface CheckOptions {
  /** The user's project, as it is without the change. */
  project: Project
  habits: Pick<Habits, 'code' | 'tests'>
  signal?: AbortSignal | undefined
  progress?: ((step: string) => void) | undefined
}

export interface Outcome extends Pick<Check, 'verdict' | 'why'> {
  log?: string
}

/**
 * Build, migration, types, linter, the project's tests and those of the change, in this order, on a bench of the draft. What was
 * wrong before the change does not count against it: whatever fails is run again without it.
 */
export async function checkDraft(bench: LiveBench, draft: Draft, options: CheckOptions): Promise<Check[]> {
  const { habits, progress } = options
  const judged = { bench, draft, options }
  const checks: Check[] = []
  const check = async (name: string, work: () => Promise<Outcome>): Promise<void> => {
    options.signal?.throwIfAborted()
    progress?.(`checking: ${name}`)
    const began = performance.now()
    const { log, ...outcome } = await work()
    const shown = log === undefined ? {} : { log: log.replaceAll(`${bench.parts.staged.top}/`, '') }
    checks.push({ name, ...outcome, ms: Math.round(performance.now() - began), ...shown })
  }
  checks.push(built(bench))
  if (draft.written.files.some((file) => file.endsWith('.prisma') || isMigration(file)))
    await check('migration', () => checkMigration(bench, draft, options.project))
  await check('types', () => checkTypes(judged))
  for (const linter of habits.code.linter.length > 0 ? habits.code.linter : ['none'])
    await check(linter === 'none' ? 'linter' : linter, () => checkLinter(judged, linter))
  await check('tests', () => checkTests(judged))
  const added = draft.written.files.filter((file) => isTest(file) && draft.written.before(file) === undefined)
  if (added.length > 0) await check('new tests', () => checkNewTests(judged, added))
  return checks
}

export const isTest = (file: string): boolean =>
  /(?:\.(?:test|spec)|(?:^|\/)__tests__\/.*)\.[cm]?[jt]sx?$/.test(file)

function built({ app }: LiveBench): Check {
  const how = app.mode === 'build' ? '`next build` ends, and the application answers.' : '`next dev` answers.'
  return {
    name: 'build',
    verdict: 'passed',
    why: how,
    ms: app.took.generate + app.took.build + app.took.start,
  }
}

const skipped = (why: string, log?: string): Outcome => ({
  verdict: 'skipped',
  why: sentence(why),
  ...(log === undefined ? {} : { log }),
})
const sentence = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

/** How many complaints are shown of many. */
const SHOWN = 20

/** The copy that is judged. */
interface Judged {
  bench: LiveBench
  draft: Draft
  options: CheckOptions
}

async function checkTypes(judged: Judged): Promise<Outcome> {
  const { bench } = judged
  const { staged } = bench.parts
  const run = () => typeCheck(staged, bench.app.env)
  const after = await run()
  if (!after.checked) return skipped(after.why)
  if (after.errors.length === 0) return { verdict: 'passed', why: 'The types check.' }
  const before = await without(judged, run)
  const known = before.checked ? before.errors : []
  const errors = subtract(after.errors, known, (one) => one.replace(/\(\d+,\d+\)/, ''))
  if (errors.length === 0)
    return {
      verdict: 'passed',
      why: `No error that was not there before (${known.length} were).`,
      log: after.errors.slice(0, SHOWN).join('\n'),
    }
  return {
    verdict: 'failed',
    why: `${plural(errors.length, 'error')} of types that ${errors.length === 1 ? 'was' : 'were'} not there before: ${errors[0]}`,
    log: errors.slice(0, SHOWN).join('\n'),
  }
}

async function checkLinter(judged: Judged, name: string): Promise<Outcome> {
  if (name === 'none') return skipped('the project has no linter.')
  const { bench, draft, options } = judged
  const { staged } = bench.parts
  const { files, before } = draft.written
  const run = (some: readonly string[]) => lint(staged, name, some, bench.app.env, options.signal)
  const after = await run(files)
  if (!after.done) return skipped(after.why, after.log)
  const strict = warningsCount(staged)
  const counts = ({ severity }: Complaint): boolean => strict || severity === 'error'
  let complaints = after.complaints
  const present = files.filter((file) => before(file) !== undefined)
  if (complaints.some(({ file }) => present.includes(file))) {
    const first = await without(judged, () => run(present))
    if (first.done) complaints = subtract(complaints, first.complaints, keyOf)
  }
  const errors = complaints.filter(counts)
  const warnings = complaints.length - errors.length
  if (errors.length === 0)
    return {
      verdict: 'passed',
      why: `No error in the files of the change${warnings > 0 ? `, ${plural(warnings, 'warning')}` : ''}.`,
    }
  return {
    verdict: 'failed',
    why: `${plural(errors.length, 'error')} in the files of the change: ${lineOf(errors[0])}`,
    log: errors.slice(0, SHOWN).map(lineOf).join('\n'),
  }
}

async function checkTests(judged: Judged): Promise<Outcome> {
  const { bench } = judged
  const { signal, project } = judged.options
  const after = await ownTests(bench, { signal })
  if (!after.ran) return skipped(after.why)
  if (after.passed) return { verdict: 'passed', why: "The project's own tests pass." }
  const before = await without(judged, () => ownTests(bench, { signal, project }))
  if (before.ran && !before.passed)
    return skipped(`they fail without the change too: ${firstFailure(before.log)}`, tailOf(before.log))
  return failedTests(after, "Of the project's tests, some fail that passed before")
}

async function checkNewTests({ bench, options }: Judged, files: readonly string[]): Promise<Outcome> {
  const { signal, habits } = options
  // What Bun runs needs Bun.
  const runner = habits.tests.runner === 'bun:test' ? undefined : habits.tests.runner
  const ran = await ownTests(bench, { signal, files, runner })
  if (!ran.ran) return skipped(ran.why)
  if (ran.passed) return { verdict: 'passed', why: `The tests of ${plural(files.length, 'new file')} pass.` }
  return failedTests(ran, 'Of the new tests, some fail')
}

/** Does the work where the copy has the texts from before the change, and the client that belongs to them. */
async function without<T>({ bench, draft, options }: Judged, work: () => Promise<T>): Promise<T> {
  const { staged } = bench.parts
  const { before } = draft.written
  // In the copy, the configuration of Next.js is what the bench made of it, with the change and without.
  const files = draft.written.files.filter((file) => !/(^|\/)next\.config\.\w+$/.test(file))
  const change = await copyIn(staged.root, new Map(files.map((file) => [file, before(file)])))
  const generate = async (): Promise<void> => {
    if (!files.some((file) => file.endsWith('.prisma'))) return
    const log = join(staged.workplace.folder, 'generate-again.log')
    await writeFile(log, '')
    await generateClient(staged, plainly(staged.workplace), bench.app.env, log, options.signal)
  }
  try {
    await generate()
    return await work()
  } finally {
    await change.takeBack()
    await generate()
  }
}

function failedTests(ran: OwnTests & { ran: true }, what: string): Outcome {
  return { verdict: 'failed', why: `${what}: ${firstFailure(ran.log)}`, log: tailOf(ran.log, 60) }
}

const keyOf = ({ file, rule, message }: Complaint): string => `${file} ${rule} ${message}`
const lineOf = (one: Complaint | undefined): string =>
  one ? `${one.file}:${one.line} ${one.message} (${one.rule})` : ''

/** What is in `all` more often than in `known`. */
export function subtract<T>(all: readonly T[], known: readonly T[], key: (one: T) => string): T[] {
  const left = new Map<string, number>()
  for (const one of known) left.set(key(one), (left.get(key(one)) ?? 0) + 1)
  return all.filter((one) => {
    const count = left.get(key(one)) ?? 0
    left.set(key(one), count - 1)
    return count <= 0
  })
}
