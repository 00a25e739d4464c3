/** Columns that are counted from what many people have done. */
import { expect, it } from 'vitest'
import { projectOf } from '../../test/project.ts'
import unscopedAccess from '../faults/authorization/unscoped-access/find.ts'

/** Operations on a comment of somebody else that are findings. */
async function found(body: string): Promise<string[]> {
  const project = await projectOf({
    'package.json': '{ "dependencies": { "next": "16.0.0", "next-auth": "5.0.0" } }',
    'prisma/schema.prisma': `datasource db {
  provider = "postgresql"
}
model User {
  id       String    @id
  comments Comment[]
  votes    Vote[]
}
model Comment {
  id     String @id
  score  Int
  userId String
  user   User   @relation(fields: [userId], references: [id])
  votes  Vote[]
}
model Vote {
  commentId String
  userId    String
  value     Int
  comment   Comment @relation(fields: [commentId], references: [id])
  user      User    @relation(fields: [userId], references: [id])
  @@id([userId, commentId])
}
`,
    'auth.ts': `import NextAuth from 'next-auth'
export const { auth } = NextAuth({ providers: [] })
`,
    'app/api/comments/[id]/vote/route.ts': `import { PrismaClient } from '@prisma/client'
import { auth } from '../../../../../auth'
const prisma = new PrismaClient()
export async function POST(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const session = await auth()
  if (!session?.user?.id) return Response.json({ error: 'Sign in' }, { status: 401 })
  const userId = session.user.id
  const { id } = await params
  const body = await request.json()
  ${body}
}`,
  })
  return [...unscopedAccess.find(project)].flatMap(
    ({ subject }) => /→ comment\.(\w+)/.exec(subject)?.[1] ?? [],
  )
}

const vote = `await prisma.vote.upsert({
    where: { userId_commentId: { userId, commentId: id } },
    update: { value: 1 },
    create: { userId, commentId: id, value: 1 },
  })
  const votes = await prisma.vote.findMany({ where: { commentId: id }, select: { value: true } })
  const score = votes.reduce((sum, one) => sum + one.value, 0)`

it.each([
  `${vote}\n  await prisma.comment.update({ where: { id }, data: { score } })`,
  `${vote}\n  await prisma.comment.update({ where: { id }, data: { score: { increment: 1 } } })`,
])('is brought up to date: %s', async (body) => {
  expect(await found(body)).toEqual([])
})

it.each([
  `${vote}\n  await prisma.comment.update({ where: { id }, data: { score: body.score } })`,
  `${vote}\n  await prisma.comment.delete({ where: { id } })`,
  'await prisma.comment.update({ where: { id }, data: { score: { increment: 1 } } })',
])('is changed by others: %s', async (body) => {
  expect(await found(body)).not.toEqual([])
})
