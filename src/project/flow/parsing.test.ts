/** Forms with files, which packages read from the request, and inputs that a schema has parsed. */
import { describe, expect, it } from 'vitest'
import { projectOf } from '../../../test/project.ts'
import { allDeps, textOf, type Value, visibleFields } from './value.ts'

it.each([
  [
    'a function that is given them',
    'form.parse(req, async (error, fields) => { res.json(await prisma.note.delete({ where: { id: fields.id } })) })',
  ],
  [
    'a promise',
    'const [fields] = await form.parse(req); res.json(await prisma.note.delete({ where: { id: fields.id } }))',
  ],
])('the fields of a form with files are the body of the request: %s', async (_, body) => {
  const { runs } = await projectOf({
    'prisma/schema.prisma':
      'datasource db {\n  provider = "postgresql"\n}\nmodel Note {\n  id String @id\n}\n',
    'pages/api/notes.ts': `import formidable from 'formidable'
import { PrismaClient } from '@prisma/client'
const prisma = new PrismaClient()
export default async function handler(req, res) {
  const form = formidable({ keepExtensions: true })
  ${body}
}
`,
  })
  const access = runs[0]?.events.find((event) => event.k === 'access')
  expect(access?.k === 'access' && [...allDeps(access.args)]).toEqual(['client:body.id'])
})

it('where a package has put a file that was sent is not up to who sends it', async () => {
  const { runs } = await projectOf({
    'pages/api/photos.ts': `import formidable from 'formidable'
import { readFile } from 'node:fs/promises'
export default async function handler(req, res) {
  const [, files] = await formidable().parse(req)
  res.json([await readFile(files.photo[0].filepath), await readFile(req.body.filepath)])
}
`,
  })
  const paths = runs.flatMap(({ events }) =>
    events.flatMap((event) => (event.k === 'sink' ? [[...textOf(event.value).all]] : [])),
  )
  expect(paths).toEqual([[], ['client:body.filepath']])
})

describe('what stands in an input after a schema has parsed it', () => {
  /** What the caller may have written into the text of a query. */
  async function spliced(body: string): Promise<string[]> {
    const { runs } = await projectOf({
      'app/api/notes/route.ts': `import { Prisma, PrismaClient } from '@prisma/client'
import { z } from 'zod'
import * as v from 'valibot'
const prisma = new PrismaClient()
const query = z.object({ order: z.enum(['asc', 'desc']).optional(), limit: z.coerce.number(), by: z.string() })
export async function GET(request: Request) {
  const { searchParams } = new URL(request.url)
  ${body}
  return Response.json(await prisma.$queryRawUnsafe(\`SELECT 1 ORDER BY id \${value}\`))
}
`,
    })
    return runs.flatMap((run) =>
      run.events.flatMap((event) =>
        event.k === 'raw' ? event.spliced.flatMap((one) => [...textOf(one).all]) : [],
      ),
    )
  }

  const given =
    "const given = query.parse({ order: searchParams.get('order'), limit: searchParams.get('limit'), by: searchParams.get('by') })"

  it.each([
    "const value = z.enum(['asc', 'desc']).parse(searchParams.get('order'))",
    "const value = z.enum(['asc', 'desc']).safeParse(searchParams.get('order')).data",
    "const value = z.coerce.number().parse(searchParams.get('limit'))",
    "const value = v.parse(v.picklist(['asc', 'desc']), searchParams.get('order'))",
    `${given}; const value = given.order`,
    `${given}; const { limit: value } = given`,
  ])('is one of a few, or a number: %s', async (body) => {
    expect(await spliced(body)).toEqual([])
  })

  it.each([
    ["const value = searchParams.get('by')", 'client:query.by'],
    ["const value = z.string().parse(searchParams.get('by'))", 'client:query.by'],
    [`${given}; const value = given.by`, 'client:query.by'],
  ])('is any text: %s', async (body, source) => {
    expect(await spliced(body)).toEqual([source])
  })
})

describe('what a function of the project gives back of an input that it has parsed', () => {
  async function keysOfWrite(body: string): Promise<boolean> {
    const { runs } = await projectOf({
      'prisma/schema.prisma':
        'datasource db {\n  provider = "postgresql"\n}\nmodel Note {\n  id   String @id\n  text String\n}\n',
      'app/api/notes/route.ts': `import { PrismaClient } from '@prisma/client'
import { z } from 'zod'
const prisma = new PrismaClient()
const schema = z.object({ text: z.string() })
async function read(request) {
  const json = await request.json().catch(() => null)
  if (!json) return { ok: false, status: 400 }
  ${body}
}
export async function POST(request) {
  const read_ = await read(request)
  if (!read_.ok) return Response.json({}, { status: read_.status })
  await prisma.note.create({ data: read_.data })
}
`,
    })
    const access = runs[0]?.events.find((event) => event.k === 'access')
    const args = access?.k === 'access' ? visibleFields(access.args) : new Map<string, Value>()
    return args.get('data')?.parsed === true
  }

  it.each([
    'const given = schema.safeParse(json)\n  if (!given.success) return { ok: false, status: 422, issues: given.error.issues }\n  return { ok: true, data: given.data }',
    'return { ok: true, data: schema.parse(json) }',
  ])('it is what the schema lets through: %s', async (body) => {
    expect(await keysOfWrite(body)).toBe(true)
  })

  it.each([
    'if (json.raw) return { ok: true, data: json }\n  return { ok: true, data: schema.parse(json) }',
    'return { ok: true, data: json }',
  ])('it may be anything: %s', async (body) => {
    expect(await keysOfWrite(body)).toBe(false)
  })
})
