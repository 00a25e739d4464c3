import { describe, expect, it } from 'vitest'
import { readPrismaSchema } from '../source/prisma-schema.ts'
import { buildDataModel, type DataModel, postsIn, secretFields, toMapModels } from './data-model.ts'

function build(text: string): DataModel {
  const schema = readPrismaSchema([{ file: 'prisma/schema.prisma', text }])
  expect(schema.errors).toEqual([])
  return buildDataModel(schema)
}

function paths(dataModel: DataModel): Record<string, string> {
  return Object.fromEntries(
    dataModel.models.map(({ name, role, userPath, tenantPath }) => [
      name,
      `${role}, user ${userPath?.join('.') ?? '-'}, tenant ${tenantPath?.join('.') ?? '-'}`,
    ]),
  )
}

const multiTenant = `
datasource db {
  provider = "postgresql"
}
model User {
  id          String       @id
  email       String       @unique
  memberships Membership[]
  sessions    Session[]
}
model Session {
  id           String   @id
  sessionToken String   @unique
  expires      DateTime
  userId       String
  user         User     @relation(fields: [userId], references: [id])
}
model Organization {
  id          String       @id
  memberships Membership[]
  teams       Team[]
  projects    Project[]
  @@map("orgs")
}
model Membership {
  userId         String
  organizationId String
  role           String
  user           User         @relation(fields: [userId], references: [id])
  organization   Organization @relation(fields: [organizationId], references: [id])
  @@id([userId, organizationId])
}
model Team {
  id             String       @id
  organizationId String
  organization   Organization @relation(fields: [organizationId], references: [id])
  users          TeamUser[]
}
model TeamUser {
  teamId String
  userId String
  role   String
  team   Team   @relation(fields: [teamId], references: [id])
  user   User   @relation(fields: [userId], references: [id])
  @@id([teamId, userId])
}
model Project {
  id             String        @id
  organizationId String
  organization   Organization  @relation(fields: [organizationId], references: [id])
  tasks          Task[]
}
model Task {
  id         String  @id
  projectId  String
  project    Project @relation(fields: [projectId], references: [id])
  assigneeId String?
  assignee   User?   @relation(fields: [assigneeId], references: [id])
}
model Country {
  code String @id
}
`

