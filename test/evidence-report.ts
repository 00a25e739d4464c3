/** A report with every kind of evidence, as prove, fix and optimize give it: what the renderers are tested on. */
import type { Evidence, Finding, PlanNode } from '../src/core/finding.ts'
import type { Report } from '../src/core/report.ts'

const trail: Evidence = {
  kind: 'trace',
  steps: [
    {
      location: { file: 'app/api/invoices/[id]/route.ts', line: 8, column: 9 },
      note: '`id` is read from the path',
    },
    { location: { file: 'lib/invoices.ts', line: 30, column: 5 }, note: '`id` reaches `invoice.findUnique`' },
  ],
}

const exchanges: Evidence = {
  kind: 'exchange',
  exchanges: [
    {
      role: 'pre-control',
      as: 'user of tenant A (role MEMBER)',
      request: {
        method: 'GET',
        url: '/api/invoices/cm3a0001',
        headers: { cookie: 'session=eyJhbGciOi…(masked)', accept: 'application/json' },
      },
      response: {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: '{"id":"cm3a0001","number":"A-1001","notes":"own-canary-7f3a"}',
      },
      saw: 'the answer holds `Invoice.notes` of tenant A',
    },
    {
      role: 'exploit',
      as: 'user of tenant A (role MEMBER)',
      request: {
        method: 'GET',
        url: '/api/invoices/cm3b0001',
        headers: { cookie: 'session=eyJhbGciOi…(masked)', accept: 'application/json' },
      },
      response: {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: '{"id":"cm3b0001","number":"B-2001","notes":"canary-91c2e07d44","customer":{"name":"Borg & Søn","email":"b@example.test"}}',
      },
      saw: 'the answer holds the canary of `Invoice.notes` of tenant B',
    },
    {
      role: 'near-miss',
      as: 'user of tenant B (role MEMBER)',
      request: { method: 'PATCH', url: '/api/invoices/cm3b0001', headers: {}, body: '{"notes":"mine"}' },
      response: { status: 200, headers: {}, body: 'ok' },
      saw: 'the owner can still change it',
    },
  ],
  reproduce: ["curl -s -H 'cookie: session=…' \\", '  http://127.0.0.1:3000/api/invoices/cm3b0001'],
}

const series: Evidence = {
  kind: 'series',
  request: 'GET /api/projects',
  unit: 'statements',
  points: [
    { rows: 5, count: 7 },
    { rows: 50, count: 52 },
    { rows: 500, count: 502 },
  ],
}

const scan: PlanNode = {
  node: 'Seq Scan',
  relation: 'Invoice',
  condition: `("organizationId" = 'org_b'::text) AND (status = 'OPEN'::"InvoiceStatus")`,
  rows: 42,
  removed: 99_958,
  loops: 1,
  buffers: 2_841,
  children: [],
}

const plans: Evidence = {
  kind: 'plan',
  sql: 'SELECT "id", "number", "total" FROM "public"."Invoice" WHERE ("organizationId" = $1 AND "status" = $2) ORDER BY "createdAt" DESC LIMIT $3',
  data: 'Invoice: 100,000 rows',
  before: {
    plan: {
      node: 'Limit',
      rows: 20,
      loops: 1,
      buffers: 2_841,
      children: [{ node: 'Sort', rows: 20, loops: 1, buffers: 2_841, children: [scan] }],
    },
    buffers: 2_841,
    ms: { median: 14.21, min: 13.87, max: 16.02, runs: 7 },
  },
  after: {
    change: '@@index([organizationId, status, createdAt(sort: Desc)])',
    plan: {
      node: 'Limit',
      rows: 20,
      loops: 1,
      buffers: 6,
      children: [
        {
          node: 'Index Scan',
          relation: 'Invoice',
          index: 'Invoice_organizationId_status_createdAt_idx',
          rows: 20,
          loops: 1,
          buffers: 6,
          children: [],
        },
      ],
    },
    buffers: 6,
    ms: { median: 0.06, min: 0.05, max: 0.11, runs: 7 },
  },
}

const base = {
  why: 'The id comes from the path, and no condition ties the row to the caller.',
  location: { file: 'app/api/invoices/[id]/route.ts', line: 12, column: 3 },
  evidence: [],
}

