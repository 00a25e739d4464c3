import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Bed,
  crossings,
  openSeedingServer,
  type SeedingServer,
  validateForeignKeys,
  wrongCanaries,
} from '../../../test/seeding.ts'
import { worldDiff } from './diff.ts'
import { growTable } from './grow.ts'
import { insertWorld } from './insert.ts'
import { planWorld } from './plan.ts'
import type { World } from './world.ts'

/** Read for its roles alone; the tables are those of the SQL. */
const PRISMA = `
datasource db { provider = "postgresql" }
enum Role { OWNER MEMBER }
model User {
  id String @id @default(uuid(7)) @db.Uuid
  email String @unique
  passwordHash String @map("password_hash")
  memberships Membership[]
  @@map("users")
}
model Team {
  id Int @id @default(autoincrement())
  name String
  memberships Membership[]
  @@map("teams")
}
model Membership {
  teamId Int @map("team_id")
  userId String @db.Uuid @map("user_id")
  role Role @default(MEMBER)
  team Team @relation(fields: [teamId], references: [id])
  user User @relation(fields: [userId], references: [id])
  @@id([teamId, userId])
  @@map("memberships")
}
model Token {
  id String @id @default(nanoid(10))
  ulid String @default(ulid())
  cuid String @default(cuid())
  cuid2 String @default(cuid(2))
  @@map("tokens")
}
`

