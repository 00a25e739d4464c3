import { expect, it } from 'vitest'
import { models } from '../../test/invoices.ts'
import { createSql, cureOf, type IndexSpec, indexName, isCovered, named } from './index-spec.ts'
import type { Table, TableIndex } from './tables.ts'

const spec = (...columns: IndexSpec['columns']): IndexSpec => ({
  schema: 'public',
  table: 'Invoice',
  columns,
})
const line = (one: IndexSpec): string | undefined => cureOf(one, models).prisma?.line

const index = (name: string, ...columns: string[]): TableIndex => ({
  name,
  method: 'btree',
  columns: columns.map((column) => ({
    name: column,
    expression: false,
    descending: false,
    nullsFirst: false,
    ops: null,
    collation: '',
  })),
  include: [],
  unique: false,
  primary: false,
  bound: false,
  predicate: null,
  blocks: 1,
  definition: '',
})
const table = (...indexes: TableIndex[]): Table => ({
  schema: 'public',
  name: 'Invoice',
  rows: 1,
  blocks: 1,
  columns: [],
  indexes,
  foreignKeys: [],
})

it('says an index in the words of the schema, with the names of fields', () => {
  expect(line(spec({ name: 'customer_id' }, { name: 'createdAt', descending: true }))).toBe(
    '@@index([customerId, createdAt(sort: Desc)])',
  )
  expect(line(spec({ name: 'notes', ops: 'text_pattern_ops' }))).toBe(
    '@@index([notes(ops: raw("text_pattern_ops"))])',
  )
})

it('says only SQL where Prisma has no words, or the column is not in the model', () => {
  expect(line(spec({ name: 'orgId', nulls: 'LAST' }))).toBeUndefined()
  expect(line(spec({ name: 'lower("notes")', expression: true }))).toBeUndefined()
  expect(line({ ...spec({ name: 'orgId' }), where: '"deletedAt" IS NULL' })).toBeUndefined()
  expect(line(spec({ name: 'gone' }))).toBeUndefined()
  expect(
    createSql({ ...spec({ name: 'orgId' }), where: '"deletedAt" IS NULL' }, { concurrently: true }),
  ).toMatch(
    /^CREATE INDEX CONCURRENTLY "Invoice_orgId_\w{6}_idx" ON "public"."Invoice" \("orgId"\) WHERE "deletedAt" IS NULL$/,
  )
})

it('takes the name of Prisma, and another one when that is taken', () => {
  const one = spec({ name: 'orgId' }, { name: 'notes', ops: 'text_pattern_ops' })
  expect(indexName(one)).toBe('Invoice_orgId_notes_idx')
  expect(named(one, [table()])).toBe(one)
  const other = named(one, [table(index('Invoice_orgId_notes_idx', 'total'))])
  expect(indexName(other)).not.toBe('Invoice_orgId_notes_idx')
  expect(line(other)).toContain(`map: "${indexName(other)}"`)
  expect(indexName(spec({ name: 'x'.repeat(80) })).length).toBeLessThanOrEqual(63)
})

it('knows what the beginning of an index covers', () => {
  const existing = table(index('i', 'orgId', 'status'))
  expect(isCovered(spec({ name: 'orgId' }), existing)).toBe(true)
  expect(isCovered(spec({ name: 'orgId', descending: true }), existing)).toBe(true)
  expect(isCovered(spec({ name: 'orgId' }, { name: 'status' }), existing)).toBe(true)
  expect(isCovered(spec({ name: 'status' }), existing)).toBe(false)
  expect(isCovered(spec({ name: 'orgId' }, { name: 'status', descending: true }), existing)).toBe(false)
  expect(isCovered(spec({ name: 'orgId', ops: 'text_pattern_ops' }), existing)).toBe(false)
  expect(isCovered(spec({ name: 'orgId' }), table({ ...index('i', 'orgId'), predicate: 'paid' }))).toBe(false)
})
