import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { applyChange } from '../changes/apply.ts'
import { combine, isConflict } from '../changes/combine.ts'
import { diffOf } from '../changes/diff.ts'
import { journalFolderOf } from '../changes/journal.ts'
import { planned } from '../changes/plan.ts'
import type { Finding } from '../core/finding.ts'
import type { Context, Operation } from '../core/operation.ts'
import type { Report, ReportedChange } from '../core/report.ts'
import { stampOf } from '../core/stamp.ts'
import { plural } from '../core/wording.ts'
import { fixerOf } from '../faults/fixers.ts'
import { proverOf } from '../faults/provers.ts'
import type { Project } from '../project/project.ts'
import type { Cure as Repaired } from '../proof/fixer.ts'
import type { LiveBench } from '../proof/live-bench.ts'
import type { Outcome } from '../proof/prover.ts'
import { type Trial, tryInCopy } from '../proof/trial.ts'
import { benchInput, failedBench, onFindings, proveFindings } from './on-bench.ts'
import { atInput } from './places.ts'

const input = z.object({
  only: z
    .array(z.string())
    .default([])
    .describe(
      'Only these faults, topics or findings (by id): `authorization`, `input/raw-sql`, `2e9f56c5de`',
    ),
  at: atInput,
  apply: z
    .boolean()
    .default(false)
    .describe('Write the changes that held in the copy into the project; `undo` takes them back'),
  all: z.boolean().default(false).describe('Also findings that are only possible'),
  ...benchInput,
})

/** A finding that was proven, and the change that should cure it. */
export interface Cure {
  finding: Finding
  change: Repaired
}

export const fix: Operation<z.infer<typeof input>> = {
  name: 'fix',
  summary: 'Repair what was proven, and prove it again',
  description:
    'Proves the findings on a running copy, writes the repair into the copy, and runs everything again: the types must ' +
    'check, the copy must build, the attack must fail and the legitimate requests must work. Shows each repair as a ' +
    'diff. The project itself is changed with --apply only, by repairs that held; `backend-engineer undo` takes them back.',
  effects: 'writes',
  input,
  positional: [],
  run: (options, context) =>
    onFindings('fix', options, context, async (bench, report) => {
      await proveFindings(bench, report, context)
      const { changes, held } = await repair(bench, report.findings, context)
      report.changes = changes
      const against = options.apply ? context.confirm?.(changes) : undefined
      if (options.apply && against === undefined) await applyAll(context.root, held, changes)
      return `${repairHeadline(report)}${against === undefined ? '' : ` Nothing was written: ${against}.`}`
    }),
}

/** Tries a repair for every proven finding, all at once, in the copy. `held`: those that may be applied. */
export async function repair(
  bench: LiveBench,
  findings: Finding[],
  context: Context,
): Promise<{ changes: ReportedChange[]; held: Cure[] }> {
  const read = await reader(context.root, findings)
  const { cures, unrepaired } = await plan(bench.project, findings, read)
  const { together, apart } = compatible(cures)
  const withheld = (cure: Cure, why: string): ReportedChange => reported(cure, 'withheld', why, read)
  const changes = [...unrepaired, ...apart.map(({ cure, why }) => withheld(cure, why))]
  const held: Cure[] = []
  const [first] = together
  if (!first) return { changes, held }
  const began = performance.now()
  context.progress?.(`trying ${plural(together.length, 'repair')} in the copy`)
  const { trial, left, dropped } = await sound(bench, together)
  changes.push(...dropped.map(({ cure, why }) => withheld(cure, why)))
  const failure = trial && (await rebuilt(bench))
  for (const cure of left) {
    if (failure !== undefined) {
      changes.push(withheld(cure, `With the repairs, the copy no longer comes up: ${failure}`))
      continue
    }
    context.progress?.(`proving again: ${cure.finding.subject}`)
    const again = await provenAgain(bench, cure)
    if (again?.verdict === 'refuted') {
      held.push(cure)
      const checked = [...(trial?.checked ?? []), 'it builds'].join(', ')
      const why = `In the copy with it: ${checked}, and ${lower(again.reason)}`
      changes.push({ ...reported(cure, 'proven', why, read), evidence: again.evidence })
    } else changes.push(withheld(cure, `In the copy with it: ${again?.reason ?? 'nothing proves it'}`))
  }
  await trial?.takeBack()
  bench.phases.push({ name: 'repairs', ms: Math.round(performance.now() - began) })
  return { changes, held }
}

interface Sound {
  /** What stands in the copy now; absent when nothing is left. */
  trial: Trial | undefined
  left: Cure[]
  dropped: { cure: Cure; why: string }[]
}

/** The changes under which the types check and the project's own tests pass. Those that break the types are taken out. */
async function sound(bench: LiveBench, cures: Cure[]): Promise<Sound> {
  const dropped: Sound['dropped'] = []
  let left = cures
  while (left.length > 0) {
    const all = combine(left.map((one) => one.change))
    if (isConflict(all)) throw new Error('Changes that were compatible are not.')
    const trial = await tryInCopy(bench, all)
    const [error] = trial.newErrors
    if (error === undefined && trial.failedTests === undefined) return { trial, left, dropped }
    await trial.takeBack()
    const why =
      error === undefined
        ? () => `With the repairs, tests of the project fail that passed before: ${trial.failedTests}`
        : (cure: Cure) => {
            const own = trial.newErrors.find((one) => concerns(one, cure))
            return own && `With it, the types no longer check: ${own}`
          }
    const blamed = left.filter((cure) => why(cure) !== undefined)
    // Nobody to blame: then nobody is trusted.
    const out = blamed.length > 0 ? blamed : left
    dropped.push(
      ...out.map((cure) => ({
        cure,
        why: why(cure) ?? `With the repairs, the types no longer check: ${error}`,
      })),
    )
    left = left.filter((cure) => !out.includes(cure))
  }
  return { trial: undefined, left, dropped }
}

