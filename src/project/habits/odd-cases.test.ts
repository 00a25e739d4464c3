import { describe, expect, it } from 'vitest'
import { projectOf } from '../../../test/project.ts'
import type { Habits } from './habits.ts'
import { readHabits } from './read.ts'

const habitsOf = async (files: Record<string, string>, app?: string): Promise<Habits> =>
  readHabits(await projectOf(files), app === undefined ? {} : { app })

const manifest = (dependencies: Record<string, string>, rest: object = {}): string =>
  JSON.stringify({
    name: 'app',
    dependencies: { next: '16.4.5', '@prisma/client': '7.10.0', ...dependencies },
    ...rest,
  })

const schemaOf = (models: string, generator = ''): string =>
  `datasource db {\n  provider = "postgresql"\n}\n${generator}\n${models}\n`

describe('the user model', () => {
  it('has names, columns and flags of its own', async () => {
    const { user, schema } = await habitsOf({
      'prisma/schema.prisma': schemaOf(`
model Person {
  id BigInt @id @default(autoincrement()) @map("person_id")
  mailAddress String? @map("mail_address")
  emailAddress String @unique @map("email_address")
  passwordDigest String? @map("password_digest")
  passwordChangedAt DateTime?
  passwordResetToken String?
  displayName String? @map("display_name")
  timeZone String @map("time_zone")
  role Role
  orgId Int
  isActive Boolean @default(true) @map("is_active")
  bannedAt DateTime? @map("banned_at") @db.Timestamptz(3)
  createdOn DateTime @default(now()) @map("created_on") @db.Timestamptz(3)
  changedOn DateTime @updatedAt @map("changed_on") @db.Timestamptz(3)
  sessions LoginSession[]
  @@map("people")
}
model LoginSession {
  id BigInt @id @default(autoincrement()) @map("session_id")
  sessionToken String @unique @map("session_token")
  expires DateTime @db.Timestamptz(3)
  personId BigInt @map("person_id")
  person Person @relation(fields: [personId], references: [id])
  @@map("login_sessions")
}
enum Role { ADMIN MEMBER }
`),
    })
    expect(user?.model.name).toBe('Person')
    expect(user?.fields).toEqual({
      id: { name: 'id', type: 'BigInt' },
      email: { name: 'emailAddress', optional: false, unique: true },
      passwordHash: { name: 'passwordDigest', optional: true },
      name: { name: 'displayName', optional: true },
      createdAt: 'createdOn',
      updatedAt: 'changedOn',
      required: [
        { name: 'timeZone', type: 'String' },
        { name: 'role', type: 'Role' },
        { name: 'orgId', type: 'Int' },
      ],
      disabled: [
        { name: 'isActive', type: 'Boolean', when: false },
        { name: 'bannedAt', type: 'DateTime', when: true },
      ],
    })
    expect(schema).toMatchObject({
      id: { value: { type: 'BigInt', attribute: '@id @default(autoincrement())' } },
      tables: { value: 'snake_case plural' },
      columns: { value: 'snake_case' },
      time: { value: '@db.Timestamptz(3)' },
    })
  })

  it('may be named by columns in snake_case, and sign in by user name', async () => {
    const { user, schema } = await habitsOf({
      'prisma/schema.prisma': schemaOf(`
model users {
  id String @id @default(dbgenerated("gen_random_uuid()")) @db.Uuid
  user_name String @unique
  hashed_password String
  created_at DateTime @default(now())
}
`),
    })
    expect(user?.fields).toMatchObject({
      username: { name: 'user_name', optional: false, unique: true },
      passwordHash: { name: 'hashed_password', optional: false },
      createdAt: 'created_at',
    })
    expect(user?.fields.email).toBeUndefined()
    expect(schema?.fieldNames.value).toBe('snake_case')
    expect(schema?.columns.value).toBe('as field')
    expect(schema?.tables.value).toBe('as model')
    expect(schema?.id.value).toEqual({
      type: 'String',
      attribute: '@id @default(dbgenerated("gen_random_uuid()"))',
      native: '@db.Uuid',
    })
  })
})

const post = (body: string): string => `export async function POST(request: Request) {\n${body}\n}\n`

