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
