/** The apps that the capture is measured on: how to build them, what rows they need, and what is asked of them. */

import { SignJWT } from 'jose'
import { encode } from 'next-auth/jwt'

const SECRET = 'a-secret-of-the-benchmark-that-is-long-enough'

const signed = (user, issuer) => {
  const token = new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(user)
    .setIssuedAt()
    .setExpirationTime('2h')
  return (issuer ? token.setIssuer(issuer) : token).sign(new TextEncoder().encode(SECRET))
}
const json = (method, path, body) => ({ method, path, body: JSON.stringify(body), type: 'application/json' })
const get = (path) => ({ method: 'GET', path })

const workshop = {
  name: 'workshop',
  from: 'examples/workshop',
  next: '.',
  prisma: '.',
  schema: 'prisma/schema.prisma',
  alias: { '@': 'src' },
  env: { SESSION_SECRET: SECRET, BILLING_WEBHOOK_SECRET: SECRET },
  headers: async () => ({ cookie: `workshop_session=${await signed('u1', 'workshop')}` }),
  rows: `
    INSERT INTO "User"(id, email, name, "passwordHash") SELECT 'u' || n, 'u' || n || '@example.org', 'User ' || n, 'x:y' FROM generate_series(1, 20) n;
    INSERT INTO "Organisation"(id, name, slug) VALUES ('o1', 'One', 'one');
    INSERT INTO "Membership"(id, "orgId", "userId", role) SELECT 'm' || n, 'o1', 'u' || n, CASE n WHEN 1 THEN 'OWNER' ELSE 'TECHNICIAN' END::"Role" FROM generate_series(1, 10) n;
    INSERT INTO "Customer"(id, "orgId", name) SELECT 'c' || n, 'o1', 'Customer ' || n FROM generate_series(1, 10) n;
    INSERT INTO "Project"(id, "orgId", "customerId", title) SELECT 'p' || n, 'o1', 'c' || n, 'Project ' || n FROM generate_series(1, 10) n;
    INSERT INTO "WorkOrder"(id, "orgId", "projectId", title, "updatedAt") SELECT 'w' || n, 'o1', 'p' || (n % 10 + 1), 'Order ' || n, now() FROM generate_series(1, 40) n;
    INSERT INTO "Invoice"(id, "orgId", "customerId", number, "dueAt") SELECT 'i' || n, 'o1', 'c1', n, now() FROM generate_series(1, 20) n;
    INSERT INTO "ApiKey"(id, "orgId", name, prefix, "keyHash") VALUES ('k1', 'o1', 'key', 'wk_', encode(sha256('wk_bench'), 'hex'));`,
  requests: [
    get('/api/me'),
    get('/api/orgs'),
    get('/api/orgs/o1'),
    get('/api/orgs/o1/projects'),
    get('/api/orgs/o1/projects/p1'),
    get('/api/orgs/o1/customers'),
    get('/api/orgs/o1/customers/c1'),
    get('/api/orgs/o1/invoices'),
    get('/api/invoices/i1'),
    get('/api/orgs/o1/audit'),
    get('/api/orgs/o1/members'),
    get('/api/orgs/o1/members/m2'),
    get('/api/orgs/o1/api-keys'),
    get('/api/orgs/o1/work-orders'),
    get('/api/orgs/o1/work-orders/w1/comments'),
    get('/api/work-orders/w1'),
    get('/api/orgs/o1/search?q=Order'),
    get('/api/orgs/o1/reports/revenue'),
    get('/api/calendar'),
    get('/orgs'),
    get('/orgs/o1'),
    get('/orgs/o1/projects/p1'),
    get('/settings'),
    { ...get('/api/v1/work-orders'), headers: { authorization: 'Bearer wk_bench' } },
    json('PATCH', '/api/me', { name: 'Ada' }),
    json('POST', '/api/auth/login', { email: 'u2@example.org', password: 'wrong password' }),
    json('POST', '/api/orgs/o1/customers', { name: 'New' }),
    json('POST', '/api/orgs/o1/projects', { customerId: 'c1', title: 'New' }),
    json('POST', '/api/orgs/o1/work-orders', { projectId: 'p1', title: 'New' }),
    json('POST', '/api/orgs/o1/work-orders/w1/comments', { body: 'Hello' }),
    json('POST', '/api/orgs/o1/invoices', {
      customerId: 'c1',
      dueAt: '2030-01-01',
      lines: [{ description: 'x', quantity: 1, unitCents: 2 }],
    }),
    json('POST', '/api/orgs/o1/api-keys', { name: 'New' }),
    json('PATCH', '/api/orgs/o1/members/m3', { role: 'ADMIN' }),
    json('PATCH', '/api/orgs/o1/work-orders/w2', { title: 'Changed' }),
  ],
  /** Not sent at once: two of them fail on each other. */
  alone: (path, method) => method === 'POST' && path.endsWith('/invoices'),
  actions: [
    { page: '/orgs/o1', name: 'completeWorkOrder', args: ['o1', 'w3'] },
    { page: '/orgs/o1', name: 'reopenWorkOrder', args: ['o1', 'w4'] },
  ],
  /** Of which the cost is measured: one call, and a dozen. */
  measured: ['/api/me', '/api/orgs/o1/projects'],
  test: `
    import { afterAll, expect, it } from 'vitest'
    import { NextRequest } from 'next/server'
    import { prisma } from '@/lib/prisma'
    import { isAdmin } from '@/lib/members'
    import { recordAudit } from '@/lib/audit'
    import * as orders from '@/app/api/v1/work-orders/route'
    const request = (init = {}) => new NextRequest('http://localhost/api/v1/work-orders', { headers: { authorization: 'Bearer wk_bench' }, ...init })
    it('tells who is an admin', async () => expect(await isAdmin('u1', 'o1')).toBe(true))
    it('writes an entry', () => recordAudit({ orgId: 'o1', action: 'x', target: 'y' }))
    it('lists', async () => expect((await orders.GET(request())).status).toBe(200))
    it('creates', async () => expect((await orders.POST(request({ method: 'POST', body: JSON.stringify({ projectId: 'p1', title: 'T' }) }))).status).toBe(201))
    it('does several at once', async () => {
      await Promise.all([1, 2, 3, 4, 5, 6].map((n) => isAdmin('u' + n, 'o1')))
    })
    afterAll(() => prisma.$disconnect())`,
}

