import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadProject } from '../load.ts'
import type { Habits } from './habits.ts'
import { readHabits } from './read.ts'

const habitsOf = async (folder: string): Promise<Habits> =>
  readHabits(await loadProject(join(import.meta.dirname, '../../..', folder)))

describe('examples/workshop', async () => {
  const habits = await habitsOf('examples/workshop')

  it('answers with { data } and { error: { code, message, details } } through the functions of lib/http', () => {
    const { success, failure, respond, handleError, error, json } = habits.answers
    expect(success.value).toBe('data')
    expect(failure.value).toEqual({ key: 'error', shape: 'object', fields: ['code', 'message', 'details'] })
    expect(respond?.value).toEqual({ file: 'src/lib/http.ts', name: 'ok', parameters: ['data', 'status'] })
    expect(handleError?.value).toMatchObject({ name: 'errorResponse', parameters: ['error'] })
    expect(error?.value.parameters).toEqual([
      { name: 'status', type: 'number', optional: false },
      { name: 'code', type: 'string', optional: false },
      { name: 'message', type: 'string', optional: false },
    ])
    expect(error?.value).toMatchObject({ file: 'src/lib/http.ts', name: 'HttpError' })
    expect(error?.at).toMatchObject({ file: 'src/lib/http.ts', line: 5 })
    expect(json).toBe('NextResponse')
  })

  it('knows the wrapper that asks who is calling from one that does not', () => {
    expect(habits.answers.wrapper).toBeUndefined()
    expect(habits.answers.guardedWrapper?.value).toEqual({ file: 'src/lib/members.ts', name: 'withMember' })
  })

  it('finds the user, the client and the schema', () => {
    expect(habits.user?.model.name).toBe('User')
    expect(habits.user?.fields).toEqual({
      id: { name: 'id', type: 'String' },
      email: { name: 'email', optional: false, unique: true },
      passwordHash: { name: 'passwordHash', optional: false },
      name: { name: 'name', optional: false },
      createdAt: 'createdAt',
      required: [],
      disabled: [],
    })
    expect(habits.user?.hashing?.value).toBe('scrypt')
    expect(habits.client?.value).toEqual({ file: 'src/lib/prisma.ts', name: 'prisma', use: 'prisma' })
    expect(habits.generated?.value).toMatchObject({ file: 'src/generated/prisma/client.ts' })
    expect(habits.schema).toMatchObject({
      file: 'prisma/schema.prisma',
      provider: 'postgresql',
      id: { value: { type: 'String', attribute: '@id @default(cuid())' } },
      tables: { value: 'as model' },
      columns: { value: 'as field' },
      createdAt: 'createdAt',
      updatedAt: 'updatedAt',
      migrations: 'prisma/migrations',
      prisma: '7.10.0',
    })
  })

  it('imports by alias, siblings too', () => {
    expect(habits.specifier('src/app/api/auth/login/route.ts', 'src/lib/http.ts')).toBe('@/lib/http')
    expect(habits.specifier('src/lib/session.ts', 'src/lib/tokens.ts')).toBe('@/lib/tokens')
  })
})

