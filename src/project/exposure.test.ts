import { describe, expect, it } from 'vitest'
import { projectOf } from '../../test/project.ts'
import { rowsIn, secretsIn } from './exposure.ts'

const schema = `datasource db {
  provider = "postgresql"
}
model User {
  id           String  @id
  name         String?
  passwordHash String?
  apiToken     String  @default(cuid())
  notes        Note[]
  keys         Key[]
}
model Note {
  id       String @id
  authorId String
  author   User   @relation(fields: [authorId], references: [id])
}
model Key {
  id               String @id
  hashedSecretKey  String
  displaySecretKey String
  secret           String?
  userId           String
  user             User   @relation(fields: [userId], references: [id])
}
`
const plain = `import { PrismaClient } from '@prisma/client'
export const prisma = new PrismaClient()
`

/** The secrets that a route answers with; `?` after those that may have been taken out. */
async function sentBy(body: string, files: Record<string, string> = {}): Promise<string[]> {
  const project = await projectOf({
    'prisma/schema.prisma': schema,
    'lib/db.ts': plain,
    ...files,
    'app/api/x/route.ts': `import { prisma } from '../../../lib/db'
import { z } from 'zod'
import * as v from 'valibot'
import * as yup from 'yup'
import _, { omit, pick } from 'lodash'
import { secretless, whole } from '../../../lib/schemas'
import { dropped, droppedEach } from '../../../lib/objects'
const shown = z.object({ id: z.string(), name: z.string().nullable() })
export async function GET(request: Request) {
  const where = { id: new URL(request.url).searchParams.get('id') }
${body}
}
`,
  })
  return project.runs.flatMap((run) =>
    run.events.flatMap((event) =>
      event.k === 'response'
        ? rowsIn(event.value)
            .flatMap((row) => secretsIn(project, row))
            .map(({ name, sure }) => `${name}${sure ? '' : '?'}`)
        : [],
    ),
  )
}

const ALL = ['User.passwordHash', 'User.apiToken']
const user = 'const user = await prisma.user.findUnique({ where })'

describe('columns that the client leaves out', () => {
  const omitting = {
    'lib/db.ts': `import { PrismaClient } from '@prisma/client'
import { options } from './options'
const make = () => new PrismaClient(options).$extends({})
export const prisma = globalThis.prisma ?? make()
`,
    'lib/options.ts':
      "export const options = { log: ['warn'], omit: { user: { passwordHash: true, apiToken: true } } }",
    'prisma/seed.ts': plain,
  }

  it.each([
    [`${user}; return Response.json(user)`, []],
    ['return Response.json(await prisma.note.findMany({ include: { author: true } }))', []],
    [
      'return Response.json(await prisma.user.findUnique({ where, omit: { passwordHash: false } }))',
      ['User.passwordHash'],
    ],
    [
      'return Response.json(await prisma.user.findUnique({ where, select: { apiToken: true } }))',
      ['User.apiToken'],
    ],
  ])('%s', async (body, secrets) => {
    expect(await sentBy(body, omitting)).toEqual(secrets)
  })

  it('another client that the file asks leaves nothing out', async () => {
    const files = {
      'lib/db.ts': plain,
      'lib/other.ts': omitting['lib/db.ts'],
      'lib/options.ts': omitting['lib/options.ts'],
    }
    expect(await sentBy(`${user}; return Response.json(user)`, files)).toEqual(ALL)
  })
})

