/** The form of a playbook: one file of Markdown for a topic, one section for a question. */
import { z } from 'zod'
import type { Sample } from '../core/guidance.ts'

/** What stands in the comment under a section's heading. A key that is not here is a mistake of the author. */
const head = z.strictObject({
  /** Name in commands: `pagination`. */
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  /** What `guide` says that it understood: `Pagination`. */
  name: z.string().min(1),
  /** Words and phrases of people who ask this. */
  asks: z.array(z.string().min(1)).min(1),
  /** Names of the facts about the project that belong to the answer: keys of `facts` in `here/index.ts`. */
  here: z.array(z.string()).default([]),
  /** Ids of faults that are about this. */
  faults: z.array(z.string()).default([]),
  /** Ids of recipes that do it. */
  recipes: z.array(z.string()).default([]),
  /** Command lines without the program's name, each with what it does: `optimize: measures it`. */
  operations: z.array(z.string().regex(/^[a-z]+( .+)?: ./)).default([]),
})

const language = z.enum(['ts', 'prisma', 'sql', 'json', 'sh'])

type Head = z.infer<typeof head>

/** One question, as its author wrote it: in the names of the canonical application. */
export interface Section extends Head {
  topic: string
  question: string
  answer: string[]
  why: string[]
  samples: Sample[]
  unless: string[]
  sources: string[]
}

export interface Playbook {
  topic: string
  title: string
  summary: string
  sections: Section[]
}

const labels = { 'Why.': 'why', 'Not when.': 'unless', 'Sources.': 'sources' } as const

type Part = 'answer' | 'why' | 'unless' | 'sources'

/**
 * Reads a playbook. Throws an Error that names the topic, the section and what is wrong with it: playbooks are our own
 * files, and a test reads all of them.
 */
export function parsePlaybook(topic: string, markdown: string): Playbook {
  const [first = '', ...rest] = markdown.split(/^## /m)
  const title = /^# (.+)\n/.exec(first)?.[1]
  const summary = first.replace(/^# .+\n/, '').trim()
  if (title === undefined || summary === '')
    throw new Error(`${topic}.md needs a title and a sentence below it.`)
  return {
    topic,
    title,
    summary: oneParagraph(summary),
    sections: rest.map((text) => parseSection(topic, text)),
  }
}

function parseSection(topic: string, text: string): Section {
  const question = text.slice(0, text.indexOf('\n')).trim()
  const where = `${topic}.md, "${question}"`
  const comment = /^\s*<!--\n([\s\S]*?)-->\n/.exec(text.slice(question.length))
  if (!comment) throw new Error(`${where}: the comment with \`id\`, \`name\` and \`asks\` is missing.`)
  const parsed = head.safeParse(Object.fromEntries((comment[1] ?? '').trim().split('\n').map(keyOf)))
  if (!parsed.success) throw new Error(`${where}: ${z.prettifyError(parsed.error)}`)
  const section: Section = {
    ...parsed.data,
    topic,
    question,
    answer: [],
    why: [],
    samples: [],
    unless: [],
    sources: [],
  }
  fill(section, text.slice(question.length + comment[0].length), where)
  for (const part of ['answer', 'why', 'sources'] as const)
    if (section[part].length === 0) throw new Error(`${where}: it has no ${part}.`)
  return section
}

const lists = new Set(['asks', 'here', 'faults', 'recipes', 'operations'])

/** `asks: page, cursor` */
function keyOf(line: string): [string, string | string[]] {
  const at = line.indexOf(':')
  const key = line.slice(0, at).trim()
  const value = line.slice(at + 1).trim()
  const separator = key === 'operations' ? '; ' : ', '
  return [key, lists.has(key) ? value.split(separator).map((one) => one.trim()) : value]
}

/** Prose goes where the last label says, code to the samples. */
function fill(section: Section, body: string, where: string): void {
  let part: Part = 'answer'
  for (const block of body.split(/^(```[^\n]*\n[\s\S]*?^```)$/m)) {
    if (block.startsWith('```')) {
      section.samples.push(sampleOf(block, where))
      continue
    }
    for (const paragraph of block.split(/\n{2,}/).map((one) => one.trim())) {
      if (paragraph === '') continue
      const label = /^\*\*([^*]+)\*\*\s*/.exec(paragraph)
      const next = Object.entries(labels).find(([name]) => name === label?.[1])?.[1]
      if (label && !next) throw new Error(`${where}: there is no part "${label[1]}".`)
      if (next) part = next
      const text = label ? paragraph.slice(label[0].length) : paragraph
      if (part === 'sources') section.sources.push(...itemsOf(text, where))
      else section[part].push(oneParagraph(text))
    }
  }
}

function sampleOf(block: string, where: string): Sample {
  const [info = '', ...lines] = block.slice(3).split('\n')
  const [name = '', ...words] = info.trim().split(/\s+/)
  const parsed = language.safeParse(name)
  if (!parsed.success) throw new Error(`${where}: samples are not written in "${name}".`)
  const file = words.find((word) => word.startsWith('file='))?.slice(5)
  if (words.some((word) => !word.startsWith('file=')))
    throw new Error(`${where}: "${info}" is not understood.`)
  if (parsed.data === 'ts' && file === undefined) throw new Error(`${where}: a sample in ts needs file=….`)
  const text = `${lines.slice(0, -1).join('\n')}\n`
  return { language: parsed.data, ...(file !== undefined && { file }), text }
}

function itemsOf(text: string, where: string): string[] {
  const items = text.split(/^- /m).map(oneParagraph)
  if (items[0] !== '' || items.length < 2) throw new Error(`${where}: sources are a list, each with "- ".`)
  return items.slice(1)
}

/** Lines of a file are broken where they are full; lines of a list stay. */
const oneParagraph = (text: string): string => text.trim().replace(/\n(?!- )\s*/g, ' ')
