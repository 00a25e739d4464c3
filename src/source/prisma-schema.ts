import type { Location } from '../core/finding.ts'

/** Reads Prisma schema text without Prisma: Prisma 4 to 7, any provider. Never throws; what it cannot read is in `errors`. */

export type PrismaExpression =
  | { kind: 'string'; value: string }
  | { kind: 'number'; value: string }
  /** `true`, `Cascade`, `ACTIVE`, `id`, `address.street` */
  | { kind: 'name'; name: string }
  /** `now()`, `raw("…")`, `title(sort: Desc)` */
  | { kind: 'call'; name: string; args: PrismaArgument[] }
  | { kind: 'list'; items: PrismaExpression[] }
  | { kind: 'object'; entries: PrismaArgument[] }

export interface PrismaArgument {
  name?: string
  value: PrismaExpression
}

export interface PrismaAttribute {
  /** Without `@`: `id`, `relation`, `db.VarChar`, `index`. */
  name: string
  args: PrismaArgument[]
  location: Location
  /** As written, on one line. */
  text: string
}

export interface PrismaRelation {
  name?: string
  fields: string[]
  references: string[]
  onDelete?: string
  onUpdate?: string
  map?: string
}

export interface PrismaField {
  name: string
  /** `String`, a model, an enum, or `Unsupported`. */
  type: string
  /** The text in `Unsupported("…")`. */
  unsupported?: string
  list: boolean
  optional: boolean
  id: boolean
  unique: boolean
  updatedAt: boolean
  ignored: boolean
  default?: PrismaExpression
  relation?: PrismaRelation
  /** Column name of `@map`. */
  map?: string
  /** `VarChar(255)` of `@db.VarChar(255)`. */
  nativeType?: string
  attributes: PrismaAttribute[]
  /** Text of `///` comments above and beside the field. */
  doc?: string
  location: Location
}

export interface PrismaIndexField {
  /** Field name, or dotted path into a composite type. */
  name: string
  sort?: 'Asc' | 'Desc'
  ops?: string
  length?: number
}

/** `@@id`, `@@unique`, `@@index` or `@@fulltext`, and `@id` / `@unique` of one field. */
export interface PrismaIndex {
  kind: 'id' | 'unique' | 'index' | 'fulltext'
  /** Written on a field, not on the block. */
  inline: boolean
  fields: PrismaIndexField[]
  /** Name used in the client for compound ids and uniques. */
  name?: string
  /** Name in the database. */
  map?: string
  /** `BTree`, `Hash`, `Gin`, `Gist`, `SpGist`, `Brin`. */
  type?: string
  clustered?: boolean
  /** Condition of a partial index, as written. */
  where?: string
  location: Location
  text: string
}

export interface PrismaModel {
  kind: 'model' | 'view' | 'type'
  name: string
  /** Table name of `@@map`. */
  map?: string
  schema?: string
  ignored: boolean
  fields: PrismaField[]
  /** Inline ones first, in the order of the file. */
  indexes: PrismaIndex[]
  attributes: PrismaAttribute[]
  doc?: string
  location: Location
}

export interface PrismaEnum {
  name: string
  map?: string
  schema?: string
  values: { name: string; map?: string; doc?: string; location: Location }[]
  doc?: string
  location: Location
}

export interface PrismaConfigBlock {
  name: string
  properties: { name: string; value: PrismaExpression }[]
  location: Location
}

export interface PrismaDatasource extends PrismaConfigBlock {
  provider?: string
  relationMode?: string
  schemas: string[]
}

export interface PrismaGenerator extends PrismaConfigBlock {
  provider?: string
  output?: string
  previewFeatures: string[]
}

export interface PrismaSchemaError {
  file: string
  line: number
  message: string
}

export interface PrismaSchema {
  files: string[]
  datasource?: PrismaDatasource
  generators: PrismaGenerator[]
  models: PrismaModel[]
  views: PrismaModel[]
  /** Composite types (MongoDB). */
  types: PrismaModel[]
  enums: PrismaEnum[]
  errors: PrismaSchemaError[]
}

