import { expect, it } from 'vitest'
import { edited } from '../changes/edits.ts'
import { buildDataModel } from '../project/data-model.ts'
import { readPrismaSchema } from '../source/prisma-schema.ts'
import type { IndexCure } from '../workload/cure.ts'
import { type SchemaPlace, schemaChange } from './index-change.ts'

const path = 'prisma/schema.prisma'
const text = `datasource db {
  provider = "postgresql"
}

model Invoice {
  id        Int      @id
  orgId     Int
  createdAt DateTime

  @@index([orgId])
}
`
const place: SchemaPlace = {
  dataModel: buildDataModel(readPrismaSchema([{ file: path, text }])),
  source: { files: [{ path, content: text }], migrations: [{ name: '20260131235959_init', sql: '' }] },
  migrations: 'prisma/migrations',
}

const cure: IndexCure = {
  kind: 'add-index',
  table: 'Invoice',
  prisma: { model: 'Invoice', line: '@@index([orgId, createdAt(sort: Desc)])' },
  sql: 'CREATE INDEX "x" ON "public"."Invoice" ("orgId", "createdAt" DESC);',
  concurrently: '',
}

it('edits the schema, and writes the migration behind the last one', async () => {
  const made = await schemaChange(place, cure, 1)
  if ('needs' in made) throw new Error(made.needs)
  expect(edited(text, made.change.edits)).toContain(
    '  @@index([orgId])\n  @@index([orgId, createdAt(sort: Desc)])\n}',
  )
  const sql = 'CREATE INDEX "Invoice_orgId_createdAt_idx" ON "Invoice"("orgId", "createdAt" DESC);'
  expect(made.sql).toContain(sql)
  expect(made.undo).toContain('DROP INDEX "Invoice_orgId_createdAt_idx";')
  expect(made.change.creates).toEqual([
    {
      file: 'prisma/migrations/20260131235961_index_invoice_orgid_createdat/migration.sql',
      text: expect.stringContaining(sql),
    },
  ])
})

it('removes an index, without a migration where the project keeps none', async () => {
  const { dataModel, source } = place
  const drop = {
    kind: 'drop-index' as const,
    table: 'Invoice',
    index: 'Invoice_orgId_idx',
    prisma: { model: 'Invoice', fields: ['orgId'] },
    sql: '',
    concurrently: '',
  }
  const made = await schemaChange({ dataModel, source }, drop, 0)
  if ('needs' in made) throw new Error(made.needs)
  expect(edited(text, made.change.edits)).not.toContain('@@index')
  expect(made.sql).toContain('DROP INDEX "Invoice_orgId_idx";')
  expect(made.change.creates).toEqual([])
})

it('says what Prisma cannot say', async () => {
  const { prisma: _, ...partial } = cure
  expect(await schemaChange(place, partial, 0)).toEqual({
    needs: expect.stringContaining("Prisma's schema cannot say it"),
  })
})