const pages = {
  name: 'pages-and-actions',
  from: 'fixtures/apps/pages-and-actions',
  next: '.',
  prisma: '.',
  schema: 'prisma/schema.prisma',
  alias: { '@': '.' },
  env: { NEXTAUTH_SECRET: SECRET, NEXTAUTH_URL: 'http://127.0.0.1' },
  headers: async () => ({
    cookie: `next-auth.session-token=${await encode({ token: { sub: 'u1', name: 'Ada' }, secret: SECRET })}`,
  }),
  rows: `
    INSERT INTO "User"(id, email, name, "passwordHash") SELECT 'u' || n, 'u' || n || '@example.org', 'User ' || n, 'x:00' FROM generate_series(1, 5) n;
    INSERT INTO "Trip"(id, title, "ownerId") SELECT 't' || n, 'Trip ' || n, 'u1' FROM generate_series(1, 10) n;
    INSERT INTO "Stop"(id, place, "tripId") SELECT 's' || n, 'Stop ' || n, 't' || (n % 10 + 1) FROM generate_series(1, 30) n;
    INSERT INTO "Expense"(id, label, cents, "tripId", "paidById") SELECT 'e' || n, 'x', n, 't' || (n % 10 + 1), 'u1' FROM generate_series(1, 30) n;
    INSERT INTO "Reminder"(id, text, "dueAt", "userId") SELECT 'r' || n, 'x', now(), 'u1' FROM generate_series(1, 10) n;`,
  requests: [
    get('/api/reminders'),
    get('/api/files/t1/x'),
    get('/api/reports'),
    get('/api/calendar'),
    get('/api/calendar/2020-01-01'),
    get('/api/expenses/e1'),
    get('/api/trips'),
    get('/api/trips/t1'),
    get('/api/trips/totals'),
    get('/api/trips/lengths'),
    get('/api/users/me'),
    get('/api/users/profile'),
    get('/expenses/e1'),
    get('/trips/t1'),
    get('/settings'),
    get('/planner?trip=t1'),
    get('/planner/stops/s10'),
    json('POST', '/api/reminders', { text: 'x', dueAt: '2030-01-01' }),
    json('POST', '/api/trips', { title: 'New' }),
    json('PATCH', '/api/trips/t2', { title: 'Changed' }),
    json('PUT', '/api/trips/t3', { title: 'Changed', notes: '' }),
    json('POST', '/api/stops/import', { tripId: 't1', places: ['a', 'b'] }),
    json('POST', '/api/stops/reorder', { stopId: 's1', position: 3 }),
    { method: 'PUT', path: '/api/files/t4/x', body: 'notes', type: 'text/plain' },
  ],
  alone: () => false,
  actions: [
    { page: '/settings', name: 'finishReminder', args: [{ id: 'r1' }] },
    { page: '/settings', name: 'renameReminder', args: [{ id: 'r2', text: 'y' }] },
    { page: '/settings', name: 'clearReminders', args: [] },
  ],
  test: `
    import { afterAll, expect, it } from 'vitest'
    import prisma from '@/lib/prisma'
    import { authOptions } from '@/lib/auth'
    import imports from '@/pages/api/stops/import'
    import { DELETE } from '@/app/api/stops/[stopId]/route'
    const answer = () => ({ status: () => answer(), json: (value) => value, end: () => undefined })
    it('imports stops', () => imports({ method: 'POST', body: { tripId: 't1', places: ['x', 'y'] } }, answer()))
    it('removes one', async () => {
      const stop = await prisma.stop.create({ data: { place: 'x', tripId: 't1' } })
      expect((await DELETE(new Request('http://localhost'), { params: Promise.resolve({ stopId: stop.id }) })).status).toBe(200)
    })
    it('signs nobody in', async () => {
      const { authorize } = authOptions.providers[0].options
      expect(await authorize({ email: 'nobody@example.org', password: 'x' })).toBeNull()
    })
    it('does several at once', async () => {
      const counts = await prisma.$transaction([
        prisma.trip.count(),
        prisma.stop.count(),
      ])
      expect(counts).toHaveLength(2)
      await Promise.all([
        prisma.user.findUnique({ where: { id: 'u1' } }),
        prisma.trip.findUnique({ where: { id: 't1' } }),
        prisma.stop.findUnique({ where: { id: 's1' }, include: { trip: true } }),
      ])
    })
    afterAll(() => prisma.$disconnect())`,
}