/** All files form one schema, as with Prisma's multi-file schemas. */
export function readPrismaSchema(files: { file: string; text: string }[]): PrismaSchema {
  const schema: PrismaSchema = {
    files: files.map(({ file }) => file),
    generators: [],
    models: [],
    views: [],
    types: [],
    enums: [],
    errors: [],
  }
  for (const { file, text } of files) new Reader(file, text, schema).read()
  return schema
}

interface Token {
  kind: 'name' | 'string' | 'number' | 'punctuation' | 'newline' | 'doc' | 'junk' | 'end'
  /** For strings the value, for docs the text after `///`. */
  text: string
  line: number
  column: number
  start: number
  end: number
}

const tokenPattern =
  /(?<newline>\n)|(?<space>[^\S\n]+|\uFEFF|\/\*[\s\S]*?\*\/)|\/\/\/(?<doc>[^\n]*)|(?<comment>\/\/[^\n]*)|(?<string>"(?:[^"\\\n]|\\[^\n])*")|(?<number>-?\d+(?:\.\d+)?(?![\w-]))|(?<name>[\p{L}\p{N}_][\p{L}\p{N}_-]*)|(?<punctuation>@@|[@{}()[\],:=?.])|(?<junk>[\s\S])/guy

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let line = 1
  let lineStart = 0
  for (const match of text.matchAll(tokenPattern)) {
    const start = match.index
    const whole = match[0]
    const groups = match.groups ?? {}
    const place = { line, column: start - lineStart + 1, start, end: start + whole.length }
    if (groups.newline !== undefined) {
      tokens.push({ kind: 'newline', text: '\n', ...place })
      line++
      lineStart = start + 1
    } else if (groups.space !== undefined) {
      for (let at = whole.indexOf('\n'); at >= 0; at = whole.indexOf('\n', at + 1)) {
        line++
        lineStart = start + at + 1
      }
    } else if (groups.doc !== undefined) tokens.push({ kind: 'doc', text: groups.doc.trim(), ...place })
    else if (groups.string !== undefined) tokens.push({ kind: 'string', text: unquote(whole), ...place })
    else if (groups.number !== undefined) tokens.push({ kind: 'number', text: whole, ...place })
    else if (groups.name !== undefined) tokens.push({ kind: 'name', text: whole, ...place })
    else if (groups.punctuation !== undefined) tokens.push({ kind: 'punctuation', text: whole, ...place })
    else if (groups.junk !== undefined) tokens.push({ kind: 'junk', text: whole, ...place })
  }
  const end = text.length
  tokens.push({ kind: 'end', text: '', line, column: end - lineStart + 1, start: end, end })
  return tokens
}

function unquote(quoted: string): string {
  try {
    const value: unknown = JSON.parse(quoted)
    if (typeof value === 'string') return value
  } catch {
    // An escape that JSON does not know: keep the text.
  }
  return quoted.slice(1, -1)
}

/** A line that could not be read; caught where the reader can go on with the next line. */
class Unreadable extends Error {
  readonly line: number

  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}

const blockKeywords = new Set(['model', 'view', 'type', 'enum', 'datasource', 'generator'])

class Reader {
  private readonly tokens: Token[]
  private readonly file: string
  private readonly text: string
  private readonly schema: PrismaSchema
  private at = 0

  constructor(file: string, text: string, schema: PrismaSchema) {
    this.file = file
    this.text = text
    this.schema = schema
    this.tokens = tokenize(text)
  }

  read(): void {
    let doc: string[] = []
    for (;;) {
      const token = this.peek()
      if (token.kind === 'end') return
      if (token.kind === 'newline') {
        this.at++
        // A blank line detaches a comment from what follows.
        if (this.peek().kind === 'newline') doc = []
      } else if (token.kind === 'doc') {
        this.at++
        doc.push(token.text)
      } else if (this.startsBlock()) {
        this.block(doc)
        doc = []
      } else {
        this.fail(token.line, `Expected a block such as \`model Name {\`, found \`${this.lineText(token)}\`.`)
        this.skipLine(token.line)
        doc = []
      }
    }
  }

