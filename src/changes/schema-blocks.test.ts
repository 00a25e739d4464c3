import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPrismaSchema } from '../source/prisma-schema.ts'
import { edited } from './edits.ts'
import { addBlock, addFields, type NewField, type SchemaText } from './schema-blocks.ts'
import { addIndex } from './schema-edits.ts'

const schema = `datasource db {
  provider = "postgresql"
}

model User {
  id    String  @id @default(cuid())
  email String  @unique // as given
  name  String?
  /// set by the database
  createdAt DateTime @default(now())

  notes Note[]
}

model Note {
  id     String @id
  userId String @map("user_id")
  user   User   @relation(fields: [userId], references: [id])

  @@map("notes")
}
`
const formattedSchema = schema
  .replace('  id    String  @id @default(cuid())', '  id        String   @id @default(cuid())')
  .replace('  email String  @unique', '  email     String   @unique')
  .replace('  name  String?', '  name      String?')

const token = `model RefreshToken {
  id String @id @default(cuid())
  tokenHash String @unique @map("token_hash")
  userId String
  user User @relation(fields: [userId], references: [id], onDelete: Cascade)

  @@index([userId])
  @@map("refresh_tokens")
}`

function only(text: string): SchemaText[] {
  return [{ file: 's.prisma', text }]
}

/** Text after the fields were added, which is read without errors, and in which they are found again. */
function withFields(text: string, model: string, fields: NewField[]): string {
  const after = edited(text, addFields(only(text), model, fields))
  expect(readPrismaSchema([{ file: 's', text: after }]).errors).toEqual([])
  expect(addFields(only(after), model, fields)).toEqual([])
  return after
}

function withBlock(text: string, block: string): string {
  const after = edited(text, addBlock(only(text), 's.prisma', block).edits)
  expect(readPrismaSchema([{ file: 's', text: after }]).errors).toEqual([])
  expect(addBlock(only(after), 's.prisma', block)).toEqual({ edits: [], creates: [] })
  return after
}

describe('addFields', () => {
  it('puts columns behind columns and relations behind relations, aligned', () => {
    const after = withFields(withBlock(formattedSchema, token), 'User', [
      { name: 'passwordHash', type: 'String?', attributes: '@map("password_hash")' },
      { name: 'refreshTokens', type: 'RefreshToken[]' },
      { name: 'role', type: 'String', attributes: '@default("user")', after: 'email' },
    ])
    expect(after).toContain(`model User {
  id           String   @id @default(cuid())
  email        String   @unique // as given
  role         String   @default("user")
  name         String?
  /// set by the database
  createdAt    DateTime @default(now())
  passwordHash String?  @map("password_hash")

  notes         Note[]
  refreshTokens RefreshToken[]
}
`)
  })

  it('leaves fields that are not aligned as they are', () => {
    expect(withFields(schema, 'User', [{ name: 'age', type: 'Int', attributes: '@default(0)' }])).toBe(
      schema.replace('@default(now())\n', '@default(now())\n  age Int @default(0)\n'),
    )
  })

  it('keeps tabs and line ends, and works beside an index of the same fields', () => {
    const windows = schema.replaceAll('  ', '\t').replaceAll('\n', '\r\n')
    expect(withFields(windows, 'Note', [{ name: 'text', type: 'String' }])).toContain(
      '\tuserId String @map("user_id")\r\n\ttext',
    )
    const edits = [
      ...addFields(only(formattedSchema), 'Note', [{ name: 'at', type: 'DateTime' }]),
      ...addIndex(formattedSchema, 'Note', ['at']),
      ...addBlock(only(formattedSchema), 's.prisma', token).edits,
    ]
    const after = edited(formattedSchema, edits)
    expect(after).toContain('  at     DateTime\n')
    expect(after).toContain('  @@index([at])\n  @@map("notes")\n}\n\nmodel RefreshToken')
  })

  it('fills a model without fields', () => {
    expect(withFields('model A {\n}\n', 'A', [{ name: 'id', type: 'Int', attributes: '@id' }])).toBe(
      'model A {\n  id Int @id\n}\n',
    )
  })

  it('refuses names that are taken', () => {
    const add = (model: string, field: NewField) => () => addFields(only(schema), model, [field])
    expect(add('User', { name: 'name', type: 'String' })).toThrow('has a field `name` already: `String?`')
    expect(add('Note', { name: 'owner', type: 'String', attributes: '@map("user_id")' })).toThrow(
      'belongs to its field `userId`',
    )
    expect(add('Zebra', { name: 'a', type: 'Int' })).toThrow('no model Zebra')
    expect(add('User', { name: 'a', type: 'Int', after: 'b' })).toThrow('no field `b`')
    expect(() => addFields(only('model A {\n  = 1\n}\n'), 'A', [])).toThrow('s.prisma:2')
  })
})

