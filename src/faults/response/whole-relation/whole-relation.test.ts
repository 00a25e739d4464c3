import { expect, it } from 'vitest'
import { testFault } from '../../../../test/fault.ts'
import { projectOf } from '../../../../test/project.ts'
import fault from './find.ts'

testFault(fault, import.meta.dirname)

it.each([
  ['posts', 'likely'],
  ['{ posts: posts.map((post) => ({ ...post, at: 1 })) }', 'likely'],
  ['{ posts: posts.length }', 'possible'],
  ['posts.map((post) => post.author.name)', 'possible'],
])('is sure only where the whole row is sent: %s', async (answer, certainty) => {
  const project = await projectOf({
    'prisma/schema.prisma': `datasource db {
  provider = "postgresql"
}
model User {
  id       String @id
  name     String
  email    String @unique
  notes    String
  timeZone String
  posts    Post[]
}
model Post {
  id       String @id
  authorId String
  author   User   @relation(fields: [authorId], references: [id])
}
`,
    'app/api/posts/route.ts': `import { PrismaClient } from '@prisma/client'
const prisma = new PrismaClient()
export async function GET() {
  const posts = await prisma.post.findMany({ select: { id: true, author: true } })
  return Response.json(${answer})
}
`,
  })
  expect([...fault.find(project)].map((one) => one.certainty)).toEqual([certainty])
})
