import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { UserError } from '../core/error.ts'
import { openWorkplace, type Workplace } from '../sandbox/workplace.ts'
import { readPrismaSchema } from '../source/prisma-schema.ts'
import { differenceFromLive } from './schema-engine.ts'
import { type DatabaseServer, openServer } from './server.ts'
import { createTables, type SchemaFile, schemaDiffSql, schemaToSql } from './tables.ts'

// Servers and processes are slow where many tests share two cores.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const root = join(import.meta.dirname, '../..')
const base = realpathSync(mkdtempSync(join(tmpdir(), 'be-tables-')))
const clients: Client[] = []
let workplace: Workplace
let server: DatabaseServer
let databases = 0

beforeAll(async () => {
  workplace = await openWorkplace(base)
  server = await openServer(workplace, { cacheFolder: join(base, 'cache') })
}, 60_000)
afterEach(async () => {
  for (const client of clients.splice(0)) await client.end()
})
afterAll(async () => {
  await workplace?.close()
  rmSync(base, { recursive: true, force: true })
})

async function emptyDatabase(): Promise<Client> {
  const name = `db${databases++}`
  await server.createDatabase(name)
  const client = await server.connect(name)
  clients.push(client)
  return client
}

/** One value of the only column. */
async function list(client: Client, sql: string): Promise<unknown[]> {
  const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' })
  return rows.map(([value]) => value)
}

