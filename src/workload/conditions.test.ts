import { expect, it } from 'vitest'
import { conditionsOf, sortKeysOf } from './conditions.ts'

const short = (text: string): string[] =>
  conditionsOf(text).map(
    (one) =>
      `${one.wrapped ? `${one.wrapped} ` : ''}${one.alias}.${one.column} ${one.test}${one.with ? ` ${one.with}` : ''}`,
  )

it('reads what Postgres prints', () => {
  expect(short(`(("Order"."orgId" = 'o1'::text) AND ("Order".status = 'PAID'::"Status"))`)).toEqual([
    'Order.orgId equal',
    'Order.status equal',
  ])
  expect(short(`((t.name)::text = 'a AND b'::text)`)).toEqual(['t.name equal'])
  expect(short(`(t.a = ANY ('{1,2}'::integer[]))`)).toEqual(['t.a equal'])
  expect(short(`((t."at" >= '2020-01-01'::date) AND (t."at" < '2021-01-01'::date))`)).toEqual([
    't.at range',
    't.at range',
  ])
  expect(short('((t.archived IS NULL) AND (t.b IS NOT NULL) AND t.done AND (NOT t.spam))')).toEqual([
    't.archived null',
    't.b not-null',
    't.done equal',
    't.spam equal',
  ])
  expect(short(`(lower((t.email)::text) = 'x'::text)`)).toEqual(['lower t.email equal'])
  expect(short(`((t.name ~~* '%x%'::text) AND (t.name ~~ 'x%'::text) AND (t.name ~~ '%x'::text))`)).toEqual([
    't.name inside',
    't.name prefix',
    't.name inside',
  ])
  expect(short('(c.id = o."customerId")')).toEqual(['c.id equal o', 'o.customerId equal c'])
})

it('says nothing of what it does not know', () => {
  expect(short(`((t.a = 1) OR (t.b = 2))`)).toEqual([])
  expect(short('(t.a <> 1)')).toEqual([])
  expect(short('((t.a + 1) = 2)')).toEqual([])
  expect(short(`(NOT (ANY (t.a = (hashed SubPlan 1).col1)))`)).toEqual([])
  expect(short(`((t.a = 1) AND ((t.b = 2) OR (t.c = 3)))`)).toEqual(['t.a equal'])
})

it('reads sort keys', () => {
  expect(sortKeysOf(['"Order"."createdAt" DESC', 't.id', 't.x DESC NULLS LAST'])).toEqual([
    { alias: 'Order', column: 'createdAt', descending: true },
    { alias: 't', column: 'id', descending: false },
    { alias: 't', column: 'x', descending: true, nulls: 'LAST' },
  ])
  expect(sortKeysOf(['t.a', '(lower(t.b))'])).toEqual([])
})
