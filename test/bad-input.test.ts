import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { run } from '../src/cli/run.ts'

let base = ''
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'bad-input-'))
})
afterEach(() => {
  execFileSync('chmod', ['-R', 'u+rwX', base])
  rmSync(base, { recursive: true, force: true })
})

type Files = Record<string, string>

function project(files: Files, name = 'app'): string {
  const root = join(base, name)
  mkdirSync(root, { recursive: true })
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return root
}

/** Every entry with its content: what must be the same after a run. */
function listing(root: string, folder = ''): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const file = join(folder, name)
    const entry = lstatSync(join(root, file))
    const content = entry.isFile()
      ? createHash('sha1')
          .update(readFileSync(join(root, file)))
          .digest('hex')
      : ''
    const line = `${file} ${entry.mode} ${entry.mtimeMs} ${content}`
    return entry.isDirectory() ? [line, ...listing(root, file)] : [line]
  })
}

interface Result {
  code: number
  stdout: string
  stderr: string
}

async function command(...argv: string[]): Promise<Result> {
  const result = { stdout: '', stderr: '' }
  const collect = (key: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      result[key] += text
    },
    tty: false,
  })
  const code = await run(argv, {
    cwd: base,
    env: { XDG_CACHE_HOME: join(base, 'cache') },
    stdout: collect('stdout'),
    stderr: collect('stderr'),
  })
  return { code, ...result }
}

const reportSchema = z.object({
  headline: z.string(),
  findings: z.array(z.object({ fault: z.string(), subject: z.string() })),
  problems: z.array(z.object({ where: z.string(), message: z.string(), effect: z.string() })),
  coverage: z.object({ files: z.number(), endpoints: z.number(), queries: z.number(), models: z.number() }),
  map: z.object({ stack: z.array(z.string()), endpoints: z.array(z.object({ id: z.string() })) }).optional(),
})

/** Runs all three readers on the folder; nothing may be written into it, and no stack trace may be shown. */
async function look(root: string) {
  const before = listing(root)
  const results = {
    checkup: await command(root),
    understand: await command('understand', root, '--format', 'json'),
    review: await command('review', root, '--format', 'json'),
  }
  for (const { code, stdout, stderr } of Object.values(results)) {
    expect([0, 1, 2]).toContain(code)
    expect(`${stdout}${stderr}`).not.toMatch(/^\s+at .+:\d+:\d+/m)
    expect(`${stdout}${stderr}`).not.toContain('This is a bug')
  }
  expect(listing(root)).toEqual(before)
  return {
    ...results,
    map: reportSchema.parse(JSON.parse(results.understand.stdout)),
    found: reportSchema.parse(JSON.parse(results.review.stdout)),
  }
}

const manifest = (dependencies: Files): string => JSON.stringify({ name: 'app', dependencies })
const next = { next: '16.4.5', react: '19.3.1' }
const both = { ...next, '@prisma/client': '7.10.0' }

const schema = (provider: string): string => `datasource db {
  provider = "${provider}"
  url      = env("DATABASE_URL")
}

generator client {
  provider = "prisma-client-js"
}

model User {
  id    ${provider === 'mongodb' ? 'String @id @default(auto()) @map("_id") @db.ObjectId' : 'Int @id @default(autoincrement())'}
  email String @unique
  notes Note[]
}

model Note {
  id      ${provider === 'mongodb' ? 'String @id @default(auto()) @map("_id") @db.ObjectId' : 'Int @id @default(autoincrement())'}
  title   String
  user    User   @relation(fields: [userId], references: [id])
  userId  ${provider === 'mongodb' ? 'String @db.ObjectId' : 'Int'}
}
`

const client = `import { PrismaClient } from '@prisma/client'
export const prisma = new PrismaClient()
`
const route = `import { prisma } from '../../../lib/prisma'
export async function DELETE(request) {
  const { id } = await request.json()
  await prisma.note.delete({ where: { id } })
  return Response.json({ ok: true })
}
`
const healthy: Files = {
  'package.json': manifest(both),
  'prisma/schema.prisma': schema('postgresql'),
  'lib/prisma.ts': client,
  'app/api/notes/route.ts': route.replace('(request)', '(request: Request)'),
}
const endpoint = 'DELETE /api/notes'

