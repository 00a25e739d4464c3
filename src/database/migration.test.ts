import { describe, expect, it } from 'vitest'
import { type MigrationWish, migrationFor } from './migration.ts'
import { replayTables } from './replay-tables.ts'
import { schemaToSql } from './tables.ts'

const head = 'datasource db {\n  provider = "postgresql"\n  url      = env("DATABASE_URL")\n}\n\n'
const user = 'model User {\n  id    String @id\n  email String\n}\n'
const file = (...models: string[]) => [{ path: 'prisma/schema.prisma', content: head + models.join('\n') }]
const token =
  'model Token {\n  id     String @id\n  userId String\n  user   User   @relation(fields: [userId], references: [id])\n\n  @@index([userId])\n}\n'
const withTokens = user.replace('email String', 'email String @unique\n  phone String\n  tokens Token[]')
const init = {
  name: '20260102030405_init',
  sql: 'CREATE TABLE "User" ("id" TEXT NOT NULL, "email" TEXT NOT NULL);',
}

const wish = (more: Partial<MigrationWish> = {}): MigrationWish => ({
  before: file(user),
  after: file(withTokens, token),
  folder: 'prisma/migrations',
  migrations: [init],
  lock: 'provider = "postgresql"\n',
  name: 'add refreshTokens!',
  stamp: '20261124190000',
  ...more,
})

describe('migrationFor', () => {
  it('makes the file, and says what can fail on rows', async () => {
    const { creates, name, notes } = await migrationFor(wish())
    expect(name).toBe('20261124190000_add_refresh_tokens')
    expect(creates.map((one) => one.file)).toEqual([
      'prisma/migrations/20261124190000_add_refresh_tokens/migration.sql',
    ])
    expect(creates[0]?.text).toContain('CREATE TABLE "Token"')
    expect(creates[0]?.text).toMatch(/;\n$/)
    expect(notes).toEqual([
      'It fails when User has rows: phone is required and has no default.',
      'It fails when rows of User are alike in "email": look for them first.',
      'On a large table in use, run this alone, outside of a transaction, so that writes go on: CREATE UNIQUE INDEX CONCURRENTLY "User_email_key" ON "User"("email");',
    ])
  })

  it('comes after the newest, and brings the lock where there is none', async () => {
    const { lock: _, ...rest } = wish({ migrations: [init, { name: '20261231235959_later', sql: '' }] })
    const { creates, name } = await migrationFor(rest)
    expect(name).toBe('20270101000000_add_refresh_tokens')
    expect(creates[1]?.file).toBe('prisma/migrations/migration_lock.toml')
    expect(creates[1]?.text).toContain('provider = "postgresql"')
    await expect(migrationFor(wish({ migrations: [{ name: 'initial', sql: init.sql }] }))).rejects.toThrow(
      'initial comes after every name',
    )
  })

  it('makes nothing where the tables stay, or where there are no migrations', async () => {
    const same = await migrationFor(wish({ after: file(user.replace('id ', '// theirs\n  id ')) }))
    expect(same.creates).toEqual([])
    const pushed = await migrationFor(wish({ migrations: [] }))
    expect(pushed.creates).toEqual([])
    expect(pushed.notes.join()).toContain('prisma db push')
    const first = await migrationFor(wish({ before: file(), after: file(user), migrations: [] }))
    expect(first.creates[0]?.text).toContain('CREATE TABLE "User"')
  })

  it('says when the migrations do not lead to the schema', async () => {
    const drifted = {
      ...init,
      sql: 'CREATE TABLE "User" ("id" TEXT, "old" TEXT);\nALTER TABLE "User" ADD COLUMN "a" INT;',
    }
    const tokens = withTokens.replace(' @unique', '').replace('  phone String\n', '')
    const { notes } = await migrationFor(
      wish({ before: file(tokens, token), after: file(withTokens, token), migrations: [drifted] }),
    )
    expect(notes[0]).toContain(
      'User.email is made by none; User.old is not in the schema; User.a is not in the schema; the table Token is made by none.',
    )
  })

  it('refuses what it cannot prove, and says what to do', async () => {
    const other = (provider: string) => [
      { path: 's.prisma', content: head.replace('postgresql', provider) + user },
    ]
    await expect(migrationFor(wish({ before: other('mysql') }))).rejects.toThrow('is for mysql')
    await expect(migrationFor(wish({ before: other('mongodb') }))).rejects.toMatchObject({
      message: 'The Prisma schema is for MongoDB, which has no migrations.',
      remedy: 'Apply the edit of the schema alone, then run `npx prisma db push`.',
    })
    await expect(migrationFor(wish({ lock: 'provider = "sqlite"' }))).rejects.toThrow('made for sqlite')
  })
})

describe('replayTables', () => {
  it('follows tables and columns through their changes', () => {
    const tables = replayTables([
      `-- CREATE TABLE "No" (a int);
      CREATE TABLE IF NOT EXISTS public.Users (id serial, "Price" NUMERIC(10, 2) DEFAULT 1, note text DEFAULT 'a,b;(', CONSTRAINT x PRIMARY KEY (id), UNIQUE (note));
      CREATE TABLE "s"."Old" ("id" INT);`,
      `ALTER TABLE "users" ADD COLUMN "a" INT DEFAULT f(1, 2),
        DROP COLUMN note, ADD CONSTRAINT "c" CHECK (a > 1), DROP CONSTRAINT x, ALTER COLUMN "a" SET NOT NULL;
      ALTER TABLE ONLY users RENAME COLUMN "Price" TO cost;
      ALTER TABLE users RENAME CONSTRAINT a TO b;
      ALTER TABLE users RENAME TO "User";
      CREATE TABLE IF NOT EXISTS "User" (zebra int);
      DROP TABLE IF EXISTS "s"."Old", other CASCADE;`,
    ])
    expect([...tables].map(([table, columns]) => `${table}: ${[...columns].join(' ')}`)).toEqual([
      'User: id a cost',
    ])
  })

  it('reads what the engine writes', async () => {
    const tables = replayTables([await schemaToSql(file(withTokens, token))])
    expect([...(tables.get('Token') ?? [])]).toEqual(['id', 'userId'])
    expect([...(tables.get('User') ?? [])]).toEqual(['id', 'email', 'phone'])
  })
})
