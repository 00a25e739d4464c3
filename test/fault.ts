import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Fault } from '../src/core/fault.ts'
import { loadProject } from '../src/project/load.ts'
import type { Project } from '../src/project/project.ts'

interface Fence {
  role: 'shared' | 'bad' | 'good'
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
  /** Fences with a role that cannot be used: no file, outside of an example. */
  mistakes: string[]
}

const headings = ['What it finds', 'Why it matters', 'Examples', 'How to repair', 'When to leave it']

/**
 * Runs the examples in `<folder>/<folder name>.md` as tests. In `## Examples`, a `### name` heading starts an example,
 * and code fences are files of a project:
 *
 *     ```ts bad file=app/page.tsx      the fault must be found in one of the bad files
 *     ```ts good file=app/page.tsx     the fault must not be found
 *     ```ts shared file=lib/db.ts      in both; before the first `###`, in all examples
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
      const shared = [...doc.shared, ...example.fences.filter(({ role }) => role === 'shared')]
      const bad = example.fences.filter(({ role }) => role === 'bad')
      const good = example.fences.filter(({ role }) => role === 'good')

      if (bad.length > 0)
        it(`finds: ${example.name}`, async () => {
          const files = await findIn(fault, [...shared, ...bad])
          const expected = bad.map(({ file }) => file)
          expect(
            files.some((file) => expected.includes(file)),
            `expected a finding in ${expected.join(' or ')}, found ${files.length > 0 ? `only in ${files.join(', ')}` : 'none'}`,
          ).toBe(true)
        })

      if (good.length > 0)
        it(`accepts: ${example.name}`, async () => {
          expect(await findIn(fault, [...shared, ...good])).toEqual([])
        })
    }
  })
}

/** Files of the findings in a project made of these fences; a later fence replaces an earlier one. */
async function findIn(fault: Fault<Project>, fences: Fence[]): Promise<string[]> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'backend-engineer-example-')))
  try {
    const files = new Map([['package.json', '{ "name": "example" }\n']])
    for (const { file, text } of fences) files.set(file, text)
    for (const [file, text] of files) {
      const path = resolve(root, file)
      if (!path.startsWith(root + sep)) throw new Error(`an example must stay in its folder: ${file}`)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text)
    }
    const project = await loadProject(root)
    return [...fault.find(project)].map(({ location }) => location.file)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

function readFaultDoc(markdown: string): FaultDoc {
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
    fence.done = (text) => target.push({ role, file, text })
  }
  if (fence) doc.mistakes.push('the last code fence is not closed')
  return doc
}