describe('rows that a schema has parsed', () => {
  const schemas = {
    'lib/schemas.ts': `import { z } from 'zod'
import { generated } from 'schemas-of-somebody'
const base = z.object({ id: z.string(), passwordHash: z.string().nullish() })
export const secretless = base.omit({ passwordHash: true }).extend({ name: z.string() })
export const whole = base.merge(z.object({ name: z.string() }))
export const unread = generated.extend({ id: z.string() })
`,
  }

  it.each([
    ['shown.parse(user)', []],
    ['secretless.parse(user)', []],
    ['await secretless.parseAsync(user)', []],
    ['shown.safeParse(user).data', []],
    ['shown.parse({ ...user, extra: 1 })', []],
    ['z.array(shown).parse(await prisma.user.findMany())', []],
    ['shown.array().parse(await prisma.user.findMany())', []],
    ['z.array(shown).parse((await prisma.user.findMany()).map((one) => ({ ...one, extra: 1 })))', []],
    ['z.object({ user: shown }).parse({ user, other: user })', []],
    ['z.object({ author: shown }).parse(await prisma.note.findFirst({ include: { author: true } }))', []],
    ['whole.pick({ id: true }).parse(user)', []],
    ['z.object({ ...whole.shape, passwordHash: z.boolean() }).parse(user)', []],
    ['v.parse(v.object({ id: v.string() }), user)', []],
    ['await yup.object({ id: yup.string() }).validate(user, { stripUnknown: true })', []],
    ['whole.parse(user)', ['User.passwordHash']],
    ['whole.parse({ ...user, extra: 1 })', ['User.passwordHash']],
    ['shown.passthrough().parse(user)', ALL],
    ['z.looseObject({ id: z.string() }).parse(user)', ALL],
    ['z.object({ ...whole.shape, extra: z.string() }).parse(user)', ['User.passwordHash']],
    ['v.parse(v.object({ apiToken: v.string() }), user)', ['User.apiToken']],
    ['v.parse(v.looseObject({ id: v.string() }), user)', ALL],
    ['await yup.object({ id: yup.string() }).validate(user)', ALL],
    [
      'z.object({ author: z.object({ apiToken: z.string() }) }).parse(await prisma.note.findFirst({ include: { author: true } }))',
      ['User.apiToken'],
    ],
    ['z.object({ apiToken: z.string().transform(mask) }).parse(user)', ['User.apiToken?']],
    ['z.object({ apiToken: z.string() }).transform(mask).parse(user)', ['User.apiToken?']],
  ])('%s', async (answer, secrets) => {
    expect(await sentBy(`${user}; return Response.json(${answer})`, schemas)).toEqual(secrets)
  })

  it('a schema that cannot be read may name them', async () => {
    const body = `${user}; return Response.json(unread.parse(user))`
    const files = { ...schemas, 'lib/x.ts': '' }
    expect(await sentBy(`const { unread } = await import('../../../lib/schemas'); ${body}`, files)).toEqual([
      'User.passwordHash?',
      'User.apiToken?',
    ])
  })
})

describe('columns that are taken out', () => {
  const objects = {
    'lib/objects.ts': `export function dropped(of, keys) {
  const copy = { ...of }
  for (const key of keys) delete copy[key]
  return copy
}
export function droppedEach(of, keys) {
  const copy = { ...of }
  keys.forEach((key) => { delete copy[key] })
  return copy
}
`,
  }

  it.each([
    ["omit(user, ['passwordHash', 'apiToken'])", []],
    ["_.omit(user, 'passwordHash', 'apiToken')", []],
    ["pick(user, ['id', 'name'])", []],
    ["dropped(user, ['passwordHash', 'apiToken'])", []],
    ["omit(user, ['passwordHash'])", ['User.apiToken']],
    ["pick(user, ['id', 'apiToken'])", ['User.apiToken']],
    ["dropped(user, ['passwordHash'])", ['User.apiToken']],
    ['omit(user, hidden())', ['User.passwordHash?', 'User.apiToken?']],
    ["droppedEach(user, ['passwordHash', 'apiToken'])", ['User.passwordHash?', 'User.apiToken?']],
  ])('%s', async (answer, secrets) => {
    expect(await sentBy(`${user}; return Response.json(${answer})`, objects)).toEqual(secrets)
  })

  it.each([
    ['const { author, ...rest } = note; return Response.json(rest)', []],
    ['return Response.json({ ...note, author: note.author.id })', []],
    ['const { id, ...rest } = note; return Response.json(rest)', ALL],
  ])('relations: %s', async (body, secrets) => {
    const note = 'const note = await prisma.note.findFirst({ where, include: { author: true } })'
    expect(await sentBy(`${note}; ${body}`)).toEqual(secrets)
  })

  it.each([
    ["{ id: '1', name: 'a' }", ['User.apiToken']],
    ["{ id: '1', passwordHash: null }", ['User.apiToken']],
    ["{ id: '1', passwordHash: hash() }", ALL],
    ["{ id: '1', ...(await request.json()) }", ALL],
  ])('a row that was just made: %s', async (data, secrets) => {
    expect(await sentBy(`return Response.json(await prisma.user.create({ data: ${data} }))`)).toEqual(secrets)
  })
})

it.each([
  ['make()', ['Key.hashedSecretKey', 'Key.secret?']],
  ['(await request.json()).secret', ['Key.hashedSecretKey', 'Key.secret']],
  ["createHash('sha256').update(make()).digest('hex')", ['Key.hashedSecretKey', 'Key.secret']],
])('a key that was made here is shown once: %s', async (secret, secrets) => {
  const data = `{ id: '1', userId: where.id, displaySecretKey: '…', hashedSecretKey: hash(), secret: ${secret} }`
  const body = `return Response.json(await prisma.key.create({ data: ${data} }))`
  expect(await sentBy(`const { createHash } = await import('node:crypto'); ${body}`)).toEqual(secrets)
})

it('what is shown of a key is no secret', async () => {
  const keys = await sentBy('return Response.json(await prisma.key.findMany({ where }))')
  expect(keys).toEqual(['Key.hashedSecretKey', 'Key.secret'])
})
