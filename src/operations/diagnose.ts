import { z } from 'zod'
import { examineAll, type Scene } from '../causes/cause.ts'
import { causes } from '../causes/index.ts'
import { sceneOf } from '../causes/scene.ts'
import { UserError } from '../core/error.ts'
import type { Diagnosis, ExaminedCause, Failure, ReadError } from '../core/failure.ts'
import type { Context, Operation } from '../core/operation.ts'
import type { Report } from '../core/report.ts'
import { plural } from '../core/wording.ts'
import { faults } from '../faults/index.ts'
import type { Project } from '../project/project.ts'
import { hasFormOfFailure, readFailure } from '../source/failure.ts'
import { coverageOf, faultIds, openProject } from './open.ts'
import { runFaults } from './run-faults.ts'

const input = z.object({
  text: z
    .string()
    .optional()
    .describe('The message, code, stack or log: `"P2002 …"`; left out: what is piped in'),
  file: z.string().optional().describe('A file with it, a log for example; `-` is standard input'),
})

export const diagnose: Operation<z.infer<typeof input>> = {
  name: 'diagnose',
  summary: 'What does this error mean here, and what cures it?',
  description:
    'Reads an error message, a code such as P2002, a stack or a log, finds the first cause in it, and holds what can give ' +
    'such an error against the project: code, schema, migrations, configuration, names of variables. Says what was ' +
    'confirmed, at which line, and what was not; then what to do. Runs nothing, and shows no value of a variable.',
  effects: 'reads',
  input,
  positional: ['text'],
  fresh: true,
  async run(options, context) {
    const start = performance.now()
    const text = await textOf(options, context)
    const { project, problems, fatal } = await openProject(context)
    const report: Report = {
      operation: 'diagnose',
      headline: fatal?.message ?? '',
      findings: [],
      problems,
      coverage: coverageOf(project, 0),
      elapsedMs: 0,
    }
    if (!fatal) {
      context.progress?.('looking for the cause')
      report.diagnosis = diagnosisOf(project, readFailure(text))
      report.headline = headlineOf(report.diagnosis)
    }
    return { ...report, elapsedMs: Math.round(performance.now() - start) }
  },
}

/**
 * Whether a text is an error rather than a task or a question: it has the form of one, or it is one that a cause gives. For
 * whoever has to choose an operation for it.
 */
export const looksLikeFailure = (text: string): boolean =>
  hasFormOfFailure(text) ||
  readFailure(text).errors.some((error) => causes.some(({ matches }) => matches(error)))

async function textOf({ text: given, file }: z.infer<typeof input>, context: Context): Promise<string> {
  const text = given ?? (await context.readInput?.(file ?? '-'))
  if (text === undefined || text.trim() === '')
    throw new UserError(
      'There is no error to look at.',
      'Give it as an argument (`diagnose "P2002 Unique constraint failed …"`), with `--file app.log`, or pipe it in: `npm run build 2>&1 | backend-engineer diagnose`.',
    )
  return text
}

/** The first error of the text that is known; of those behind it, most are its consequences. */
function diagnosisOf(project: Project, failure: Failure): Diagnosis {
  const known = new Map<string, ReturnType<Scene['findings']>>()
  const findings: Scene['findings'] = (fault) => {
    const found =
      known.get(fault) ??
      runFaults(
        project,
        faults.filter(({ id }) => id === fault),
        undefined,
        faultIds,
      ).findings
    known.set(fault, found)
    return found
  }
  const scenes = failure.errors.map((error) => sceneOf(project, failure, error, findings))
  const examined = scenes.map((scene) => examineAll(causes, scene))
  const found = examined.findIndex((one) => one.length > 0)
  const at = found < 0 ? 0 : found
  const error = failure.errors[at]
  return {
    error: told(error),
    places: [...(scenes[at]?.places ?? [])],
    later: failure.errors.slice(at + 1).map(lineOf),
    causes: examined[at] ?? [],
  }
}

const told = (error: ReadError | undefined): Diagnosis['error'] => ({
  name: error?.name ?? '',
  message: error?.message ?? '',
  codes: error?.codes ?? [],
})

const lineOf = ({ name, message }: ReadError): string =>
  name === '' || message.startsWith(name) ? message : `${name}: ${message}`

function headlineOf({ error, causes: found, places }: Diagnosis): string {
  const [first] = found
  const what = error.codes[0] ?? (error.name || 'This error')
  if (!first) {
    const where = places[0] ? ` It was thrown at ${places[0].location.file}:${places[0].location.line}.` : ''
    return `${what} is none of the errors that I know.${where}`
  }
  const same = found.filter(({ verdict }) => verdict === first.verdict).length
  if (first.verdict === 'unconfirmed' && same > 1)
    return `${what}: ${same} causes fit, and neither the text nor the project tells which.`
  return `${what}: ${titleOf(first)}${first.verdict === 'confirmed' && same > 1 ? ` ${plural(same - 1, 'other thing')} here ${same === 2 ? 'gives' : 'give'} the same text.` : ''}`
}

function titleOf({ title, verdict }: ExaminedCause): string {
  if (verdict === 'confirmed') return `${lower(title)}. This project has what gives it.`
  if (verdict === 'unconfirmed') return `perhaps ${lower(title)}. The project alone does not tell.`
  return 'the causes that I know are ruled out here.'
}

const lower = (title: string): string =>
  /^[A-Z](?:[a-z]| )/.test(title) && !/^(?:Prisma|Next|Docker|Postgres|Decimal)/.test(title)
    ? `${title.charAt(0).toLowerCase()}${title.slice(1)}`
    : title
