/** What goes through a text, and what an answer is made of. */
import { expect, it } from 'vitest'
import { projectOf } from '../../../test/project.ts'
import { rowsIn } from '../exposure.ts'

/** Models of the rows that the answers of a handler are made of. */
async function answered(body: string): Promise<string[]> {
  const { runs } = await projectOf({
    'prisma/schema.prisma':
      'datasource db {\n  provider = "postgresql"\n}\nmodel Note {\n  id String @id\n}\n',
    'app/api/notes/route.ts': `import { PrismaClient } from '@prisma/client'
import { NextResponse } from 'next/server'
const prisma = new PrismaClient()
export async function GET() {
  const notes = await prisma.note.findMany({ take: 10 })
  ${body}
}`,
  })
  return (runs[0]?.events ?? []).flatMap((event) =>
    event.k === 'response' ? rowsIn(event.value).map(({ access }) => access.model) : [],
  )
}

it.each([
  'return new Response(JSON.stringify(notes), { status: 200 })',
  'return new NextResponse(JSON.stringify({ notes }))',
  'const plain = JSON.parse(JSON.stringify(notes))\n  return Response.json(plain)',
  'const text = JSON.stringify({ notes })\n  return new Response(text)',
])('rows are answered with: %s', async (body) => {
  expect(await answered(body)).toEqual(['Note'])
})

it.each(['return new Response(null, { status: 204 })', "return new Response('ok')"])(
  'rows are not answered with: %s',
  async (body) => {
    expect(await answered(body)).toEqual([])
  },
)

it('a value that is assigned under a name that was computed is in the object', async () => {
  const body = `const answer: Record<string, unknown> = {}
  answer[process.env.NAME ?? 'notes'] = notes
  return Response.json(answer)`
  expect(await answered(body)).toEqual(['Note'])
})
