import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { UserError } from '../core/error.ts'
import type { Fault } from '../core/fault.ts'
import type { Finding } from '../core/finding.ts'
import { nearest } from '../core/nearest.ts'
import type { Context, Operation } from '../core/operation.ts'
import type { Coverage, Explanation, Problem, Report } from '../core/report.ts'
import { faults } from '../faults/index.ts'
import { pathOf } from '../project/path.ts'
import { readBaseline } from './baseline.ts'
import { coverageOf, faultIds, openProject } from './open.ts'
import { runFaults } from './run-faults.ts'

const input = z.object({
  id: z.string().min(1).describe('A fault or a finding, by id: `queries/n-plus-one`, `3f2a9c01d4`'),
})

type AnyFault = Omit<Fault<never>, 'find'>

export const explain: Operation<z.infer<typeof input>> = {
  name: 'explain',
  summary: 'Why? A rule, or a finding',
  description:
    'Explains a fault by its id without reading the project, or a finding by the id that `review` printed, with ' +
    'the path through the code, line by line, what is known where it ends, and what would make it silent.',
  effects: 'reads',
  input,
  positional: ['id'],
  async run({ id }, context) {
    const start = performance.now()
    const fault = faults.find((one) => one.id === id)
    const answer = fault ? await explainFault(fault) : await explainFinding(id, context)
    return {
      operation: 'explain',
      findings: [],
      ...answer,
      elapsedMs: Math.round(performance.now() - start),
    }
  },
}

type Answer = Pick<Report, 'headline' | 'problems' | 'coverage'> & { explanation?: Explanation }

const nothingRead: Coverage = { files: 0, lines: 0, endpoints: 0, queries: 0, models: 0, faults: 0 }

async function explainFault(fault: AnyFault): Promise<Answer> {
  const explanation = await explanationOf(fault, [])
  return { headline: `${fault.id}: ${fault.title}.`, problems: [], coverage: nothingRead, explanation }
}

async function explainFinding(id: string, context: Context): Promise<Answer> {
  if (!/^[0-9a-f]{4,10}$/i.test(id)) throw unknownId(id)
  const { baseline } = await readBaseline(context.root, undefined)
  const { project, problems: loading, fatal } = await openProject(context)
  if (fatal) return { headline: fatal.message, problems: loading, coverage: coverageOf(project, 0) }
  context.progress?.('looking for faults')
  const run = runFaults(project, faults, baseline)
  const problems: Problem[] = [...loading, ...run.problems]
  const matches = run.findings.filter((finding) => finding.id.startsWith(id.toLowerCase()))
  const [finding] = matches
  const fault = faults.find((one) => one.id === finding?.fault)
  if (!finding || !fault) throw unknownId(id)
  if (matches.length > 1) {
    const ids = matches.map((match) => match.id).join(', ')
    throw new UserError(`More than one finding starts with ${id}.`, `Write one of them out: ${ids}.`)
  }
  return {
    headline: `${finding.subject}: ${fault.title}.`,
    problems,
    coverage: coverageOf(project, faults.length),
    explanation: {
      ...(await explanationOf(fault, [finding])),
      path: pathOf(project, finding, fault.cwe),
    },
  }
}

function unknownId(id: string): UserError {
  const guess = nearest(id, faultIds)
  return new UserError(
    `There is no fault and no finding "${id}" here.`,
    guess
      ? `Did you mean "${guess}"?`
      : 'Run `backend-engineer review --all` to see the ids of the findings, and name the same directory.',
  )
}

async function explanationOf(fault: AnyFault, findings: Finding[]): Promise<Explanation> {
  return { fault: fault.id, title: fault.title, markdown: examplesLast(await documentation(fault)), findings }
}

/** What to do comes before the examples, which an answer of limited length may cut off. */
function examplesLast(page: string): string {
  const [before = '', ...sections] = page.split(/^(?=## )/m)
  const isExamples = (section: string): boolean => section.startsWith('## Examples')
  const ordered = [...sections.filter((one) => !isExamples(one)), ...sections.filter(isExamples)]
  return [before, ...ordered].map((part) => `${part.trimEnd()}\n`).join('\n')
}

/** The fault's page in Markdown. `npm run docs` copies it from beside the fault's source to where the published package has it. */
export async function documentation(fault: AnyFault): Promise<string> {
  try {
    return await readFile(new URL(`../../docs/faults/${fault.id}.md`, import.meta.url), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return summary(fault)
    throw error
  }
}

function summary(fault: AnyFault): string {
  const cwe = fault.cwe.map((number) => `CWE-${number}`).join(', ')
  const lines = [`# ${fault.title}`, '', `Severity: ${fault.severity}. Tags: ${fault.tags.join(', ')}.`]
  if (cwe) lines.push(`Weakness: ${cwe}.`)
  if (fault.references.length > 0) lines.push('', 'References:', ...fault.references.map((url) => `- ${url}`))
  return `${lines.join('\n')}\n`
}