  private peek(ahead = 0): Token {
    const token = this.tokens[this.at + ahead] ?? this.tokens.at(-1)
    if (token === undefined) throw new Error('a token list always ends with an end token')
    return token
  }

  private is(text: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'punctuation' && token.text === text
  }

  private fail(line: number, message: string): void {
    this.schema.errors.push({ file: this.file, line, message })
  }

  private place(token: Token): Location {
    return { file: this.file, line: token.line, column: token.column }
  }

  private lineText(token: Token): string {
    const end = this.text.indexOf('\n', token.start)
    return this.text.slice(token.start, end < 0 ? undefined : end).trim()
  }

  /** Goes to the end of the given line, wherever the reader is. */
  private skipLine(line: number): void {
    while (this.at > 0 && this.peek(-1).line > line) this.at--
    while (this.peek().kind !== 'end' && this.peek().line <= line && this.peek().kind !== 'newline') this.at++
  }

  private startsBlock(): boolean {
    const keyword = this.peek()
    return (
      keyword.kind === 'name' &&
      blockKeywords.has(keyword.text) &&
      this.peek(1).kind === 'name' &&
      this.is('{', 2)
    )
  }

  private block(doc: string[]): void {
    const keyword = this.peek().text
    const nameToken = this.peek(1)
    const location = this.place(this.peek())
    const name = nameToken.text
    this.at += 3
    const documented = doc.length > 0 ? { doc: doc.join('\n') } : {}
    if (keyword === 'model' || keyword === 'view' || keyword === 'type') {
      const model: PrismaModel = {
        kind: keyword,
        name,
        ignored: false,
        fields: [],
        indexes: [],
        attributes: [],
        ...documented,
        location,
      }
      const list =
        keyword === 'model' ? this.schema.models : keyword === 'view' ? this.schema.views : this.schema.types
      list.push(model)
      this.lines(keyword, name, location, (docs) => this.modelLine(model, docs))
      finishModel(model)
    } else if (keyword === 'enum') {
      const result: PrismaEnum = { name, values: [], ...documented, location }
      this.schema.enums.push(result)
      this.lines(keyword, name, location, (docs) => this.enumLine(result, docs))
    } else {
      const block: PrismaConfigBlock = { name, properties: [], location }
      this.lines(keyword, name, location, () => this.propertyLine(block))
      if (keyword === 'generator') this.schema.generators.push(generatorOf(block))
      else if (this.schema.datasource === undefined) this.schema.datasource = datasourceOf(block)
    }
  }

  /** Reads the lines of a block up to its `}`. `line` reads one line and returns where to put a trailing comment. */
  private lines(
    keyword: string,
    name: string,
    location: Location,
    line: (docs: string[]) => { doc?: string } | undefined,
  ): void {
    let docs: string[] = []
    for (;;) {
      const token = this.peek()
      if (token.kind === 'end' || this.startsBlock()) {
        this.fail(location.line, `The block \`${keyword} ${name}\` has no closing \`}\`.`)
        return
      }
      if (this.is('}')) {
        this.at++
        return
      }
      if (token.kind === 'newline') {
        this.at++
        if (this.peek().kind === 'newline') docs = []
        continue
      }
      if (token.kind === 'doc') {
        this.at++
        docs.push(token.text)
        continue
      }
      try {
        const target = line(docs)
        docs = []
        const next = this.peek()
        if (next.kind === 'doc') {
          this.at++
          if (target) target.doc = target.doc === undefined ? next.text : `${target.doc}\n${next.text}`
        }
        const rest = this.peek()
        if (rest.kind !== 'newline' && rest.kind !== 'end' && !this.is('}'))
          throw new Unreadable(rest.line, `Unexpected \`${this.lineText(rest)}\` in \`${keyword} ${name}\`.`)
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error
        docs = []
        this.fail(error.line, error.message)
        this.skipLine(error.line)
      }
    }
  }

