import { describe, expect, it } from 'vitest'
import { type PrismaSchema, readPrismaSchema } from './prisma-schema.ts'

function read(text: string): PrismaSchema {
  return readPrismaSchema([{ file: 'schema.prisma', text }])
}

function whole(text: string): PrismaSchema {
  const schema = read(text)
  expect(schema.errors).toEqual([])
  return schema
}

describe('configuration', () => {
  it('reads the datasource and the generators', () => {
    const schema = whole(`
      generator client {
        provider        = "prisma-client"
        output          = "../generated/{client}" // beside src
        previewFeatures = [
          "relationJoins", // lists may span lines
          "views",
        ]
      }
      datasource db {
        provider     = "postgres"
        url          = env("DATABASE_URL")
        relationMode = "prisma"
        schemas      = ["public", "billing"]
      }
    `)
    expect(schema.datasource).toMatchObject({
      name: 'db',
      provider: 'postgresql',
      relationMode: 'prisma',
      schemas: ['public', 'billing'],
    })
    expect(schema.generators).toMatchObject([
      {
        provider: 'prisma-client',
        output: '../generated/{client}',
        previewFeatures: ['relationJoins', 'views'],
      },
    ])
  })

  it('takes several files as one schema', () => {
    const schema = readPrismaSchema([
      { file: 'schema/main.prisma', text: 'datasource db {\n  provider = "mysql"\n}\n' },
      { file: 'schema/user.prisma', text: '\nmodel User {\n  id Int @id\n}\n' },
    ])
    expect(schema.errors).toEqual([])
    expect(schema.datasource?.provider).toBe('mysql')
    expect(schema.models[0]?.location).toEqual({ file: 'schema/user.prisma', line: 2, column: 1 })
  })
})

describe('models', () => {
  it('reads fields with type, default, database type and place', () => {
    const schema = whole(
      [
        '/// A person',
        '/// who signs in',
        'model User {',
        '  id    Int      @id @default(autoincrement())',
        '  /// Shown to others',
        '  name  String?  @map("full_name") @db.VarChar(255) /// may be empty',
        '  tags  String[] @default([]) // not a doc',
        '  role  Role     @default(ADMIN)',
        '  text  String   @default("a { brace // and \\"quotes\\"")',
        '  shape Unsupported("circle")?',
        '  @@map("users")',
        '  @@schema("auth")',
        '}',
      ].join('\r\n'),
    )
    const user = schema.models[0]
    expect(user).toMatchObject({
      map: 'users',
      schema: 'auth',
      doc: 'A person\nwho signs in',
      ignored: false,
    })
    const [id, name, tags, role, text, shape] = user?.fields ?? []
    expect(id).toMatchObject({ type: 'Int', id: true, default: { kind: 'call', name: 'autoincrement' } })
    expect(name).toMatchObject({
      optional: true,
      map: 'full_name',
      nativeType: 'VarChar(255)',
      doc: 'Shown to others\nmay be empty',
      location: { line: 6, column: 3 },
    })
    expect(tags).toMatchObject({ list: true, optional: false })
    expect(tags?.doc).toBeUndefined()
    expect(role?.default).toEqual({ kind: 'name', name: 'ADMIN' })
    expect(text?.default).toEqual({ kind: 'string', value: 'a { brace // and "quotes"' })
    expect(shape).toMatchObject({ type: 'Unsupported', unsupported: 'circle', optional: true })
  })

  it('reads relations', () => {
    const schema = whole(`
      model Post {
        author User @relation("written", fields: [authorId, tenant], references: [id, tenant], onDelete: Cascade, map: "fk")
        editor User? @relation(name: "edited", fields: [editorId], references: [id], onUpdate: NoAction)
      }
    `)
    const [author, editor] = schema.models[0]?.fields ?? []
    expect(author?.relation).toEqual({
      name: 'written',
      fields: ['authorId', 'tenant'],
      references: ['id', 'tenant'],
      onDelete: 'Cascade',
      map: 'fk',
    })
    expect(editor?.relation).toMatchObject({ name: 'edited', onUpdate: 'NoAction' })
  })

  it('takes one field without brackets for a list of one', () => {
    const schema = whole(`
      model Post {
        slug     String
        writerId String
        writer   User   @relation(fields: writerId, references: id)
        @@unique(slug)
        @@index(createdAt(sort: Desc), map: "newest")
        @@index(fields: writerId)
      }
    `)
    const [post] = schema.models
    expect(post?.indexes.map(({ kind, fields }) => [kind, fields])).toEqual([
      ['unique', [{ name: 'slug' }]],
      ['index', [{ name: 'createdAt', sort: 'Desc' }]],
      ['index', [{ name: 'writerId' }]],
    ])
    const writer = post?.fields.find(({ name }) => name === 'writer')
    expect(writer?.relation).toMatchObject({ fields: ['writerId'], references: ['id'] })
  })

  it('reads indexes over several lines', () => {
    const schema = whole(`
      model Post {
        slug  String @unique(map: "slug_key")
        title String @id
        @@id([a, b], name: "pair")
        @@unique(fields: [slug, tenantId])
        @@index([
          title(ops: raw("gin_trgm_ops")), // search
          createdAt(sort: Desc),
        ], type: Gin, map: "search")
        @@index([address.street, body(length: 10)], where: { published: true })
        @@index([state], where: raw("state = 'open'"), clustered: false)
        @@fulltext([title])
        @@ignore
      }
    `)
    const indexes = schema.models[0]?.indexes ?? []
    expect(indexes.map(({ kind, inline }) => `${kind}${inline ? ' inline' : ''}`)).toEqual([
      'unique inline',
      'id inline',
      'id',
      'unique',
      'index',
      'index',
      'index',
      'fulltext',
    ])
    expect(indexes[0]).toMatchObject({ fields: [{ name: 'slug' }], map: 'slug_key' })
    expect(indexes[2]).toMatchObject({ fields: [{ name: 'a' }, { name: 'b' }], name: 'pair' })
    expect(indexes[3]?.fields).toEqual([{ name: 'slug' }, { name: 'tenantId' }])
    expect(indexes[4]).toMatchObject({
      fields: [
        { name: 'title', ops: 'raw("gin_trgm_ops")' },
        { name: 'createdAt', sort: 'Desc' },
      ],
      type: 'Gin',
      map: 'search',
      location: { line: 7, column: 9 },
    })
    expect(indexes[5]).toMatchObject({
      fields: [{ name: 'address.street' }, { name: 'body', length: 10 }],
      where: '{ published: true }',
    })
    expect(indexes[6]).toMatchObject({ where: `raw("state = 'open'")`, clustered: false })
    expect(schema.models[0]?.ignored).toBe(true)
  })

  it('reads MongoDB schemas, views and enums', () => {
    const schema = whole(`
      type Address { street String }
      model User {
        id String @id @default(auto()) @map("_id") @db.ObjectId
        home Address?
      }
      view Total {
        id Int @unique
      }
      /* old
         notes */
      enum Role {
        /// all rights
        ADMIN @map("admin")
        MEMBER // others
        @@map("roles")
      }
    `)
    expect(schema.types.map(({ name }) => name)).toEqual(['Address'])
    expect(schema.models[0]?.fields[0]).toMatchObject({ map: '_id', nativeType: 'ObjectId' })
    expect(schema.views[0]).toMatchObject({ name: 'Total', kind: 'view' })
    expect(schema.enums[0]).toMatchObject({
      map: 'roles',
      values: [{ name: 'ADMIN', map: 'admin', doc: 'all rights' }, { name: 'MEMBER' }],
    })
  })

  it('does not take a field named like a keyword for a block', () => {
    const schema = whole('model Car {\n  model String\n  type Type\n  enum Int\n}\n')
    expect(schema.models[0]?.fields.map(({ name }) => name)).toEqual(['model', 'type', 'enum'])
  })
})

