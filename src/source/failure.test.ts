import { describe, expect, it } from 'vitest'
import { readFailure } from './failure.ts'

describe('readFailure', () => {
  it('reads an error of Prisma with its call, place and codes', () => {
    const [error] = readFailure(
      [
        'PrismaClientKnownRequestError: ',
        'Invalid `prisma.user.create()` invocation in',
        '/srv/shop/src/users.ts:7:34',
        '',
        '  6 const existing = 1',
        '→ 7 const user = await prisma.user.create(',
        'Unique constraint failed on the fields: (`email`)',
        '    at async POST (/srv/shop/src/users.ts:7:16) {',
        "  code: 'P2002',",
        "  meta: { cause: { originalCode: '23505' } }",
        '}',
      ].join('\n'),
    ).errors
    expect(error).toMatchObject({
      name: 'PrismaClientKnownRequestError',
      message: 'Unique constraint failed on the fields: (`email`)',
      codes: ['P2002', '23505'],
      call: { delegate: 'user', operation: 'create' },
    })
    expect(error?.frames).toContainEqual({
      file: '/srv/shop/src/users.ts',
      line: 7,
      column: 16,
      within: 'POST',
    })
  })

  it.each(['PrismaClientKnownRequestError: ', 'Error: ', ''])(
    'reads a call and its message on one line after %j',
    (before) => {
      const { errors } = readFailure(
        `${before}Invalid \`prisma.customer.delete()\` invocation: Foreign key constraint violated on the constraint: \`Invoice_customerId_fkey\``,
      )
      expect(errors).toHaveLength(1)
      expect(errors[0]).toMatchObject({
        name: before.startsWith('Prisma') ? 'PrismaClientKnownRequestError' : '',
        message: 'Foreign key constraint violated on the constraint: `Invoice_customerId_fkey`',
        call: { delegate: 'customer', operation: 'delete' },
      })
    },
  )

  it('reads the client of a bundle, and of a transaction', () => {
    const call = (text: string) => readFailure(`Invalid \`${text}\` invocation:\n\n\nfailed`).errors[0]?.call
    expect(call('__TURBOPACK__imported__module__["prisma"].user.create()')).toEqual({
      delegate: 'user',
      operation: 'create',
    })
    expect(call('tx.orderLine.deleteMany()')).toEqual({ delegate: 'orderLine', operation: 'deleteMany' })
    expect(call('prisma.$queryRaw()')?.operation).toBe('$queryRaw')
  })

  it('keeps what the database said with what Prisma says of it', () => {
    const { errors } = readFailure(
      'Error: P3018\n\nA migration failed to apply.\n\nDatabase error code: 25001\n\nDatabase error:\nERROR: CREATE INDEX CONCURRENTLY cannot run inside a transaction block',
    )
    expect(errors).toHaveLength(1)
    expect(errors[0]?.codes).toEqual(['P3018', '25001'])
  })

  it('tells the errors of a log apart, in their order', () => {
    const { errors } = readFailure(
      'started\nTypeError: a\n    at f (src/a.ts:1:2)\nmore\nRangeError: b\n    at g (src/b.ts:3:4)',
    )
    expect(errors.map(({ name, message, frames }) => [name, message, frames[0]?.file])).toEqual([
      ['TypeError', 'a', 'src/a.ts'],
      ['RangeError', 'b', 'src/b.ts'],
    ])
  })

  it('reads paths of bundlers, of Windows and of the compiler', () => {
    const file = (line: string) => readFailure(line).errors[0]?.frames[0]?.file
    expect(file('    at f (webpack-internal:///(rsc)/./src/lib/db.ts:3:4)')).toBe('src/lib/db.ts')
    expect(file('    at f (file:///C:/app/src/lib/db.ts:3:4)')).toMatch(/src\/lib\/db\.ts$/)
    expect(file('src/lib/db.ts(3,4): error TS2322: no')).toBe('src/lib/db.ts')
    expect(file('  -->  prisma/schema.prisma:8')).toBe('prisma/schema.prisma')
  })

  it('takes a text without the form of an error for one error', () => {
    expect(readFailure('it hangs').errors).toMatchObject([{ name: '', message: 'it hangs', codes: [] }])
    expect(readFailure('').errors).toHaveLength(1)
  })

  it('ends on any text', () => {
    const text = 'web-1 | {"msg":"x","err":{"stack":"Error: a\\n    at b (c.ts:1:2)"}}\n⨯ Error: a {'
    for (let end = 0; end <= text.length; end++) readFailure(text.slice(0, end) + '\u001b[31m\n'.repeat(2))
  })
})
