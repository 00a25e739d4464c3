/** Conditions as Postgres prints them in a plan. What is not of a known form is left out: it only costs a candidate. */

export type Test =
  /** `=`, `= ANY`, or a boolean column as such. */
  | 'equal'
  /** `<`, `<=`, `>`, `>=`, BETWEEN. */
  | 'range'
  | 'null'
  | 'not-null'
  /** LIKE with a fixed beginning. */
  | 'prefix'
  /** LIKE and ILIKE with a `%` at the start, `~` and `~*`. */
  | 'inside'

export interface Condition {
  /** Alias of the relation in the plan. */
  alias: string
  column: string
  test: Test
  /** Function around the column: `lower`. */
  wrapped?: string
  /** Alias of the other side, when that is a column: a join. */
  with?: string
  /** As printed, without outer parentheses. */
  text: string
}

const NAME = String.raw`(?:"(?:[^"]|"")+"|[a-z_][\w$]*)`
const COLUMN = String.raw`(?<alias>${NAME})\.(?<column>${NAME})`
/** `t.a`, `(t.a)::text`, `lower(t.a)`, `lower((t.a)::text)`. */
const SIDE = new RegExp(String.raw`^(?:(?<wrapped>[a-z_]+)\()?\(?${COLUMN}\)?(?:::[\w ."()]+?)?\)?$`)
const OTHER = new RegExp(String.raw`^\(?(${NAME})\.${NAME}\)?(?:::[\w ."]+)?$`)
const OPERATORS = [' = ANY ', ' >= ', ' <= ', ' ~~* ', ' ~~ ', ' ~* ', ' ~ ', ' = ', ' > ', ' < ']

/** The tests that must all hold, of one printed condition. */
export function conditionsOf(text: string | undefined): Condition[] {
  if (text === undefined) return []
  const bare = unwrapped(text)
  const parts = split(bare, ' AND ')
  if (parts.length > 1) return parts.flatMap(conditionsOf)
  return leaf(bare)
}

/** The alternatives of an OR anywhere among the tests, each with what must hold for it. */
export function alternativesOf(text: string | undefined): Condition[][][] {
  if (text === undefined) return []
  const bare = unwrapped(text)
  const parts = split(bare, ' AND ')
  if (parts.length > 1) return parts.flatMap(alternativesOf)
  const either = split(bare, ' OR ')
  return either.length > 1 ? [either.map(conditionsOf)] : []
}

function leaf(text: string): Condition[] {
  if (split(text, ' OR ').length > 1) return []
  const isNull = /^(.*) IS (NOT )?NULL$/.exec(text)
  if (isNull?.[1]) return side(unwrapped(isNull[1]), isNull[2] ? 'not-null' : 'null', text)
  const negated = /^NOT (.*)$/.exec(text)
  if (negated?.[1]) return side(unwrapped(negated[1]), 'equal', text)
  for (const operator of OPERATORS) {
    const [left, right, ...others] = split(text, operator)
    if (left === undefined || right === undefined || others.length > 0) continue
    return compared(unwrapped(left), operator.trim(), unwrapped(right), text)
  }
  return side(text, 'equal', text)
}

function compared(left: string, operator: string, right: string, text: string): Condition[] {
  const test = testOf(operator, right)
  if (!test) return []
  const own = side(left, test, text).map((one) => joined(one, right))
  // A join may use an index on either side; so may a comparison whose constant is printed first.
  const other =
    operator.startsWith('=') || test === 'range'
      ? side(right, test, text).map((one) => joined(one, left))
      : []
  return [...own, ...other]
}

function testOf(operator: string, right: string): Test | undefined {
  if (operator === '=' || operator === '= ANY') return 'equal'
  if (/^[<>]=?$/.test(operator)) return 'range'
  if (operator === '~~') return /^'[^%_']/.test(right) ? 'prefix' : 'inside'
  return /^~/.test(operator) ? 'inside' : undefined
}

function side(text: string, test: Test, whole: string): Condition[] {
  const groups = SIDE.exec(text)?.groups
  if (!groups?.alias || !groups.column) return []
  const condition: Condition = { alias: name(groups.alias), column: name(groups.column), test, text: whole }
  if (groups.wrapped) condition.wrapped = groups.wrapped
  return [condition]
}

function joined(condition: Condition, other: string): Condition {
  const alias = OTHER.exec(other)?.[1]
  return alias === undefined ? condition : { ...condition, with: name(alias) }
}

/** `t."createdAt" DESC NULLS LAST` of a sort key. */
export interface SortKey {
  alias: string
  column: string
  descending: boolean
  nulls?: 'FIRST' | 'LAST'
}

/** The keys of a sort, or nothing when one of them is not a column. */
export function sortKeysOf(keys: readonly string[] = []): SortKey[] {
  const pattern = new RegExp(
    String.raw`^\(?${COLUMN}\)?(?<descending> DESC)?(?: NULLS (?<nulls>FIRST|LAST))?$`,
  )
  const read = keys.map((key) => pattern.exec(key)?.groups)
  if (!read.every((groups) => groups?.alias && groups.column)) return []
  return read.flatMap((groups) => {
    if (!groups?.alias || !groups.column) return []
    const key: SortKey = {
      alias: name(groups.alias),
      column: name(groups.column),
      descending: groups.descending !== undefined,
    }
    if (groups.nulls === 'FIRST' || groups.nulls === 'LAST') key.nulls = groups.nulls
    return [key]
  })
}

const name = (text: string): string => (text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text)

/** Without parentheses that enclose all of it. */
function unwrapped(text: string): string {
  let bare = text.trim()
  while (bare.startsWith('(') && matching(bare) === bare.length - 1) bare = bare.slice(1, -1).trim()
  return bare
}

function matching(text: string): number {
  for (const { at, depth } of walk(text)) if (depth === 0 && at > 0) return at
  return -1
}

/** At the outermost level, outside of quotes. */
function split(text: string, by: string): string[] {
  const parts: string[] = []
  let start = 0
  for (const { at, depth } of walk(text)) {
    if (depth !== 0 || at < start || !text.startsWith(by, at)) continue
    parts.push(text.slice(start, at))
    start = at + by.length
  }
  return [...parts, text.slice(start)]
}

/** Positions outside of quotes, with the number of parentheses that are open after them. */
function* walk(text: string): Iterable<{ at: number; depth: number }> {
  let depth = 0
  let quote: string | undefined
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    if (quote !== undefined) {
      if (char === quote) quote = undefined
      continue
    }
    if (char === "'" || char === '"') quote = char
    else {
      if (char === '(') depth += 1
      if (char === ')') depth -= 1
      yield { at, depth }
    }
  }
}
