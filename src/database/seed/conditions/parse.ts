/** Reads SQL conditions as Postgres prints them back: of checks, domains and partial indexes. */

export type Condition =
  | { kind: 'literal'; value: string | number | boolean | null }
  | { kind: 'column'; name: string }
  | { kind: 'call'; name: string; args: Condition[] }
  /** Operators by their sign; `and`, `or`, `not`, `is null`. */
  | { kind: 'operator'; sign: string; args: Condition[] }
  | { kind: 'array'; items: Condition[] }
  /** `left sign ANY (list)` */
  | { kind: 'some' | 'every'; sign: string; left: Condition; list: Condition }

interface Token {
  kind: 'string' | 'number' | 'quoted' | 'word' | 'sign' | 'end'
  text: string
}

const PATTERN =
  /\s+|(?<string>[eE]?'(?:[^']|'')*')|(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|"(?<quoted>(?:[^"]|"")*)"|(?<word>[A-Za-z_][\w$]*)|(?<sign>::|[()[\],.]|[-+*/<>=~!@#%^&|`?]+)|(?<junk>.)/gsy

class Unreadable extends Error {}

/** `undefined` for what is not understood. */
export function parseCondition(sql: string): Condition | undefined {
  try {
    const parser = new Parser(tokensOf(sql))
    return parser.whole()
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

function tokensOf(sql: string): Token[] {
  const tokens: Token[] = []
  for (const { groups = {} } of sql.matchAll(PATTERN)) {
    if (groups.junk !== undefined) throw new Unreadable()
    if (groups.string !== undefined) tokens.push({ kind: 'string', text: unquoted(groups.string) })
    else if (groups.number !== undefined) tokens.push({ kind: 'number', text: groups.number })
    else if (groups.quoted !== undefined)
      tokens.push({ kind: 'quoted', text: groups.quoted.replaceAll('""', '"') })
    else if (groups.word !== undefined) tokens.push({ kind: 'word', text: groups.word })
    else if (groups.sign !== undefined) tokens.push({ kind: 'sign', text: groups.sign })
  }
  tokens.push({ kind: 'end', text: '' })
  return tokens
}

function unquoted(text: string): string {
  const plain = text.slice(text.indexOf("'") + 1, -1).replaceAll("''", "'")
  return text.startsWith("'") ? plain : plain.replaceAll('\\\\', '\\')
}

const COMPARISONS = new Set([
  '=',
  '<>',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  '~',
  '~*',
  '!~',
  '!~*',
  '~~',
  '~~*',
  '!~~',
  '!~~*',
])

class Parser {
  private at = 0
  private readonly tokens: Token[]

  constructor(tokens: Token[]) {
    this.tokens = tokens
  }

  whole(): Condition {
    const condition = this.or()
    if (this.peek().kind !== 'end') throw new Unreadable()
    return condition
  }

  private peek(): Token {
    return this.tokens[this.at] ?? { kind: 'end', text: '' }
  }

  private is(...texts: string[]): boolean {
    return texts.every((text, i) => {
      const token = this.tokens[this.at + i]
      return token && (token.kind === 'sign' || token.kind === 'word') && token.text.toUpperCase() === text
    })
  }

  private take(...texts: string[]): boolean {
    if (!this.is(...texts)) return false
    this.at += texts.length
    return true
  }

  private need(text: string): void {
    if (!this.take(text)) throw new Unreadable()
  }

  private or(): Condition {
    return this.chain('or', 'OR', () => this.and())
  }

  private and(): Condition {
    return this.chain('and', 'AND', () => this.not())
  }

  private chain(sign: string, word: string, next: () => Condition): Condition {
    const args = [next()]
    while (this.take(word)) args.push(next())
    return args.length === 1 && args[0] ? args[0] : { kind: 'operator', sign, args }
  }

  private not(): Condition {
    if (this.take('NOT')) return { kind: 'operator', sign: 'not', args: [this.not()] }
    return this.comparison()
  }

  private comparison(): Condition {
    let left = this.sum()
    for (;;) {
      const sign = this.peek().kind === 'sign' ? this.peek().text : ''
      if (COMPARISONS.has(sign)) {
        this.at++
        left = this.compared(left, sign)
      } else if (this.take('IS')) left = this.state(left)
      else return left
    }
  }

  private compared(left: Condition, sign: string): Condition {
    for (const [word, kind] of [
      ['ANY', 'some'],
      ['ALL', 'every'],
    ] as const)
      if (this.take(word, '(')) {
        const list = this.or()
        this.need(')')
        return { kind, sign, left, list }
      }
    return { kind: 'operator', sign: sign === '!=' ? '<>' : sign, args: [left, this.sum()] }
  }

  private state(left: Condition): Condition {
    const negated = this.take('NOT')
    const wrap = (one: Condition): Condition =>
      negated ? { kind: 'operator', sign: 'not', args: [one] } : one
    if (this.take('NULL')) return wrap({ kind: 'operator', sign: 'is null', args: [left] })
    if (this.take('TRUE')) return wrap(this.same(left, true))
    if (this.take('FALSE')) return wrap(this.same(left, false))
    if (this.take('DISTINCT', 'FROM'))
      return negated
        ? { kind: 'operator', sign: 'is', args: [left, this.sum()] }
        : {
            kind: 'operator',
            sign: 'not',
            args: [{ kind: 'operator', sign: 'is', args: [left, this.sum()] }],
          }
    throw new Unreadable()
  }

  private same(left: Condition, value: boolean): Condition {
    return { kind: 'operator', sign: 'is', args: [left, { kind: 'literal', value }] }
  }

  private sum(): Condition {
    return this.binary(['+', '-', '||'], () => this.product())
  }

  private product(): Condition {
    return this.binary(['*', '/', '%'], () => this.unary())
  }

  private binary(signs: string[], next: () => Condition): Condition {
    let left = next()
    for (;;) {
      const token = this.peek()
      if (token.kind !== 'sign' || !signs.includes(token.text)) return left
      this.at++
      left = { kind: 'operator', sign: token.text, args: [left, next()] }
    }
  }

  private unary(): Condition {
    if (this.take('-'))
      return { kind: 'operator', sign: '-', args: [{ kind: 'literal', value: 0 }, this.unary()] }
    let value = this.primary()
    while (this.take('::')) value = cast(value, this.type())
    return value
  }

  private primary(): Condition {
    const token = this.peek()
    this.at++
    if (token.kind === 'string') return { kind: 'literal', value: token.text }
    if (token.kind === 'number') return { kind: 'literal', value: Number(token.text) }
    if (token.kind === 'quoted') return this.nameOrCall(token.text)
    if (token.kind === 'sign' && token.text === '(') {
      const inner = this.or()
      this.need(')')
      return inner
    }
    if (token.kind !== 'word') throw new Unreadable()
    const word = token.text.toUpperCase()
    if (word === 'TRUE' || word === 'FALSE') return { kind: 'literal', value: word === 'TRUE' }
    if (word === 'NULL') return { kind: 'literal', value: null }
    if (word === 'ARRAY' && this.take('[')) return { kind: 'array', items: this.list(']') }
    if (word === 'CURRENT_TIMESTAMP' || word === 'CURRENT_DATE')
      return { kind: 'call', name: 'now', args: [] }
    if (word === 'CASE' || word === 'EXTRACT') throw new Unreadable()
    return this.nameOrCall(token.text)
  }

  private nameOrCall(name: string): Condition {
    if (this.take('(')) return { kind: 'call', name: name.toLowerCase(), args: this.list(')') }
    if (this.is('.')) throw new Unreadable()
    return { kind: 'column', name }
  }

  private list(close: string): Condition[] {
    const items: Condition[] = []
    if (this.take(close)) return items
    do items.push(this.or())
    while (this.take(','))
    this.need(close)
    return items
  }

  private type(): string {
    const words: string[] = []
    for (;;) {
      const token = this.peek()
      if (token.kind === 'quoted') words.push(token.text)
      else if (
        token.kind === 'word' &&
        (words.length === 0 || /^(varying|precision|without|with|time|zone)$/i.test(token.text))
      )
        words.push(token.text.toLowerCase())
      else if (this.is('.')) words.length = 0
      else if (words.length > 0 && this.is('(')) {
        while (!this.is(')')) this.at++
      } else break
      this.at++
    }
    while (this.take('[')) {
      if (this.peek().kind === 'number') this.at++
      this.need(']')
      words.push('[]')
    }
    if (words.length === 0) throw new Unreadable()
    return words.join(' ')
  }
}

function cast(value: Condition, type: string): Condition {
  if (value.kind !== 'literal' || typeof value.value !== 'string') return value
  if (/^(int|bigint|smallint|numeric|decimal|real|double|float)/.test(type) && !type.endsWith('[]'))
    return { kind: 'literal', value: Number(value.value) }
  if (/^bool/.test(type)) return { kind: 'literal', value: /^t/i.test(value.value) }
  if (type.endsWith('[]') && /^\{[^{}"]*\}$/.test(value.value)) {
    const items = value.value.slice(1, -1).split(',')
    return { kind: 'array', items: items.map((item) => ({ kind: 'literal', value: item })) }
  }
  return value
}

/** Every node of a condition, itself included. */
export function* nodesOf(condition: Condition): Generator<Condition> {
  yield condition
  const inner =
    condition.kind === 'call' || condition.kind === 'operator'
      ? condition.args
      : condition.kind === 'array'
        ? condition.items
        : condition.kind === 'some' || condition.kind === 'every'
          ? [condition.left, condition.list]
          : []
  for (const one of inner) yield* nodesOf(one)
}
