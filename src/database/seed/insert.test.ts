import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSeedingServer, type SeedingServer } from '../../../test/seeding.ts'
import { worldDiff } from './diff.ts'
import { insertWorld, resetWorld } from './insert.ts'
import { planWorld } from './plan.ts'

let server: SeedingServer
beforeAll(async () => {
  server = await openSeedingServer()
}, 60_000)
afterAll(() => server?.close())

const workshop = 'examples/workshop/prisma/schema.prisma'

describe('what the application did', () => {
  it('is nothing before it ran', async () => {
    const { client, catalog, hints } = await server.bedOf(workshop)
    const world = planWorld(catalog, hints)
    await insertWorld(client, world)
    expect(await worldDiff(client, world)).toEqual([])
    await resetWorld(client, catalog, world)
    expect(await worldDiff(client, world)).toEqual([])
  })

  it('is told by row, party and column', async () => {
    const { client, catalog, hints } = await server.bedOf(workshop)
    const world = planWorld(catalog, hints)
    await insertWorld(client, world)
    const [customer] = world.rows.filter(({ table, party }) => table === 'Customer' && party === 'b')
    const [comment] = world.rows.filter(({ table, party }) => table === 'Comment' && party === 'a')
    await client.query('UPDATE "Customer" SET notes = $1 WHERE id = $2', ['taken', customer?.values.id])
    await client.query('DELETE FROM "Comment" WHERE id = $1', [comment?.values.id])
    await client.query(
      'INSERT INTO "ApiKey" (id, "orgId", name, prefix, "keyHash") VALUES ($1, $2, $1, $1, $1)',
      ['k', world.tenants.b?.values.id],
    )
    const changes = await worldDiff(client, world)
    expect(changes.map(({ kind, table, party }) => `${kind} ${table} ${party}`).sort()).toEqual([
      'changed Customer b',
      'new ApiKey b',
      'vanished Comment a',
    ])
    const changed = changes.find(({ kind }) => kind === 'changed')
    expect(changed?.row).toBe(customer)
    expect(changed?.columns).toEqual([{ column: 'notes', before: customer?.values.notes, after: 'taken' }])
    await resetWorld(client, catalog, world)
    expect(await worldDiff(client, world)).toEqual([])
  })
})

describe('rows that the database rejects', () => {
  it('are left out with what needs them, and the rest is there', async () => {
    const { client, catalog, hints } = await server.bed(
      '',
      `CREATE FUNCTION never(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
       CREATE TABLE odd (id serial PRIMARY KEY, name text NOT NULL CONSTRAINT odd_name CHECK (never(name)));
       CREATE TABLE child (id serial PRIMARY KEY, "oddId" int NOT NULL REFERENCES odd);
       CREATE TABLE friend (id serial PRIMARY KEY, "oddId" int REFERENCES odd);
       CREATE TABLE grandchild (id serial PRIMARY KEY, "childId" int NOT NULL REFERENCES child);`,
    )
    const world = planWorld(catalog, hints)
    await insertWorld(client, world)
    expect(world.problems).toHaveLength(3)
    expect(world.problems.join('\n')).toMatch(/odd_name/)
    expect(world.rows.map(({ table }) => table)).toEqual(Array(12).fill('friend'))
    expect(await worldDiff(client, world)).toEqual([])
  })

  it('does not need to be a superuser', async () => {
    const { client, catalog, hints } = await server.bed(
      '',
      `CREATE TABLE egg (id serial PRIMARY KEY, "henId" int NOT NULL);
       CREATE TABLE hen (id serial PRIMARY KEY, "eggId" int NOT NULL REFERENCES egg);
       ALTER TABLE egg ADD FOREIGN KEY ("henId") REFERENCES hen;
       CREATE ROLE seeder; ALTER TABLE egg OWNER TO seeder; ALTER TABLE hen OWNER TO seeder;
       GRANT CREATE, USAGE ON SCHEMA public TO seeder; SET ROLE seeder`,
    )
    const world = planWorld(catalog, hints)
    await insertWorld(client, world)
    expect(world.problems).toEqual([])
    await resetWorld(client, catalog, world)
    expect((await client.query('SELECT FROM egg JOIN hen ON "henId" = hen.id')).rowCount).toBe(6)
    await expect(client.query('INSERT INTO hen VALUES (900, 900)')).rejects.toThrow(/foreign key/)
  })
})
