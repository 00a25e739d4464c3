import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { edited } from '../../changes/edits.ts'
import type { Plan } from '../../core/recipe.ts'
import { readHabits } from '../../project/habits/read.ts'
import { loadProject } from '../../project/load.ts'
import { contract } from './contract.ts'
import { authPassword } from './index.ts'
import { type AuthFacts, authInput } from './input.ts'

const workshop = join(import.meta.dirname, '../../../examples/workshop')
const copies: string[] = []
afterAll(() => {
  for (const copy of copies) rmSync(copy, { recursive: true, force: true })
})

async function factsOf(folder: string): Promise<AuthFacts> {
  const project = await loadProject(folder)
  return { habits: readHabits(project), project, stamp: '20260101000000' }
}

/** The example with other files; those without a text are left out. */
async function changed(files: Record<string, string | undefined>): Promise<AuthFacts> {
  const copy = mkdtempSync(join(tmpdir(), 'auth-password-'))
  copies.push(copy)
  cpSync(workshop, copy, { recursive: true, filter: (path) => !/node_modules|\.next|generated/.test(path) })
  for (const [file, text] of Object.entries(files)) {
    rmSync(join(copy, file), { recursive: true, force: true })
    if (text === undefined) continue
    mkdirSync(dirname(join(copy, file)), { recursive: true })
    writeFileSync(join(copy, file), text)
  }
  return factsOf(copy)
}

const textOf = (plan: Plan, file: string): string =>
  plan.change.creates.find((one) => one.file === file)?.text ?? `no ${file}`

const datasource = 'datasource db {\n  provider = "postgresql"\n}\n'

describe('on the example', async () => {
  const facts = await factsOf(workshop)
  const plan = await authPassword.plan(facts, authInput.parse({}))

  it('stands beside the login that is there, and leaves sign-up to it', () => {
    expect(plan.endpoints).toEqual([
      'POST /api/token/login',
      'POST /api/token/refresh',
      'POST /api/token/logout',
      'GET /api/token/me',
    ])
  })

  it('speaks as the project: error class, envelope, client, alias, hashes', () => {
    expect(textOf(plan, 'src/lib/auth/sign-in.ts')).toContain(
      "throw new HttpError(401, 'invalid_credentials', 'Email or password is wrong')",
    )
    expect(textOf(plan, 'src/lib/auth/token-answer.ts')).toContain('const response = ok({')
    expect(textOf(plan, 'src/lib/auth/passwords.ts')).toContain(
      "import { hashPassword as hash, verifyPassword as verify } from '@/lib/passwords'",
    )
    expect(textOf(plan, 'src/lib/auth/rate-limit.ts')).toContain('INSERT INTO "RateLimit" ("key", "count")')
  })

  it('types all of it, and stays short', () => {
    for (const { file, text } of plan.change.creates.filter((one) => one.file.endsWith('.ts'))) {
      expect(
        `${file} ${/\bany\b(?=[\],;)>])|\bas (any|unknown|[A-Z])|@ts-|!\.|dynamic =/.exec(text)?.[0]}`,
      ).toBe(`${file} undefined`)
      expect(text.split('\n').length, file).toBeLessThan(/\.test\.ts$/.test(file) ? 480 : 180)
    }
  })

  it('says where each convention was seen', () => {
    const seen = plan.decisions.filter((one) => one.from === 'project')
    expect(seen.length).toBeGreaterThan(5)
    expect(seen.filter((one) => one.seen === undefined)).toEqual([])
  })

  it('describes its endpoints as data', () => {
    const { endpoints, access, refresh, password } = contract(facts, authInput.parse({ refreshIn: 'body' }))
    expect(endpoints.login).toEqual({ method: 'POST', path: '/api/token/login', ok: [200] })
    expect(access.given).toEqual({ in: 'body', path: ['data', 'accessToken'] })
    expect(refresh?.sent).toEqual({ in: 'body', path: ['refreshToken'] })
    expect(password).toMatchObject({ min: 15, normalizes: false })
  })

  it('refuses a path that is taken, by its name', async () => {
    const input = authInput.parse({ basePath: 'auth' })
    await expect(authPassword.plan(facts, input)).rejects.toThrow('src/app/api/auth/register/route.ts')
  })

  it('refuses another hash, which would lock people out', async () => {
    await expect(authPassword.plan(facts, authInput.parse({ hash: 'argon2' }))).rejects.toThrow(
      'lock people out',
    )
  })
})