describe('folders that are no application', () => {
  it('a folder that does not exist', async () => {
    const { code, stdout, stderr } = await command('review', 'nowhere')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('The directory nowhere does not exist.')
  })

  it('a file instead of a folder', async () => {
    const root = project({ 'a.txt': '' })
    const { code, stderr } = await command('review', join(root, 'a.txt'))
    expect(code).toBe(2)
    expect(stderr).toContain('a.txt')
  })

  it('an empty folder', async () => {
    const { checkup, review, found } = await look(project({}))
    expect([checkup.code, review.code]).toEqual([2, 2])
    expect(checkup.stdout).toContain('No Next.js and no Prisma found in this folder.')
    expect(found.problems).toMatchObject([{ effect: 'fatal' }])
  })

  it('a package.json that is no JSON', async () => {
    const { found } = await look(project({ ...healthy, 'package.json': '{ "name": ' }))
    expect(found.problems.map(({ where }) => where)).toContain('package.json')
  })
})

describe('applications with a part missing', () => {
  it('no Prisma schema', async () => {
    const { 'prisma/schema.prisma': _, ...files } = healthy
    const { map, review, found } = await look(project(files))
    expect(map.map?.endpoints).toMatchObject([{ id: endpoint }])
    expect(review.code).not.toBe(2)
    expect(found.problems.map(({ message }) => message).join()).toMatch(/schema/i)
  })

  it('no Next.js: a Prisma schema alone is reviewed', async () => {
    const files = {
      'package.json': manifest({ '@prisma/client': '7.10.0' }),
      'prisma/schema.prisma': schema('postgresql'),
    }
    const { found, review } = await look(project(files))
    expect(found.findings).toMatchObject([{ fault: 'schema/missing-foreign-key-index' }])
    expect(review.code).toBe(1)
  })

  it('no package.json: a Prisma schema alone', async () => {
    const { found, review } = await look(project({ 'prisma/schema.prisma': schema('postgresql') }))
    expect(review.code === 2 ? found.problems.length : found.coverage.models).toBeGreaterThan(0)
  })

  it('JavaScript only', async () => {
    const root = project({
      'package.json': manifest(both),
      'prisma/schema.prisma': schema('postgresql'),
      'lib/prisma.js': client,
      'app/api/notes/route.js': route,
      'pages/api/hello.js': 'export default (req, res) => res.status(200).json({ ok: true })\n',
    })
    const { map, found } = await look(root)
    expect(map.map?.endpoints.map(({ id }) => id)).toEqual(
      expect.arrayContaining([endpoint, 'ANY /api/hello']),
    )
    expect(found.findings.map(({ fault }) => fault)).toContain('authentication/missing-authentication')
  })
})

describe('files that cannot be read well', () => {
  it('a broken schema: what is whole in it is read, the rest is listed', async () => {
    const broken = `${schema('postgresql')}\nmodel Broken {\n  id Int @id @default(\n`
    const { map, found } = await look(project({ ...healthy, 'prisma/schema.prisma': broken }))
    expect(found.problems.length).toBeGreaterThan(0)
    for (const { where } of found.problems) expect(where).toMatch(/^prisma\/schema\.prisma:\d+$/)
    expect(map.coverage.models).toBeGreaterThanOrEqual(2)
  })

  it('syntax errors: the file is listed, the others are read', async () => {
    const broken = 'export async function GET( {\n  return Response.json({ ok: \n'
    const { map, found } = await look(project({ ...healthy, 'app/api/broken/route.ts': broken }))
    expect(found.problems).toMatchObject([
      {
        where: expect.stringMatching(/^app\/api\/broken\/route\.ts:\d+$/),
        message: expect.stringMatching(/[^.]\. What follows it in this file was not read\.$/),
      },
    ])
    expect(map.map?.endpoints.map(({ id }) => id)).toContain(endpoint)
  })

  it('a source file of 5 MB: skipped and listed', async () => {
    const big = `export const rows = [\n${'  "0123456789012345678901234567890123456789",\n'.repeat(120_000)}]\n`
    expect(big.length).toBeGreaterThan(5_000_000)
    const { map, found } = await look(project({ ...healthy, 'lib/big.ts': big }))
    expect(found.problems).toMatchObject([{ where: 'lib/big.ts', message: expect.stringContaining('MB') }])
    expect(map.map?.endpoints).toHaveLength(1)
  })

  it('a binary file and an empty file under source names', async () => {
    const { map } = await look(project({ ...healthy, 'lib/a.ts': '\0\0\0', 'app/api/empty/route.ts': '' }))
    expect(map.map?.endpoints.map(({ id }) => id)).toEqual([endpoint])
  })
})

