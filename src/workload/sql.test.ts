import { expect, it } from 'vitest'
import { isLimited, isOrdered, selectedColumns, shapeOf, tablesOf, verbOf } from './sql.ts'

const list =
  'SELECT "public"."Invoice"."id", "public"."Invoice"."status"::text FROM "public"."Invoice" WHERE ("public"."Invoice"."orgId" = $1 AND "public"."Invoice"."status" IN (CAST($2::text AS "public"."InvoiceStatus"),CAST($3::text AS "public"."InvoiceStatus"))) ORDER BY "public"."Invoice"."createdAt" DESC LIMIT $4 OFFSET $5'

it('gives one shape to lists of any length, to any numbers of parameters and to literals', () => {
  const inOf = (list: string): string => shapeOf(`SELECT "id" FROM "T" WHERE "a" IN (${list}) AND "b" = $9`)
  expect(inOf('$1')).toBe('SELECT "id" FROM "T" WHERE "a" IN (?) AND "b" = ?')
  expect(inOf('$1,$2,$3')).toBe(inOf('$1'))
  expect(inOf('CAST($1 AS "E"),CAST($2 AS "E")')).toBe(inOf('CAST($1 AS "E")'))
  expect(inOf('$1, lower($2)')).not.toBe(inOf('$1'))
  expect(shapeOf("select a from t where b = 'it''s' -- why\n and c = 12")).toBe(
    shapeOf('SELECT a  FROM t WHERE b = $1 /* trace */ AND c = $2'),
  )
  expect(shapeOf('INSERT INTO "T" ("a","b") VALUES ($1,$2), ($3,$4)')).toBe(
    shapeOf('INSERT INTO "T" ("a","b") VALUES ($1,$2)'),
  )
  expect(shapeOf('INSERT INTO "T" ("a","b") VALUES ($1,DEFAULT),($3,$4)')).not.toBe(
    shapeOf('INSERT INTO "T" ("a","b") VALUES ($1,$2)'),
  )
})

it('keeps apart what is not the same: names in another case, another column, IN and =', () => {
  const shapes = ['"A" = $1', '"a" = $1', '"b" = $1', '"a" IN ($1)', '"a" = ANY($1)'].map((where) =>
    shapeOf(`SELECT 1 FROM t WHERE ${where}`),
  )
  expect(new Set(shapes).size).toBe(5)
})

it('sees LIMIT and ORDER BY of the outermost query only', () => {
  const inner = 'SELECT * FROM (SELECT * FROM "T" ORDER BY "a" LIMIT 5) AS x OFFSET $1'
  expect([isLimited(list), isOrdered(list), isLimited(inner), isOrdered(inner)]).toEqual([
    true,
    true,
    false,
    false,
  ])
  expect(isLimited('SELECT "limit" FROM t')).toBe(false)
  expect(isLimited("SELECT a FROM t WHERE b = 'LIMIT 1'")).toBe(false)
})

it('knows what a statement does, and to which tables', () => {
  expect(verbOf('BEGIN')).toBe('other')
  expect(verbOf('WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x')).toBe('delete')
  expect(verbOf('WITH x AS (SELECT 1) SELECT * FROM x')).toBe('select')
  expect(tablesOf(list)).toEqual(['Invoice'])
  expect(tablesOf('UPDATE "public"."T" SET a = 1 FROM other o JOIN app."U" u ON true')).toEqual([
    'T',
    'other',
    'U',
  ])
  expect(tablesOf('DELETE FROM ONLY t')).toEqual(['t'])
})

it('reads the columns of a plain list, and none of one that computes', () => {
  expect(selectedColumns('SELECT "public"."T"."id", "public"."T"."a b"::text FROM "public"."T"')).toEqual([
    ['T', 'id'],
    ['T', 'a b'],
  ])
  expect(selectedColumns('SELECT COUNT(*) FROM "public"."T"')).toEqual([])
})