describe('owners', () => {
  it('finds the user, the outermost tenant and the way to them', () => {
    const dataModel = build(multiTenant)
    expect([dataModel.user, dataModel.tenant]).toEqual(['User', 'Organization'])
    expect(paths(dataModel)).toEqual({
      User: 'user, user , tenant -',
      Session: 'owned, user user, tenant -',
      Organization: 'tenant, user -, tenant ',
      Membership: 'membership, user user, tenant organization',
      Team: 'owned, user -, tenant organization',
      TeamUser: 'owned, user user, tenant team.organization',
      Project: 'owned, user -, tenant organization',
      Task: 'owned, user assignee, tenant project.organization',
      Country: 'global, user -, tenant -',
    })
  })

  it('goes by structure when the names say otherwise', () => {
    const dataModel = build(`
      model Person {
        id       String @id
        email    String @unique
        password String
        logins   Login[]
        seats    Seat[]
      }
      model Login {
        id                String @id
        provider          String
        providerAccountId String
        personId          String
        person            Person @relation(fields: [personId], references: [id])
      }
      model Profile {
        id  String @id
        bio String
      }
      model Seat {
        personId String
        clinicId String
        role     String
        person   Person @relation(fields: [personId], references: [id])
        clinic   Clinic @relation(fields: [clinicId], references: [id])
        @@unique([personId, clinicId])
      }
      model Clinic {
        id    String @id
        seats Seat[]
      }
    `)
    expect([dataModel.user, dataModel.tenant]).toEqual(['Person', 'Clinic'])
    expect(dataModel.model('Seat')?.role).toBe('membership')
  })

  it('takes neither likes nor linked accounts for owners', () => {
    const dataModel = build(`
      model User {
        id       String @id
        accounts Account[]
        posts    Post[]
        likes    Like[]
      }
      model Account {
        id                String @id
        provider          String
        providerAccountId String
        userId            String
        user              User   @relation(fields: [userId], references: [id])
      }
      model Post {
        id       String @id
        authorId String
        author   User   @relation(fields: [authorId], references: [id])
        likes    Like[]
      }
      model Like {
        userId String
        postId String
        user   User   @relation(fields: [userId], references: [id])
        post   Post   @relation(fields: [postId], references: [id])
        @@id([userId, postId])
      }
    `)
    expect([dataModel.user, dataModel.tenant]).toEqual(['User', undefined])
    expect(dataModel.model('Like')).toMatchObject({ role: 'owned', userPath: ['user'] })
  })

  it('finds a tenant that users belong to directly', () => {
    const dataModel = build(`
      model User {
        id        String  @id
        email     String  @unique
        companyId String
        company   Company @relation(fields: [companyId], references: [id])
        notes     Note[]
      }
      model Company {
        id    String @id
        users User[]
      }
      model Note {
        id       String @id
        authorId String
        author   User   @relation(fields: [authorId], references: [id])
      }
    `)
    expect([dataModel.user, dataModel.tenant]).toEqual(['User', 'Company'])
    expect(dataModel.model('Note')?.tenantPath).toEqual(['author', 'company'])
  })

  it('prefers a required way, and stops after four steps', () => {
    const chain = ['A', 'B', 'C', 'D', 'E']
      .map(
        (name, i, all) =>
          `model ${name} {\n id Int @id\n toId Int\n to ${all[i - 1] ?? 'User'} @relation(fields: [toId], references: [id])\n}\n`,
      )
      .join('')
    const dataModel = build(`
      model User {
        id    Int    @id
        email String @unique
      }
      ${chain}
      model Invoice {
        id         Int   @id
        approverId Int?
        approver   User? @relation(fields: [approverId], references: [id])
        aId        Int
        a          A     @relation(fields: [aId], references: [id])
      }
    `)
    expect(dataModel.model('Invoice')?.userPath).toEqual(['a', 'to'])
    expect(dataModel.model('D')?.userPath).toEqual(['to', 'to', 'to', 'to'])
    expect(dataModel.model('E')?.userPath).toBeUndefined()
  })

  it('finds the rows that give people a role in something, which need not be the tenant', () => {
    const dataModel = build(`
model User {
  id     String       @id
  email  String       @unique
  places UserSpace[]
  likes  UserNote[]
}
model Space {
  id     String      @id
  places UserSpace[]
}
model Note {
  id    String     @id
  likes UserNote[]
}
model UserSpace {
  id      String @id
  role    String
  userId  String
  spaceId String
  user    User   @relation(fields: [userId], references: [id])
  space   Space  @relation(fields: [spaceId], references: [id])
  @@unique([userId, spaceId])
}
model UserNote {
  userId String
  noteId String
  user   User   @relation(fields: [userId], references: [id])
  note   Note   @relation(fields: [noteId], references: [id])
  @@id([userId, noteId])
}
`)
    expect(postsIn(dataModel)).toEqual(['UserSpace'])
  })

  it('takes neither who published an entry of a catalogue for its owner, nor anybody else who may go', () => {
    const dataModel = build(`
model User {
  id       String    @id
  email    String    @unique
  versions Version[] @relation("published")
  drafts   Draft[]   @relation("published")
  notes    Note[]
}
model Catalogue {
  id       String    @id
  versions Version[]
  notes    Note[]
}
model Version {
  id            String    @id
  catalogueId   String
  publishedById String?
  catalogue     Catalogue @relation(fields: [catalogueId], references: [id])
  publishedBy   User?     @relation("published", fields: [publishedById], references: [id], onDelete: SetNull)
}
model Draft {
  id            String  @id
  publishedById String?
  publishedBy   User?   @relation("published", fields: [publishedById], references: [id], onDelete: SetNull)
}
model Note {
  id          String    @id
  catalogueId String
  authorId    String?
  catalogue   Catalogue @relation(fields: [catalogueId], references: [id])
  author      User?     @relation(fields: [authorId], references: [id], onDelete: SetNull)
}
`)
    expect(paths(dataModel)).toMatchObject({
      Version: 'global, user -, tenant -',
      Draft: 'owned, user publishedBy, tenant -',
      Note: 'owned, user author, tenant -',
    })
  })

  it('finds nobody in a schema without people', () => {
    const dataModel = build('model Product {\n  id Int @id\n  name String\n}\n')
    expect([dataModel.user, dataModel.tenant]).toEqual([undefined, undefined])
    expect(dataModel.model('Product')?.role).toBe('global')
  })
})

