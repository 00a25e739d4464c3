/** Where the parts of a file begin and end: what an edit needs, and the `Syntax` leaves out. */
import { isNode, type Node, node, nodes, text } from './nodes.ts'
import { parseCode } from './parse.ts'
import type {
  CallShape,
  ImportShape,
  Member,
  ObjectShape,
  Range,
  StatementShape,
  StringShape,
} from './shape.ts'
import type { Expr } from './syntax.ts'

/** The parts of one file. Where an offset is asked for, an `at` of the `Syntax` will do. */
export class Shape {
  readonly imports: ImportShape[]
  /** Behind a `#!` line and directives such as `'use server'`: 0 when there are none. */
  readonly start: number
  private readonly all: Found[] = []

  constructor(program: Node, hashbangEnd: number) {
    this.collect(program, undefined)
    const body = nodes(program.body)
    this.imports = body.filter((one) => one.type === 'ImportDeclaration').map(importOf)
    const directives = body.filter((one) => typeof one.directive === 'string')
    this.start = Math.max(hashbangEnd, ...directives.map((one) => one.end))
  }

  private collect(of: Node, parent: Node | undefined): void {
    this.all.push({ node: of, parent })
    for (const value of Object.values(of)) {
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) this.collect(child, of)
    }
  }

  private of(types: ReadonlySet<string>): Node[] {
    return this.all.filter((one) => types.has(one.node.type)).map((one) => one.node)
  }

  /** The range of an expression of the `Syntax` of the same text, without parentheses and type assertions around it. */
  range(expr: Expr): Range | undefined {
    const types = typesOf[expr.k]
    const start = (one: Node): number =>
      one.type === 'MemberExpression' && expr.k === 'member' ? (node(one.property)?.start ?? -1) : one.start
    const candidates = this.of(types)
      .filter((one) => start(one) === expr.at)
      .sort((a, b) => a.end - b.end)
    // `a.b().c()` holds two calls that start at `a`: the inner one is the shorter.
    let inner = 0
    for (let left = leftOf(expr); left; left = leftOf(left))
      if (left.k === expr.k && left.at === expr.at) inner++
    return rangeOf(candidates[inner])
  }

  /** The object literal that starts here. */
  object(at: number): ObjectShape | undefined {
    const found = this.of(objects).find((one) => one.start === at)
    return found && objectOf(found)
  }

  /** The object literals within a range, outer ones first. */
  objectsIn({ start, end }: Range): ObjectShape[] {
    return this.of(objects)
      .filter((one) => one.start >= start && one.end <= end)
      .map(objectOf)
  }

  /** The innermost call whose callee holds the offset; with a name, the one whose callee ends in that name. */
  call(at: number, name?: string): CallShape | undefined {
    return this.of(calls)
      .map(callOf)
      .filter(
        (one) => one.callee.start <= at && at < one.callee.end && (name === undefined || one.name === name),
      )
      .sort((a, b) => a.end - a.start - (b.end - b.start))[0]
  }

  /** The calls within a range, in the order of the text. */
  callsIn({ start, end }: Range): CallShape[] {
    return this.of(calls)
      .filter((one) => one.start >= start && one.end <= end)
      .map(callOf)
      .sort((a, b) => a.callee.end - b.callee.end)
  }

  /** The innermost function that holds the offset is async; of the top of a module, true. */
  isAsync(at: number): boolean {
    const holds = this.of(functions).filter((one) => one.start <= at && at < one.end)
    const inner = holds.sort((a, b) => a.end - a.start - (b.end - b.start))[0]
    return inner === undefined || inner.async === true
  }

  /** The innermost statement of a block, or of the file, that holds the offset. */
  statement(at: number): StatementShape | undefined {
    const holds = this.statements().filter((one) => one.listed && one.start <= at && at < one.end)
    return holds.sort((a, b) => a.end - a.start - (b.end - b.start))[0]
  }

  /** The body of the innermost function that holds the offset, with its braces; absent for `() => value`. */
  body(at: number): Range | undefined {
    const holds = this.of(functions).filter((one) => one.start <= at && at < one.end)
    const body = node(holds.sort((a, b) => a.end - a.start - (b.end - b.start))[0]?.body)
    return body && /^(BlockStatement|FunctionBody)$/.test(body.type) ? rangeOf(body) : undefined
  }

  /** Statements of the whole file, those in a block too, but not blocks. */
  statements(): StatementShape[] {
    return this.all
      .filter(({ node: one, parent }) => /(Statement|Declaration)$/.test(one.type) && !partOf(one, parent))
      .map(({ node: one, parent }) => {
        // `export const a = 1` is one statement.
        const { start, end } = parent?.type.startsWith('Export') ? parent : one
        const listed = blocks.test(parent?.type ?? '') || parent?.type.startsWith('Export') === true
        return { start, end, ends: ending.test(one.type) && !bodied(one), listed }
      })
  }

  strings(): StringShape[] {
    return this.all
      .filter(({ node: one }) => one.type === 'Literal' && typeof one.value === 'string')
      .map(({ node: one, parent }) => ({
        start: one.start,
        end: one.end,
        inJsx: parent?.type === 'JSXAttribute',
      }))
  }

  templates(): Range[] {
    return this.of(new Set(['TemplateLiteral', 'JSXText'])).flatMap((one) => rangeOf(one) ?? [])
  }

  /** Lists with items in braces, brackets or parentheses, and the end of their last item. */
  lists(): (Range & { last: number })[] {
    return this.all.flatMap(({ node: one }) => {
      const last = nodes(one.type === 'ObjectExpression' ? one.properties : one.elements).at(-1)
      return last && /^(Object|Array)Expression$/.test(one.type)
        ? [{ start: one.start, end: one.end, last: last.end }]
        : []
    })
  }

  /** A name is written somewhere in the file, in whatever role. */
  mentions(name: string): boolean {
    return this.all.some(({ node: one }) => /Identifier$/.test(one.type) && one.name === name)
  }
}