describe('addBlock', () => {
  it('appends, aligned and indented as the file', () => {
    expect(withBlock(schema, token)).toBe(`${schema}
model RefreshToken {
  id        String @id @default(cuid())
  tokenHash String @unique @map("token_hash")
  userId    String
  user      User   @relation(fields: [userId], references: [id], onDelete: Cascade)

  @@index([userId])
  @@map("refresh_tokens")
}
`)
    expect(withBlock('enum A {\n\tB\n}', 'enum Role {\n  ADMIN @map("admin")\n  USER @map("user")\n}')).toBe(
      'enum A {\n\tB\n}\n\nenum Role {\n\tADMIN @map("admin")\n\tUSER  @map("user")\n}\n',
    )
    expect(withBlock('', 'enum A {\n  B\n}')).toBe('enum A {\n  B\n}\n')
  })

  it('makes a file of a schema with several', () => {
    const { edits, creates } = addBlock(only(schema), 'auth.prisma', token)
    expect(edits).toEqual([])
    expect(creates.map(({ file }) => file)).toEqual(['auth.prisma'])
    const all = [...only(schema), ...creates]
    expect(addBlock(all, 's.prisma', token)).toEqual({ edits: [], creates: [] })
    expect(addFields(all, 'RefreshToken', [{ name: 'usedAt', type: 'DateTime?' }])[0]?.file).toBe(
      'auth.prisma',
    )
  })

  it('names the schema of Postgres where models do', () => {
    const several =
      'datasource db {\n  provider = "postgresql"\n  schemas = ["a", "b"]\n}\n\nmodel A {\n  id Int @id\n\n  @@schema("b")\n}\n'
    expect(withBlock(several, 'model B {\n  id Int @id\n}')).toContain(
      'model B {\n  id Int @id\n\n  @@schema("b")\n}\n',
    )
  })

  it('takes what users made of a block for the block', () => {
    const theirs = withBlock(schema, token).replace('@map("token_hash")', '@map("hash")\n  device String?')
    expect(addBlock(only(theirs), 's.prisma', token)).toEqual({ edits: [], creates: [] })
  })

  it('refuses names that are taken', () => {
    const add = (block: string) => () => addBlock(only(schema), 's.prisma', block)
    expect(add('model Note {\n  id Int @id\n}')).toThrow('has a block `Note` already, in s.prisma')
    expect(add('model Memo {\n  id Int @id\n\n  @@map("notes")\n}')).toThrow('belongs to Note')
    expect(add('enum User {\n  A\n}')).toThrow('has a block `User`')
  })
})

it('writes what `prisma format` leaves alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'schema-'))
  try {
    const file = join(folder, 's.prisma')
    const engine = join(folder, 'engine')
    writeFileSync(engine, '')
    const format = (text: string): string => {
      writeFileSync(file, text)
      const cli = join(import.meta.dirname, '../../node_modules/prisma/build/index.js')
      // Any file will do: it is asked for before it is needed.
      const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: engine }
      execFileSync(process.execPath, [cli, 'format', '--schema', file], { cwd: folder, env, stdio: 'pipe' })
      return readFileSync(file, 'utf8')
    }
    const before = format(schema)
    expect(before).toBe(formattedSchema)
    const fields: NewField[] = [
      { name: 'accountOfTheirs', type: 'VeryLongNameOfAnEnum?' },
      { name: 'hash', type: 'String?', attributes: '@db.VarChar(200) // argon2' },
      { name: 'tokens', type: 'RefreshToken[]' },
    ]
    const after = withFields(
      withBlock(withBlock(before, token), 'enum VeryLongNameOfAnEnum {\n  A @map("a")\n  LONG @map("b")\n}'),
      'User',
      fields,
    )
    expect(format(after)).toBe(after)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
