import { expect, it } from 'vitest'
import { testFault } from '../../../../test/fault.ts'
import { projectOf } from '../../../../test/project.ts'
import fault from './find.ts'

testFault(fault, import.meta.dirname)

it('names a column that is written twice once', async () => {
  const project = await projectOf({
    'prisma/schema.prisma': `datasource db {
  provider = "postgresql"
}
model User {
  id    String @id
  email String @unique
  items Item[]
  tasks Task[]
}
model Item {
  id     String @id
  userId String
  user   User   @relation(fields: [userId], references: [id])
  tasks  Task[]
}
model Task {
  id     String @id
  userId String @unique
  user   User   @relation(fields: [userId], references: [id])
  itemId String
  item   Item   @relation(fields: [itemId], references: [id])
}
`,
    'app/api/tasks/route.ts': `import { getServerSession } from 'next-auth'
import { PrismaClient } from '@prisma/client'
const prisma = new PrismaClient()
export async function POST(request: Request) {
  const session = await getServerSession()
  if (!session) return new Response(null, { status: 401 })
  const { itemId } = await request.json()
  const userId = session.user.id
  await prisma.task.upsert({ where: { userId }, create: { userId, itemId }, update: { itemId } })
  return new Response(null, { status: 204 })
}
`,
  })
  expect([...fault.find(project)].map(({ found }) => found)).toEqual([
    'POST /api/tasks writes a Task whose `itemId` is body.itemId, and nothing on the way ties it to the caller.',
  ])
})
