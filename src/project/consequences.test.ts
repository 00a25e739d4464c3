import { expect, test } from 'vitest'
import { projectOf } from '../../test/project.ts'
import { gained } from './consequences.ts'

const schema = `datasource db { provider = "postgresql" }
model User {
  id String @id
  email String @unique
  folders Folder[]
}
model Folder {
  id String @id
  userId String
  user User @relation(fields: [userId], references: [id])
  notes Note[]
}
model Note {
  id String @id
  folderId String
  folder Folder @relation(fields: [folderId], references: [id])
}`

async function of(body: string): Promise<string> {
  const project = await projectOf({
    'prisma/schema.prisma': schema,
    'app/api/notes/route.ts': `import { PrismaClient } from '@prisma/client'
const prisma = new PrismaClient()
export async function POST(request) {
  const { folderId } = await request.json()
  ${body}
}`,
  })
  const events = project.runs[0]?.events ?? []
  const access = events.find((event) => event.k === 'access')
  const entity = project.entity('Folder')
  if (access?.k !== 'access' || !entity) throw new Error('No query was found.')
  return gained(events, access, entity)
}

const read = 'const folder = await prisma.folder.findUnique({ where: { id: folderId } })'
const done = 'return new Response(null, { status: 204 })'

test.each([
  [`${read}; return Response.json(folder)`, 'see it'],
  [
    `${read}; await prisma.note.create({ data: { id: '1', folder: { connect: { id: folderId } } } }); ${done}`,
    'connect a Note to it',
  ],
  [
    `${read}; await prisma.folder.update({ where: { id: folderId }, data: { userId: 'x' } }); ${done}`,
    'change it',
  ],
  [`${read}; if (!folder) return new Response(null, { status: 404 }); ${done}`, 'have it used here'],
  [`await prisma.folder.delete({ where: { id: folderId } }); ${done}`, 'delete it'],
])('says what can be done with the row: %s', async (body, what) => {
  expect(await of(body)).toBe(what)
})