describe('answers', () => {
  it('come from an object of functions', async () => {
    const { answers } = await habitsOf({
      'lib/responses.ts': `
const success = (data: unknown, cache = 'no-store') => Response.json({ ok: true, data }, { headers: { cache } })
const notFound = (message: string) => Response.json({ ok: false, message }, { status: 404 })
const wrong = (message: string) => Response.json({ ok: false, message }, { status: 400 })
export const responses = { success, notFound, wrong }
`,
      'app/api/a/route.ts': `import { responses } from '../../../lib/responses'\n${post('return responses.success(await request.json())')}`,
      'app/api/b/route.ts': `import { responses } from '../../../lib/responses'\n${post('return request.body ? responses.success(1) : responses.notFound("No")')}`,
    })
    expect(answers.respond?.value).toEqual({
      file: 'lib/responses.ts',
      name: 'responses',
      member: 'success',
      parameters: ['data', 'cache'],
    })
    expect(answers.success.value).toBe('data')
    expect(answers.failure.value).toEqual({ key: 'message', shape: 'text', fields: [] })
    expect(answers.beside).toEqual({ success: { ok: true }, failure: { ok: false } })
  })

  it('of a function that sends what it is given are what it is given', async () => {
    const { answers } = await habitsOf({
      'lib/json.ts': 'export const json = (body: unknown, status = 200) => Response.json(body, { status })\n',
      'app/api/a/route.ts': `import { json } from '../../../lib/json'\n${post("if (!request.body) return json({ error: { code: 'empty', text: 'x' } }, 400)\nreturn json({ result: request.url })")}`,
      'app/api/b/route.ts': `import { json } from '../../../lib/json'\n${post('return json({ result: request.url }, 201)')}`,
    })
    expect(answers.success).toMatchObject({ value: 'result', of: { count: 2, total: 2 } })
    expect(answers.failure.value).toEqual({ key: 'error', shape: 'object', fields: ['code', 'text'] })
    expect(answers.respond?.value).toMatchObject({ name: 'json', parameters: ['body', 'status'] })
  })

  it('tell a wrapper, the error class in it, and the function that errors go to', async () => {
    const handler = (name: string): string =>
      `import handle from '@/server/handle'\nimport { ApiError } from '@/server/errors'\nexport const POST = handle(async (request: Request) => {\n  if (!request.body) throw new ApiError({ status: 400, message: '${name}' })\n  return Response.json({ invoice: request.url })\n})\n`
    const { answers } = await habitsOf({
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
      'src/server/errors.ts': `
export class ApiError extends Error {
  constructor(readonly options: { status: number; message: string }, public readonly cause?: unknown) { super(options.message) }
}
export class MissingError extends Error { constructor(public what: string) { super(what) } }
`,
      'src/server/fail.ts': `import { ApiError } from './errors'
function answer(message: string, status: number) { return Response.json({ error: message, requestId: crypto.randomUUID() }, { status }) }
export function fail(error: unknown) {
  if (error instanceof ApiError) return answer(error.message, error.options.status)
  return answer('Something went wrong', 500)
}
`,
      'src/server/handle.ts': `import { fail } from './fail'
type Handler = (request: Request) => Promise<Response>
export default function handle(handler: Handler): Handler {
  return async (request) => {
    try { return await handler(request) } catch (error) { return fail(error) }
  }
}
`,
      'src/app/api/a/route.ts': handler('a'),
      'src/app/api/b/route.ts': handler('b'),
    })
    expect(answers.wrapper).toMatchObject({
      value: { file: 'src/server/handle.ts', name: 'default', local: 'handle' },
      of: { count: 2, total: 2 },
    })
    expect(answers.guardedWrapper).toBeUndefined()
    expect(answers.handleError).toMatchObject({
      value: { file: 'src/server/fail.ts', name: 'fail', parameters: ['error'] },
      of: { count: 2 },
    })
    expect(answers.error?.value).toEqual({
      file: 'src/server/errors.ts',
      name: 'ApiError',
      parameters: [
        { name: 'options', type: '{ status: number; message: string }', optional: false },
        { name: 'cause', type: 'unknown', optional: true },
      ],
    })
    expect(answers.failure.value).toEqual({ key: 'error', shape: 'text', fields: ['requestId'] })
    // Every route has its own key: that is no envelope.
    expect(answers.success.value).toBeUndefined()
  })
})