interface Found {
  node: Node
  parent: Node | undefined
}

const objects = new Set(['ObjectExpression'])
const calls = new Set(['CallExpression', 'NewExpression'])
const functions = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])
const ending =
  /^(Expression|Return|Throw|Break|Continue|Debugger|DoWhile)Statement$|^(Variable|Import|ExportNamed|ExportDefault|ExportAll|TSTypeAlias)Declaration$/

const blocks = /^(Program|BlockStatement|FunctionBody|SwitchCase|StaticBlock|TSModuleBlock)$/

/** `export function f() {}` and the like end in a brace. */
function bodied(one: Node): boolean {
  const inner = node(one.declaration)
  return inner !== null && /^(Function|Class|TSInterface|TSEnum|TSModule)Declaration$/.test(inner.type)
}

/** The declaration of an `export` is part of that statement, and that of `for (const a of b)` of the loop. */
function partOf(one: Node, parent: Node | undefined): boolean {
  if (one.type === 'BlockStatement') return true
  if (parent?.type.startsWith('Export')) return true
  return one.type === 'VariableDeclaration' && /^For/.test(parent?.type ?? '') && parent?.body !== one
}

const rangeOf = (one: Node | undefined | null): Range | undefined =>
  one ? { start: one.start, end: one.end } : undefined

const typesOf: Record<Expr['k'], ReadonlySet<string>> = {
  name: new Set(['Identifier', 'ThisExpression', 'JSXIdentifier']),
  literal: new Set(['Literal']),
  regex: new Set(['Literal']),
  template: new Set(['TemplateLiteral', 'TaggedTemplateExpression']),
  member: new Set(['MemberExpression']),
  index: new Set(['MemberExpression']),
  call: new Set(['CallExpression', 'NewExpression', 'ImportExpression']),
  fn: new Set(['ArrowFunctionExpression', 'FunctionExpression']),
  class: new Set(['ClassExpression']),
  object: objects,
  array: new Set(['ArrayExpression']),
  spread: new Set(['SpreadElement']),
  await: new Set(['AwaitExpression']),
  binary: new Set(['BinaryExpression']),
  logic: new Set(['LogicalExpression']),
  unary: new Set(['UnaryExpression', 'YieldExpression']),
  choose: new Set(['ConditionalExpression']),
  assign: new Set(['AssignmentExpression', 'UpdateExpression']),
  jsx: new Set(['JSXElement', 'JSXFragment']),
  many: new Set(['SequenceExpression']),
}

/** The part with which an expression begins. */
function leftOf(expr: Expr): Expr | undefined {
  switch (expr.k) {
    case 'member':
    case 'index':
      return expr.of
    case 'call':
      return expr.isNew ? undefined : expr.callee
    case 'binary':
    case 'logic':
      return expr.left
    case 'choose':
      return expr.test
    case 'template':
      return expr.tag
    case 'many':
      return expr.items[0]
    default:
      return undefined
  }
}

function objectOf(one: Node): ObjectShape {
  const members = nodes(one.properties).map((member): Member => {
    const value = node(member.value) ?? node(member.argument) ?? member
    const key = node(member.key)
    const name = member.computed === true ? '' : text(key?.name) || text(key?.value)
    return {
      start: member.start,
      end: member.end,
      ...(name === '' ? {} : { key: name }),
      shorthand: member.shorthand === true,
      value: { start: value.start, end: value.end },
    }
  })
  return { start: one.start, end: one.end, members }
}

function callOf(one: Node): CallShape {
  const callee = node(one.callee) ?? one
  const last = node(callee.property) ?? callee
  const args = nodes(one.arguments).map(({ start, end }) => ({ start, end }))
  return {
    start: one.start,
    end: one.end,
    callee: { start: callee.start, end: callee.end },
    name: text(last.name),
    args,
  }
}

function importOf(one: Node): ImportShape {
  const shape: ImportShape = {
    start: one.start,
    end: one.end,
    from: text(node(one.source)?.value),
    typeOnly: one.importKind === 'type',
    names: [],
  }
  for (const specifier of nodes(one.specifiers)) {
    const local = text(node(specifier.local)?.name)
    if (specifier.type === 'ImportDefaultSpecifier') shape.default = local
    else if (specifier.type === 'ImportNamespaceSpecifier') shape.namespace = local
    else {
      const imported = node(specifier.imported)
      shape.names.push({
        start: specifier.start,
        end: specifier.end,
        imported: text(imported?.name) || text(imported?.value),
        local,
        typeOnly: specifier.importKind === 'type',
      })
    }
  }
  return shape
}

/** Reads where the parts of a TypeScript or JavaScript file are; `undefined` when it does not parse. */
export function readShape(file: string, source: string): Shape | undefined {
  const { program, errors } = parseCode(file, source)
  if (errors.length > 0 || !program) return undefined
  return new Shape(program, /^#!.*/.exec(source)?.[0].length ?? 0)
}
