import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Bed,
  crossings,
  openSeedingServer,
  type SeedingServer,
  validateForeignKeys,
  wrongCanaries,
} from '../../../test/seeding.ts'
import { insertWorld, resetWorld } from './insert.ts'
import { planWorld } from './plan.ts'
import type { World } from './world.ts'

let server: SeedingServer
beforeAll(async () => {
  server = await openSeedingServer()
}, 60_000)
afterAll(() => server?.close())

const schemas = [
  'examples/workshop/prisma/schema.prisma',
  'fixtures/apps/pages-and-actions/prisma/schema.prisma',
  'fixtures/apps/trpc-monorepo/packages/db/prisma/schema.prisma',
]

describe.each(schemas)('the world of %s', (file) => {
  let bed: Bed
  let world: World
  beforeAll(async () => {
    bed = await server.bedOf(file)
    world = planWorld(bed.catalog, bed.hints, { seed: 7 })
    await insertWorld(bed.client, world)
  })

  it('fills every table, for both parties where it is owned', () => {
    expect(world.problems).toEqual([])
    for (const { name } of bed.catalog.tables) {
      const rows = world.rows.filter(({ table }) => table === name)
      const parties = new Set(rows.map(({ party }) => party))
      const owned = bed.hints.tables[name]?.role !== 'global'
      expect([name, ...parties].sort()).toEqual((owned ? [name, 'a', 'b'] : [name, undefined]).sort())
    }
  })

  it('keeps the parties apart, and every foreign key', async () => {
    expect(crossings(world)).toEqual([])
    expect(await validateForeignKeys(bed.client, bed.catalog)).toBeGreaterThan(4)
  })

  it('has canaries that occur once', () => {
    expect(wrongCanaries(world)).toEqual([])
    for (const { row } of world.users)
      expect(Object.keys(row.canaries)).toEqual(expect.arrayContaining(['email', 'name', 'passwordHash']))
  })

  it('is the same for the same seed, and another for another', () => {
    expect(planWorld(bed.catalog, bed.hints, { seed: 7 })).toEqual(world)
    const other = planWorld(bed.catalog, bed.hints, { seed: 8 })
    const canaries = (of: World): string[] => of.rows.flatMap((row) => Object.values(row.canaries))
    expect(canaries(other).filter((one) => canaries(world).includes(one))).toEqual([])
  })

  it('is put back after the application changed it', async () => {
    const { client, catalog } = bed
    await client.query('DELETE FROM "User" WHERE id = $1', [world.users[0]?.row.values.id])
    await client.query('UPDATE "User" SET name = $1', ['changed'])
    await resetWorld(client, catalog, world)
    const { rows } = await client.query('SELECT id, name FROM "User" ORDER BY id')
    const planned = world.users.map(({ row }) => ({ id: row.values.id, name: row.values.name }))
    expect(rows).toEqual(planned.sort((x, y) => (String(x.id) < String(y.id) ? -1 : 1)))
  })
})

describe('the users of a world', () => {
  it('hold every role of the membership, in the tenant of their party', async () => {
    const { catalog, hints } = await server.bedOf('examples/workshop/prisma/schema.prisma')
    const world = planWorld(catalog, hints)
    expect(world.users.map(({ party, role }) => `${party} ${role}`)).toEqual([
      'a TECHNICIAN',
      'a ADMIN',
      'a OWNER',
      'b TECHNICIAN',
      'b ADMIN',
      'b OWNER',
    ])
    for (const { role, row, membership, tenant } of world.users) {
      expect(membership?.values).toMatchObject({ role, userId: row.values.id, orgId: tenant?.values.id })
      expect(tenant?.party).toBe(row.party)
    }
    expect(world.tenants.a?.values.id).not.toBe(world.tenants.b?.values.id)
  })

  it('are told apart by a flag where there is no role', async () => {
    const { catalog, hints } = await server.bedOf('fixtures/apps/pages-and-actions/prisma/schema.prisma')
    const { users, rows } = planWorld(catalog, hints)
    expect(users.map(({ role, row }) => [role, row.values.admin])).toEqual([
      ['user', false],
      ['admin', true],
      ['user', false],
      ['admin', true],
    ])
    for (const { row } of users)
      for (const [table, column] of [
        ['Trip', 'ownerId'],
        ['Reminder', 'userId'],
      ])
        expect(
          rows.filter((one) => one.table === table && one.values[column ?? ''] === row.values.id).length,
        ).toBeGreaterThan(1)
  })

  const memberships = (role: string) => `
    datasource db {
      provider = "postgresql"
    }
    model User {
      id String @id
      email String @unique
      role String ${role}
      memberships Membership[]
    }
    model Org {
      id String @id
      name String
      ownerId String
      plan Plan @default(FREE)
      memberships Membership[]
    }
    model Membership {
      id String @id
      userId String
      user User @relation(fields: [userId], references: [id])
      orgId String
      org Org @relation(fields: [orgId], references: [id])
      role String
      @@unique([userId, orgId])
    }
    enum Plan {
      FREE
      PRO
    }`

  it('administer the installation on the side of the victim alone, and the last owns the tenant', async () => {
    const { catalog, hints } = await server.bed(memberships(`@default("user")`))
    const { users, tenants } = planWorld(catalog, hints)
    expect(
      users.map(({ party, role, administrator, row }) => [party, role, administrator, row.values.role]),
    ).toEqual([
      ['a', 'member', undefined, 'user'],
      ['a', 'admin', undefined, 'user'],
      ['a', 'owner', undefined, 'user'],
      ['b', 'member', undefined, 'user'],
      ['b', 'admin', undefined, 'user'],
      ['b', 'owner', true, 'admin'],
    ])
    expect(tenants.b?.values).toMatchObject({ ownerId: users.at(-1)?.row.values.id, plan: 'PRO' })
  })

  it('have the words for roles that the code takes', async () => {
    const { catalog, hints } = await server.bed(memberships(''))
    const words = { User: ['root', 'person'], Membership: ['team-owner', 'team-guest', 'team-member'] }
    for (const [table, list] of Object.entries(words)) {
      const of = hints.tables[table]
      if (of) of.words = { role: list }
    }
    const { users } = planWorld(catalog, hints)
    expect(users.map(({ role, row }) => [role, row.values.role])).toEqual([
      ['team-guest', 'person'],
      ['team-member', 'person'],
      ['team-owner', 'person'],
      ['team-guest', 'person'],
      ['team-member', 'person'],
      ['team-owner', 'root'],
    ])
  })
})