export const proven: Finding = {
  ...base,
  id: '0123456789',
  fault: 'authorization/unscoped-access',
  severity: 'error',
  certainty: 'proven',
  subject: 'GET /api/invoices/[id] → invoice.findUnique',
  found: 'Any signed-in user can read any `Invoice`, also of another `Organization`.',
  remedy: 'Add `organizationId: session.user.organizationId` to `where`.\nThen run the test below.',
  evidence: [trail, exchanges],
  endpoint: 'GET /api/invoices/[id]',
  proof: {
    verdict: 'proven',
    reason: 'A user of tenant A read the canary of tenant B, and both controls hold.',
    test: {
      path: 'tests/invoices-unscoped-access.test.ts',
      text: "import { expect, test } from 'vitest'\n\ntest('an invoice of another organization is not found', async () => {\n  expect(await statusOf('/api/invoices/b')).toBe(404)\n})\n",
    },
  },
}

export const slow: Finding = {
  ...base,
  id: '1111111111',
  fault: 'queries/missing-index',
  severity: 'warning',
  certainty: 'proven',
  location: { file: 'lib/invoices.ts', line: 44, column: 10 },
  subject: 'invoice.findMany by organizationId, status',
  found: 'Every call reads all of `Invoice`.',
  why: 'At 100,000 rows one call reads 22 MB.',
  remedy: 'Add `@@index([organizationId, status, createdAt(sort: Desc)])`.',
  evidence: [plans],
  proof: { verdict: 'proven', reason: 'With the index the same rows come from 6 buffers.' },
}

export const growing: Finding = {
  ...base,
  id: '2222222222',
  fault: 'queries/n-plus-one',
  severity: 'warning',
  certainty: 'proven',
  subject: 'GET /api/projects → task.count',
  found: 'One statement for each `Project`.',
  why: 'The time grows with the list.',
  remedy: 'Use `include: { _count: { select: { tasks: true } } }`.',
  evidence: [series],
  proof: { verdict: 'proven', reason: 'Statements grow with the rows, one for each.' },
}

export const open: Finding = {
  ...base,
  id: '3333333333',
  fault: 'authentication/missing-guard',
  severity: 'error',
  certainty: 'likely',
  subject: 'POST /api/webhooks/stripe',
  found: 'Nobody is asked who calls.',
  remedy: 'Verify the signature.',
  proof: { verdict: 'inconclusive', reason: 'The handler needs `STRIPE_WEBHOOK_SECRET`, which no copy has.' },
}

export const refuted: Finding = {
  ...base,
  id: '4444444444',
  fault: 'authorization/unscoped-access',
  severity: 'error',
  certainty: 'refuted',
  subject: 'DELETE /api/tags/[id] → tag.delete',
  found: 'Any signed-in user can delete any `Tag`.',
  remedy: 'Nothing.',
  proof: { verdict: 'refuted', reason: 'A trigger of the database refuses it: the row is still there.' },
}

const diff = `--- a/lib/invoices.ts
+++ b/lib/invoices.ts
@@ -28,7 +28,7 @@
 export async function getInvoice(id: string, session: Session) {
   return prisma.invoice.findUnique({
-    where: { id },
+    where: { id, organizationId: session.user.organizationId },
     include: { customer: true },
   })
 }
`

export const evidenceReport: Report = {
  operation: 'prove',
  headline: '3 of 5 findings are proven, 1 is refuted, 1 stays open.',
  findings: [open, proven, slow, growing, refuted],
  problems: [{ where: 'app', message: 'The port for mail is closed: nothing was sent.', effect: 'partial' }],
  coverage: { files: 84, lines: 6_210, endpoints: 31, queries: 72, models: 14, faults: 23 },
  changes: [
    {
      title: 'Wrap the webhook in a signature check',
      reason: 'Nobody is asked who calls.',
      diff: diff.replaceAll('lib/invoices.ts', 'app/api/webhooks/route.ts'),
      findings: ['3333333333'],
      status: 'withheld',
      why: 'The type check fails: `Session` has no `organizationId`.',
      evidence: [],
    },
    {
      title: 'Tie `Invoice` to the organization of the caller',
      reason: 'Any signed-in user can read any invoice.',
      diff,
      findings: ['0123456789'],
      status: 'proven',
      why: 'The exploit gets 404, the controls still get 200, the type check and 41 tests pass.',
      evidence: [exchanges],
    },
  ],
  matrix: {
    identities: ['nobody', 'A: MEMBER', 'A: ADMIN', 'B: MEMBER'],
    rows: [
      {
        endpoint: 'GET /api/invoices/[id]',
        cells: ['denied', 'foreign-read', 'foreign-read', 'foreign-read'],
      },
      { endpoint: 'PATCH /api/tasks/[id]', cells: ['denied', 'own', 'foreign-write', 'own'] },
      { endpoint: 'GET /api/health', cells: ['-', '-', 'error', '-'] },
    ],
  },
  phases: [
    { name: 'read', ms: 812 },
    { name: 'build', ms: 31_240 },
    { name: 'prove', ms: 9_410 },
  ],
  elapsedMs: 41_500,
}