it('finds a model by the property of the client', () => {
  const dataModel = build('model APIKey {\n  id Int @id\n}\nmodel audit_log {\n  id Int @id\n}\n')
  expect(dataModel.delegate('aPIKey')?.name).toBe('APIKey')
  expect(dataModel.delegate('audit_log')?.name).toBe('audit_log')
  expect(dataModel.delegate('constructor')).toBeUndefined()
})

it('gives the models of the map', () => {
  const models = toMapModels(build(multiTenant))
  expect(models.find(({ name }) => name === 'Membership')).toMatchObject({
    relations: [
      { field: 'user', model: 'User', list: false, optional: false, keys: ['userId'] },
      { field: 'organization', model: 'Organization', keys: ['organizationId'] },
    ],
    userPath: ['user'],
    tenantPath: ['organization'],
    role: 'membership',
  })
  expect(models.find(({ name }) => name === 'Organization')).toMatchObject({ table: 'orgs', tenantPath: [] })
  const [indexed] = toMapModels(
    build('model A {\n  id Int @id\n  b Int @unique\n  c Int\n  @@index([c, b])\n}\n'),
  )
  expect(indexed?.indexes).toEqual([
    { fields: ['id'], unique: true, id: true },
    { fields: ['b'], unique: true, id: false },
    { fields: ['c', 'b'], unique: false, id: false },
  ])
  expect(models.find(({ name }) => name === 'Country')).not.toHaveProperty('userPath')
})

it('takes a person for the user whose row names the account that they sign in with', () => {
  const dataModel = build(`model User {
  id                String  @id
  email             String  @unique
  provider          String?
  providerAccountId String?
  notes             Note[]
}
model Note {
  id     String @id
  userId String
  user   User   @relation(fields: [userId], references: [id])
}
`)
  expect(dataModel.user).toBe('User')
  expect(dataModel.model('Note')?.userPath).toEqual(['user'])
})

it('tells secrets from fields that only sound like them', () => {
  const secret = [
    'passwordHash String',
    'password String?',
    'hashed_password String',
    'hashedKey String',
    'clientSecret String',
    'token String',
    'access_token String?',
    'refreshToken String?',
    'tokenHash Bytes',
    'apiKey String',
    'otp String',
    'twoFactorSecret String?',
    'backupCodes String[]',
    'salt String',
    'privateKey Json',
  ]
  const open = [
    'tokenCount String',
    'maxTokens Int',
    'passwordChangedAt DateTime',
    'hasPassword Boolean',
    'publicKey String',
    'publishableKey String',
    'token_type String',
    'nextPageToken String',
    'contentHash String',
    'key String',
    'secretary String',
    'tokenId String',
    'otpLength Int',
  ]
  const dataModel = build(
    `model Thing {\n  ${[...secret, ...open].join('\n  ')}\n}\nmodel ApiKey {\n  key String\n}\n`,
  )
  const [thing, apiKey] = dataModel.models
  expect(thing && secretFields(thing)).toEqual(secret.map((line) => line.split(' ')[0]))
  expect(apiKey && secretFields(apiKey)).toEqual(['key'])
})
