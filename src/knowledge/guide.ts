/** From a question to its answer: which section, for what of the project, in its names. */
import type { Finding } from '../core/finding.ts'
import type { Fact, GuidedSection, GuideTopic } from '../core/guidance.ts'
import type { Habits } from '../project/habits/habits.ts'
import type { Project } from '../project/project.ts'
import { canonical } from './canonical.ts'
import { filledProse, filledSample } from './fill.ts'
import type { About } from './here/about.ts'
import { factsOf } from './here/index.ts'
import { namesOf } from './names.ts'
import type { Playbook, Section } from './playbook.ts'
import { remarksOn } from './remarks.ts'
import { candidates, indexOf, isFar, isNear, isSure } from './retrieve.ts'
import { exampleOf, listOf, type Subject, subjectOf } from './subject.ts'
import { versionRemarks } from './versions.ts'

/** What a question was understood as. */
export interface Understood {
  sections: Section[]
  /** Sections that are nearly as near, for who meant something else; where nothing is near, the least far. */
  near: Section[]
  subject: Subject
  /** The whole topic was asked for, by its name. */
  whole?: Playbook
}

/**
 * Which sections answer a question. A topic (`caching`) or a section (`caching/invalidation`) by its name is taken as such.
 * No sections: no playbook is near.
 */
export function understandQuestion(
  project: Project,
  books: readonly Playbook[],
  question: string,
): Understood {
  const named = byName(books, question.trim().toLowerCase())
  if (named) return { ...named, near: [], subject: exampleOf(project) }
  const index = indexOf(books)
  const { subject, rest } = subjectOf(project, question, index.asked)
  const [best, ...others] = candidates(index, rest).filter(({ section }) =>
    isOfUse(section, project, question),
  )
  if (!best || !isNear(best)) {
    const far = [...(best ? [best] : []), ...others].filter(isFar).slice(0, NAMED)
    return { sections: [], near: far.map(({ section }) => section), subject }
  }
  const least = best.score * (isSure(best) ? CLOSE.sure : CLOSE.unsure)
  const near = others.filter((one) => isFar(one) && one.score >= least).slice(0, NAMED)
  return {
    sections: [best.section],
    near: near.map(({ section }) => section),
    subject: completed(project, subject),
  }
}

/** Topics about something that most projects do without: who has it not and names it not, does not mean it. */
const OPTIONAL: Readonly<Record<string, { named: RegExp; packages: RegExp }>> = {
  graphql: {
    named: /graphql|resolver|apollo|\bgql\b|dataloader|pothos|introspection|\{ \w+ \{/i,
    packages: /graphql|apollo|pothos/,
  },
}

function isOfUse({ topic }: Section, { map, packages }: Project, question: string): boolean {
  const optional = OPTIONAL[topic]
  return (
    optional === undefined ||
    optional.named.test(question) ||
    map.endpoints.some(({ kind }) => kind === 'resolver') ||
    packages.packages.some(({ dependencies }) =>
      Object.keys(dependencies).some((name) => optional.packages.test(name)),
    )
  )
}

/** Of the best score, what another section has to have to be named beside it. */
const CLOSE = { sure: 0.55, unsure: 0.4 }
/** More is a table of contents. */
const NAMED = 4

function byName(
  books: readonly Playbook[],
  name: string,
): Pick<Understood, 'sections' | 'whole'> | undefined {
  const book = books.find(({ topic }) => topic === name)
  if (book) return { sections: book.sections, whole: book }
  const section = books.flatMap(({ sections }) => sections).find((one) => idOf(one) === name)
  return section && { sections: [section] }
}

/** Of a model that was named, the endpoint that lists it; of nothing, an example. */
function completed(project: Project, subject: Subject): Subject {
  if (!subject.named) return exampleOf(project)
  const endpoint = subject.endpoint ?? (subject.entity && listOf(project, subject.entity))
  return { ...subject, ...(endpoint && { endpoint }) }
}

export const idOf = ({ topic, id }: Section): string => `${topic}/${id}`

/** One section, filled in. */
export function guided(
  section: Section,
  facts: { project: Project; habits: Habits; subject: Subject; findings: readonly Finding[] },
  books: readonly Playbook[],
): GuidedSection {
  const code = section.samples.map(({ text }) => text).join('\n')
  const names = namesOf(facts.project, facts.habits, facts.subject, code)
  const prose = (paragraphs: readonly string[]): string[] => paragraphs.map((one) => filledProse(one, names))
  const samples = section.samples.map((sample) => filledSample(sample, names))
  return {
    id: idOf(section),
    question: section.question,
    answer: prose(section.answer),
    here: hereOf(section, facts),
    why: prose(section.why),
    samples,
    unless: prose(section.unless),
    remarks: [
      ...versionRemarks([code, ...section.answer, ...section.why], facts.habits),
      ...remarksOn(section.samples, names),
      ...prose(elsewhere(section, books)),
    ],
    sources: section.sources,
  }
}

/** What samples import from the samples of other sections: where that is told. */
function elsewhere(section: Section, books: readonly Playbook[]): string[] {
  const own = new Set(section.samples.map(({ file }) => file))
  const others = books.flatMap(({ sections }) => sections).filter((one) => one !== section)
  const imports = section.samples.flatMap(({ text }) => [
    ...text.matchAll(/^import \{ ([^}]+) \} from '@\/([^']+)'/gm),
  ])
  return imports.flatMap(([, names = '', module = '']) => {
    const file = `src/${module}.ts`
    const home = own.has(file)
      ? undefined
      : others.find(({ samples }) => samples.some((one) => one.file === file))
    // What the canonical application has, the project has too.
    if (!home || file === `${canonical.modules}/prisma.ts`) return []
    return [`\`${names}\` is the code of \`guide ${idOf(home)}\`.`]
  })
}

/** Facts of the kinds that the section names, then what a review finds of its faults. */
function hereOf(section: Section, about: About): Fact[] {
  const told = factsOf(about, section.here)
  const own = about.findings.filter(({ fault }) => section.faults.includes(fault))
  const concerning = about.subject.named ? own.filter((finding) => concerns(finding, about.subject)) : own
  const shown = concerning.filter(
    ({ location }) => !told.some(({ at }) => at?.file === location.file && at.line === location.line),
  )
  const more =
    shown.length > 3
      ? [{ text: `and ${shown.length - 3} more (\`review --only ${section.faults.join(',')}\`)` }]
      : []
  return [
    ...told,
    ...shown.slice(0, 3).map(({ found, location }) => ({ text: found, at: location })),
    ...more,
  ]
}

const concerns = ({ found, subject, location }: Finding, about: Subject): boolean =>
  (about.endpoint !== undefined && about.endpoint.location.file === location.file) ||
  (about.entity !== undefined &&
    [found, subject].some((text) => new RegExp(`\\b${about.entity?.name}\\b`, 'i').test(text)))

export function topicsOf(books: readonly Playbook[]): GuideTopic[] {
  return books.map(({ topic, title, summary, sections }) => ({
    topic,
    title,
    summary,
    sections: sections.map((one) => ({ id: idOf(one), question: one.question })),
  }))
}
