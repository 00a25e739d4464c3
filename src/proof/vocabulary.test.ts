import { expect, it } from 'vitest'
import { projectOf } from '../../test/project.ts'
import { vocabularyOf } from './vocabulary.ts'

it('is what schemas and queries take for a column of text', async () => {
  const project = await projectOf({
    'package.json': '{"dependencies":{"next":"16.0.0","zod":"4.0.0","@prisma/client":"7.0.0"}}',
    'prisma/schema.prisma': `
      datasource db { provider = "postgresql" }
      model Member {
        id String @id
        role String
        name String
        age Int
      }`,
    'app/api/members/route.ts': `
      import { PrismaClient } from '@prisma/client'
      import { z } from 'zod'
      const prisma = new PrismaClient()
      const schema = z.object({ role: z.enum(['guest', 'member']), name: z.string(), age: z.number() })
      export async function POST(request: Request) {
        const { role, name, age } = schema.parse(await request.json())
        return Response.json(await prisma.member.create({ data: { role, name, age } }))
      }
      export async function GET() {
        return Response.json(await prisma.member.findMany({ where: { role: 'owner', age: 4 } }))
      }`,
  })
  const [dataModel] = project.dataModels
  if (!dataModel) throw new Error('No schema was read.')
  const words = vocabularyOf(project.runs, dataModel)
  expect(words('Member', 'role')).toEqual(['guest', 'member', 'owner'])
  expect(words('Member', 'name')).toEqual([])
  expect(words('Member', 'age')).toEqual([])
})