const SQL = `
CREATE EXTENSION IF NOT EXISTS citext;
CREATE TYPE "Role" AS ENUM ('OWNER', 'MEMBER');
CREATE TYPE mood AS ENUM ('archived', 'happy', 'sad');
CREATE DOMAIN positive AS int CHECK (VALUE > 0 AND VALUE < 10);
CREATE DOMAIN zip AS varchar(5) CHECK (VALUE ~ '^\\d{5}$');
CREATE TABLE users (id uuid PRIMARY KEY, email citext NOT NULL UNIQUE, password_hash text NOT NULL);
CREATE UNIQUE INDEX ON users (lower(email::text));
CREATE TABLE teams (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(18) NOT NULL);
CREATE TABLE memberships (team_id int REFERENCES teams, user_id uuid REFERENCES users, role "Role" NOT NULL DEFAULT 'MEMBER',
  PRIMARY KEY (team_id, user_id));
CREATE TABLE tokens (id text PRIMARY KEY, ulid text NOT NULL, cuid text NOT NULL, cuid2 text NOT NULL);
CREATE TABLE types (
  id bigserial PRIMARY KEY, team_id int NOT NULL REFERENCES teams,
  c_char char(3) NOT NULL, c_varchar varchar(13) NOT NULL, c_uuid uuid NOT NULL, c_int2 smallint NOT NULL UNIQUE,
  c_numeric numeric(4,2) NOT NULL, c_float4 real NOT NULL, c_float8 double precision NOT NULL, c_bool bool NOT NULL,
  c_timestamp timestamp(3) NOT NULL, c_tz timestamptz NOT NULL, c_date date NOT NULL UNIQUE, c_time time NOT NULL,
  c_timetz timetz NOT NULL, c_json json NOT NULL, c_jsonb jsonb NOT NULL, c_bytea bytea NOT NULL, c_mood mood NOT NULL,
  c_moods mood[] NOT NULL, c_texts text[] NOT NULL, c_ints int[] NOT NULL DEFAULT '{}', c_citext citext NOT NULL,
  c_inet inet NOT NULL, c_cidr cidr NOT NULL, c_mac macaddr NOT NULL, c_bit bit(4) NOT NULL, c_varbit varbit NOT NULL,
  c_xml xml NOT NULL, c_interval interval NOT NULL, c_money money NOT NULL, c_oid oid NOT NULL, c_point point NOT NULL,
  c_range int4range NOT NULL, c_tsv tsvector NOT NULL, c_small positive NOT NULL, c_zip zip NOT NULL,
  c_total numeric GENERATED ALWAYS AS (c_int2 * 2) STORED, c_unknown text DEFAULT (now()::text));
CREATE TABLE checks (
  id serial PRIMARY KEY, user_id uuid NOT NULL REFERENCES users,
  low int NOT NULL, high int NOT NULL CHECK (high BETWEEN 500 AND 600), CHECK (low > high),
  state text NOT NULL CHECK (state IN ('on', 'off')), code text NOT NULL UNIQUE CHECK (code ~ '^[A-Z]{3}-[0-9]{4}$'),
  short text NOT NULL CHECK (char_length(short) <= 15), long text NOT NULL CHECK (length(long) >= 40),
  starts timestamptz NOT NULL, ends timestamptz NOT NULL, CHECK (ends > starts), CHECK (starts > '2031-01-01'::timestamptz),
  lowered text NOT NULL CHECK (lowered = upper(lowered)), tags text[] NOT NULL CHECK (cardinality(tags) >= 2),
  net int NOT NULL, tax int NOT NULL, gross int NOT NULL CHECK (gross = net + tax),
  a_team int REFERENCES teams, a_user uuid REFERENCES users, CHECK (num_nonnulls(a_team, a_user) = 1),
  flag boolean NOT NULL DEFAULT false, reason text, CHECK (flag OR reason IS NULL),
  odd text NOT NULL CHECK (md5(odd) <> 'x'), liked text NOT NULL CHECK (liked LIKE 'https://%'));
CREATE TABLE places (team_id int NOT NULL REFERENCES teams, number int NOT NULL, PRIMARY KEY (team_id, number));
CREATE TABLE visits (id serial PRIMARY KEY, team_id int NOT NULL REFERENCES teams, place int, next_place int NOT NULL,
  FOREIGN KEY (team_id, place) REFERENCES places, FOREIGN KEY (team_id, next_place) REFERENCES places);
CREATE TABLE nodes (id uuid PRIMARY KEY, team_id int NOT NULL REFERENCES teams, parent_id uuid REFERENCES nodes,
  root_id uuid NOT NULL REFERENCES nodes, next_id uuid UNIQUE REFERENCES nodes);
CREATE TABLE hens (id uuid PRIMARY KEY, egg_id uuid NOT NULL, user_id uuid NOT NULL REFERENCES users);
CREATE TABLE eggs (id uuid PRIMARY KEY, hen_id uuid NOT NULL UNIQUE REFERENCES hens);
ALTER TABLE hens ADD FOREIGN KEY (egg_id) REFERENCES eggs;
CREATE TABLE profiles (user_id uuid PRIMARY KEY REFERENCES users, bio text);
CREATE TABLE addresses (id serial PRIMARY KEY, street text NOT NULL);
CREATE TABLE shops (id serial PRIMARY KEY, team_id int NOT NULL REFERENCES teams, address_id int NOT NULL UNIQUE REFERENCES addresses);
CREATE TABLE countries (code char(2) PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE settings (id serial PRIMARY KEY, user_id uuid NOT NULL REFERENCES users, country char(2) NOT NULL REFERENCES countries,
  is_default boolean NOT NULL DEFAULT true, kind mood NOT NULL, UNIQUE (user_id, kind));
CREATE UNIQUE INDEX ON settings (user_id) WHERE is_default;
CREATE TABLE loose (id serial PRIMARY KEY, "teamId" int NOT NULL, "deletedAt" timestamptz, "expiresAt" timestamptz NOT NULL,
  "isActive" boolean NOT NULL, "emailVerified" boolean NOT NULL, amount int NOT NULL, "deletedById" uuid REFERENCES users);
CREATE SCHEMA billing;
CREATE TABLE billing."In.voice" (id serial PRIMARY KEY, team_id int NOT NULL REFERENCES teams, "a""b" text NOT NULL);
CREATE TABLE keyless (team_id int NOT NULL REFERENCES teams, note text NOT NULL);
CREATE TABLE parted (id serial, team_id int NOT NULL REFERENCES teams, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE parted_all PARTITION OF parted DEFAULT;
CREATE TABLE "only" (id serial PRIMARY KEY);
`

