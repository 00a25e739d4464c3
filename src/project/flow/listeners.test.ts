import { expect, it } from 'vitest'
import { projectOf } from '../../../test/project.ts'

async function listened(call: string): Promise<(true | undefined)[]> {
  const { runs } = await projectOf({
    'package.json': '{ "dependencies": { "next": "16.4.5", "@prisma/client": "7.10.0", "chat": "1.0.0" } }',
    'prisma/schema.prisma': 'datasource db { provider = "postgresql" }\nmodel Note {\n  id String @id\n}',
    'app/api/events/route.ts': `import { PrismaClient } from '@prisma/client'
import { Chat } from 'chat'
const prisma = new PrismaClient()
async function save(id) {
  await prisma.note.deleteMany({ where: { id } })
}
export async function POST(request) {
  const bot = new Chat({})
  ${call}
  return bot.webhooks.slack(request)
}`,
  })
  return (runs[0]?.events ?? []).flatMap((event) => (event.k === 'access' ? [event.listener] : []))
}

it('what a bot was given to call when a message has come runs behind the check of its package', async () => {
  expect(await listened("bot.onNewMessage(async (message) => { await save('1') })")).toEqual([true])
})

it('what runs at once does not, also where the same was done by a listener before', async () => {
  expect(await listened("await save('1')")).toEqual([undefined])
  expect(await listened("bot.onNewMessage(async () => { await save('1') }); await save('1')")).toEqual([
    true,
    undefined,
  ])
  expect(await listened("await bot.run(async () => { await save('1') })")).toEqual([undefined])
})
