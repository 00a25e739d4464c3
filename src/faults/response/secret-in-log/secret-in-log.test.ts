import { expect, it } from 'vitest'
import { testFault } from '../../../../test/fault.ts'
import { projectOf } from '../../../../test/project.ts'
import fault from './find.ts'

testFault(fault, import.meta.dirname)

it.each([
  ['console.log(user)', 'likely'],
  ["if (process.env.NODE_ENV === 'development') console.log(user)", 'possible'],
])('is sure only where it is written in production: %s', async (log, certainty) => {
  const project = await projectOf({
    'app/api/me/route.ts': `import { PrismaClient } from '@prisma/client'
const prisma = new PrismaClient()
export async function POST(request: Request) {
  const { id } = await request.json()
  const user = await prisma.user.findUnique({ where: { id } })
  ${log}
  return Response.json({ ok: true })
}
`,
  })
  expect([...fault.find(project)].map((one) => one.certainty)).toEqual([certainty])
})