  private modelLine(model: PrismaModel, docs: string[]): { doc?: string } | undefined {
    if (this.is('@@')) {
      const attribute = this.attribute()
      model.attributes.push(attribute)
      return undefined
    }
    const nameToken = this.peek()
    const typeToken = this.peek(1)
    if (nameToken.kind !== 'name' || typeToken.kind !== 'name')
      throw new Unreadable(
        nameToken.line,
        `Expected a field or an attribute in \`${model.name}\`, found \`${this.lineText(nameToken)}\`.`,
      )
    this.at += 2
    const field: PrismaField = {
      name: nameToken.text,
      type: typeToken.text,
      list: false,
      optional: false,
      id: false,
      unique: false,
      updatedAt: false,
      ignored: false,
      attributes: [],
      ...(docs.length > 0 ? { doc: docs.join('\n') } : {}),
      location: this.place(nameToken),
    }
    if (this.is('(')) {
      const first = this.args()[0]
      if (first?.value.kind === 'string') field.unsupported = first.value.value
    }
    if (this.is('[') && this.is(']', 1)) {
      field.list = true
      this.at += 2
    }
    if (this.is('?')) {
      field.optional = true
      this.at++
    }
    model.fields.push(field)
    try {
      while (this.is('@')) field.attributes.push(this.attribute())
    } finally {
      finishField(field)
    }
    return field
  }

  private enumLine(target: PrismaEnum, docs: string[]): { doc?: string } | undefined {
    if (this.is('@@')) {
      const attribute = this.attribute()
      const value = stringArgument(attribute.args, 'name', 0)
      if (attribute.name === 'map' && value !== undefined) target.map = value
      if (attribute.name === 'schema' && value !== undefined) target.schema = value
      return undefined
    }
    const token = this.peek()
    if (token.kind !== 'name' && token.kind !== 'number')
      throw new Unreadable(
        token.line,
        `Expected a value in \`enum ${target.name}\`, found \`${this.lineText(token)}\`.`,
      )
    this.at++
    const value: PrismaEnum['values'][number] = {
      name: token.text,
      ...(docs.length > 0 ? { doc: docs.join('\n') } : {}),
      location: this.place(token),
    }
    target.values.push(value)
    while (this.is('@')) {
      const attribute = this.attribute()
      const mapped = stringArgument(attribute.args, 'name', 0)
      if (attribute.name === 'map' && mapped !== undefined) value.map = mapped
    }
    return value
  }

  private propertyLine(block: PrismaConfigBlock): undefined {
    const token = this.peek()
    if (token.kind !== 'name' || !this.is('=', 1))
      throw new Unreadable(
        token.line,
        `Expected \`name = value\` in \`${block.name}\`, found \`${this.lineText(token)}\`.`,
      )
    this.at += 2
    block.properties.push({ name: token.text, value: this.expression() })
    return undefined
  }

  private attribute(): PrismaAttribute {
    const start = this.peek()
    this.at++
    let name = this.attributeName(start)
    while (this.is('.')) {
      this.at++
      name += `.${this.attributeName(start)}`
    }
    let args: PrismaArgument[] = []
    if (this.is('(')) {
      try {
        args = this.args()
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error
        // Reading goes on after the line where the attribute starts: later lines may be whole.
        throw new Unreadable(start.line, `Could not read \`${this.lineText(start)}\`: ${error.message}`)
      }
    }
    const text = this.text.slice(start.start, this.peek(-1).end)
    return { name, args, location: this.place(start), text: text.replace(/\s*\n\s*/g, ' ') }
  }

  private attributeName(start: Token): string {
    const token = this.peek()
    if (token.kind !== 'name')
      throw new Unreadable(start.line, `Expected an attribute name at \`${this.lineText(start)}\`.`)
    this.at++
    return token.text
  }

  private args(): PrismaArgument[] {
    this.at++
    return this.entries(')')
  }

  /** Comma-separated `value` or `name: value` up to the closing bracket. Line breaks do not count. */
  private entries(close: string): PrismaArgument[] {
    const entries: PrismaArgument[] = []
    for (;;) {
      this.skipBreaks()
      if (this.is(close)) break
      const token = this.peek()
      if (token.kind === 'name' && this.is(':', 1)) {
        this.at += 2
        this.skipBreaks()
        entries.push({ name: token.text, value: this.expression() })
      } else entries.push({ value: this.expression() })
      this.skipBreaks()
      if (this.is(',')) this.at++
      else if (!this.is(close)) throw this.unexpected(`\`,\` or \`${close}\``)
    }
    this.at++
    return entries
  }

