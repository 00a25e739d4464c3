/** A database of invoices, large enough for plans to matter, and statements on it as Prisma writes them. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'pg'
import { openServer } from '../src/database/server.ts'
import { openWorkplace } from '../src/sandbox/workplace.ts'
import type { ModelNames } from '../src/workload/index-spec.ts'
import { shapeOf } from '../src/workload/sql.ts'
import type { WorkloadStatement } from '../src/workload/statements.ts'

const TABLES = `
  CREATE TYPE "Status" AS ENUM ('DRAFT', 'SENT', 'PAID');
  CREATE TABLE "Org" ("id" text PRIMARY KEY, "name" text NOT NULL);
  CREATE TABLE "Customer" ("id" text PRIMARY KEY, "orgId" text NOT NULL REFERENCES "Org",
    "email" text NOT NULL, "name" text NOT NULL);
  CREATE TABLE "Invoice" ("id" text PRIMARY KEY, "orgId" text NOT NULL REFERENCES "Org",
    "customer_id" text NOT NULL REFERENCES "Customer" ON DELETE CASCADE, "status" "Status" NOT NULL,
    "total" int NOT NULL, "paid" boolean NOT NULL, "notes" text NOT NULL, "createdAt" timestamp(3) NOT NULL,
    "deletedAt" timestamp(3));
  CREATE TABLE "Setting" ("id" text PRIMARY KEY, "orgId" text NOT NULL, "value" text NOT NULL);`

/** `hashint4` mixes: columns that followed from each other would make statistics lie. */
const ROWS = (invoices: number): string => `
  INSERT INTO "Org" SELECT 'o' || i, 'Org ' || i FROM generate_series(1, 200) i;
  INSERT INTO "Customer" SELECT 'c' || i, 'o' || (abs(hashint4(i)) % 200 + 1), 'user' || i || '@example.com',
    'Customer ' || md5(i::text) FROM generate_series(1, ${invoices / 5}) i;
  INSERT INTO "Invoice" SELECT 'i' || i, 'o' || (abs(hashint4(i)) % 200 + 1),
    'c' || (abs(hashint4(i + 7)) % ${invoices / 5} + 1),
    (ARRAY['DRAFT', 'SENT', 'PAID'])[abs(hashint4(i + 3)) % 3 + 1]::"Status", abs(hashint4(i + 1)) % 10000, i % 10 > 0,
    'note ' || md5(i::text) || repeat(' and more', 8), '2025-01-01'::timestamp + i * interval '1 minute',
    CASE WHEN i % 50 = 0 THEN '2026-01-01'::timestamp END FROM generate_series(1, ${invoices}) i;
  INSERT INTO "Setting" SELECT 's' || i, 'o' || i, 'on' FROM generate_series(1, 60) i;`

export interface Invoices {
  client: Client
  close(): Promise<void>
}

/** A server of its own with a fifth as many customers as invoices, and 200 organisations. */
export async function openInvoices(invoices = 100_000): Promise<Invoices> {
  const base = join(tmpdir(), 'backend-engineer-test')
  const workplace = await openWorkplace(base)
  const server = await openServer(workplace, { cacheFolder: join(base, 'cache') })
  await server.createDatabase('invoices')
  const client = await server.connect('invoices')
  await client.query(TABLES)
  await client.query(ROWS(invoices))
  return {
    client,
    close: async () => {
      await client.end()
      await workplace.close()
    },
  }
}

const columns = ['id', 'orgId', 'customer_id', 'status', 'total', 'notes', 'createdAt']

/** A list of invoices; write columns as `"orgId"`, they are qualified as Prisma does. */
export function select(where: string, rest = ''): string {
  const qualified = (text: string): string => text.replaceAll(/(?<!\.)"(\w+)"/g, '"public"."Invoice"."$1"')
  const list = qualified(columns.map((name) => `"${name}"`).join(', '))
  return `SELECT ${list} FROM "public"."Invoice" WHERE ${qualified(where)} ${qualified(rest)}`.trim()
}

/** A parameter of an enum; the name of the type is not a column. */
export const status = (parameter: string): string => `CAST(${parameter}::text AS public."Status")`

export function statement(sql: string, params: unknown[], calls = 1): WorkloadStatement {
  const sites = [{ file: 'src/invoices.ts', line: 1, column: 1 }]
  return { sql, params, shape: shapeOf(sql), calls, sites, endpoints: ['GET /api/invoices'] }
}

const field = (name: string, column = name): ModelNames['fields'][number] => ({
  name,
  column,
  type: 'String',
  list: false,
  optional: false,
  id: false,
  unique: false,
  relation: false,
  hasDefault: false,
  location: { file: 'prisma/schema.prisma', line: 1, column: 1 },
})

const plain = ['id', 'orgId', 'status', 'total', 'paid', 'notes', 'createdAt', 'deletedAt']

export const models: ModelNames[] = [
  {
    name: 'Invoice',
    table: 'Invoice',
    fields: [...plain.map((name) => field(name)), field('customerId', 'customer_id')],
  },
  { name: 'Client', table: 'Customer', fields: ['id', 'orgId', 'email', 'name'].map((name) => field(name)) },
]
