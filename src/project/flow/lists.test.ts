/** Lists that are filled one by one: what is in them came from where their parts came from. */
import { expect, it } from 'vitest'
import { projectOf } from '../../../test/project.ts'
import { allDeps } from './value.ts'

/** Sources of the key of the one query of a handler. */
async function keyOf(body: string): Promise<string[]> {
  const { runs } = await projectOf({
    'prisma/schema.prisma':
      'datasource db {\n  provider = "postgresql"\n}\nmodel Note {\n  id String @id\n}\n',
    'app/api/notes/route.ts': `import { PrismaClient } from '@prisma/client'
import { z } from 'zod'
const prisma = new PrismaClient()
export async function POST(request) {
  ${body}
}`,
  })
  const access = runs[0]?.events.find((event) => event.k === 'access')
  if (access?.k !== 'access') throw new Error('No query was found.')
  return [...allDeps(access.args)]
}

const query = 'return Response.json(await prisma.note.findMany({ where: { id: data.id } }))'

it.each([
  ['for (;;) { const part = await reader.read(); if (part.done) break; chunks.push(part.value) }'],
  [
    'for (let part = await reader.read(); !part.done; part = await reader.read()) { chunks.push(part.value) }',
  ],
])('a body that is read in parts is the body: %s', async (loop) => {
  const start = 'const reader = request.body.getReader(); const chunks = []'
  const end =
    'const data = z.object({ id: z.string() }).parse(JSON.parse(new TextDecoder().decode(Buffer.concat(chunks))))'
  expect(await keyOf(`${start}\n${loop}\n${end}\n${query}`)).toEqual(['client:body.id'])
})

it('ids that were collected are the ids of the request', async () => {
  const collect =
    'const { items } = await request.json(); const ids = []; for (const item of items) ids.push(item.id)'
  const deps = await keyOf(
    `${collect}\nreturn Response.json(await prisma.note.findMany({ where: { id: { in: ids } } }))`,
  )
  expect(deps).toEqual([expect.stringMatching(/^client:body\.items/)])
})

it('a list that nothing was put into has no sources', async () => {
  expect(
    await keyOf(
      'const ids = []; return Response.json(await prisma.note.findMany({ where: { id: { in: ids } } }))',
    ),
  ).toEqual([])
})

it.each([
  ['an element by its place', 'const pair = [{ id: "a" }, await request.json()]; const data = pair[1]'],
  [
    'a value of a map',
    'const found = new Map(); found.set("a", await request.json()); const data = found.get("a")',
  ],
  [
    'a pair of a map',
    'const body = await request.json(); let data; for (const [, one] of new Map([["a", body]]).entries()) data = one',
  ],
  ['a value of an object', 'const data = Object.values({ body: await request.json() })[0]'],
  ['an object that others are put into', 'const data = Object.assign({}, await request.json())'],
])('%s is what was put there', async (_, body) => {
  expect(await keyOf(`${body}\n${query}`)).toEqual(['client:body.id'])
})

it('a place that a list does not have holds nothing', async () => {
  expect(await keyOf(`const data = [await request.json()][1] ?? { id: 'a' }\n${query}`)).toEqual([])
})

it('a list that something else may fill is not known to be empty', async () => {
  const filled = 'const result = { errors: [] }; check(await request.json(), result.errors)'
  const body = `const data = await request.json(); ${filled}; if (result.errors.length > 0) { ${query} }`
  expect(await keyOf(body)).toEqual(['client:body.id'])
})

it.each(['row.items ?? []', 'row.items || []', '(row.items ?? []).filter((one) => one.ready)'])(
  'the elements of a list that may be missing are those of the row: %s',
  async (list) => {
    const deps = await keyOf(
      `const row = JSON.parse(process.env.ITEMS); const data = { id: { in: (${list}).map((one) => one.id) } }\n${query}`,
    )
    expect(deps).toContain('env:ITEMS')
  },
)