const procedure = (kind, path, input) =>
  kind === 'query'
    ? get(`/api/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`)
    : json('POST', `/api/trpc/${path}`, input)

const trpc = {
  name: 'trpc-monorepo',
  from: 'fixtures/apps/trpc-monorepo',
  next: 'apps/web',
  prisma: 'packages/db',
  schema: 'packages/db/prisma/schema.prisma',
  alias: { '@acme/db': 'packages/db/src/index.ts', '@acme/api': 'packages/api/src/index.ts' },
  env: { SESSION_SECRET: SECRET },
  headers: async () => ({ cookie: `kanban_session=${await signed('u1')}` }),
  rows: `
    INSERT INTO "User"(id, email, name, "passwordHash") SELECT 'u' || n, 'u' || n || '@example.org', 'User ' || n, 'x:00' FROM generate_series(1, 5) n;
    INSERT INTO "Workspace"(id, name) VALUES ('w1', 'One');
    INSERT INTO "Membership"(id, "userId", "workspaceId", role) SELECT 'm' || n, 'u' || n, 'w1', CASE n WHEN 1 THEN 'OWNER' ELSE 'EDITOR' END::"Role" FROM generate_series(1, 5) n;
    INSERT INTO "Board"(id, title, "workspaceId") SELECT 'b' || n, 'Board ' || n, 'w1' FROM generate_series(1, 5) n;
    INSERT INTO "Card"(id, title, "boardId") SELECT 'c' || n, 'Card ' || n, 'b' || (n % 5 + 1) FROM generate_series(1, 40) n;
    INSERT INTO "Comment"(id, text, "cardId", "authorId") SELECT 'x' || n, 'x', 'c' || (n % 40 + 1), 'u1' FROM generate_series(1, 80) n;`,
  requests: [
    procedure('query', 'workspace.mine'),
    procedure('query', 'workspace.people.list', { workspaceId: 'w1' }),
    procedure('query', 'workspace.people.names', { workspaceId: 'w1' }),
    procedure('query', 'board.all', { workspaceId: 'w1' }),
    procedure('query', 'board.recent', { workspaceId: 'w1' }),
    procedure('query', 'board.byId', { boardId: 'b1' }),
    procedure('query', 'card.onBoard', { boardId: 'b1' }),
    procedure('query', 'card.summary', { boardId: 'b1' }),
    procedure('query', 'card.byId', { cardId: 'c1' }),
    // Three procedures in one request: Prisma may send their statements together.
    get(
      `/api/trpc/board.byId,card.byId,board.byId?batch=1&input=${encodeURIComponent(JSON.stringify({ 0: { boardId: 'b1' }, 1: { cardId: 'c1' }, 2: { boardId: 'b2' } }))}`,
    ),
    procedure('mutation', 'board.create', { workspaceId: 'w1', title: 'New' }),
    procedure('mutation', 'board.rename', { boardId: 'b1', title: 'Changed' }),
    procedure('mutation', 'board.archive', { boardId: 'b2' }),
    procedure('mutation', 'card.create', { boardId: 'b4', card: { title: 'New', body: '' } }),
    procedure('mutation', 'card.edit', { boardId: 'b1', cardId: 'c5', card: { title: 'Changed' } }),
    procedure('mutation', 'card.patch', { boardId: 'b1', cardId: 'c5', changes: { title: 'Changed' } }),
    procedure('mutation', 'comment.add', { cardId: 'c3', text: 'x' }),
    procedure('mutation', 'comment.edit', { commentId: 'x1', text: 'y' }),
    procedure('mutation', 'comment.remove', { commentId: 'none' }),
    procedure('mutation', 'workspace.settings.rename', { workspaceId: 'w1', name: 'Two' }),
    procedure('mutation', 'workspace.settings.setPlan', { workspaceId: 'w1', plan: 'team' }),
    procedure('mutation', 'workspace.people.setRole', { workspaceId: 'w1', memberId: 'm3', role: 'VIEWER' }),
    get('/api/boards/b1/export'),
    get('/api/boards/b1/cards'),
    json('POST', '/api/boards/b3/cards', { title: 'New' }),
    json('POST', '/api/session', { email: 'nobody@example.org', password: 'x' }),
    get('/boards/b1'),
  ],
  alone: () => false,
  actions: [],
  test: `
    import { afterAll, expect, it } from 'vitest'
    import { prisma } from '@acme/db'
    import { createCaller } from '@acme/api'
    const api = createCaller({ db: prisma, session: { userId: 'u1' } })
    it('lists', async () => expect((await api.workspace.mine()).length).toBe(1))
    it('shows a board', () => api.board.byId({ boardId: 'b1' }))
    it('shows its cards', () => api.card.onBoard({ boardId: 'b1' }))
    it('shows them quicker', () => api.card.summary({ boardId: 'b1' }))
    it('writes', async () => {
      await api.board.rename({ boardId: 'b1', title: 'x' })
      await api.comment.add({ cardId: 'c1', text: 'x' })
    })
    it('does several at once', () => Promise.all([api.card.byId({ cardId: 'c1' }), api.card.byId({ cardId: 'c2' }), api.board.byId({ boardId: 'b2' })]))
    afterAll(() => prisma.$disconnect())`,
}

export const apps = [workshop, pages, trpc]