describe('fixtures/apps/trpc-monorepo', async () => {
  const habits = await habitsOf('fixtures/apps/trpc-monorepo')
  const from = 'apps/web/app/api/login/route.ts'

  it('is an application of routes and procedures without src', () => {
    expect(habits.app).toMatchObject({
      folder: 'apps/web',
      source: '',
      next: '16.4.5',
      routes: 'apps/web/app/api',
      modules: { value: 'apps/web/lib' },
    })
    expect(habits.app.surfaces.map(({ kind }) => kind)).toEqual(['procedure', 'route'])
    expect(habits.packages).toMatchObject({ manager: 'npm', manifest: 'apps/web/package.json' })
  })

  it('has client and generated types in a package', () => {
    const { client, generated, schema, user, specifier } = habits
    expect(client?.value).toEqual({ file: 'packages/db/src/index.ts', name: 'prisma', use: 'prisma' })
    expect(client?.at).toMatchObject({ file: 'packages/db/src/client.ts', line: 6 })
    expect(generated?.value).toMatchObject({ file: 'packages/db/src/index.ts' })
    expect(schema).toMatchObject({ file: 'packages/db/prisma/schema.prisma', prisma: '7.10.0' })
    expect(schema?.migrations).toBeUndefined()
    expect(user?.fields).toMatchObject({ email: { name: 'email' }, passwordHash: { name: 'passwordHash' } })
    expect(specifier(from, 'packages/db/src/index.ts')).toBe('@acme/db')
    expect(specifier(from, 'packages/api/src/session.ts')).toBe('@acme/api/session')
    expect(specifier(from, 'apps/web/lib/tokens.ts')).toBe('~/lib/tokens')
  })

  it('answers with what was asked for, and with { error }', () => {
    expect(habits.answers.success.value).toBeUndefined()
    expect(habits.answers.failure.value).toEqual({ key: 'error', shape: 'text', fields: [] })
    expect(habits.answers.error).toBeUndefined()
    expect(habits.answers.respond).toBeUndefined()
  })
})

describe('fixtures/apps/pages-and-actions', async () => {
  const habits = await habitsOf('fixtures/apps/pages-and-actions')

  it('has a default export as client, and generated code that the alias reaches', () => {
    expect(habits.client?.value).toEqual({
      file: 'lib/prisma.ts',
      name: 'default',
      local: 'prisma',
      use: 'prisma',
    })
    expect(habits.specifier('app/api/a/route.ts', 'generated/prisma/client.ts')).toBe(
      '@/generated/prisma/client',
    )
    expect(habits.specifier('lib/tokens.ts', 'lib/prisma.ts')).toBe('./prisma')
  })

  it('sends through json(value, status), and guards handlers of pages with withUser', () => {
    const { answers, authentication } = habits
    expect(answers.respond?.value).toEqual({
      file: 'app/_shared/route.ts',
      name: 'json',
      parameters: ['value', 'status'],
    })
    expect(answers.success.value).toBeUndefined()
    expect(answers.failure.value).toEqual({ key: 'error', shape: 'text', fields: [] })
    expect(answers.guardedWrapper?.value).toEqual({ file: 'lib/with-user.ts', name: 'withUser' })
    expect(authentication.libraries.map(({ value }) => value)).toEqual(['next-auth'])
    expect(authentication.packageAccessor?.value.name).toBe('getServerSession')
  })
})

describe('fixtures/apps/actions-only', async () => {
  const habits = await habitsOf('fixtures/apps/actions-only')

  it('works in src/server with actions', () => {
    expect(habits.app).toMatchObject({
      source: 'src/',
      routes: 'src/app/api',
      modules: { value: 'src/server' },
    })
    expect(habits.app.surfaces.map(({ kind }) => kind)).toEqual(['action'])
    expect(habits.client?.value).toEqual({ file: 'src/server/db.ts', name: 'db', use: 'db' })
    expect(habits.authentication.accessor?.value).toEqual({
      file: 'src/server/auth/session.ts',
      name: 'requireUser',
    })
    expect(habits.validation.value).toEqual({ library: 'zod', major: 4, schemas: 'file' })
  })

  it('has users of a clinic that can be disabled', () => {
    expect(habits.user?.fields.required).toEqual([{ name: 'clinicId', type: 'String' }])
    expect(habits.user?.fields.disabled).toEqual([{ name: 'disabledAt', type: 'DateTime', when: true }])
  })

  it('is written without semicolons, and imports with ~', () => {
    expect(habits.code).toMatchObject({
      formatter: { value: 'none' },
      options: { semi: false, singleQuote: true, tabWidth: 2, useTabs: false, trailingComma: 'all' },
      functions: 'declaration',
      exports: 'named',
    })
    expect(habits.specifier('src/app/api/a/route.ts', 'src/server/db.ts')).toBe('~/server/db')
  })
})
