import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { projectOf } from '../../test/project.ts'
import { loadProject } from '../project/load.ts'
import type { Project } from '../project/project.ts'
import { type Call, callOf, isKey, templateOf } from './request.ts'
import type { Plain } from './sample.ts'

const repository = join(import.meta.dirname, '../..')
const projects = new Map<string, Project>()

beforeAll(async () => {
  for (const folder of [
    'examples/workshop',
    'fixtures/apps/trpc-monorepo',
    'fixtures/apps/pages-and-actions',
  ])
    projects.set(folder, await loadProject(join(repository, folder)))
})

/** The call of an endpoint, with the column in place of each key. */
function call(folder: string, endpoint: string, set = new Map<string, Plain>()): Call | undefined {
  const project = projects.get(folder)
  const run = project?.runs.find((one) => one.label === endpoint || one.label.startsWith(`${endpoint} (`))
  const dataModel = project?.dataModels[0]
  const template = run && dataModel && templateOf(run, dataModel)
  return (
    template &&
    callOf(template, {
      unique: 'u1',
      set,
      bind: (input) =>
        input.meaning && isKey(template.dataModel, input)
          ? `${input.meaning.model}.${input.meaning.field}`
          : undefined,
    })
  )
}

describe('requests made from the model', () => {
  it('fill each parameter with the key that it stands for', () => {
    expect(call('examples/workshop', 'DELETE /api/orgs/[orgId]/work-orders/[workOrderId]')).toEqual({
      k: 'http',
      method: 'DELETE',
      path: '/api/orgs/Organisation.id/work-orders/WorkOrder.id',
    })
  })

  it('have a body that the schema accepts, with keys of rows that exist', () => {
    expect(call('examples/workshop', 'POST /api/orgs/[orgId]/invoices')).toMatchObject({
      path: '/api/orgs/Organisation.id/invoices',
      json: {
        customerId: 'Customer.id',
        lines: [{ description: 'sample u1', quantity: 1, unitCents: 0 }],
      },
    })
  })

  it('name columns of the model where the body is written as it comes', () => {
    const found = call('examples/workshop', 'PATCH /api/orgs/[orgId]/projects/[projectId]')
    expect(found).toMatchObject({ json: { title: 'sample u1' } })
    const more = call(
      'examples/workshop',
      'PATCH /api/orgs/[orgId]/projects/[projectId]',
      new Map([['body.orgId', 'another']]),
    )
    expect(more).toMatchObject({ json: { title: 'sample u1', orgId: 'another' } })
  })

  it('leave out optional filters of a query, and set what is asked for', () => {
    const path = 'GET /api/orgs/[orgId]/work-orders'
    expect(call('examples/workshop', path)).toMatchObject({ path: '/api/orgs/Organisation.id/work-orders' })
    expect(
      call('examples/workshop', 'GET /api/orgs/[orgId]/search', new Map([['query.q', "a' b"]])),
    ).toMatchObject({
      path: '/api/orgs/Organisation.id/search?q=a%27+b',
    })
  })

  it('give server actions their arguments in order, forms as forms', () => {
    expect(call('examples/workshop', 'action assignWorkOrder')).toMatchObject({
      k: 'action',
      name: 'assignWorkOrder',
      args: ['Organisation.id', 'WorkOrder.id', { form: [['assigneeId', 'User.id']] }],
    })
    expect(call('fixtures/apps/pages-and-actions', 'action renameReminder')).toMatchObject({
      args: [{ id: 'Reminder.id', text: 'sample u1' }],
    })
  })

  it('add up the inputs of a procedure', () => {
    expect(call('fixtures/apps/trpc-monorepo', 'procedure card.edit')).toEqual({
      k: 'procedure',
      path: 'card.edit',
      type: 'mutation',
      input: { boardId: 'Board.id', cardId: 'Card.id', card: { title: 'sample u1', body: 'sample u1' } },
    })
  })

  it('are not made for what nobody can call', () => {
    expect(call('examples/workshop', 'middleware proxy.ts')).toBeUndefined()
  })
})

it('find the fields of a body that is read as a stream', async () => {
  const project = await projectOf({
    'package.json': '{"dependencies":{"next":"16.0.0","zod":"4.0.0","@prisma/client":"7.0.0"}}',
    'prisma/schema.prisma':
      'datasource db { provider = "postgresql" }\nmodel Note { id String @id\n title String }',
    'app/api/notes/route.ts': `import { z } from 'zod'
import { prisma } from '@/lib/db'
async function textOf(request: Request) {
  if (!request.body) return ''
  const reader = request.body.getReader()
  const chunks = []
  let size = 0
  while (true) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    chunks.push(value)
  }
  const body = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    body.set(chunk, at)
    at += chunk.byteLength
  }
  return new TextDecoder().decode(body)
}
export async function POST(request: Request) {
  const { title } = z.object({ title: z.string() }).parse(JSON.parse(await textOf(request)))
  return Response.json(await prisma.note.create({ data: { id: 'a', title } }))
}`,
  })
  const [run] = project.runs
  const [dataModel] = project.dataModels
  const template = run && dataModel && templateOf(run, dataModel)
  const made = template && callOf(template, { unique: 'u1', set: new Map(), bind: () => undefined })
  expect(made?.k === 'http' && made.json).toEqual({ title: expect.stringContaining('u1') })
})
