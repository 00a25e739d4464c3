/** What can be read from the text of a statement without parsing it: Prisma's SQL is regular, a user's is not. */

export type Verb = 'select' | 'insert' | 'update' | 'delete' | 'other'

export interface SqlToken {
  kind: 'word' | 'name' | 'value' | 'mark'
  /** Words in upper case, names without quotes, values as `?`. */
  text: string
  /** Parentheses that are open before it. */
  depth: number
}

const PIECES =
  /\s+|--[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"]|"")*"|[eE]?'(?:[^']|'')*'|\$\d+|\$(\w*)\$[\s\S]*?\$\1\$|\d+(?:\.\d+)?|[A-Za-z_][\w$]*|::|[<>=!~]+|[\s\S]/g

/** The tokens of a statement, without white space and comments. */
export function tokensOf(sql: string): SqlToken[] {
  const tokens: SqlToken[] = []
  let depth = 0
  for (const [piece] of sql.matchAll(PIECES)) {
    if (/^(\s|--|\/\*)/.test(piece)) continue
    if (piece === ')') depth -= 1
    tokens.push(tokenOf(piece, depth))
    if (piece === '(') depth += 1
  }
  return tokens
}

function tokenOf(piece: string, depth: number): SqlToken {
  if (piece.startsWith('"')) return { kind: 'name', text: piece.slice(1, -1).replaceAll('""', '"'), depth }
  if (/^([eE]?'|\$|\d)/.test(piece)) return { kind: 'value', text: '?', depth }
  if (/^[A-Za-z_]/.test(piece)) return { kind: 'word', text: piece.toUpperCase(), depth }
  return { kind: 'mark', text: piece, depth }
}

/**
 * The statement without what differs from one execution to the next: parameters and literals are `?`, lists of any
 * length are one item, and so are rows of VALUES. Two statements of one shape come from the same code.
 */
export function shapeOf(sql: string): string {
  const tokens = tokensOf(sql)
  const kept: SqlToken[] = []
  let at = 0
  while (at < tokens.length) {
    const token = tokens[at]
    if (!token) break
    const before = tokens[at - 1]
    if (token.text === '(' && before?.kind === 'word' && /^(IN|VALUES|ARRAY)$/.test(before.text)) {
      const { items, end } = listAt(tokens, at, before.text === 'VALUES')
      kept.push(...items)
      at = end
    } else {
      kept.push(token)
      at += 1
    }
  }
  return print(kept)
}

/** `(a, a, a)` as `(a)`, and of VALUES `(a, b), (a, b)` as `(a, b)`. */
function listAt(tokens: SqlToken[], start: number, rows: boolean): { items: SqlToken[]; end: number } {
  if (rows) {
    const [first = [], ...others] = groupsAt(tokens, start)
    const end = start + first.length + others.reduce((sum, group) => sum + group.length + 1, 0)
    const same = others.every((group) => print(group) === print(first))
    return { items: same ? first : tokens.slice(start, end), end }
  }
  const end = closing(tokens, start) + 1
  const inside = tokens.slice(start + 1, end - 1)
  const items: SqlToken[][] = [[]]
  for (const token of inside) {
    if (token.text === ',' && token.depth === (tokens[start]?.depth ?? 0) + 1) items.push([])
    else items.at(-1)?.push(token)
  }
  const [first = []] = items
  const same = items.every((item) => print(item) === print(first))
  const open = tokens.slice(start, start + 1)
  return { items: same ? [...open, ...first, ...tokens.slice(end - 1, end)] : tokens.slice(start, end), end }
}

function groupsAt(tokens: SqlToken[], start: number): SqlToken[][] {
  const groups: SqlToken[][] = []
  let at = start
  while (tokens[at]?.text === '(') {
    const end = closing(tokens, at) + 1
    groups.push(tokens.slice(at, end))
    if (tokens[end]?.text !== ',') break
    at = end + 1
  }
  return groups
}

function closing(tokens: SqlToken[], open: number): number {
  const depth = tokens[open]?.depth ?? 0
  const end = tokens.findIndex((token, at) => at > open && token.text === ')' && token.depth === depth)
  return end < 0 ? tokens.length - 1 : end
}

function print(tokens: SqlToken[]): string {
  return tokens
    .map(({ kind, text }) => (kind === 'name' ? `"${text}"` : text))
    .join(' ')
    .replace(/ ([.,)]|::)/g, '$1')
    .replace(/([.(]|::) /g, '$1')
}

/** What the statement does. A WITH is what its main part is; one that writes anywhere writes. */
export function verbOf(sql: string): Verb {
  const tokens = tokensOf(sql)
  const first = tokens[0]?.text
  if (first !== 'WITH') return verb(first)
  const verbs = tokens.filter(({ kind }) => kind === 'word').map(({ text }) => verb(text))
  return verbs.find((one) => one !== 'other' && one !== 'select') ?? 'select'
}

const VERBS = new Map<string, Verb>([
  ['SELECT', 'select'],
  ['INSERT', 'insert'],
  ['UPDATE', 'update'],
  ['DELETE', 'delete'],
])

const verb = (word = ''): Verb => VERBS.get(word) ?? 'other'

/** Whether the outermost query ends after a number of rows. */
export const isLimited = (sql: string): boolean => hasOutside(sql, /^(LIMIT|FETCH)$/)

/** Whether the outermost query says in which order its rows come. */
export const isOrdered = (sql: string): boolean => hasOutside(sql, /^ORDER$/)

function hasOutside(sql: string, word: RegExp): boolean {
  return tokensOf(sql).some(({ kind, text, depth }) => kind === 'word' && depth === 0 && word.test(text))
}

/** Names of the tables after FROM, JOIN, INTO and UPDATE, without their schema, each once. */
export function tablesOf(sql: string): string[] {
  const tokens = tokensOf(sql)
  const found = new Set<string>()
  for (const [at, { kind, text }] of tokens.entries()) {
    if (kind !== 'word' || !/^(FROM|JOIN|INTO|UPDATE)$/.test(text)) continue
    let next = at + 1
    if (tokens[next]?.text === 'ONLY') next += 1
    if (tokens[next + 1]?.text === '.') next += 2
    const name = tokens[next]
    if (name?.kind === 'name') found.add(name.text)
    else if (name?.kind === 'word' && !/^(SELECT|LATERAL|SET)$/.test(name.text))
      found.add(name.text.toLowerCase())
  }
  return [...found]
}

/** Columns that a SELECT of Prisma's names in its outermost list, `[table, column]`; empty when it is not so plain. */
export function selectedColumns(sql: string): [table: string, column: string][] {
  const tokens = tokensOf(sql)
  const end = tokens.findIndex(({ text, depth, kind }) => kind === 'word' && text === 'FROM' && depth === 0)
  if (tokens[0]?.text !== 'SELECT' || end < 0) return []
  const list = print(tokens.slice(1, end))
  const columns: [string, string][] = []
  for (const item of list.split(', ')) {
    const names = /^(?:"[^"]+"\.)?"([^"]+)"\."([^"]+)"(?:::TEXT)?$/.exec(item)
    if (!names?.[1] || !names[2]) return []
    columns.push([names[1], names[2]])
  }
  return columns
}