describe('the client', () => {
  it('is what queries name, through a property or a call', async () => {
    const property = await habitsOf({
      'lib/database.ts': `import { PrismaClient } from '@prisma/client'\nconst client = new PrismaClient()\nexport default { client, ping: () => client.$queryRaw\`SELECT 1\` }\n`,
      'app/api/a/route.ts': `import database from '../../../lib/database'\n${post('return Response.json(await database.client.user.findMany())')}`,
    })
    expect(property.client?.value).toEqual({
      file: 'lib/database.ts',
      name: 'default',
      local: 'database',
      use: 'database.client',
    })
    const call = await habitsOf({
      'lib/database.ts': `import { PrismaClient } from '@prisma/client'\nlet client: PrismaClient\nexport const getDb = () => (client ??= new PrismaClient())\n`,
      'app/api/a/route.ts': `import { getDb } from '../../../lib/database'\n${post('return Response.json(await getDb().user.findMany())')}`,
    })
    expect(call.client?.value).toEqual({ file: 'lib/database.ts', name: 'getDb', use: 'getDb()' })
  })

  it('is the one that writes where a replica is read from', async () => {
    const { client } = await habitsOf({
      'lib/db.ts': `import { PrismaClient } from '@prisma/client'\nexport const dbRead = new PrismaClient()\nexport const dbWrite = new PrismaClient()\n`,
      'app/api/a/route.ts': `import { dbRead } from '../../../lib/db'\n${post('return Response.json(await dbRead.user.findMany())')}`,
      'app/api/b/route.ts': `import { dbRead, dbWrite } from '../../../lib/db'\n${post('await dbRead.user.count()\nreturn Response.json(await dbWrite.user.create({ data: await request.json() }))')}`,
    })
    expect(client?.value.name).toBe('dbWrite')
  })

  it('is the export that makes it where queries go through a context', async () => {
    const { client } = await habitsOf({
      'server/db.ts': `import { PrismaClient } from '@prisma/client'\nconst make = () => new PrismaClient()\nexport const db = make()\n`,
      'server/context.ts': `import { db } from './db'\nexport const context = () => ({ db })\n`,
    })
    expect(client?.value).toEqual({ file: 'server/db.ts', name: 'db', use: 'db' })
  })

  it.each([
    ['provider = "prisma-client-js"', { package: '@prisma/client' }],
    [
      'provider = "prisma-client-js"\n  output = "../node_modules/.prisma/client"',
      { package: '@prisma/client' },
    ],
    [
      'provider = "prisma-client-js"\n  output = "./client"',
      { file: 'prisma/client/index.js', name: 'PrismaClient' },
    ],
    [
      'provider = "prisma-client"\n  output = "../src/gen"',
      { file: 'src/gen/client.ts', name: 'PrismaClient' },
    ],
  ])('is generated where the generator says: %s', async (settings, expected) => {
    const generator = `generator client {\n  ${settings}\n}`
    const { generated, specifier } = await habitsOf({
      'prisma/schema.prisma': schemaOf('model User {\n  id String @id\n}', generator),
    })
    expect(generated?.value).toEqual(expected)
    if (generated && 'file' in generated.value)
      expect(specifier('src/lib/db.ts', generated.value.file)).toBe(
        settings.includes('client-js') ? '../../prisma/client' : '../gen/client',
      )
  })
})

