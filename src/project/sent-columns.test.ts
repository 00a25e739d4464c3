import { describe, expect, it } from 'vitest'
import { projectOf } from '../../test/project.ts'
import { sentColumns } from './sent-columns.ts'

const schema = `datasource db {
  provider = "postgresql"
}
model User {
  id    String @id
  name  String
  email String
  posts Post[]
}
model Post {
  id       String @id
  title    String
  authorId String
  author   User   @relation(fields: [authorId], references: [id])
}
`

/** `path.column` of what the answer of a route holds, with the places of the queries that it can be of. */
async function sentBy(body: string): Promise<string[]> {
  const project = await projectOf({
    'prisma/schema.prisma': schema,
    'app/api/x/route.ts': `import { PrismaClient } from '@prisma/client'
const prisma = new PrismaClient()
export async function GET(request: Request) {
  const { a, b } = await request.json()
${body}
}
`,
  })
  return project.runs.flatMap((run) =>
    run.events.flatMap((event) =>
      event.k === 'response'
        ? sentColumns(project, run, event.value).map(
            ({ path, column, accesses, exact }) =>
              `${[...path, column].join('.')} of ${accesses.map(({ location }) => location.line).join(' or ')}${exact ? '' : ' in a text'}`,
          )
        : [],
    ),
  )
}

describe('sentColumns', () => {
  it('names what was copied, through lists and relations', async () => {
    expect(
      await sentBy(`const posts = await prisma.post.findMany({ include: { author: { select: { email: true } } } })
  return Response.json(posts.map(({ title, author }) => ({ title, by: author, mail: author.email ?? '' })))`),
    ).toEqual(['title of 5', 'author.email of 5', 'author.email of 5'])
  })

  it('leaves out what was not read, replaced or only asked about', async () => {
    expect(
      await sentBy(`const user = await prisma.user.findUnique({ where: { id: a }, select: { id: true, name: true } })
  return Response.json({ ...user, name: user.name.length, known: Boolean(user.email) })`),
    ).toEqual(['id of 5'])
  })

  it('tells two queries of one model apart by what found their rows', async () => {
    expect(
      await sentBy(`const one = await prisma.user.findUnique({ where: { id: a } })
  const other = await prisma.user.findUnique({ where: { id: b } })
  return Response.json({ name: one.name, mail: \`to \${other.email}\` })`),
    ).toEqual(['name of 5', 'email of 6 in a text'])
  })

  it('names both where they were found by the same', async () => {
    expect(
      await sentBy(`const one = await prisma.user.findUnique({ where: { id: a } })
  const other = await prisma.user.findFirst({ where: { name: a } })
  return Response.json({ mail: other.email })`),
    ).toEqual(['email of 5 or 6'])
  })
})
