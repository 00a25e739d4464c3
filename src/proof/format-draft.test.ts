import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { edited, editsBetween } from '../changes/edits.ts'
import type { Change } from '../core/change.ts'
import { loadProject } from '../project/load.ts'
import type { Project } from '../project/project.ts'
import { lint } from '../runtime/app/linter.ts'
import { toolEnvironment } from '../runtime/app/tools.ts'
import { type Draft, openDraft } from './draft.ts'
import { formatDraft } from './format-draft.ts'

const root = join(import.meta.dirname, '../../examples/workshop')
const shape = 'src/lib/http.ts'

let project: Project
let base: string
beforeAll(async () => {
  project = await loadProject(root)
  base = await mkdtemp(join(tmpdir(), 'format-'))
})
afterAll(() => rm(base, { recursive: true }))

const ugly = "import z from 'z'\nimport {a} from './a'\nexport const b = [ a,z ];\n"

async function drafted(more: Partial<Change>, work: (draft: Draft, change: Change) => Promise<void>) {
  const change: Change = { title: 't', reason: 'r', safety: 'review', edits: [], creates: [], ...more }
  const draft = await openDraft({ project, change, packages: [], workFolder: base })
  try {
    await work(draft, change)
  } finally {
    await draft.close()
  }
}

describe('formatting a draft', { timeout: 120_000 }, () => {
  it('gives new files, and edited ones that followed it, in the words of prettier', async () => {
    const text = await readFile(join(root, shape), 'utf8')
    const schema = await readFile(join(root, 'prisma/schema.prisma'), 'utf8')
    const change = {
      creates: [
        { file: '.prettierrc', text: '{ "semi": false, "singleQuote": true, "printWidth": 110 }\n' },
        { file: 'src/new.ts', text: ugly },
      ],
      edits: [
        { file: shape, from: text.length, to: text.length, text: 'export const more = { a:1 };\n' },
        { file: 'prisma/schema.prisma', from: schema.length, to: schema.length, text: '// more\n' },
      ],
    }
    await drafted(change, async (draft, planned) => {
      const { change: formatted, check } = await formatDraft(draft, planned, 'prettier')
      expect(check).toMatchObject({ name: 'prettier', verdict: 'passed' })
      expect(formatted.creates.find(({ file }) => file === 'src/new.ts')?.text).toBe(
        "import z from 'z'\nimport { a } from './a'\nexport const b = [a, z]\n",
      )
      const edits = formatted.edits.filter(({ file }) => file === shape)
      expect(edited(text, edits)).toBe(`${text}export const more = { a: 1 }\n`)
      expect(edits.map((one) => one.text.length)).toEqual([29])
      expect(formatted.edits.find(({ file }) => file.endsWith('.prisma'))?.text).toBe('// more\n')
      // In the draft, too, and again after the change was taken back.
      await draft.written.takeBack()
      await draft.written.putAgain()
      expect(await readFile(join(draft.root, 'src/new.ts'), 'utf8')).toContain('[a, z]\n')
    })
  })

  it('does not format what did not follow it before', async () => {
    const text = await readFile(join(root, shape), 'utf8')
    const change = {
      creates: [{ file: '.prettierrc', text: '{ "semi": true }\n' }],
      edits: [{ file: shape, from: text.length, to: text.length, text: 'export const more = { a:1 }\n' }],
    }
    await drafted(change, async (draft, planned) => {
      const { change: formatted, check } = await formatDraft(draft, planned, 'prettier')
      expect(formatted.edits).toEqual(change.edits)
      expect(check.why).toContain('1 edited file did not follow it before')
      expect(await readFile(join(draft.root, shape), 'utf8')).toContain('{ a:1 }')
    })
  })

  it('says why its formatter could not be run, and keeps the change', async () => {
    const creates = [
      { file: '.prettierrc', text: '{ "plugins": ["not-there"] }\n' },
      { file: 'src/new.ts', text: ugly },
    ]
    await drafted({ creates }, async (draft, planned) => {
      const { change: formatted, check } = await formatDraft(draft, planned, 'prettier')
      expect(check).toMatchObject({ verdict: 'skipped', log: expect.stringContaining('not-there') })
      expect(formatted).toEqual(planned)
    })
  })

  it('sorts imports with biome, whose linter names what it does not like', async () => {
    const config = '{ "formatter": { "indentStyle": "space" } }\n'
    const creates = [
      { file: 'biome.json', text: config },
      { file: 'src/new.ts', text: `${ugly}export let c: any = b == a\n` },
    ]
    await drafted({ creates }, async (draft, planned) => {
      const { change: formatted, check } = await formatDraft(draft, planned, 'biome')
      expect(check).toMatchObject({ name: 'biome', verdict: 'passed' })
      expect(formatted.creates[1]?.text).toContain('import z from "z";\nimport { a } from "./a";\n')
      const files = ['src/new.ts', 'prisma/schema.prisma']
      const linted = await lint(draft.staged, 'biome', files, await toolEnvironment(draft.staged))
      const said = linted.done ? linted.complaints : []
      expect(said).toContainEqual({
        file: 'src/new.ts',
        line: 4,
        rule: 'lint/suspicious/noDoubleEquals',
        message: expect.any(String),
        severity: 'error',
      })
      expect(await lint(draft.staged, 'eslint', files, {})).toEqual({
        done: false,
        why: 'eslint is not installed.',
      })
    })
  })
})

describe('an edit between two texts', () => {
  it.each([
    ['a\nb\nc\n', 'a\nB\nc\n'],
    ['a\n', 'a\nb\n'],
    ['a\nb\n', 'b\n'],
    ['a\na\n', 'a\n'],
    ['', 'a'],
    ['a\r\nb\r\n', 'a\r\nx\r\nb\r\n'],
  ])('%j → %j', (before, after) => {
    const edits = editsBetween('f', before, after)
    expect(edits.length).toBeLessThanOrEqual(1)
    expect(edited(before, edits)).toBe(after)
  })
})
