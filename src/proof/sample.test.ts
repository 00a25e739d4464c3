import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { InputSchema } from '../project/input-schema.ts'
import { sample } from './sample.ts'

const text = (more: Partial<InputSchema & { k: 'string' }>): InputSchema => ({ k: 'string', ...more })

describe('samples', () => {
  it('leave out what may be left out when asked for the least', () => {
    const schema: InputSchema = {
      k: 'object',
      loose: false,
      fields: new Map([
        ['name', text({})],
        ['filter', text({ optional: true })],
      ]),
    }
    expect(sample(schema, 'body', { unique: 'q7' })).toEqual({ name: 'sample q7', filter: 'sample q7' })
    expect(sample(schema, 'body', { unique: 'q7', bare: true })).toEqual({ name: 'sample q7' })
  })

  it('put a known value of one into a list', () => {
    const list: InputSchema = { k: 'array', of: text({}), min: 0 }
    expect(sample(list, 'body.ids', { unique: 'q7', known: () => 'id-1' })).toEqual(['id-1'])
  })

  it('give the most rights where rights are given away', () => {
    const rights: InputSchema = { k: 'values', values: ['read', 'write', 'manage'] }
    expect(sample(rights, 'body.permission', { unique: 'q7' })).toBe('manage')
    expect(sample(rights, 'body.state', { unique: 'q7' })).toBe('read')
  })

  const cases: [string, InputSchema, z.ZodType][] = [
    ['a title', text({ min: 1, max: 8 }), z.string().min(1).max(8)],
    ['an e-mail', text({ format: 'email' }), z.email()],
    ['a url', text({ format: 'url' }), z.url()],
    ['a uuid', text({ format: 'uuid' }), z.uuid()],
    ['a cuid', text({ format: 'cuid' }), z.cuid()],
    ['a cuid2', text({ format: 'cuid2' }), z.cuid2()],
    ['a ulid', text({ format: 'ulid' }), z.ulid()],
    ['a nanoid', text({ format: 'nanoid' }), z.nanoid()],
    ['a day', text({ format: 'date' }), z.iso.date()],
    ['a moment', text({ format: 'datetime' }), z.iso.datetime()],
    ['a phone', text({ format: 'e164' }), z.e164()],
    [
      'a slug',
      text({ pattern: { source: '^[a-z0-9-]{3,40}$', flags: '' } }),
      z.string().regex(/^[a-z0-9-]{3,40}$/),
    ],
    ['a currency', text({ pattern: { source: '^[A-Z]{3}$', flags: '' } }), z.string().regex(/^[A-Z]{3}$/)],
    [
      'a hash',
      text({ pattern: { source: '^[0-9a-f]{64}$', flags: '' } }),
      z.string().regex(/^[0-9a-f]{64}$/),
    ],
    ['a long text', text({ min: 400 }), z.string().min(400)],
    ['a number', { k: 'number', int: true, min: 3, max: 4 }, z.number().int().min(3).max(4)],
    ['a fraction', { k: 'number', max: 0.5 }, z.number().max(0.5)],
    ['a choice', { k: 'values', values: ['b', 'c'] }, z.enum(['b', 'c'])],
    ['a date', { k: 'date' }, z.coerce.date()],
  ]
  it.each(cases)('of %s are accepted', (_name, schema, truth) => {
    expect(truth.safeParse(sample(schema, 'body.value', { unique: 'q7' })).error).toBeUndefined()
  })

  it('of objects hold all fields, and what is known before what is made up', () => {
    const schema: InputSchema = {
      k: 'object',
      loose: false,
      fields: new Map<string, InputSchema>([
        ['customerId', text({})],
        ['lines', { k: 'array', min: 2, of: { k: 'number' } }],
        ['either', { k: 'union', options: [{ k: 'file' }, { k: 'boolean' }] }],
        ['later', { k: 'unknown', optional: true }],
      ]),
    }
    const known = (path: string) => (path === 'body.customerId' ? 'c1' : undefined)
    expect(sample(schema, 'body', { unique: 'q7', known })).toEqual({
      customerId: 'c1',
      lines: [1, 1],
      either: true,
    })
  })
})
