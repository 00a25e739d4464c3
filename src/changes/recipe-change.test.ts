import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { Change } from '../core/change.ts'
import { migrationFor } from '../database/migration.ts'
import { applyChange } from './apply.ts'
import { combine, isConflict } from './combine.ts'
import { diffOf } from './diff.ts'
import { edited, editsByFile } from './edits.ts'
import { addToExample } from './environment-example.ts'
import { formatted } from './format.ts'
import { mergedFiles, readGenerated, recorded, writtenBy } from './generated.ts'
import { journalFolderOf } from './journal.ts'
import { addToManifest } from './manifest.ts'
import { planned, type ReadText } from './plan.ts'
import { addEnvironmentVariables } from './registrations.ts'
import { addBlock, addFields } from './schema-blocks.ts'
import { openSource } from './source-file.ts'
import { undoChange } from './undo.ts'
import { rangeFor } from './versions.ts'

const made: string[] = []
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** Windows lines, a byte order mark, tabs: what a careless writer would lose. */
const files = {
  'package.json': '{\n\t"name": "app",\n\t"dependencies": {\n\t\t"next": "16.4.5"\n\t}\n}\n',
  'prisma/schema.prisma':
    '\uFEFFdatasource db {\n  provider = "postgresql"\n}\n\nmodel User {\n  id    String @id\n  email String @unique\n}\n'.replaceAll(
      '\n',
      '\r\n',
    ),
  'prisma/migrations/20260101000000_init/migration.sql':
    'CREATE TABLE "User" ("id" TEXT NOT NULL, "email" TEXT NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));\n',
  'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
  '.env.example': 'DATABASE_URL=\n',
  'src/env.ts':
    "import { z } from 'zod'\n\nexport const env = z.object({ DATABASE_URL: z.string() }).parse(process.env)\n",
}

const style = { formatter: { value: 'prettier' as const }, options: { semi: false, singleQuote: true } }
const token =
  'model Token {\n  id String @id\n  userId String\n  user User @relation(fields: [userId], references: [id])\n}'

/** What a recipe does: a change made of all parts. `body` stands for a template. */
async function plan(root: string, body: string): Promise<Change> {
  const read: ReadText = (file) => {
    try {
      return readFileSync(join(root, file), 'utf8').replace(/^\uFEFF/, '')
    } catch {
      return undefined
    }
  }
  const text = (file: string): string => read(file) ?? ''
  const schema = [{ file: 'prisma/schema.prisma', text: text('prisma/schema.prisma') }]
  const schemaEdits = [
    ...addFields(schema, 'User', [
      { name: 'passwordHash', type: 'String?' },
      { name: 'tokens', type: 'Token[]' },
    ]),
    ...addBlock(schema, 'prisma/schema.prisma', token).edits,
  ]
  const folder = 'prisma/migrations'
  const names = readdirSync(join(root, folder)).filter((name) =>
    statSync(join(root, folder, name)).isDirectory(),
  )
  const before = schema.map((one) => ({ path: one.file, content: one.text }))
  const migration = await migrationFor({
    before,
    after: before.map(({ path, content }) => ({ path, content: edited(content, schemaEdits) })),
    folder,
    migrations: names.map((name) => ({ name, sql: text(`${folder}/${name}/migration.sql`) })),
    lock: text(`${folder}/migration_lock.toml`),
    name: 'add tokens',
    stamp: '20261124190000',
  })
  const asked = { next: '16.4.5' }
  const jose = { name: 'jose', range: rangeFor('jose', { packages: { asked } }), dev: false, why: 'signs' }
  const file = 'src/lib/tokens.ts'
  const known = readGenerated(read)
  const [run] = known.recipes
  const fresh = { file, text: await formatted(body, file, style) }
  const written = { files: new Map([[file, fresh.text]]), edited: new Map() }
  const merge = mergedFiles(run ? writtenBy(known, run).files : new Map(), [fresh], read, 'login 1')
  const record = recorded(known, { id: 'login', title: 'Login', version: 1, inputs: {} }, written, read)
  const generated = {
    edits: [...merge.edits, ...record.edits],
    creates: [...merge.creates, ...record.creates],
  }
  const environment = openSource('src/env.ts', text('src/env.ts'))
  const listed =
    environment && addEnvironmentVariables(environment, [{ name: 'JWT_SECRET', schema: 'z.string()' }])
  const example = addToExample('.env.example', read('.env.example'), [{ name: 'JWT_SECRET', why: 'Signs.' }])
  const part = (edits: Change['edits'], creates: Change['creates'] = []): Change => ({
    title: 'Login',
    reason: 'Asked for.',
    safety: 'review',
    edits,
    creates,
  })
  const change = combine([
    part(addToManifest('package.json', text('package.json'), { packages: [jose] }).edits),
    part(schemaEdits, migration.creates),
    part(example.edits, example.creates),
    part(listed ?? []),
    part(generated.edits, generated.creates),
  ])
  if (isConflict(change)) throw new Error(JSON.stringify(change))
  expect(() => diffOf(change, read)).not.toThrow()
  expect([...editsByFile(change).keys()].every((one) => read(one) !== undefined)).toBe(true)
  return change
}

function tree(root: string): Record<string, string> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()
  return Object.fromEntries(
    names
      .filter((name) => !name.startsWith('.backend-engineer') && statSync(join(root, name)).isFile())
      .map((name) => [name, readFileSync(join(root, name), 'latin1')]),
  )
}

it('applies as one change, does nothing twice, merges edits, and is undone byte for byte', async () => {
  const root = mkdtempSync(join(tmpdir(), 'recipe-'))
  made.push(root)
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  const before = tree(root)
  const apply = async (body: string) => {
    const change = await plan(root, body)
    const read = (file: string) => readFileSync(join(root, file), 'utf8').replace(/^\uFEFF/, '')
    return await applyChange(root, planned(change, read), journalFolderOf(root))
  }
  await apply('export const minutes = 15\n\nexport const other = 1\n')

  const schema = readFileSync(join(root, 'prisma/schema.prisma'), 'utf8')
  expect(schema.startsWith('\uFEFF')).toBe(true)
  expect(schema.replaceAll('\r\n', '')).not.toContain('\n')
  expect(schema).toContain('  passwordHash String?\r\n  tokens       Token[]\r\n}\r\n\r\nmodel Token {\r\n')
  expect(readdirSync(join(root, 'prisma/migrations'))).toContain('20261124190000_add_tokens')
  expect(readFileSync(join(root, 'package.json'), 'utf8')).toContain('\t\t"jose": "6.2.18",\n\t\t"next"')

  const again = await plan(root, 'export const minutes = 15\n\nexport const other = 1\n')
  expect([...again.edits, ...again.creates, ...(again.removes ?? [])]).toEqual([])

  const file = join(root, 'src/lib/tokens.ts')
  const mine = readFileSync(file, 'utf8').replace('other = 1', 'other = 1 // mine')
  writeFileSync(file, mine)
  await apply('export const minutes = 30\n\nexport const other = 1\n')
  expect(readFileSync(file, 'utf8')).toBe('export const minutes = 30\n\nexport const other = 1 // mine\n')

  await undoChange(root, journalFolderOf(root))
  expect(readFileSync(file, 'utf8')).toBe(mine)
  writeFileSync(file, mine.replace(' // mine', ''))
  await undoChange(root, journalFolderOf(root))
  expect(tree(root)).toEqual(before)
})