describe('specifiers', () => {
  const workspace = {
    'package.json': JSON.stringify({ name: 'root', workspaces: ['apps/*', 'packages/*'] }),
    'apps/web/package.json': manifest({ '@acme/db': 'workspace:*', '@acme/ui': 'workspace:*' }),
    'apps/web/tsconfig.json': '{ "compilerOptions": { "paths": { "~/*": ["./src/*"] } } }',
    'apps/web/src/app/api/a/route.ts': `import { prisma } from '@acme/db'\n${post('return Response.json(await prisma.user.findMany())')}`,
    'packages/db/package.json': JSON.stringify({
      name: '@acme/db',
      exports: { '.': './src/index.ts', './models/*': './src/models/*.ts' },
      dependencies: { '@prisma/client': '7.10.0' },
    }),
    'packages/db/src/index.ts': "export * from './generated/client'\nexport { prisma } from './client'\n",
    'packages/db/src/client.ts': `import { PrismaClient } from './generated/client'\nexport const prisma = new PrismaClient()\n`,
    'packages/db/src/models/user.ts': 'export const user = 1\n',
    'packages/db/prisma/schema.prisma': schemaOf(
      'model User {\n  id String @id\n}',
      'generator client {\n  provider = "prisma-client"\n  output = "../src/generated"\n}',
    ),
    'packages/ui/package.json': JSON.stringify({ name: '@acme/ui', main: './src/index.ts' }),
    'packages/ui/src/index.ts': 'export const a = 1\n',
    'packages/ui/src/deep/button.ts': 'export const b = 1\n',
  }

  it('name packages of the workspace, by what they export', async () => {
    const { client, generated, specifier, app } = await habitsOf(workspace)
    expect(app.folder).toBe('apps/web')
    expect(client?.value).toEqual({ file: 'packages/db/src/index.ts', name: 'prisma', use: 'prisma' })
    expect(generated?.value).toMatchObject({ file: 'packages/db/src/index.ts' })
    const from = 'apps/web/src/lib/a.ts'
    expect(specifier(from, 'packages/db/src/index.ts')).toBe('@acme/db')
    expect(specifier(from, 'packages/db/src/models/user.ts')).toBe('@acme/db/models/user')
    expect(specifier(from, 'packages/db/src/models/new.ts')).toBe('@acme/db/models/new')
    expect(specifier(from, 'packages/ui/src/deep/button.ts')).toBe('@acme/ui/src/deep/button')
    expect(specifier(from, 'apps/web/src/server/new.ts')).toBe('~/server/new')
    expect(specifier('packages/db/src/a.ts', 'packages/db/src/client.ts')).toBe('./client')
  })

  it('end as the project ends them', async () => {
    const { specifier } = await habitsOf({
      'src/lib/a.ts':
        "import { b } from './b.ts'\nimport { c } from '../server/c.ts'\nexport const a = b + c\n",
      'src/lib/b.ts': 'export const b = 1\n',
      'src/server/c.ts': 'export const c = 1\n',
    })
    expect(specifier('src/lib/x.ts', 'src/lib/b.ts')).toBe('./b.ts')
    expect(specifier('src/server/new/x.ts', 'src/lib/index.ts')).toBe('../../lib/index.ts')
    const nodenext = await habitsOf({
      'src/lib/a.ts': "import { b } from './b.js'\nexport const a = b\n",
      'src/lib/b.ts': 'export const b = 1\n',
    })
    expect(nodenext.specifier('src/lib/x.ts', 'src/server/new.ts')).toBe('../server/new.js')
  })

  it('follow the alias that is used, `extends`, `baseUrl` and `imports`', async () => {
    const inherited = await habitsOf({
      'tsconfig.base.json':
        '{ "compilerOptions": { "paths": { "@lib/*": ["./src/lib/*"], "@/*": ["./src/*"] } } }',
      'tsconfig.json': '{ "extends": "./tsconfig.base.json" }',
      'src/app/api/a/route.ts': `import { a } from '@lib/a'\n${post('return Response.json(a)')}`,
      'src/lib/a.ts': 'export const a = 1\n',
    })
    expect(inherited.specifier('src/app/api/b/route.ts', 'src/lib/new.ts')).toBe('@lib/new')
    expect(inherited.specifier('src/app/api/b/route.ts', 'src/server/new.ts')).toBe('@/server/new')
    const based = await habitsOf({
      'tsconfig.json': '{ "compilerOptions": { "baseUrl": "." } }',
      'app/api/a/route.ts': `import { a } from 'lib/a'\n${post('return Response.json(a)')}`,
      'lib/a.ts': 'export const a = 1\n',
    })
    expect(based.specifier('app/api/b/route.ts', 'lib/a.ts')).toBe('lib/a')
    const internal = await habitsOf({
      'package.json': manifest({}, { imports: { '#*': './src/*.ts' } }),
      'src/app/api/a/route.ts': `import { a } from '#lib/a'\n${post('return Response.json(a)')}`,
      'src/lib/a.ts': 'export const a = 1\n',
    })
    expect(internal.specifier('src/app/api/b/route.ts', 'src/lib/a.ts')).toBe('#lib/a')
  })

  it('are relative where an alias does not reach', async () => {
    const { specifier } = await habitsOf({
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
    })
    expect(specifier('src/lib/db.ts', 'generated/prisma/client.ts')).toBe('../../generated/prisma/client')
    expect(specifier('src/app/api/a/route.ts', 'src/lib/db.ts')).toBe('@/lib/db')
  })
})
