import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Invoices, models, openInvoices, select } from '../../test/invoices.ts'
import type { Workload } from '../core/workload.ts'
import { unreadColumns } from './unread-columns.ts'

let invoices: Invoices

beforeAll(async () => {
  invoices = await openInvoices(1000)
}, 60_000)
afterAll(() => invoices.close())

const sql = select('"orgId" = $1', 'ORDER BY "createdAt" DESC LIMIT $2')

function workload(method = 'GET'): Workload {
  const at = { file: 'src/invoices.ts', line: 3, column: 1 }
  return {
    requests: [{ id: 'r', method, url: '/api/invoices' }],
    operations: [{ id: 'o', request: 'r', model: 'Invoice', action: 'findMany', at }],
    statements: [{ operation: 'o', sql, params: ['o3', 20], rows: 5, ms: 1, at: 1 }],
    lost: [],
  }
}

interface Row {
  id: string
  notes: string
  total: number
  createdAt: Date
}

async function found(answer: (row: Row) => unknown, method = 'GET') {
  // The tenth of a thousand invoices is long enough to matter: 20 notes of 110 bytes.
  const { rows } = await invoices.client.query<Row>(sql, ['o3', 20])
  expect(rows.length).toBeGreaterThan(2)
  return unreadColumns(invoices.client, workload(method), { r: JSON.stringify(rows.map(answer)) }, models)
}

it('names columns of which no value is in the answer, and what to select', async () => {
  await invoices.client.query(`UPDATE "Invoice" SET "notes" = repeat("notes", 5)`)
  const [finding, ...others] = await found(({ id, createdAt }) => ({ id, createdAt }))
  expect(others).toEqual([])
  expect(finding).toMatchObject({
    kind: 'unread-columns',
    certainty: 'possible',
    endpoints: ['GET /api/invoices'],
  })
  expect(finding?.saw).toContain('invoice.findMany read notes of Invoice')
  expect(finding?.cure).toEqual({
    kind: 'code',
    text: 'Select what is used: `select: { id: true, orgId: true, customerId: true, status: true, total: true, createdAt: true }`.',
  })
})

it('says nothing when the value is sent, whole, shortened or within another one, and nothing of requests that write', async () => {
  expect(await found((row) => row)).toEqual([])
  expect(await found(({ id, notes }) => ({ id, preview: `${notes.slice(0, 40)}…` }))).toEqual([])
  expect(await found(({ id, notes }) => ({ text: `${id}: ${notes.toUpperCase()}` }))).toEqual([])
  expect(await found(({ id }) => ({ id }), 'POST')).toEqual([])
})
