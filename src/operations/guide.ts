import { z } from 'zod'
import type { Context, Operation } from '../core/operation.ts'
import type { Report } from '../core/report.ts'
import { faults } from '../faults/index.ts'
import { guided, idOf, topicsOf, type Understood, understandQuestion } from '../knowledge/guide.ts'
import type { Playbook, Section } from '../knowledge/playbook.ts'
import { playbooks } from '../knowledge/shelf.ts'
import type { Subject } from '../knowledge/subject.ts'
import { readHabits } from '../project/habits/read.ts'
import type { Project } from '../project/project.ts'
import { recipes as catalogue } from '../recipes/index.ts'
import { readBaseline } from './baseline.ts'
import { coverageOf, faultIds, openProject } from './open.ts'
import { runFaults } from './run-faults.ts'

const input = z.object({
  question: z
    .string()
    .optional()
    .describe(
      'A question, a topic (`caching`) or a section (`caching/invalidation`); without it: all there are',
    ),
})

export const guide: Operation<z.infer<typeof input>> = {
  name: 'guide',
  summary: 'How do I, should I? The answer for this project, with its names and code',
  description:
    'Answers a how-to or a should-I question about the backend from our playbooks: what to do, what this project does ' +
    'today and where, why, and the code in its names. Every fact has its source. Without a question: the topics.',
  effects: 'reads',
  input,
  positional: ['question'],
  async run({ question }, context) {
    const start = performance.now()
    const answer =
      question === undefined || question.trim() === '' ? await contents() : await answerTo(question, context)
    return { operation: 'guide', findings: [], ...answer, elapsedMs: Math.round(performance.now() - start) }
  },
}

type Answer = Pick<Report, 'headline' | 'problems' | 'coverage' | 'guidance' | 'next'>

const nothingRead = { files: 0, lines: 0, endpoints: 0, queries: 0, models: 0, faults: 0 }

async function contents(): Promise<Answer> {
  const topics = topicsOf(await playbooks())
  const count = topics.reduce((sum, { sections }) => sum + sections.length, 0)
  return {
    headline: `${count} questions in ${topics.length} topics. Ask in your own words, or by the name of a topic or a section.`,
    problems: [],
    coverage: nothingRead,
    guidance: { sections: [], topics },
    next: [
      { command: 'backend-engineer guide "how should I paginate /api/orders?"', why: 'a question' },
      { command: 'backend-engineer guide caching', why: 'a whole topic' },
    ],
  }
}

async function answerTo(question: string, context: Context): Promise<Answer> {
  const books = await playbooks()
  const { project, problems, fatal } = await openProject(context)
  if (fatal) return { headline: fatal.message, problems, coverage: coverageOf(project, 0) }
  const understood = understandQuestion(project, books, question)
  const { sections, subject } = understood
  if (sections.length === 0)
    return { ...nothingNear(question, understood, books), problems, coverage: coverageOf(project, 0) }
  context.progress?.('looking at what this project does')
  const wanted = new Set(sections.flatMap((one) => one.faults))
  const asked = faults.filter(({ id }) => wanted.has(id))
  const { baseline } = await readBaseline(context.root, undefined)
  const findings = runFaults(project, asked, baseline, faultIds).findings.filter(
    (one) => !one.suppressed && one.certainty === 'likely',
  )
  const facts = { project, habits: readHabits(project), subject, findings }
  return {
    headline: headline(understood, project),
    problems,
    coverage: coverageOf(project, asked.length),
    guidance: { sections: sections.map((section) => guided(section, facts, books)), topics: [] },
    next: nextOf(understood),
  }
}

function nothingNear(question: string, { near }: Understood, books: readonly Playbook[]) {
  const nearest = near.map((one) => ({ command: `backend-engineer guide ${idOf(one)}`, why: one.question }))
  const say = near.length > 0 ? 'the nearest are below' : 'these are the topics'
  return {
    headline: `No playbook is clearly about "${question.trim()}": nothing was guessed, ${say}.`,
    guidance: { sections: [], topics: near.length > 0 ? [] : topicsOf(books) },
    next: [
      ...nearest,
      { command: 'backend-engineer guide', why: 'all questions that there is an answer to' },
    ],
  }
}

/** `Pagination, for GET /api/orgs/[orgId]/invoices (nearest to /api/invoices).` */
function headline({ sections, subject, whole }: Understood, project: Project): string {
  const what = whole ? whole.title : (sections[0]?.name ?? '')
  const { endpoint, entity, path, named } = subject
  if (path && !endpoint) return `${what}. There is no ${path.asked} in ${project.map.name}.`
  if (!named) return `${what}, in ${project.map.name}.`
  const near = path && !path.exact ? ` (nearest to ${path.asked})` : ''
  return `${what}, for ${path && endpoint ? endpoint.id : (entity?.name ?? project.map.name)}${near}.`
}

function nextOf({ sections, near, whole, subject }: Understood): { command: string; why: string }[] {
  const does = whole ? [] : sections.flatMap((one) => commands(one, subject))
  const others = near.map((one) => ({ command: `backend-engineer guide ${idOf(one)}`, why: one.question }))
  return [...does, ...others]
}

function commands(
  { operations, recipes }: Section,
  { endpoint }: Subject,
): { command: string; why: string }[] {
  return [
    ...operations.map((one) => {
      const [command = '', why = ''] = one.split(/: (.*)/s)
      return {
        command: `backend-engineer ${endpoint ? command.replace('<endpoint>', endpoint.id) : command}`,
        why,
      }
    }),
    ...recipes.map((id) => ({
      command: `backend-engineer build --recipe ${id}`,
      why: catalogue.find((one) => one.id === id)?.summary ?? '',
    })),
  ]
}
