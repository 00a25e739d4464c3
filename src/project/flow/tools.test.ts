/** Tools of a server of the Model Context Protocol: what they are given comes from whoever is connected. */
import { describe, expect, it } from 'vitest'
import { projectOf } from '../../../test/project.ts'
import { isVerified } from '../guards.ts'
import { allDeps } from './value.ts'

const schema = `datasource db {
  provider = "postgresql"
}
model Note {
  id String @id
  title String
}
`

async function accessesOf(tools: string) {
  const { runs } = await projectOf({
    'prisma/schema.prisma': schema,
    'lib/tools.ts': `import { PrismaClient } from '@prisma/client'
import { z } from 'zod'
const prisma = new PrismaClient()
${tools}`,
    'app/api/mcp/route.ts': `import { createMcpHandler } from 'mcp-handler'
import { register } from '../../../lib/tools'
const handler = createMcpHandler((server) => register(server))
export { handler as POST }
`,
  })
  return runs.flatMap(({ events }) => events.filter((event) => event.k === 'access'))
}

describe('a tool', () => {
  it.each([
    [
      'with its fields',
      "server.tool('remove', 'Removes a note', { id: z.string() }, async ({ id }) => prisma.note.delete({ where: { id } }))",
    ],
    [
      'with a description',
      "server.registerTool('remove', { inputSchema: { id: z.string() } }, async ({ id }) => prisma.note.delete({ where: { id } }))",
    ],
  ])('%s is given the input of the caller', async (_, body) => {
    const [access] = await accessesOf(`export const register = (server) => { ${body} }\n`)
    expect(access && [...allDeps(access.args)]).toEqual(['client:input.id'])
  })

  it('is read for each of a list of them, wherever the list was put together', async () => {
    const found = await accessesOf(`const reading = [
  { name: 'list', handler: async () => prisma.note.findMany({ take: 20 }) },
  { name: 'one', handler: async ({ id }) => prisma.note.findUnique({ where: { id } }) },
]
const writing = [{ name: 'remove', handler: async ({ id }) => prisma.note.delete({ where: { id } }) }]
const all = [...reading, ...writing]
export const register = (server) => {
  for (const one of all) server.tool(one.name, 'A tool', { id: z.string() }, async (args) => one.handler(args))
}
`)
    expect(found.map((one) => (one.k === 'access' ? one.operation : ''))).toEqual([
      'findMany',
      'findUnique',
      'delete',
    ])
  })

  it('knows the caller by what the connection has verified, and what it asks holds in no other', async () => {
    const found = await accessesOf(`export const register = (server) => {
  server.tool('mine', {}, async (args, { authInfo }) => {
    if (!authInfo) throw new Error('unauthorized')
    return prisma.note.findMany({ where: { id: authInfo.extra.userId } })
  })
  server.tool('all', {}, async () => prisma.note.findMany())
}
`)
    const asks = found.map(({ facts }) => facts.some(({ deps }) => isVerified(deps)))
    expect(asks).toEqual([true, false])
  })
})