describe('broken schemas', () => {
  it('reads the rest of a block with junk in it', () => {
    const schema = read(
      'model User {\n  id Int @id\n  ???\n  name String %\n  email String @unique\n}\nmodel Post {\n  id Int @id\n}\n',
    )
    expect(schema.errors.map(({ line }) => line)).toEqual([3, 4])
    expect(schema.models[0]?.fields.map(({ name }) => name)).toEqual(['id', 'name', 'email'])
    expect(schema.models[1]?.name).toBe('Post')
  })

  it('says where a block is not closed and goes on with the next', () => {
    const schema = read('model User {\n  id Int @id\n\nmodel Post {\n  id Int @id\n')
    expect(schema.errors).toEqual([
      { file: 'schema.prisma', line: 1, message: 'The block `model User` has no closing `}`.' },
      { file: 'schema.prisma', line: 4, message: 'The block `model Post` has no closing `}`.' },
    ])
    expect(schema.models.map(({ fields }) => fields.length)).toEqual([1, 1])
  })

  it('loses only the line of an attribute that is not closed', () => {
    const schema = read(
      'model Post {\n  id Int @id @default(uuid(\n  name String\n  @@index([name\n  @@map("posts")\n}\n',
    )
    expect(schema.errors.map(({ line }) => line)).toEqual([2, 4])
    expect(schema.models[0]).toMatchObject({
      map: 'posts',
      fields: [{ name: 'id', id: true }, { name: 'name' }],
    })
  })

  it('never throws and always ends', () => {
    const text =
      'model A {\n  id Int @id @default(now())\n  b B[] @relation("x", fields: [c])\n  @@index([a(sort: Desc)])\n}\nenum E { A }\n'
    for (let i = 0; i <= text.length; i++) {
      read(text.slice(0, i))
      read(text.slice(i))
      for (const junk of ['{', '}', '(', ')', '"', '@', '@@', '\n', '/*', '\\', '::'])
        read(text.slice(0, i) + junk + text.slice(i))
    }
  })

  it('reports text outside of blocks', () => {
    const schema = read('hello world\n<<<<<<< HEAD\nmodel A {\n  id Int @id\n}\n')
    expect(schema.errors.map(({ line }) => line)).toEqual([1, 2])
    expect(schema.models).toHaveLength(1)
  })
})