  private skipBreaks(): void {
    while (this.peek().kind === 'newline' || this.peek().kind === 'doc') this.at++
  }

  private unexpected(expected: string): Unreadable {
    const token = this.peek()
    const found = token.kind === 'end' ? 'the end of the file' : `\`${this.lineText(token)}\``
    return new Unreadable(token.line, `expected ${expected}, found ${found}.`)
  }

  private expression(): PrismaExpression {
    const token = this.peek()
    if (token.kind === 'string' || token.kind === 'number') {
      this.at++
      return { kind: token.kind, value: token.text }
    }
    if (this.is('[')) {
      this.at++
      return { kind: 'list', items: this.entries(']').map(({ value }) => value) }
    }
    if (this.is('{')) {
      this.at++
      return { kind: 'object', entries: this.entries('}') }
    }
    if (token.kind !== 'name') throw this.unexpected('a value')
    this.at++
    let name = token.text
    while (this.is('.') && this.peek(1).kind === 'name') {
      name += `.${this.peek(1).text}`
      this.at += 2
    }
    return this.is('(') ? { kind: 'call', name, args: this.args() } : { kind: 'name', name }
  }
}

/** The argument with this name, or the unnamed one at this position. */
function argument(args: PrismaArgument[], name: string, position?: number): PrismaExpression | undefined {
  const named = args.find((arg) => arg.name === name)
  if (named) return named.value
  if (position === undefined) return undefined
  const arg = args[position]
  return arg && arg.name === undefined ? arg.value : undefined
}

function stringArgument(args: PrismaArgument[], name: string, position?: number): string | undefined {
  const value = argument(args, name, position)
  return value?.kind === 'string' ? value.value : undefined
}

function nameArgument(args: PrismaArgument[], name: string): string | undefined {
  const value = argument(args, name)
  return value?.kind === 'name' ? value.name : undefined
}

/** A list; Prisma takes one value without brackets for a list of one: `@@index(email)`. */
function itemsOf(value: PrismaExpression | undefined): PrismaExpression[] {
  if (value?.kind === 'list') return value.items
  return value ? [value] : []
}

const namesOf = (value: PrismaExpression | undefined): string[] =>
  itemsOf(value).flatMap((item) => (item.kind === 'name' ? [item.name] : []))

const stringsOf = (value: PrismaExpression | undefined): string[] =>
  itemsOf(value).flatMap((item) => (item.kind === 'string' ? [item.value] : []))

/** The text of an expression, as one would write it. */
function printExpression(value: PrismaExpression): string {
  const print = (entries: PrismaArgument[]) =>
    entries
      .map(({ name, value }) => (name === undefined ? '' : `${name}: `) + printExpression(value))
      .join(', ')
  switch (value.kind) {
    case 'string':
      return JSON.stringify(value.value)
    case 'number':
      return value.value
    case 'name':
      return value.name
    case 'call':
      return `${value.name}(${print(value.args)})`
    case 'list':
      return `[${value.items.map(printExpression).join(', ')}]`
    case 'object':
      return `{ ${print(value.entries)} }`
  }
}

function finishField(field: PrismaField): void {
  for (const { name, args } of field.attributes) {
    if (name === 'id') field.id = true
    else if (name === 'unique') field.unique = true
    else if (name === 'updatedAt') field.updatedAt = true
    else if (name === 'ignore') field.ignored = true
    else if (name === 'default') {
      const value = argument(args, 'value', 0)
      if (value) field.default = value
    } else if (name === 'map') {
      const value = stringArgument(args, 'name', 0)
      if (value !== undefined) field.map = value
    } else if (name === 'relation') field.relation = relationOf(args)
    else if (name.startsWith('db.'))
      field.nativeType =
        name.slice(3) +
        (args.length > 0 ? `(${args.map(({ value }) => printExpression(value)).join(', ')})` : '')
  }
}

