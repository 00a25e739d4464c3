import { describe, expect, it } from 'vitest'
import { randomFor } from '../random.ts'
import { holds } from './evaluate.ts'
import { parseCondition } from './parse.ts'
import { sampleOf } from './sample.ts'

function told(sql: string, row: Record<string, unknown>): boolean | null | undefined {
  const condition = parseCondition(sql)
  return condition && holds(condition, (column) => row[column])
}

describe('a condition', () => {
  it.each<[string, Record<string, unknown>, boolean | null | undefined]>([
    ['((price > (0)::numeric) AND (price < 9.5))', { price: 9 }, true],
    ['((price > (0)::numeric) AND (price < 9.5))', { price: 10 }, false],
    ['(price > 0)', { price: null }, null],
    [`(state = ANY (ARRAY['on'::text, 'it''s'::text]))`, { state: "it's" }, true],
    [
      `((state)::text = ANY ((ARRAY['on'::character varying, 'off'::character varying])::text[]))`,
      { state: 'x' },
      false,
    ],
    [`(NOT (state = ANY ('{on,off}'::text[])))`, { state: 'on' }, false],
    ['(("startsAt" IS NULL) <> ("endsAt" IS NULL))', { startsAt: null, endsAt: 1 }, true],
    ['(a IS DISTINCT FROM b)', { a: null, b: null }, false],
    ['(char_length((code)::text) <= 3)', { code: 'abcd' }, false],
    [`((code)::text ~ '^[A-Z]{2}$'::text)`, { code: 'AB' }, true],
    [`(code ~~ 'https://%'::text)`, { code: 'http://x' }, false],
    ['(num_nonnulls(a, b, c) = 1)', { a: 1, b: null, c: null }, true],
    ['((flag IS TRUE) OR (total = (net + tax)))', { flag: false, total: 3, net: 1, tax: 2 }, true],
    [
      `("at" > '2031-01-01 00:00:00'::timestamp(3) without time zone)`,
      { at: '2030-05-01T00:00:00.000Z' },
      false,
    ],
    ['(cardinality(tags) > 0)', { tags: [] }, false],
    [`(jsonb_typeof(data) = 'object'::text)`, { data: [] }, false],
  ])('%s of %o is %s', (sql, row, expected) => {
    expect(told(sql, row)).toBe(expected)
  })

  it.each(['(secret(a) = 1)', '(a @> b)', 'CASE WHEN a THEN b END', "(EXTRACT(year FROM d) > '1')", '((('])(
    '%s is not judged',
    (sql) => {
      expect(told(sql, { a: 1, b: 2, d: '2026-01-01' })).toBeUndefined()
    },
  )
})

describe('a sample', () => {
  it.each([
    '^[A-Z]{3}-\\d{4}$',
    '^(foo|bar)_[a-z0-9_-]+$',
    '^\\+?[1-9]\\d{6,14}$',
    '^[[:alpha:]]+@example\\.com$',
    '^#(?:[0-9a-f]{3}){1,2}$',
    '^[^/]+$',
  ])('fits %s', (pattern) => {
    const js = new RegExp(pattern.replaceAll('[:alpha:]', 'A-Za-z'))
    for (let i = 0; i < 20; i++) expect(sampleOf(pattern, randomFor(i))).toMatch(js)
  })

  it('is not made of what is not understood', () => {
    expect(sampleOf('^(?=a)b$', randomFor(1))).toBeUndefined()
    expect(sampleOf('^(a', randomFor(1))).toBeUndefined()
    expect(sampleOf('[a', randomFor(1))).toBeUndefined()
  })
})