describe('on variations of the example', () => {
  it('does nothing where it was applied before', async () => {
    const facts = await changed({ 'src/lib/auth/login-budgets.ts': 'export const mine = 1\n' })
    const plan = await authPassword.plan(facts, authInput.parse({}))
    expect([plan.change.edits, plan.change.creates]).toEqual([[], []])
    expect(plan.decisions[0]?.seen?.file).toBe('src/lib/auth/login-budgets.ts')
  })

  it('asks for a model of users, or makes one', async () => {
    const facts = await changed({
      'prisma/schema.prisma': `${datasource}\nmodel Note {\n  id String @id\n}\n`,
    })
    await expect(authPassword.plan(facts, authInput.parse({}))).rejects.toThrow('no model of people')
    const { change, endpoints } = await authPassword.plan(facts, authInput.parse({ createUser: true }))
    expect(endpoints).toContain('POST /api/token/register')
    expect(change.edits.find(({ file }) => file.endsWith('.prisma'))?.text).toContain('model User {')
  })

  it('refuses an address that two people can have', async () => {
    const model = 'model User {\n  id String @id\n  email String\n  passwordHash String\n}\n'
    const facts = await changed({ 'prisma/schema.prisma': `${datasource}\n${model}` })
    await expect(authPassword.plan(facts, authInput.parse({}))).rejects.toThrow('not unique')
  })

  it('names a model that is in the way', async () => {
    const models =
      'model User {\n  id String @id\n  email String @unique\n  passwordHash String\n}\n\nmodel RateLimit {\n  id Int @id\n}\n'
    const facts = await changed({ 'prisma/schema.prisma': `${datasource}\n${models}` })
    await expect(authPassword.plan(facts, authInput.parse({}))).rejects.toThrow('RateLimit')
  })

  it('adds the hash to a model that has none, and hashes with argon2id', async () => {
    const model = 'model User {\n  id    String @id @default(cuid())\n  email String @unique\n}\n'
    const facts = await changed({
      'prisma/schema.prisma': `${datasource}\n${model}`,
      'src/lib/passwords.ts': undefined,
      'src/app/api/auth': undefined,
    })
    const plan = await authPassword.plan(facts, authInput.parse({ minimumLength: 8, register: true }))
    expect(plan.endpoints[0]).toBe('POST /api/auth/register')
    expect(plan.packages.map(({ name }) => name)).toEqual(['@node-rs/argon2', 'vitest'])
    expect(plan.change.edits.find(({ file }) => file.endsWith('.prisma'))?.text).toContain('passwordHash')
    expect(textOf(plan, 'src/lib/auth/password-policy.ts')).toContain('password123')
  })

  it('signs in by name where there is no address, and lets Prisma make ids that the project makes itself', async () => {
    const model =
      'model User {\n  id       String @id @db.Uuid\n  username String @unique\n  password String\n  role     String\n  notes    Note[]\n}\n\nmodel Note {\n  id     String @id @db.Uuid\n  userId String @db.Uuid\n  user   User @relation(fields: [userId], references: [id])\n}\n'
    const facts = await changed({
      'prisma/schema.prisma': `${datasource}\n${model}`,
      'src/lib/passwords.ts':
        "import bcrypt from 'bcryptjs'\nexport const hashPassword = (password: string) => bcrypt.hashSync(password, 10)\n",
      'src/lib/crypto.ts':
        "import { pbkdf2Sync } from 'node:crypto'\nexport const encrypt = (text: string, password: string) => pbkdf2Sync(password, text, 1, 32, 'sha512')\n",
    })
    const plan = await authPassword.plan(facts, authInput.parse({}))
    const schema = plan.change.edits.filter(({ file }) => file.endsWith('.prisma')).map(({ text }) => text)
    expect(schema.join('')).toMatch(/id +String +@id @default\(uuid\(\)\) @db\.Uuid/)
    // The new relation stands with the relations, not behind the last column.
    expect(plan.change.edits.find(({ text }) => text.includes('loginSessions'))?.text).not.toContain('role')
    expect(textOf(plan, 'src/lib/auth/sign-in.ts')).toContain('Username or password is wrong')
    expect(textOf(plan, 'src/lib/auth/schemas.ts')).toContain(
      'loginSchema = z.object({ username, password })',
    )
    expect(textOf(plan, 'src/lib/auth/passwords.ts')).toContain("from 'bcryptjs'")
    expect(contract(facts, authInput.parse({})).identifier).toEqual({
      kind: 'name',
      foldsCase: false,
      trims: true,
    })
  })

  it('tests on the server where tests of the project stand in a browser', async () => {
    const config = "export default { test: { environment: 'jsdom' } }\n"
    const plan = await authPassword.plan(await changed({ 'vitest.config.ts': config }), authInput.parse({}))
    const tests = plan.change.creates.filter(({ file }) => file.endsWith('.test.ts'))
    expect(tests.length).toBeGreaterThan(1)
    for (const { text } of tests) expect(text).toMatch(/^\/\/ @vitest-environment node\n/)
  })

  it('tests in what stands in for a browser where the setup of the tests needs a window', async () => {
    const config = "export default { test: { environment: 'jsdom', setupFiles: ['./test/setup.ts'] } }\n"
    const setup = 'window.scrollTo = (() => {}) as typeof window.scrollTo\n'
    const plan = await authPassword.plan(
      await changed({ 'vitest.config.ts': config, 'test/setup.ts': setup }),
      authInput.parse({}),
    )
    const tests = plan.change.creates.filter(({ file }) => file.endsWith('.test.ts'))
    expect(tests.length).toBeGreaterThan(1)
    for (const { text } of tests) expect(text).not.toContain('@vitest-environment')
  })

  it('imports types apart from values where the project does', async () => {
    const separate =
      "import type { A } from './a'\nimport { b } from './a'\nexport const c = (a: A) => b(a)\n"
    const files = Object.fromEntries(
      ['d', 'e', 'f', 'g', 'h', 'i'].map((name) => [`src/lib/${name}.ts`, separate]),
    )
    const plan = await authPassword.plan(await changed(files), authInput.parse({}))
    const texts = plan.change.creates.filter(({ file }) => file.endsWith('.ts')).map(({ text }) => text)
    expect(texts.filter((text) => /^import \{[^}]*\btype /m.test(text))).toEqual([])
    expect(texts.some((text) => text.includes('import type { OpenSession } from'))).toBe(true)
  })

  it('says what becomes of addresses with capitals, unless the project folds them', async () => {
    const model = 'model User {\n  id String @id\n  email String @unique\n  passwordHash String\n}\n'
    const files = {
      'prisma/schema.prisma': `${datasource}\n${model}`,
      'src/app/api/auth': undefined,
      'src/lib/validation.ts': undefined,
    }
    const note = expect.stringContaining('lower("email")')
    const notes = async (more: Record<string, string>) =>
      (await authPassword.plan(await changed({ ...files, ...more }), authInput.parse({}))).change.notes
    const folding = {
      'src/lib/address.ts': 'export const bare = (email: string) => email.trim().toLowerCase()\n',
    }
    expect(await notes({})).toContainEqual(note)
    expect(await notes(folding)).not.toContainEqual(note)
  })

  it.each([
    ['async headers() {\n    return rules\n  },', '[...rules, {'],
    ["headers: async () => [{ source: '/:path*', headers: [] }],", 'headers: [] },'],
    ['async headers() {\n    return rules()\n  },', undefined],
  ])('keeps tokens out of caches that the configuration asks for: %s', async (headers, added) => {
    const config = `const rules = [{ source: '/api/:path*', headers: [{ key: 'Cache-Control', value: 'no-cache' }] }]\nexport default {\n  ${headers}\n}\n`
    const facts = await changed({ 'next.config.ts': config })
    const { change } = await authPassword.plan(facts, authInput.parse({}))
    const edits = change.edits.filter(({ file }) => file === 'next.config.ts')
    expect(edits.length).toBe(added === undefined ? 0 : 1)
    expect(change.notes?.some((note) => note.includes('Cache-Control'))).toBe(added !== undefined)
    if (added === undefined) return
    const text = edited(config, edits)
    expect(text).toContain(added)
    expect(text).toMatch(
      /source: '\/api\/token\/:path\*',\s+headers: \[\{ key: 'Cache-Control', value: 'no-store' \}\]/,
    )
  })
})
