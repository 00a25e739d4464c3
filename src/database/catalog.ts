/** What a Postgres database holds: tables, columns, keys and conditions, as its own catalog tells them. */
import type { Client } from 'pg'
import { z } from 'zod'

export interface ColumnType {
  /** Name of the element type, without length: `int4`, `varchar`, `WorkOrderStatus`. */
  base: string
  /** As one writes it: `character varying(20)[]`. */
  sql: string
  array: boolean
  /** The values, in order, of an enum. */
  values?: string[]
  /** Of `varchar(n)`, `char(n)`, `bit(n)` and `vector(n)`. */
  length?: number
  precision?: number
  scale?: number
}

export interface Column {
  name: string
  type: ColumnType
  nullable: boolean
  /** SQL of the default: `'OPEN'::"Status"`. */
  default?: string
  /** Computed by the database from other columns: takes no value. */
  generated: boolean
  identity: boolean
  /** The sequence that the column owns, quoted. */
  sequence?: string
}

export interface UniqueKey {
  name: string
  columns: string[]
  primary: boolean
  /** Condition of a partial index. */
  where?: string
  nullsNotDistinct: boolean
  /** On an expression such as `lower(email)`: `columns` are those that occur in it. */
  expression: boolean
}

export interface ForeignKey {
  name: string
  columns: string[]
  /** Name of the table, as in `Catalog.tables`. */
  references: string
  referencedColumns: string[]
}

export interface Check {
  name: string
  /** SQL of the condition. */
  condition: string
  /** Set where the condition is of the type of this column, and calls it `VALUE`. */
  column?: string
}

export interface Table {
  /** `Invoice`, or `billing.Invoice` where the schema is not `public`. */
  name: string
  columns: Column[]
  primaryKey: string[]
  uniques: UniqueKey[]
  foreignKeys: ForeignKey[]
  checks: Check[]
}

export interface Catalog {
  tables: Table[]
}

const columnRow = z.object({
  table: z.string(),
  name: z.string(),
  nullable: z.boolean(),
  default: z.string().nullable(),
  generated: z.boolean(),
  identity: z.boolean(),
  sequence: z.string().nullable(),
  base: z.string(),
  sql: z.string(),
  array: z.boolean(),
  modifier: z.number(),
  values: z.array(z.string()).nullable(),
})
const keyRow = z.object({
  table: z.string(),
  name: z.string(),
  columns: z.array(z.string()),
  primary: z.boolean(),
  where: z.string().nullable(),
  nullsNotDistinct: z.boolean(),
  expression: z.boolean(),
})
const foreignKeyRow = z.object({
  table: z.string(),
  name: z.string(),
  columns: z.array(z.string()),
  references: z.string(),
  referencedColumns: z.array(z.string()),
})
const checkRow = z.object({
  table: z.string(),
  name: z.string(),
  condition: z.string(),
  column: z.string().nullable(),
})
const answer = z.object({
  tables: z.array(z.string()),
  columns: z.array(columnRow),
  keys: z.array(keyRow),
  foreignKeys: z.array(foreignKeyRow),
  checks: z.array(checkRow),
})

/** Tables of the user in every schema; without partitions, tables of extensions, and Prisma's list of migrations. */
const TABLES = `
  SELECT c.oid, CASE WHEN n.nspname = 'public' AND c.relname NOT LIKE '%.%' THEN c.relname
                     ELSE n.nspname || '.' || c.relname END AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
    AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%' AND c.relname <> '_prisma_migrations'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`