/** The compiler names files relative to the application, a change relative to the project. */
function concerns(error: string, { change }: Cure): boolean {
  const file = /^[^(]+/.exec(error)?.[0].replace(/^(\.\.\/)+/, '') ?? error
  return [...change.edits, ...change.creates].some(
    (one) => one.file.endsWith(file) || file.endsWith(one.file),
  )
}

/** What the attack comes to with the repair. What was measured with an index in place needs no second measurement. */
async function provenAgain(bench: LiveBench, { finding, change }: Cure): Promise<Outcome | undefined> {
  const { proof, evidence } = finding
  if (proof && change.edits.every(({ file }) => file.endsWith('.prisma')))
    return {
      verdict: 'refuted',
      reason: proof.reason,
      evidence: evidence.filter((one) => one.kind === 'plan'),
    }
  const prover = await proverOf(finding.fault)
  return prover?.(bench, { ...finding, repaired: { allows: change.allows ?? [] } })
}

const lower = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1)

/** The failure in words, or nothing. */
async function rebuilt(bench: LiveBench): Promise<string | undefined> {
  try {
    await bench.rebuild()
    return undefined
  } catch (error) {
    return failedBench(error).message
  }
}

type Read = (file: string) => string | undefined

/** Texts of the files that fixes may need, read once: fixers ask for them without waiting. */
async function reader(root: string, findings: Finding[]): Promise<Read> {
  const files = new Set(
    findings.flatMap((finding) => [
      finding.location.file,
      ...finding.evidence.flatMap((one) =>
        one.kind === 'trace' ? one.steps.map((step) => step.location.file) : [],
      ),
    ]),
  )
  const texts = new Map<string, string>()
  for (const file of files) texts.set(file, (await readFile(join(root, file), 'utf8')).replace(/^\uFEFF/, ''))
  return (file) => texts.get(file)
}

async function plan(
  project: Project,
  findings: Finding[],
  read: Read,
): Promise<{ cures: Cure[]; unrepaired: ReportedChange[] }> {
  const cures: Cure[] = []
  const unrepaired: ReportedChange[] = []
  const stamp = stampOf(new Date())
  for (const finding of findings) {
    if (finding.proof?.verdict !== 'proven') continue
    const fixer = await fixerOf(finding.fault)
    const text = (file: string): string | undefined => read(file) ?? project.sourceText(file)
    const change = fixer
      ? await fixer({ project, finding, read: text, stamp })
      : { needs: 'the repair is a decision of yours' }
    if ('needs' in change)
      unrepaired.push({
        title: finding.subject,
        reason: finding.remedy,
        diff: '',
        findings: [finding.id],
        status: 'withheld',
        why: `Not mechanical: ${change.needs}.`,
        evidence: [],
      })
    else cures.push({ finding, change })
  }
  return { cures, unrepaired }
}

/** Changes that can be made at once, first come, first served. */
function compatible(cures: Cure[]): { together: Cure[]; apart: { cure: Cure; why: string }[] } {
  const together: Cure[] = []
  const apart: { cure: Cure; why: string }[] = []
  for (const cure of cures) {
    const all = combine([...together, cure].map((one) => one.change))
    if (!isConflict(all)) together.push(cure)
    else
      apart.push({
        cure,
        why: `It overlaps with another repair of ${all.conflicts[0]?.file}: run \`fix\` again after that one.`,
      })
  }
  return { together, apart }
}

const reported = (
  { finding, change }: Cure,
  status: ReportedChange['status'],
  why: string,
  read: Read,
): ReportedChange => ({
  title: change.title,
  reason: change.reason,
  diff: diffOf(change, read),
  findings: [finding.id],
  status,
  why,
  evidence: [],
})

async function applyAll(root: string, held: Cure[], changes: ReportedChange[]): Promise<void> {
  if (held.length === 0) return
  const change = combine(held.map((one) => one.change))
  if (isConflict(change)) throw new Error('Changes that held together do not go together.')
  const texts = new Map<string, string>()
  for (const { file } of change.edits)
    texts.set(file, (await readFile(join(root, file), 'utf8')).replace(/^\uFEFF/, ''))
  const titled = { ...change, title: `Repair ${plural(held.length, 'finding')}` }
  const { id } = await applyChange(
    root,
    planned(titled, (file) => texts.get(file)),
    journalFolderOf(root),
  )
  for (const one of changes)
    if (one.status === 'proven') {
      one.status = 'applied'
      one.why = `${one.why} Applied as change ${id}.`
    }
}

/** `10 findings proven: 3 repairs held in the copy, 7 withheld.` */
export function repairHeadline({ findings, changes = [] }: Report): string {
  const proven = findings.filter((one) => one.proof?.verdict === 'proven').length
  const count = (status: ReportedChange['status']): number =>
    changes.filter((one) => one.status === status).length
  const applied = count('applied')
  const held = count('proven')
  const parts = [
    ...(applied > 0 ? [`${plural(applied, 'repair')} applied`] : []),
    ...(held > 0 ? [`${plural(held, 'repair')} held in the copy (write them: fix --apply)`] : []),
    ...(count('withheld') > 0 ? [`${count('withheld')} withheld`] : []),
  ]
  return `${plural(proven, 'finding')} proven: ${parts.length > 0 ? parts.join(', ') : 'nothing to repair'}.`
}
