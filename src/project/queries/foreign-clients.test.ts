import { expect, test } from 'vitest'
import { projectOf } from '../../../test/project.ts'
import { sitesOf } from './sites.ts'

const files = (client: string): Record<string, string> => ({
  'package.json':
    '{ "dependencies": { "next": "16.4.5", "@prisma/client": "7.10.0", "@slack/web-api": "7.0.0" } }',
  'prisma/schema.prisma':
    'datasource db { provider = "postgresql" }\nmodel Chat {\n  id String @id\n  text String\n}',
  'lib/client.ts': client,
  'app/api/chats/route.ts': `import { clientFor } from '../../../lib/client'
export async function POST(request: Request) {
  const { id, text } = await request.json()
  await clientFor(id).chat.update({ where: { id }, data: { text } })
  return new Response(null, { status: 204 })
}`,
})

const seen = async (client: string): Promise<{ accesses: number; sites: number }> => {
  const project = await projectOf(files(client))
  return {
    accesses: project.runs.flatMap((run) => run.events).filter((event) => event.k === 'access').length,
    sites: sitesOf(project).calls.length,
  }
}

test('what a package constructed is no client of Prisma, whatever its fields are called', async () => {
  const slack =
    "import { WebClient } from '@slack/web-api'\nexport function clientFor(id: string) {\n  return new WebClient(id)\n}"
  expect(await seen(slack)).toEqual({ accesses: 0, sites: 0 })
})

test.each([
  "import { PrismaClient } from '@prisma/client'\nexport function clientFor(id: string) {\n  return new PrismaClient()\n}",
  "import { TenantDatabase } from '@acme/tenants'\nexport function clientFor(id: string) {\n  return new TenantDatabase(id)\n}",
])('a client of Prisma that a function makes is one: %#', async (client) => {
  expect(await seen(client)).toEqual({ accesses: 1, sites: 1 })
})