describe('schemas of other ages and databases', () => {
  it.each(['mysql', 'sqlite', 'mongodb', 'sqlserver', 'cockroachdb'])('%s', async (provider) => {
    const { map, found } = await look(project({ ...healthy, 'prisma/schema.prisma': schema(provider) }))
    expect(found.problems).toEqual([])
    expect(map.coverage.models).toBe(2)
    expect(map.map?.stack.join()).toContain(provider)
    expect(found.findings.map(({ fault }) => fault)).toContain('authentication/missing-authentication')
  })

  it('Prisma 4, with its preview features and its binary engine', async () => {
    const old = schema('postgresql').replace(
      'provider = "prisma-client-js"',
      'provider = "prisma-client-js"\n  previewFeatures = ["referentialIntegrity", "interactiveTransactions"]\n  engineType = "binary"\n  binaryTargets = ["native", "rhel-openssl-1.0.x"]',
    )
    const files = {
      ...healthy,
      'package.json': manifest({ next: '13.1.0', '@prisma/client': '4.16.2' }),
      'prisma/schema.prisma': old.replace(
        'env("DATABASE_URL")',
        'env("DATABASE_URL")\n  referentialIntegrity = "prisma"',
      ),
    }
    const { map, found } = await look(project(files))
    expect(found.problems).toEqual([])
    expect(map.map?.stack.join()).toContain('Prisma 4.16.2')
    expect(map.coverage.models).toBe(2)
  })
})

describe('folders that are hard to walk', () => {
  it('a path with spaces and other letters', async () => {
    const { map } = await look(project(healthy, 'my app (ü)'))
    expect(map.map?.endpoints.map(({ id }) => id)).toEqual([endpoint])
  })

  it('a tree that cannot be written to', async () => {
    const root = project(healthy)
    execFileSync('chmod', ['-R', 'a-w', root])
    // Root may write anyway: that nothing was written is what the listings say.
    const { map, review } = await look(root)
    expect(map.map?.endpoints).toHaveLength(1)
    expect(review.code).toBe(1)
  })

  it.skipIf(process.getuid?.() === 0)('a folder that cannot be read: listed', async () => {
    const root = project({ ...healthy, 'locked/a.ts': '' })
    chmodSync(join(root, 'locked'), 0)
    const { code, stdout } = await command('review', root, '--format', 'json')
    expect(code).toBe(1)
    expect(reportSchema.parse(JSON.parse(stdout)).problems).toMatchObject([{ where: 'locked' }])
  })

  it('links in a circle, to themselves and to nowhere', async () => {
    const root = project(healthy)
    symlinkSync('..', join(root, 'app/up'))
    symlinkSync('self.ts', join(root, 'app/self.ts'))
    symlinkSync('nowhere.ts', join(root, 'app/gone.ts'))
    symlinkSync('/', join(root, 'app/everything'))
    const { map, found } = await look(root)
    expect(map.map?.endpoints).toHaveLength(1)
    expect(found.problems).toEqual([])
  })
})

describe('words that are not understood', () => {
  it.each([
    [['reviw'], 'Did you mean "review"?'],
    [['review', '--formt', 'json'], 'Did you mean --format?'],
    [['review', '--format', 'xml'], 'Choose one of'],
    [['explain'], 'explain needs <id>.'],
    [['explain', 'queries/n-plus-on'], 'Did you mean "queries/n-plus-one"?'],
    [['understand', '.', '--focus', '/api/nothing'], '/api/nothing'],
  ])('%j', async (argv, message) => {
    project(healthy, '.')
    const { code, stdout, stderr } = await command(...argv)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('This is a bug')
  })
})
