import { expect, it } from 'vitest'
import { projectOf } from '../../test/project.ts'

const schema = `datasource db {
  provider = "postgresql"
}
model User {
  id    String @id
  notes Note[]
}
model Org {
  id    String @id
  notes Note[]
}
model Note {
  id     String @id
  user   User   @relation(fields: [userId], references: [id])
  userId String
  org    Org    @relation(fields: [orgId], references: [id])
  orgId  String
}
`

it('names the models behind include, select and nested writes', async () => {
  const project = await projectOf({
    'prisma/schema.prisma': schema,
    'lib/prisma.ts':
      "import { PrismaClient } from '@prisma/client'\nexport const prisma = new PrismaClient()\n",
    'app/api/notes/route.ts': `import { prisma } from '../../../lib/prisma'
export const GET = async () =>
  Response.json(await prisma.note.findMany({ include: { org: { select: { notes: true } }, user: false } }))
export const POST = async () =>
  Response.json(await prisma.note.create({ data: { user: { create: { id: '1' } }, org: { connect: { id: '2' } } } }))
`,
  })
  const [get, post] = project.map.endpoints
  expect([get?.reads, get?.writes]).toEqual([['Note', 'Org'], []])
  expect([post?.reads, post?.writes]).toEqual([[], ['Note', 'User', 'Org']])
})
