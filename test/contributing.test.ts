import { execFile } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Fault } from '../src/core/fault.ts'
import type { Project } from '../src/project/project.ts'
import { missed, readFaultDoc } from './fault.ts'

const root = join(import.meta.dirname, '..')
const guide = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
const fences = [...guide.matchAll(/^(`{3,})(\w*)[^\n]*\n([\s\S]*?)^\1$/gm)].map(([, , language, text]) => ({
  language,
  text: text ?? '',
}))
const only = (language: string, part: string): string[] =>
  fences.filter((one) => one.language === language && one.text.includes(part)).map(({ text }) => text)

/** The repository as the guide's reader leaves it: its own folders, and the files of the guide beside them. */
describe('CONTRIBUTING.md', async () => {
  const folder = /mkdir -p src\/faults\/(\S+)/.exec(guide)?.[1] ?? ''
  const copy = realpathSync(mkdtempSync(join(tmpdir(), 'contributing-')))
  afterAll(() => rmSync(copy, { recursive: true }))
  for (const shared of ['src/core', 'src/source', 'src/project', 'test', 'node_modules']) {
    mkdirSync(join(copy, shared, '..'), { recursive: true })
    symlinkSync(join(root, shared), join(copy, shared), 'junction')
  }
  copyFileSync(join(root, 'package.json'), join(copy, 'package.json'))
  const [page = ''] = only('markdown', '## Examples')
  const [test = ''] = only('ts', 'testFault(')
  const [stub = '', find = ''] = only('ts', 'const fault')
  const write = (name: string, find: string): string => {
    const target = join(copy, 'src/faults', name)
    mkdirSync(target, { recursive: true })
    writeFileSync(join(target, `${basename(folder)}.md`), page)
    writeFileSync(join(target, `${basename(folder)}.test.ts`), test)
    writeFileSync(join(target, 'find.ts'), find)
    return target
  }
  const finished = write(folder, find)
  const begun = write(`begun/${basename(folder)}`, stub)
  writeFileSync(
    join(copy, 'tsconfig.json'),
    JSON.stringify({ extends: join(root, 'tsconfig.json'), include: ['src/faults'] }),
  )

  // The test file of the guide: what it registers runs here.
  await import(pathToFileURL(join(finished, `${basename(folder)}.test.ts`)).href)

  it('shows files that the compiler accepts', async () => {
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    const said = await new Promise<string>((done) => {
      execFile(process.execPath, [compiler, '-p', copy], { cwd: copy }, (error, stdout) =>
        done(`${stdout}${error && !stdout ? error.message : ''}`),
      )
    })
    expect(said).toBe('')
  })

  it('fails on the bad example before there is anything in find.ts', async () => {
    const { default: fault }: { default: Fault<Project> } = await import(
      pathToFileURL(join(begun, 'find.ts')).href
    )
    const doc = readFaultDoc(page)
    const problem = await missed(fault, [...doc.shared, ...(doc.examples[0]?.fences ?? [])])
    expect(problem).toContain('found none')
    expect(problem).toContain('access Note.deleteMany')
  })

  it('names scripts and files that exist', () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
    const named = [...guide.matchAll(/npm run (\w+)/g)].map(([, name]) => name ?? '')
    expect(named.filter((name) => !(name in scripts))).toEqual([])
    const paths = [...guide.matchAll(/`((?:src|test|docs|scripts|examples)\/[\w./-]+|\w+\.md)`/g)].map(
      ([, path]) => path ?? '',
    )
    expect(paths.length).toBeGreaterThan(10)
    expect(
      paths.filter((path) => !existsSync(join(root, path)) && path !== `${basename(folder)}.md`),
    ).toEqual([])
  })
})