/** Domains are followed to the type below them. */
const QUERY = `
WITH RECURSIVE t AS (${TABLES}),
a AS (
  SELECT t.name AS "table", t.oid, a.* FROM t
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
),
steps AS (
  SELECT a.oid, a.attnum, a.atttypid AS type, a.atttypmod AS modifier, a.attnotnull AS required, 0 AS depth FROM a
  UNION ALL
  SELECT s.oid, s.attnum, d.typbasetype, CASE WHEN d.typtypmod >= 0 THEN d.typtypmod ELSE s.modifier END,
    s.required OR d.typnotnull, s.depth + 1
  FROM steps s JOIN pg_type d ON d.oid = s.type AND d.typtype = 'd'
),
innermost AS (SELECT DISTINCT ON (oid, attnum) * FROM steps ORDER BY oid, attnum, depth DESC),
names AS (SELECT a.oid, a.attnum, a.attname::text AS name FROM a)
SELECT json_build_object(
  'tables', (SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM t),
  'columns', (
    SELECT coalesce(json_agg(json_build_object(
      'table', a."table", 'name', a.attname, 'nullable', NOT i.required,
      'default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(ad.adbin, ad.adrelid) END,
      'generated', a.attgenerated <> '', 'identity', a.attidentity <> '',
      'sequence', pg_get_serial_sequence(a.oid::regclass::text, a.attname),
      'base', element.typname, 'sql', format_type(i.type, i.modifier),
      'array', ty.typelem <> 0 AND ty.typcategory = 'A', 'modifier', i.modifier,
      'values', (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = element.oid)
    ) ORDER BY a."table", a.attnum), '[]')
    FROM a JOIN innermost i USING (oid, attnum)
    JOIN pg_type ty ON ty.oid = i.type
    JOIN pg_type element ON element.oid = CASE WHEN ty.typelem <> 0 AND ty.typcategory = 'A' THEN ty.typelem ELSE ty.oid END
    LEFT JOIN pg_attrdef ad ON ad.adrelid = a.oid AND ad.adnum = a.attnum
  ),
  'keys', (
    SELECT coalesce(json_agg(json_build_object(
      'table', t.name, 'name', c.relname, 'primary', x.indisprimary,
      'where', pg_get_expr(x.indpred, x.indrelid), 'nullsNotDistinct', coalesce((to_jsonb(x)->>'indnullsnotdistinct')::boolean, false),
      'expression', x.indexprs IS NOT NULL,
      'columns', (
        SELECT coalesce(json_agg(n.name ORDER BY k.at), '[]') FROM (
          SELECT num, at FROM unnest(x.indkey::int2[]) WITH ORDINALITY k(num, at) WHERE at <= x.indnkeyatts AND num > 0
          UNION
          SELECT d.refobjsubid, 1000 FROM pg_depend d WHERE x.indexprs IS NOT NULL AND d.classid = 'pg_class'::regclass
            AND d.objid = x.indexrelid AND d.refclassid = 'pg_class'::regclass AND d.refobjid = x.indrelid AND d.refobjsubid > 0
        ) k JOIN names n ON n.oid = x.indrelid AND n.attnum = k.num
      )
    ) ORDER BY t.name, x.indisprimary DESC, c.relname), '[]')
    FROM pg_index x JOIN t ON t.oid = x.indrelid JOIN pg_class c ON c.oid = x.indexrelid WHERE x.indisunique
  ),
  'foreignKeys', (
    SELECT coalesce(json_agg(json_build_object(
      'table', t.name, 'name', c.conname, 'references', r.name,
      'columns', (SELECT json_agg(n.name ORDER BY k.at) FROM unnest(c.conkey) WITH ORDINALITY k(num, at)
        JOIN names n ON n.oid = c.conrelid AND n.attnum = k.num),
      'referencedColumns', (SELECT json_agg(n.name ORDER BY k.at) FROM unnest(c.confkey) WITH ORDINALITY k(num, at)
        JOIN names n ON n.oid = c.confrelid AND n.attnum = k.num)
    ) ORDER BY t.name, c.conname), '[]')
    FROM pg_constraint c JOIN t ON t.oid = c.conrelid JOIN t r ON r.oid = c.confrelid WHERE c.contype = 'f'
  ),
  'checks', (
    SELECT coalesce(json_agg(one ORDER BY one->>'table', one->>'name'), '[]') FROM (
      SELECT json_build_object('table', t.name, 'name', c.conname, 'column', NULL,
        'condition', pg_get_expr(c.conbin, c.conrelid)) AS one
      FROM pg_constraint c JOIN t ON t.oid = c.conrelid WHERE c.contype = 'c'
      UNION ALL
      SELECT json_build_object('table', a."table", 'name', c.conname, 'column', a.attname,
        'condition', pg_get_expr(c.conbin, 0))
      FROM steps s JOIN a USING (oid, attnum) JOIN pg_constraint c ON c.contypid = s.type AND c.contype = 'c'
    ) checks
  )
) AS catalog`

/** Reads the catalog of the database that `client` is connected to. One statement; changes nothing. */
export async function readCatalog(client: Client): Promise<Catalog> {
  const { rows } = await client.query(QUERY)
  const { catalog } = z.tuple([z.object({ catalog: answer })]).parse(rows)[0]
  const tables = new Map<string, Table>(
    catalog.tables.map((name) => [
      name,
      { name, columns: [], primaryKey: [], uniques: [], foreignKeys: [], checks: [] },
    ]),
  )
  for (const row of catalog.columns) tables.get(row.table)?.columns.push(columnOf(row))
  for (const { table: name, where, ...key } of catalog.keys) {
    const table = tables.get(name)
    table?.uniques.push({ ...key, ...(where === null ? {} : { where }) })
    if (key.primary && table) table.primaryKey = key.columns
  }
  for (const { table, ...key } of catalog.foreignKeys) tables.get(table)?.foreignKeys.push(key)
  for (const { table, column, ...check } of catalog.checks)
    tables.get(table)?.checks.push({ ...check, ...(column === null ? {} : { column }) })
  return { tables: [...tables.values()] }
}

function columnOf(row: z.infer<typeof columnRow>): Column {
  return {
    name: row.name,
    type: {
      base: row.base,
      sql: row.sql,
      array: row.array,
      ...(row.values === null ? {} : { values: row.values }),
      ...modifiersOf(row.base, row.modifier),
    },
    nullable: row.nullable,
    ...(row.default === null ? {} : { default: row.default }),
    generated: row.generated,
    identity: row.identity,
    ...(row.sequence === null ? {} : { sequence: row.sequence }),
  }
}

/** Postgres keeps lengths as one number; that of text types counts a header of four bytes. */
function modifiersOf(base: string, modifier: number): Partial<ColumnType> {
  if (base === 'bpchar' && modifier < 0) return {}
  if (modifier < 0) return base === 'bit' ? { length: 1 } : {}
  if (base === 'varchar' || base === 'bpchar') return { length: modifier - 4 }
  if (base === 'numeric') return { precision: ((modifier - 4) >> 16) & 0xffff, scale: (modifier - 4) & 0x7ff }
  if (base === 'bit' || base === 'varbit' || base === 'vector' || base === 'halfvec')
    return { length: modifier }
  return {}
}

/** `billing.Invoice` → `"billing"."Invoice"`; a name without a dot is left to the search path. */
export function quoteTable(name: string): string {
  const dot = name.indexOf('.')
  return dot < 0 ? quoteName(name) : `${quoteName(name.slice(0, dot))}.${quoteName(name.slice(dot + 1))}`
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
