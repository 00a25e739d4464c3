import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Fault } from '../src/core/fault.ts'
import { type Draft, trailsOf } from '../src/core/finding.ts'
import { describeRun } from '../src/project/describe.ts'
import { loadProject } from '../src/project/load.ts'
import type { Project } from '../src/project/project.ts'

interface Fence {
  role: 'shared' | 'bad' | 'good'
  /** Of a bad one: how sure the fault must be of it. */
  certainty: Draft['certainty']
  file: string
  text: string
}

interface Example {
  name: string
  fences: Fence[]
}

interface FaultDoc {
  title: string
  headings: string[]
  /** Fences for all examples. */
  shared: Fence[]
  examples: Example[]
  /** Fences that cannot be used: a word that is not known, no file, outside of an example. */
  mistakes: string[]
}

/** Route handlers are endpoints only where Next.js is a dependency. */
const manifest = '{ "name": "example", "dependencies": { "next": "16.4.5", "@prisma/client": "7.10.0" } }\n'

const headings = ['What it finds', 'Why it matters', 'Examples', 'How to repair', 'When to leave it']

/**
 * Runs the examples in `<folder>/<folder name>.md` as tests. In `## Examples`, a `### name` heading starts an example,
 * and code fences are files of a project:
 *
 *     ```ts bad file=app/page.tsx            the fault must be found in one of the bad files, as likely
 *     ```ts bad possible file=app/page.tsx   … as possible, and not as likely
 *     ```ts good file=app/page.tsx           the fault must not be found
 *     ```ts shared file=lib/db.ts            in both; before the first `###`, in all examples
 *
 * A `package.json` with Next.js and Prisma is there unless a fence gives another one.
 */
export function testFault(fault: Fault<Project>, folder: string): void {
  const name = basename(folder)
  describe(fault.id, () => {
    const doc = readFaultDoc(readFileSync(join(folder, `${name}.md`), 'utf8'))

    it('is documented', () => {
      expect(doc.mistakes).toEqual([])
      expect(fault.id).toBe(`${basename(dirname(folder))}/${name}`)
      expect(doc.title).toBe(fault.title)
      expect(doc.headings).toEqual(headings)
    })

    it('has a bad and a good example', () => {
      const roles = new Set(doc.examples.flatMap(({ fences }) => fences.map(({ role }) => role)))
      expect(roles).toContain('bad')
      expect(roles).toContain('good')
    })

    for (const example of doc.examples) {
      const fences = [...doc.shared, ...example.fences]
      const has = (role: Fence['role']): boolean => fences.some((fence) => fence.role === role)
      if (has('bad')) it(`finds: ${example.name}`, async () => fail(await missed(fault, fences)))
      if (has('good')) it(`accepts: ${example.name}`, async () => fail(await falseAlarms(fault, fences)))
    }
  })
}

function fail(problem: string): void {
  if (problem !== '') expect.fail(problem)
}

/** What is wrong with what is found in the bad files; empty when it is what they demand. */
export async function missed(fault: Fault<Project>, fences: Fence[]): Promise<string> {
  const bad = fences.filter(({ role }) => role === 'bad')
  const { drafts, read } = await findIn(fault, fences, 'bad')
  const isFound = ({ file, certainty }: Fence): boolean => {
    const found = drafts.filter(({ location }) => location.file === file).map((draft) => draft.certainty)
    return found.includes(certainty) && (certainty === 'likely' || !found.includes('likely'))
  }
  if (bad.some(isFound)) return ''
  return [
    `expected a finding in ${bad.map(({ file, certainty }) => `${file} (${certainty})`).join(' or ')}, found ${drafts.length > 0 ? 'only:' : 'none'}`,
    ...drafts.flatMap(findingText),
    'read:',
    ...read,
  ].join('\n')
}

/** What is found in the good files; empty when nothing is. */
export async function falseAlarms(fault: Fault<Project>, fences: Fence[]): Promise<string> {
  const { drafts } = await findIn(fault, fences, 'good')
  return drafts.length === 0 ? '' : ['expected no finding', ...drafts.flatMap(findingText)].join('\n')
}

function findingText({ location, certainty, found, evidence }: Draft): string[] {
  const steps = trailsOf(evidence).flatMap((one) => one.steps)
  return [
    `${location.file}:${location.line} ${certainty}: ${found}`,
    ...steps.map((step) => `  ${step.location.file}:${step.location.line} ${step.note}`),
  ]
}

interface Found {
  drafts: Draft[]
  /** The endpoints and events that were read: what is not among them cannot be found. */
  read: string[]
}

/** What is found in a project of the shared fences and those of a role; a later fence replaces an earlier one. */
async function findIn(fault: Fault<Project>, fences: Fence[], role: 'bad' | 'good'): Promise<Found> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'backend-engineer-example-')))
  try {
    const files = new Map([['package.json', manifest]])
    for (const one of ['shared', role])
      for (const fence of fences) if (fence.role === one) files.set(fence.file, fence.text)
    for (const [file, text] of files) {
      const path = resolve(root, file)
      if (!path.startsWith(root + sep)) throw new Error(`an example must stay in its folder: ${file}`)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text)
    }
    const project = await loadProject(root)
    const read = project.runs.flatMap((run) => describeRun(run, false))
    return {
      drafts: [...fault.find(project)],
      read: read.length > 0 ? read : ['no endpoint'],
    }
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

export function readFaultDoc(markdown: string): FaultDoc {
  const doc: FaultDoc = { title: '', headings: [], shared: [], examples: [], mistakes: [] }
  let fence: { close: string; text: string[]; done: (text: string) => void } | undefined
  for (const line of markdown.split(/\r?\n/)) {
    if (fence) {
      if (line.trim() === fence.close) {
        fence.done(`${fence.text.join('\n')}\n`)
        fence = undefined
      } else fence.text.push(line)
      continue
    }
    const heading = /^(#{1,3}) (.+)$/.exec(line)
    const level = heading?.[1]?.length
    const title = heading?.[2]?.trim() ?? ''
    const inExamples = doc.headings.at(-1) === 'Examples'
    if (level === 1) doc.title = title
    else if (level === 2) doc.headings.push(title)
    else if (level === 3 && inExamples) doc.examples.push({ name: title, fences: [] })

    const open = /^(`{3,})\S*(.*)$/.exec(line)
    if (!open?.[1]) continue
    const [role, ...options] = (open[2] ?? '').trim().split(/\s+/)
    const possible = role === 'bad' && options[0] === 'possible'
    const strange = options.slice(possible ? 1 : 0).find((option) => !option.startsWith('file='))
    const file = options.find((option) => option.startsWith('file='))?.slice('file='.length)
    const example = doc.examples.at(-1)
    fence = { close: open[1], text: [], done: () => {} }
    if (role !== 'shared' && role !== 'bad' && role !== 'good') {
      if (inExamples) doc.mistakes.push(`${line}: needs shared, bad or good`)
      continue
    }
    const target = example?.fences ?? (role === 'shared' ? doc.shared : undefined)
    if (file === undefined || !inExamples || target === undefined) {
      doc.mistakes.push(`${line}: needs file=PATH, under a ### heading of ## Examples`)
      continue
    }
    if (strange !== undefined) {
      doc.mistakes.push(`${line}: ${strange} means nothing here; only bad may be followed by possible`)
      continue
    }
    const certainty = possible ? 'possible' : 'likely'
    fence.done = (text) => target.push({ role, certainty, file, text })
  }
  if (fence) doc.mistakes.push('the last code fence is not closed')
  return doc
}
