import { expect, it } from 'vitest'
import { fixed, shop } from './fix.ts'

const file = 'app/api/orders/[id]/route.ts'
const head = `import { prisma } from '../../../../lib/db'
import { requireUser } from '../../../../lib/session'
`
const afterFix = async (fault: string, text: string): Promise<string | undefined> => {
  const after = await fixed(fault, { ...shop, [file]: text })
  return 'needs' in after ? `needs ${after.needs}` : after[file]
}

it('ties a row to the caller as a sibling does, and keeps the result of the guard for it', async () => {
  const before = `${head}
export async function GET(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  await requireUser()
  const { id } = await params
  return Response.json(await prisma.order.findUnique({ where: { id } }))
}
`
  expect(await afterFix('authorization/unscoped-access', before)).toBe(
    before
      .replace('  await requireUser()', '  const user = await requireUser()')
      .replace('where: { id }', 'where: { id, userId: user.id }'),
  )
})

it('asks who is calling where nobody did, and ties the row', async () => {
  const before = `import { prisma } from '../../../../lib/db'

export async function DELETE(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  return Response.json(await prisma.order.delete({ where: { id } }))
}
`
  expect(await afterFix('authentication/missing-authentication', before)).toBe(
    before
      .replace("db'\n", "db'\nimport { requireUser } from '../../../../lib/session'\n")
      .replace('  const { id }', '  const user = await requireUser()\n  const { id }')
      .replace('where: { id }', 'where: { id, userId: user.id }'),
  )
})

it('parses what may be changed with the schema of the model, without its keys', async () => {
  const before = `${head}
export async function PATCH(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const user = await requireUser()
  const { id } = await params
  const body = await request.json()
  return Response.json(await prisma.order.update({ where: { id, userId: user.id }, data: body }))
}
`
  expect(await afterFix('input/mass-assignment', before)).toContain(
    'const body = orderSchema.pick({ note: true }).partial().parse(await request.json())',
  )
})

it('limits a list as others are', async () => {
  const before = `${head}
export async function GET() {
  const user = await requireUser()
  return Response.json(await prisma.order.findMany({ where: { userId: user.id } }))
}
`
  expect(await afterFix('queries/unbounded-list', before)).toBe(
    before.replace('user.id } })', 'user.id }, take: 20 })'),
  )
})

const counted = `${head}
export async function GET() {
  const user = await requireUser()
  const orders = await prisma.order.findMany({ where: { userId: user.id }, take: 20 })
  const rows = await Promise.all(
    orders.map(async (order) => {
      const lines = await prisma.line.count({ where: { orderId: order.id } })
      return { ...order, lines }
    }),
  )
  return Response.json(rows)
}
`

it('counts once for all elements', async () => {
  const after = await afterFix('queries/n-plus-one', counted)
  expect(after).toContain(`  const counts = await prisma.line.groupBy({
    by: ['orderId'],
    where: { orderId: { in: orders.map((order) => order.id) } },
    _count: { _all: true },
  })
  const linesOf = new Map(counts.map((row) => [row.orderId, row._count._all]))
  const rows = orders.map((order) => {
    const lines = linesOf.get(order.id) ?? 0
    return { ...order, lines }
  })
`)
})

it('leaves a count that needs more of the element than its key', async () => {
  const more = counted.replace('orderId: order.id', 'orderId: order.id, id: order.note')
  expect(await afterFix('queries/n-plus-one', more)).toBe(
    'needs the query depends on more of the element than one of its keys',
  )
})

it('adds an index with its migration, named by the time that it is given', async () => {
  const migration = 'prisma/migrations/20250101000000_start/migration.sql'
  const files = { ...shop, [migration]: 'SELECT 1;\n' }
  const after = await fixed('schema/missing-foreign-key-index', files)
  expect(Object.values(after)).toEqual([
    expect.stringContaining('@@index([userId])'),
    expect.stringContaining('CREATE INDEX "Order_userId_idx" ON "Order"("userId")'),
  ])
  expect(Object.keys(after)[1]).toBe('prisma/migrations/20260131235959_index_order_user_id/migration.sql')
})
