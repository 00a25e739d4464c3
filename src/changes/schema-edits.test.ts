import { describe, expect, it } from 'vitest'
import { readPrismaSchema } from '../source/prisma-schema.ts'
import { edited } from './edits.ts'
import { addIndex, type IndexField, type IndexOptions, removeIndex } from './schema-edits.ts'

function after(text: string, edits: ReturnType<typeof addIndex>): string {
  const result = edited(text, edits)
  expect(readPrismaSchema([{ file: 's', text: result }]).errors).toEqual([])
  return result
}
const add = (text: string, fields: IndexField[], options?: IndexOptions) =>
  after(text, addIndex(text, 'A', fields, options))
const remove = (text: string, fields: IndexField[], kind?: 'unique') =>
  after(text, removeIndex(text, 'A', fields, kind ? { kind } : {}))

const bare = 'model A {\n  id     String @id // {\n  userId String\n}\n\nmodel B {\n  id String @id\n}\n'

describe('addIndex', () => {
  it('makes a block of its own behind the fields', () => {
    expect(add(bare, ['userId'])).toBe(
      'model A {\n  id     String @id // {\n  userId String\n\n  @@index([userId])\n}\n\nmodel B {\n  id String @id\n}\n',
    )
    expect(add(bare.replaceAll('\n', '\r\n').replaceAll('  ', '\t'), ['userId'])).toContain(
      '\r\n\r\n\t@@index([userId])\r\n}',
    )
    expect(add('model A {\n  id String @id\n\n}\n', ['id', 'x'])).toBe(
      'model A {\n  id String @id\n\n  @@index([id, x])\n}\n',
    )
  })

  it('goes behind other indexes, else before the name of the table', () => {
    const text = (block: string) => `model A {\n  id String @id\n  b  Int\n\n${block}}\n`
    expect(add(text('  @@unique([id, b])\n  @@index([b, id]) // slow\n  @@map("as")\n'), ['b'])).toBe(
      text('  @@unique([id, b])\n  @@index([b, id]) // slow\n  @@index([b])\n  @@map("as")\n'),
    )
    expect(add(text('  @@map("as")\n'), ['b'])).toBe(text('  @@index([b])\n  @@map("as")\n'))
    expect(add(text('  @@unique([\n    id,\n    b\n  ])\n  @@map("as")\n'), ['b'])).toBe(
      text('  @@unique([\n    id,\n    b\n  ])\n  @@index([b])\n  @@map("as")\n'),
    )
  })

  it('says order, name and method', () => {
    const fields = ['userId', { name: 'at', sort: 'Desc' as const }]
    expect(add(bare, fields, { map: 'a_idx', type: 'BTree' })).toContain(
      '@@index([userId, at(sort: Desc)], type: BTree, map: "a_idx")',
    )
    expect(add(bare, ['userId'], { kind: 'unique' })).toContain('@@unique([userId])')
  })

  it('does nothing twice, and knows its models', () => {
    const once = add(bare, ['userId'])
    expect(addIndex(once, 'A', ['userId'])).toEqual([])
    expect(addIndex(bare, 'A', ['id'])).toEqual([])
    expect(() => addIndex(bare, 'Zebra', ['id'])).toThrow('no model Zebra')
  })
})

describe('removeIndex', () => {
  it('leaves the schema as it was before addIndex', () => {
    expect(remove(add(bare, ['userId']), ['userId'])).toBe(bare)
    const windows = bare.replaceAll('\n', '\r\n')
    expect(remove(add(windows, ['userId']), ['userId'])).toBe(windows)
  })

  it('removes one of several, and an inline one', () => {
    const text =
      'model A {\n  id String @id\n  b  String @unique @db.Text // b\n\n  @@index([b, id]) // slow\n  @@map("as")\n}\n'
    expect(remove(text, ['b', 'id'])).toBe(text.replace('  @@index([b, id]) // slow\n', ''))
    expect(removeIndex(text, 'A', ['b'])).toEqual([])
    expect(remove(text, ['b'], 'unique')).toBe(text.replace(' @unique', ''))
    expect(remove(text.replace('@unique', '@unique(map: "x")'), ['b'], 'unique')).toBe(
      text.replace(' @unique', ''),
    )
    expect(removeIndex(text, 'A', ['id'])).toEqual([])
  })
})
