import { z } from 'zod'
import type { Connection } from './connection.ts'

/** One column of an index, or an expression. */
const indexColumn = z.object({
  /** As in a definition: a name without quotes, or the text of an expression. */
  name: z.string(),
  expression: z.boolean(),
  descending: z.boolean(),
  nullsFirst: z.boolean(),
  /** Name of the operator class when it is not the default one of the type. */
  ops: z.string().nullable(),
  collation: z.string(),
})

const tableIndex = z.object({
  name: z.string(),
  method: z.string(),
  columns: z.array(indexColumn),
  include: z.array(z.string()),
  unique: z.boolean(),
  primary: z.boolean(),
  /** Backs a constraint, a replica identity or CLUSTER: more than a way to find rows. */
  bound: z.boolean(),
  predicate: z.string().nullable(),
  blocks: z.coerce.number(),
  definition: z.string(),
})

const foreignKey = z.object({
  name: z.string(),
  columns: z.array(z.string()),
  table: z.string(),
  references: z.array(z.string()),
  /** `a` no action, `r` restrict, `c` cascade, `n` set null, `d` set default. */
  onDelete: z.string(),
})

const table = z.object({
  schema: z.string(),
  name: z.string(),
  /** Estimate of the last ANALYZE. */
  rows: z.coerce.number(),
  blocks: z.coerce.number(),
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      notNull: z.boolean(),
      generated: z.boolean(),
      /** Different values, as the last ANALYZE estimates; 0 when unknown. */
      distinct: z.coerce.number(),
    }),
  ),
  indexes: z.array(tableIndex),
  foreignKeys: z.array(foreignKey),
})

export type Table = z.infer<typeof table>
export type TableIndex = z.infer<typeof tableIndex>
export type TableForeignKey = z.infer<typeof foreignKey>

/** Ordinary tables of all schemas but Postgres's own and Prisma's, with what an index advisor needs to know. */
export async function readTables(connection: Connection): Promise<Table[]> {
  const { rows } = await connection.query(QUERY)
  return z.array(table).parse(rows)
}

const INDEX_COLUMNS = `
  SELECT json_agg(json_build_object(
    'name', coalesce(a.attname::text, pg_get_indexdef(i.indexrelid, k.place::int, true)),
    'expression', a.attname IS NULL,
    'descending', (i.indoption[k.place - 1] & 1) = 1,
    'nullsFirst', (i.indoption[k.place - 1] & 2) = 2,
    'ops', CASE WHEN o.opcdefault THEN NULL ELSE o.opcname END,
    'collation', coalesce(l.collname, '')) ORDER BY k.place)
  FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
  LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.attnum > 0
  LEFT JOIN pg_opclass o ON o.oid = i.indclass[k.place - 1]
  LEFT JOIN pg_collation l ON l.oid = i.indcollation[k.place - 1]
  WHERE k.place <= i.indnkeyatts`

const INDEXES = `
  SELECT json_agg(json_build_object(
    'name', x.relname, 'method', m.amname, 'columns', (${INDEX_COLUMNS}),
    'include', (SELECT coalesce(json_agg(a.attname), '[]') FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum WHERE k.place > i.indnkeyatts),
    'unique', i.indisunique, 'primary', i.indisprimary,
    'bound', i.indisprimary OR i.indisexclusion OR i.indisclustered OR i.indisreplident
      OR EXISTS (SELECT FROM pg_constraint n WHERE n.conindid = i.indexrelid),
    'predicate', pg_get_expr(i.indpred, i.indrelid), 'blocks', pg_relation_size(x.oid) / 8192,
    'definition', pg_get_indexdef(x.oid)) ORDER BY x.relname)
  FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam
  WHERE i.indrelid = c.oid AND i.indisvalid`

const NAMES = (keys: string, relation: string): string => `
  (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(${keys}) WITH ORDINALITY AS k(attnum, place)
    JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = k.attnum)`

const FOREIGN_KEYS = `
  SELECT json_agg(json_build_object('name', f.conname, 'columns', ${NAMES('f.conkey', 'f.conrelid')},
    'table', p.relname, 'references', ${NAMES('f.confkey', 'f.confrelid')}, 'onDelete', f.confdeltype) ORDER BY f.conname)
  FROM pg_constraint f JOIN pg_class p ON p.oid = f.confrelid WHERE f.conrelid = c.oid AND f.contype = 'f'`

const COLUMNS = `
  SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
    'notNull', a.attnotnull, 'generated', a.attgenerated <> '', 'distinct', coalesce(
      CASE WHEN s.n_distinct < 0 THEN -s.n_distinct * c.reltuples ELSE s.n_distinct END, 0)) ORDER BY a.attnum)
  FROM pg_attribute a
  LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
    AND NOT s.inherited
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped`

const QUERY = `
  SELECT n.nspname AS schema, c.relname AS name, c.reltuples AS rows, pg_relation_size(c.oid) / 8192 AS blocks,
    coalesce((${COLUMNS}), '[]') AS columns, coalesce((${INDEXES}), '[]') AS indexes,
    coalesce((${FOREIGN_KEYS}), '[]') AS "foreignKeys"
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
    AND c.relname <> '_prisma_migrations'
  ORDER BY 1, 2`