let server: SeedingServer
let bed: Bed
let world: World
beforeAll(async () => {
  server = await openSeedingServer()
  bed = await server.bed(PRISMA, SQL)
  world = planWorld(bed.catalog, bed.hints, { seed: 3 })
  await insertWorld(bed.client, world)
}, 60_000)
afterAll(() => server?.close())

const rowsOf = (table: string) => world.rows.filter((row) => row.table === table)

describe('a schema with everything', () => {
  it('is filled', () => {
    expect(world.problems).toEqual([])
    const empty = bed.catalog.tables.filter(({ name }) => rowsOf(name).length < 2)
    expect(empty.map(({ name }) => name)).toEqual([])
    for (const { name } of bed.catalog.tables)
      if (!['countries', 'tokens', 'only'].includes(name))
        expect([name, ...new Set(rowsOf(name).map(({ party }) => party))]).toEqual([name, 'a', 'b'])
  })

  it('is in the database as planned', async () => {
    expect(await worldDiff(bed.client, world)).toEqual([])
    expect(crossings(world)).toEqual([])
    expect(wrongCanaries(world)).toEqual([])
    await validateForeignKeys(bed.client, bed.catalog)
  })

  it('has the ids that the schema asks for', () => {
    for (const { values } of rowsOf('tokens')) {
      expect(values.id).toMatch(/^[\w-]{10}$/)
      expect(values.ulid).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
      expect(values.cuid).toMatch(/^c[0-9a-z]{24}$/)
      expect(values.cuid2).toMatch(/^[a-z][0-9a-z]{23}$/)
    }
    for (const { row } of world.users)
      expect(row.values.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const teams = rowsOf('teams').map(({ values }) => values.id)
    expect(new Set(teams).size).toBe(2)
  })

  it('has rows that are alive', () => {
    for (const { values } of rowsOf('loose')) {
      expect(values).toMatchObject({
        deletedAt: null,
        deletedById: null,
        isActive: true,
        emailVerified: true,
      })
      expect(Date.parse(String(values.expiresAt))).toBeGreaterThan(Date.now())
      expect(values.amount).toBeGreaterThan(0)
      expect(rowsOf('teams').map(({ values: { id } }) => id)).toContain(values.teamId)
    }
  })

  it('has secrets that are known by their value, and canaries that fit', () => {
    for (const { row } of world.users) expect(row.values.password_hash).toContain(row.canaries.password_hash)
    for (const { values, canaries } of rowsOf('teams')) expect(canaries.name).toBe(values.name)
    for (const { values, canaries } of rowsOf('types')) {
      expect(values).toMatchObject({ c_texts: [canaries.c_texts], c_ints: [expect.any(Number)] })
      expect(values.c_mood).toBe('happy')
    }
    for (const { canaries } of rowsOf('checks')) expect(canaries.short).toMatch(/^cnry[0-9a-f]{11}$/)
  })

  it('lets the application go on with its numbers', async () => {
    const { rows } = await bed.client.query(`INSERT INTO teams (name) VALUES ('next') RETURNING id`)
    expect(rowsOf('teams').map(({ values }) => values.id)).not.toContain(rows[0].id)
    await bed.client.query('DELETE FROM teams WHERE id = $1', [rows[0].id])
  })

  it('grows in every table', async () => {
    const problems: string[] = []
    for (const { name } of bed.catalog.tables) {
      const grown = await growTable(bed.client, bed.catalog, bed.hints, world, { table: name, rows: 400 })
      for (const { table, problem } of grown) if (problem !== undefined) problems.push(`${table}: ${problem}`)
    }
    // Two letters number 676 countries; three moods of each user are 3 settings at most.
    expect(problems).toEqual([])
    await validateForeignKeys(bed.client, bed.catalog)
  }, 60_000)
})
