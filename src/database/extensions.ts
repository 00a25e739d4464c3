/** Extensions that the server lacks: what can be left out or replaced so that the rest of the tables can be made. */
import type { Client } from 'pg'
import { replaceInCode, skeleton } from './sql-statements.ts'

interface Extension {
  name: string
  types?: string[]
  /** In an index: its access methods and operator classes. */
  index?: RegExp
  /** A word that only SQL which needs the extension has. */
  sign?: RegExp
  /** SQL that does as well for a test. */
  standIn?: string
}

const known: Extension[] = [
  {
    name: 'vector',
    types: ['vector', 'halfvec', 'sparsevec'],
    index: /\b(hnsw|ivfflat|(vector|halfvec|sparsevec)_\w+_ops)\b/i,
  },
  { name: 'postgis', types: ['geometry', 'geography', 'box2d', 'box3d'] },
  {
    name: 'pg_uuidv7',
    standIn: 'CREATE FUNCTION uuid_generate_v7() RETURNS uuid LANGUAGE sql VOLATILE AS $$ SELECT uuidv7() $$',
  },
  { name: 'citext', types: ['citext'], sign: /\bcitext\b/i },
  { name: 'hstore', types: ['hstore'], sign: /\bhstore\b/i },
  { name: 'ltree', types: ['ltree', 'lquery'], sign: /\b(ltree|lquery)\b/i },
  { name: 'pg_trgm', index: /\b(gin|gist)_trgm_ops\b/i, sign: /\b(gin|gist)_trgm_ops\b/i },
  { name: 'uuid-ossp', sign: /\buuid_generate_v[1345]\w*\s*\(/i },
  { name: 'pgcrypto', sign: /\b(gen_random_bytes|gen_salt|crypt|digest|hmac)\s*\(/i },
]

export interface Extensions {
  available: ReadonlySet<string>
  /** Those of `known` that the server lacks. */
  missing: readonly Extension[]
}

export async function readExtensions(client: Client): Promise<Extensions> {
  const { rows } = await client.query<{ name: string }>('SELECT name FROM pg_available_extensions')
  const available = new Set(rows.map(({ name }) => name))
  return { available, missing: known.filter(({ name }) => !available.has(name)) }
}

const creation = /^\s*CREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?("[^"]+"|[\w-]+)/i
const creations = /CREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?("[^"]+"|[\w-]+)/gi
const unquoted = (name: string): string => name.replaceAll('"', '')

/** `CREATE EXTENSION` for what the SQL uses but leaves to somebody else: a provider, or an earlier `db push`. */
export function impliedExtensions(sql: string, { available }: Extensions): string[] {
  const plain = skeleton(sql)
  const created = new Set([...sql.matchAll(creations)].map(([, name]) => unquoted(name ?? '')))
  return known
    .filter(({ name, sign }) => sign?.test(plain) && available.has(name) && !created.has(name))
    .map(({ name }) => `CREATE EXTENSION IF NOT EXISTS "${name}"`)
}

export interface Degraded {
  /** Absent: the statement is left out. */
  sql?: string
  /** What was done, in words. */
  problems: string[]
}

const INDEX = /^CREATE\s+(UNIQUE\s+)?INDEX\b/i
const CODE = /^CREATE\s+(OR\s+REPLACE\s+)?(FUNCTION|PROCEDURE|OPERATOR|CAST|AGGREGATE)\b/i

/** What to run instead of a statement that needs an extension which is missing; undefined when it needs none. */
export function degrade(statement: string, { available, missing }: Extensions): Degraded | undefined {
  const name = unquoted(creation.exec(statement)?.[1] ?? '')
  if (name !== '') return available.has(name) ? undefined : withoutExtension(name)
  const problems: string[] = []
  let sql = statement
  for (const extension of missing) {
    const plain = skeleton(sql)
    const usesType = uses(plain, extension)
    const because = `because this Postgres has no ${extension.name}: ${brief(statement)}`
    if (INDEX.test(plain) && (usesType || extension.index?.test(plain)))
      return { problems: [`An index was left out, ${because}`] }
    if (!usesType) continue
    if (CODE.test(plain)) return { problems: [`Left out, ${because}`] }
    sql = replaceInCode(sql, typePattern(extension), 'text')
    problems.push(`Columns of ${extension.name} are text here, ${because}`)
  }
  return problems.length === 0 ? undefined : { sql, problems }
}

/** The schema with text where `degrade` makes text, to compare it with what was made. */
export function degradeSchema(content: string, { missing }: Extensions): string {
  return content.replace(/\bUnsupported\(\s*"([^"]*)"\s*\)/g, (written, type: string) =>
    missing.some((extension) => uses(type, extension)) ? 'String' : written,
  )
}

const uses = (plain: string, extension: Extension): boolean =>
  extension.types !== undefined && plain.search(typePattern(extension)) >= 0

/** `vector(3)`, `public.vector` */
const typePattern = ({ types = [] }: Extension): RegExp =>
  new RegExp(`(?:\\b\\w+\\.)?\\b(?:${types.join('|')})\\b(?:\\s*\\([^)]*\\))?`, 'gi')

function withoutExtension(name: string): Degraded {
  const standIn = known.find((one) => one.name === name)?.standIn
  const problem = `The extension ${name} is not in this Postgres`
  return standIn === undefined
    ? { problems: [`${problem}; what needs it is replaced or left out.`] }
    : { sql: standIn, problems: [`${problem}; a function of ours stands in.`] }
}

/** The first words of a statement; of a table, no columns. */
export function brief(statement: string): string {
  const line = statement.replace(/\s+/g, ' ').trim()
  const head = /^CREATE TABLE [^(]+/i.exec(line)?.[0].trim() ?? line
  return head.length > 80 ? `${head.slice(0, 79)}…` : head
}