function relationOf(args: PrismaArgument[]): PrismaRelation {
  const relation: PrismaRelation = {
    fields: namesOf(argument(args, 'fields')),
    references: namesOf(argument(args, 'references')),
  }
  const name = stringArgument(args, 'name', 0)
  const map = stringArgument(args, 'map')
  const onDelete = nameArgument(args, 'onDelete')
  const onUpdate = nameArgument(args, 'onUpdate')
  if (name !== undefined) relation.name = name
  if (map !== undefined) relation.map = map
  if (onDelete !== undefined) relation.onDelete = onDelete
  if (onUpdate !== undefined) relation.onUpdate = onUpdate
  return relation
}

function finishModel(model: PrismaModel): void {
  for (const field of model.fields)
    for (const attribute of field.attributes)
      if (attribute.name === 'id' || attribute.name === 'unique')
        model.indexes.push(
          indexOf(
            attribute,
            attribute.name,
            [indexField({ kind: 'call', name: field.name, args: attribute.args })],
            true,
          ),
        )
  for (const attribute of model.attributes) {
    const { name, args } = attribute
    if (name === 'map' || name === 'schema') {
      const value = stringArgument(args, 'name', 0)
      if (value !== undefined) model[name] = value
    } else if (name === 'ignore') model.ignored = true
    else if (name === 'id' || name === 'unique' || name === 'index' || name === 'fulltext') {
      const fields = itemsOf(argument(args, 'fields', 0))
      model.indexes.push(indexOf(attribute, name, fields.map(indexField), false))
    }
  }
}

function indexField(value: PrismaExpression): PrismaIndexField {
  if (value.kind !== 'call') return { name: printExpression(value) }
  const field: PrismaIndexField = { name: value.name }
  const sort = nameArgument(value.args, 'sort')
  const ops = argument(value.args, 'ops')
  const length = argument(value.args, 'length')
  if (sort === 'Asc' || sort === 'Desc') field.sort = sort
  if (ops) field.ops = printExpression(ops)
  if (length?.kind === 'number') field.length = Number(length.value)
  return field
}

function indexOf(
  attribute: PrismaAttribute,
  kind: PrismaIndex['kind'],
  fields: PrismaIndexField[],
  inline: boolean,
): PrismaIndex {
  const { args, location, text } = attribute
  const index: PrismaIndex = { kind, inline, fields, location, text }
  const name = stringArgument(args, 'name')
  const map = stringArgument(args, 'map', inline ? 0 : undefined)
  const type = nameArgument(args, 'type')
  const clustered = nameArgument(args, 'clustered')
  const where = argument(args, 'where')
  if (name !== undefined) index.name = name
  if (map !== undefined) index.map = map
  if (type !== undefined) index.type = type
  if (clustered !== undefined) index.clustered = clustered === 'true'
  if (where) index.where = printExpression(where)
  return index
}

function property(block: PrismaConfigBlock, name: string): PrismaExpression | undefined {
  return block.properties.find((item) => item.name === name)?.value
}

function datasourceOf(block: PrismaConfigBlock): PrismaDatasource {
  const datasource: PrismaDatasource = { ...block, schemas: stringsOf(property(block, 'schemas')) }
  const provider = stringsOf(property(block, 'provider'))[0]
  // `referentialIntegrity` was the name before Prisma 4.5.
  const mode = stringsOf(property(block, 'relationMode') ?? property(block, 'referentialIntegrity'))[0]
  if (provider !== undefined) datasource.provider = provider === 'postgres' ? 'postgresql' : provider
  if (mode !== undefined) datasource.relationMode = mode
  return datasource
}

function generatorOf(block: PrismaConfigBlock): PrismaGenerator {
  const generator: PrismaGenerator = {
    ...block,
    previewFeatures: stringsOf(property(block, 'previewFeatures')),
  }
  const provider = stringsOf(property(block, 'provider'))[0]
  const output = stringsOf(property(block, 'output'))[0]
  if (provider !== undefined) generator.provider = provider
  if (output !== undefined) generator.output = output
  return generator
}