const tables = (client: Client): Promise<unknown[]> =>
  list(
    client,
    `SELECT CASE schemaname WHEN 'public' THEN '' ELSE schemaname || '.' END || tablename FROM pg_tables
      WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
  )
const column = (client: Client, table: string, name: string): Promise<unknown[]> =>
  list(
    client,
    `SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = '"${table}"'::regclass AND attname = '${name}'`,
  )

const datasource = 'datasource db {\n  provider = "postgresql"\n}\n'
const schema = (models: string): SchemaFile[] => [
  { path: 'schema.prisma', content: `${datasource}\n${models}` },
]
const user = 'model User {\n  id String @id\n  email String @unique\n}\n'

describe('tables from the schema', () => {
  it.each([
    'examples/workshop/prisma/schema.prisma',
    'fixtures/apps/pages-and-actions/prisma/schema.prisma',
    'fixtures/apps/trpc-monorepo/packages/db/prisma/schema.prisma',
  ])('of %s are all there', async (path) => {
    const files = [{ path, content: readFileSync(join(root, path), 'utf8') }]
    const client = await emptyDatabase()
    expect(await createTables(client, { files })).toEqual({ from: 'schema', problems: [] })
    const { models } = readPrismaSchema([{ file: path, text: files[0]?.content ?? '' }])
    expect(await tables(client)).toEqual(models.map(({ name, map }) => map ?? name).sort())
    expect((await differenceFromLive(client, files)).sql).toContain('This is an empty migration')
  })

  it('of any version of Prisma: connection strings, generators, files, schemas, extensions, views', async () => {
    const files = [
      {
        path: 'prisma/schema/main.prisma',
        content: `generator client {
  provider        = "prisma-client-js"
  previewFeatures = ["multiSchema", "fullTextSearch", "driverAdapters", "relationJoins"]
  binaryTargets   = ["native", "debian-openssl-3.0.x"] // { not the end
}
generator zod { provider = "zod-prisma-types" }
datasource db {
  provider          = "postgres"
  url               = env("DATABASE_URL")
  directUrl         = "postgresql://u:{secret}@host/db"
  shadowDatabaseUrl = env("SHADOW")
  schemas           = ["public", "audit"]
  extensions        = [citext, uuidOssp(map: "uuid-ossp", schema: "public")]
}
/// A person.
model Person {
  id       String   @id @default(dbgenerated("uuid_generate_v4()")) @db.Uuid
  name     String   @db.Citext
  tags     String[] @default(["a", "b"])
  data     Json     @default("{\\"a\\": \\"}\\"}")
  price    Decimal  @default(0) @db.Decimal(12, 2)
  raw      Bytes?
  big      BigInt   @default(autoincrement())
  kind     Kind     @default(two)
  at       DateTime @default(now()) @updatedAt @db.Timestamptz(6)
  boss     Person?  @relation("boss", fields: [bossId], references: [id], onDelete: SetNull)
  bossId   String?  @db.Uuid
  team     Person[] @relation("boss")
  events   Event[]
  groups   Group[]
  point    Unsupported("point")?

  @@unique([name, kind], map: "one_name")
  @@index([data], type: Gin)
  @@index([at(sort: Desc)])
  @@schema("public")
}
view Summary {
  id   String @unique
  many Int
  @@schema("public")
}`,
      },
      {
        path: 'prisma/schema/more.prisma',
        content: `enum Kind {
  one
  two @map("zwei")
  @@map("kind")
  @@schema("audit")
}
model Event {
  personId String @db.Uuid
  no       Int
  person   Person @relation(fields: [personId], references: [id], onDelete: Cascade)
  @@id([personId, no])
  @@map("events")
  @@schema("audit")
}
model Group {
  id     Int      @id @default(autoincrement())
  people Person[]
  @@schema("public")
}`,
      },
    ]
    const client = await emptyDatabase()
    expect(await createTables(client, { files })).toEqual({ from: 'schema', problems: [] })
    expect(await tables(client)).toEqual(['Group', 'Person', '_GroupToPerson', 'audit.events'])
    await client.query(`INSERT INTO "Person" ("name", "at") VALUES ('Ada', now())`)
    const [person] = (await client.query(`SELECT * FROM "Person" WHERE "name" = 'ADA'`)).rows
    expect(person).toMatchObject({
      kind: 'zwei',
      tags: ['a', 'b'],
      data: { a: '}' },
      big: '1',
      price: '0.00',
    })
    expect(await column(client, 'Person', 'point')).toEqual(['point'])
    expect((await differenceFromLive(client, files)).sql).toContain('This is an empty migration')
  })

  it('have no foreign keys where the relations are those of Prisma', async () => {
    const models = `${user.replace('}', '  posts Post[]\n}')}model Post {
      id String @id
      userId String
      user User @relation(fields: [userId], references: [id])
      @@index([userId])
    }`
    const [file] = schema(models)
    const content = file?.content.replace('"postgresql"', '"postgresql"\n  relationMode = "prisma"') ?? ''
    expect(await schemaToSql(schema(models))).toContain('FOREIGN KEY')
    expect(await schemaToSql([{ path: 'schema.prisma', content }])).not.toContain('FOREIGN KEY')
  })

  it('use text for what an extension that is missing would bring, and say so', async () => {
    const models = `model Doc {
  id        String @id
  embedding Unsupported("vector(1536)")?
  place     Unsupported("geometry(Point, 4326)")
  title     String

  @@index([place], type: Gist)
  @@index([title])
}`
    const client = await emptyDatabase()
    const { from, problems } = await createTables(client, { files: schema(models) })
    expect(from).toBe('schema')
    expect(await column(client, 'Doc', 'embedding')).toEqual(['text'])
    expect(await column(client, 'Doc', 'place')).toEqual(['text'])
    expect(await list(client, `SELECT indexname FROM pg_indexes WHERE tablename = 'Doc' ORDER BY 1`)).toEqual(
      ['Doc_pkey', 'Doc_title_idx'],
    )
    expect(problems).toEqual([
      expect.stringMatching(/^Columns of vector are text here.*"Doc"/),
      expect.stringMatching(/^Columns of postgis are text here.*"Doc"/),
      expect.stringMatching(/^An index was left out.*"Doc_place_idx"/),
    ])
  })

  it('leave out a default by a function that only migrations make, and make extensions that are implied', async () => {
    const client = await emptyDatabase()
    const { problems } = await createTables(client, {
      files: schema(
        `model Link {\n  id String @id @default(dbgenerated("nanoid(10)"))\n  token String @default(dbgenerated("gen_random_bytes(8)::text"))\n  name String @db.Citext\n}`,
      ),
    })
    expect(problems).toEqual([expect.stringContaining('The default by nanoid() was left out')])
    await client.query(`INSERT INTO "Link" ("id", "name") VALUES ('1', 'X')`)
    expect(await list(client, `SELECT length("token") FROM "Link" WHERE "name" = 'x'`)).toEqual([18])
  })

  it.each([
    ['datasource db {\n  provider = "mysql"\n}', 'is for mysql'],
    ['datasource db {\n  provider = "sqlite"\n  url = "file:./dev.db"\n}', 'is for sqlite'],
    ['model A {\n  id Int @id\n}', 'names no database provider'],
    [`${datasource}model A {\n  id Int @id\n  b B\n}`, 'Type "B" is neither a built-in type'],
    [`${datasource}model A {\n  id Int\n}`, 'Each model must have at least one unique criteria'],
  ])('are not made of %j', async (content, why) => {
    const error = await schemaToSql([{ path: 'schema.prisma', content }]).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UserError)
    expect(error instanceof Error ? error.message : '').toContain(why)
  })
})

describe('tables from migrations', () => {
  const init = {
    name: '20260101_init',
    sql: 'CREATE TABLE "User" ("id" TEXT PRIMARY KEY, "email" TEXT NOT NULL);\nCREATE UNIQUE INDEX "User_email_key" ON "User"("email");',
  }

  it('run in order, with what only migrations can say', async () => {
    const client = await emptyDatabase()
    const migrations = [
      {
        name: '20260103_check',
        sql: `ALTER TABLE "User" ADD CONSTRAINT "lower" CHECK ("email" = lower("email"));`,
      },
      {
        name: '20260102_lower',
        sql: `SELECT pg_catalog.set_config('search_path', '', false);
        CREATE FUNCTION public.lowered() RETURNS trigger AS $body$ BEGIN NEW."email" = lower(NEW."email"); RETURN NEW; END; $body$ LANGUAGE plpgsql;
        CREATE TRIGGER lowered BEFORE INSERT ON public."User" FOR EACH ROW EXECUTE FUNCTION public.lowered();`,
      },
      {
        name: '20260104_index',
        sql: `-- two; statements\nCREATE INDEX CONCURRENTLY "by_mail" ON "User" ("email");\nDROP INDEX CONCURRENTLY "by_mail";`,
      },
      { name: '20260105_enum', sql: `CREATE TYPE "Role" AS ENUM ('A');` },
      {
        name: '20260106_value',
        sql: `ALTER TYPE "Role" ADD VALUE 'B'; ALTER TABLE "User" ADD COLUMN "role" "Role" NOT NULL DEFAULT 'B';`,
      },
      init,
    ]
    const files = schema(`${user.replace('}', '  role Role @default(B)\n}')}enum Role {\n  A\n  B\n}`)
    expect(await createTables(client, { files, migrations })).toEqual({ from: 'migrations', problems: [] })
    await client.query(`INSERT INTO "User" ("id", "email") VALUES ('1', 'A@B.C')`)
    expect((await client.query('SELECT * FROM "User"')).rows).toEqual([
      { id: '1', email: 'a@b.c', role: 'B' },
    ])
  })

  it('give way to the schema when one fails, and leave nothing', async () => {
    const client = await emptyDatabase()
    const migrations = [
      init,
      {
        name: '20260102_old',
        sql: 'CREATE SCHEMA old; CREATE TABLE old."Gone" (id int); BEGIN; CREATE TABLE "Half" (id int);',
      },
      { name: '20260103_bad', sql: 'ALTER TABLE "Missing" ADD COLUMN "x" INT;' },
    ]
    const { from, problems } = await createTables(client, { files: schema(user), migrations })
    expect(from).toBe('schema')
    expect(problems).toEqual([
      '20260103_bad/migration.sql fails: relation "Missing" does not exist. The tables are those of the schema, without what only migrations make.',
    ])
    expect(await tables(client)).toEqual(['User'])
    expect(await list(client, `SELECT nspname FROM pg_namespace WHERE nspname = 'old'`)).toEqual([])
  })

  it('are completed from the schema, and the difference is told', async () => {
    const client = await emptyDatabase()
    const more = {
      name: '20260102_more',
      sql: 'ALTER TABLE "User" ADD COLUMN "old" TEXT; CREATE INDEX "User_old_idx" ON "User" ("old");',
    }
    const files = schema(`${user.replace('}', '  name String?\n}')}model Post {\n  id Int @id\n}`)
    const { from, problems } = await createTables(client, { files, migrations: [init, more] })
    expect(from).toBe('migrations')
    expect(problems).toEqual([
      'The migrations do not lead to the schema, which takes: added tables: Post; `User`: removed index on columns (old), ' +
        'removed column `old`, added column `name`. What only the schema has was added.',
    ])
    expect(await tables(client)).toEqual(['Post', 'User'])
    expect(await column(client, 'User', 'name')).toEqual(['text'])
    expect(await column(client, 'User', 'old')).toEqual(['text'])
  })

  it('may name indexes as they like', async () => {
    const client = await emptyDatabase()
    const rename = { name: '20260102_rename', sql: 'ALTER INDEX "User_email_key" RENAME TO "one_mail";' }
    const made = await createTables(client, { files: schema(user), migrations: [init, rename] })
    expect(made).toEqual({ from: 'migrations', problems: [] })
  })

  it('do without an extension that is missing', async () => {
    const client = await emptyDatabase()
    const sql = `CREATE EXTENSION IF NOT EXISTS "vector";
      CREATE EXTENSION pg_uuidv7;
      CREATE TABLE "Doc" ("id" UUID PRIMARY KEY DEFAULT uuid_generate_v7(), "vector" public.vector(3) NOT NULL, "note" TEXT DEFAULT 'a vector(3)');
      CREATE INDEX "near" ON "Doc" USING hnsw ("vector" vector_cosine_ops);
      CREATE FUNCTION near(wanted vector(3)) RETURNS SETOF "Doc" LANGUAGE sql AS $$ SELECT * FROM "Doc" ORDER BY "vector" <=> wanted $$;`
    const files = schema(
      `model Doc {\n  id String @id @default(dbgenerated("uuid_generate_v7()")) @db.Uuid\n  vector Unsupported("vector(3)")\n  note String? @default("a vector(3)")\n}`,
    )
    const { from, problems } = await createTables(client, { files, migrations: [{ name: '1', sql }] })
    expect(from).toBe('migrations')
    await client.query(`INSERT INTO "Doc" ("vector") VALUES ('[1,2,3]')`)
    const [row] = (await client.query('SELECT * FROM "Doc"')).rows
    expect(row).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      vector: '[1,2,3]',
      note: 'a vector(3)',
    })
    expect(problems.map((problem) => problem.split(/[,:]/)[0])).toEqual([
      'The extension vector is not in this Postgres; what needs it is replaced or left out.',
      'The extension pg_uuidv7 is not in this Postgres; a function of ours stands in.',
      'Columns of vector are text here',
      'An index was left out',
      'Left out',
    ])
  })
})

describe('the migration of an edit', () => {
  it('is the SQL of the difference alone', async () => {
    const edited = schema(user.replace('}', '  name String?\n\n  @@index([name, email(sort: Desc)])\n}'))
    expect(await schemaDiffSql(schema(user), edited)).toBe(
      '-- AlterTable\nALTER TABLE "User" ADD COLUMN     "name" TEXT;\n\n-- CreateIndex\nCREATE INDEX "User_name_email_idx" ON "User"("name", "email" DESC);\n',
    )
    expect(await schemaDiffSql(schema(user), schema(`/// A user.\n${user}`))).toBe('')
  })
})
