/** Every sample of every playbook is held to the bar of our own code: compiled, or taken by Prisma's engine. */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { difference } from '../database/schema-engine.ts'
import { openServer } from '../database/server.ts'
import { openWorkplace } from '../sandbox/workplace.ts'
import { playbooks } from './shelf.ts'

const root = join(import.meta.dirname, '../..')
const canonical = join(root, 'fixtures/playbook')
const books = await playbooks()
const base = realpathSync(mkdtempSync(join(tmpdir(), 'playbooks-')))

afterAll(() => rmSync(base, { recursive: true, force: true }))

/** Models of a sample take the place of those of the same name; `// …` stands for what was there. */
function merged(schema: string, sample: string): string {
  let result = schema
  for (const [block, kind = '', name = '', body = ''] of sample.matchAll(
    /^(model|enum|datasource|generator) (\w+) \{\n([\s\S]*?)^\}$/gm,
  )) {
    const old = new RegExp(`^${kind} ${name} \\{\\n([\\s\\S]*?)^\\}$`, 'm')
    const before = old.exec(result)?.[1]
    if (before === undefined) {
      expect(body, `model ${name} is new, so nothing stands for …`).not.toContain('// …')
      result += `\n${block}\n`
    } else result = result.replace(old, () => block.replace(/^ *\/\/ …\n/m, () => before))
  }
  return result
}

const samples = books.flatMap(({ topic, sections }) =>
  sections.flatMap((section) =>
    section.samples.map((sample) => ({ ...sample, from: `${topic}/${section.id}` })),
  ),
)

const schema = samples
  .filter(({ language }) => language === 'prisma')
  .reduce((all, { text }) => merged(all, text), readFileSync(join(canonical, 'prisma/schema.prisma'), 'utf8'))

/** The canonical application with all samples in it. */
function application(): string {
  const folder = join(base, 'app')
  cpSync(canonical, folder, { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  writeFileSync(join(folder, 'prisma/schema.prisma'), schema)
  const files = new Map<string, string>()
  for (const { file, text, language, from } of samples) {
    if (language !== 'ts' || file === undefined) continue
    expect(files.get(file), `${from} writes a file of another sample: ${file}`).toBeUndefined()
    files.set(file, from)
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  return folder
}

describe('the samples of the playbooks', () => {
  it('are schemas that Prisma accepts', async () => {
    const sql = await difference('nothing', { schema: [{ path: 'schema.prisma', content: schema }] })
    expect(sql).toContain('CREATE TABLE')
  })

  it('are SQL that runs on those tables', { timeout: 120_000 }, async () => {
    const place = await openWorkplace(join(base, 'work'))
    try {
      const server = await openServer(place, { cacheFolder: join(base, 'cache') })
      await server.createDatabase('samples')
      const client = await server.connect('samples')
      await client.query(
        await difference('nothing', { schema: [{ path: 'schema.prisma', content: schema }] }),
      )
      // Its view is there only where the server was started with it.
      const wanted = samples.filter(
        ({ language, text }) => language === 'sql' && !text.includes('pg_stat_statements'),
      )
      expect(wanted.length).toBeGreaterThan(8)
      for (const { text, from } of wanted) await expect(client.query(text), from).resolves.toBeDefined()
      await client.end()
    } finally {
      await place.close()
    }
  })

  it('are TypeScript that compiles', { timeout: 120_000 }, () => {
    const folder = application()
    // Any file that exists stands in for the engine, which generating does not need.
    const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' }
    execFileSync(process.execPath, [join(root, 'node_modules/prisma/build/index.js'), 'generate'], {
      cwd: folder,
      env,
      stdio: 'pipe',
    })
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout } = spawnSync(process.execPath, [compiler, '-p', '.'], { cwd: folder, encoding: 'utf8' })
    expect(stdout).toBe('')
  })

  it('are JSON that parses', () => {
    for (const { language, text } of samples)
      if (language === 'json') expect(() => JSON.parse(text)).not.toThrow()
  })
})
