/**
 * Reads parser nodes for what the code means: oxc's ESTree in, our `Syntax` out. Two passes per scope: names first, then
 * bodies. `read-shape.ts` reads them for where the parts are.
 */
import { isNode, type Node, node, nodes, text } from './nodes.ts'
import { NESTED, parseCode } from './parse.ts'
import type { Assertion, Binding, ClassDef, Expr, Fn, Pattern, Prop, Stmt, Syntax } from './syntax.ts'

const TRANSPARENT = new Set([
  'ParenthesizedExpression',
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
  'ChainExpression',
])

type Scope = Map<string, number>

/** Expressions and statements in one another. Generated lists of texts that are added up are the deepest that were seen. */
const DEPTH = 400

class Reader {
  readonly bindings: Binding[] = []
  readonly functions: Fn[] = []
  readonly classes: ClassDef[] = []
  readonly exports: Syntax['exports'] = []
  readonly stars: string[] = []
  readonly imports: string[] = []
  readonly assertions: Assertion[] = []
  readonly errors: { at: number; message: string }[] = []
  private readonly source: string
  private scopes: Scope[] = [new Map()]
  private depth = 0

  constructor(source: string) {
    this.source = source
  }

  private declare(name: string, binding: Binding): number {
    const index = this.bindings.push(binding) - 1
    this.scopes[this.scopes.length - 1]?.set(name, index)
    return index
  }

  private find(name: string): number {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const hit = this.scopes[i]?.get(name)
      if (hit !== undefined) return hit
    }
    return -1
  }

  private scoped<T>(work: () => T): T {
    this.scopes.push(new Map())
    const result = work()
    this.scopes.pop()
    return result
  }

  program(body: Node[]): Stmt[] {
    for (const item of body) if (item.type === 'ImportDeclaration') this.importNames(item)
    return this.block(body)
  }

  private importNames(item: Node): void {
    const from = text(node(item.source)?.value)
    if (item.importKind === 'type') return
    this.imports.push(from)
    for (const spec of nodes(item.specifiers)) {
      if (spec.importKind === 'type') continue
      const local = text(node(spec.local)?.name)
      const imported = node(spec.imported)
      const name =
        spec.type === 'ImportDefaultSpecifier'
          ? 'default'
          : spec.type === 'ImportNamespaceSpecifier'
            ? '*'
            : text(imported?.name) || text(imported?.value)
      this.declare(local, { k: 'import', name: local, from, imported: name })
    }
  }

  private block(body: Node[]): Stmt[] {
    for (const item of body) this.hoist(item)
    return body.flatMap((item) => this.statement(item))
  }

  private hoist(item: Node): void {
    const target = item.type.startsWith('Export') ? node(item.declaration) : item
    if (!target) return
    if (target.type === 'FunctionDeclaration' && target.body) {
      const name = text(node(target.id)?.name) || 'default'
      this.declare(name, { k: 'fn', name, fn: this.reserveFn(target) })
    } else if (target.type === 'ClassDeclaration') {
      const name = text(node(target.id)?.name) || 'default'
      this.declare(name, { k: 'class', name, cls: this.reserveClass(target) })
    } else if (target.type === 'VariableDeclaration') {
      for (const one of nodes(target.declarations))
        for (const name of this.names(node(one.id))) this.slot(name)
    } else if (target.type === 'TSEnumDeclaration') {
      const name = text(node(target.id)?.name)
      this.declare(name, { k: 'const', name, init: null, to: { k: 'bind', name, b: -1, at: target.start } })
    }
  }

  private slot(name: string): void {
    this.declare(name, { k: 'param', name })
  }

  private readonly reserved = new Map<Node, number>()
  private reserveFn(item: Node): number {
    const index =
      this.functions.push({
        name: '',
        at: item.start,
        end: item.end,
        params: [],
        body: [],
        isAsync: false,
        useServer: false,
      }) - 1
    this.reserved.set(item, index)
    return index
  }
  private reserveClass(item: Node): number {
    const index = this.classes.push({ name: '', extends: null, members: [] }) - 1
    this.reserved.set(item, index)
    return index
  }

  private names(pattern: Node | null): string[] {
    if (!pattern) return []
    switch (pattern.type) {
      case 'Identifier':
        return [text(pattern.name)]
      case 'ObjectPattern':
        return nodes(pattern.properties).flatMap((p) =>
          this.names(p.type === 'RestElement' ? node(p.argument) : node(p.value)),
        )
      case 'ArrayPattern':
        return nodes(pattern.elements).flatMap((p) => this.names(p))
      case 'AssignmentPattern':
        return this.names(node(pattern.left))
      case 'RestElement':
        return this.names(node(pattern.argument))
      case 'TSParameterProperty':
        return this.names(node(pattern.parameter))
      default:
        return []
    }
  }

  private pattern(item: Node | null): Pattern {
    if (!item) return { k: 'array', items: [], at: 0 }
    const at = item.start
    switch (item.type) {
      case 'Identifier':
        return {
          k: 'bind',
          name: text(item.name),
          b: this.find(text(item.name)),
          at,
          ...(isFormData(item) ? { form: true as const } : {}),
          ...(isAny(item) ? { any: true as const } : {}),
        }
      case 'AssignmentPattern':
        return { k: 'default', to: this.pattern(node(item.left)), value: this.expr(node(item.right)), at }
      case 'RestElement':
        return { k: 'rest', to: this.pattern(node(item.argument)), at }
      case 'TSParameterProperty':
        return this.pattern(node(item.parameter))
      case 'ArrayPattern':
        return {
          k: 'array',
          at,
          items: (Array.isArray(item.elements) ? item.elements : []).map((e) =>
            isNode(e) ? this.pattern(e) : null,
          ),
        }
      case 'ObjectPattern': {
        const props: { key: string; to: Pattern }[] = []
        let rest: Pattern | undefined
        for (const p of nodes(item.properties)) {
          if (p.type === 'RestElement') rest = this.pattern(node(p.argument))
          else props.push({ key: this.keyOf(p) ?? '', to: this.pattern(node(p.value)) })
        }
        return rest ? { k: 'object', props, rest, at } : { k: 'object', props, at }
      }
      default:
        return { k: 'place', expr: this.expr(item), at }
    }
  }

  private keyOf(prop: Node): string | undefined {
    const key = node(prop.key)
    if (!key) return undefined
    if (!prop.computed && (key.type === 'Identifier' || key.type === 'PrivateIdentifier'))
      return text(key.name)
    return key.type === 'Literal' && (typeof key.value === 'string' || typeof key.value === 'number')
      ? String(key.value)
      : undefined
  }

  private fn(item: Node, name: string): number {
    const index = this.reserved.get(item) ?? this.reserveFn(item)
    this.scoped(() => {
      const params = nodes(item.params)
      for (const p of params) for (const n of this.names(p)) this.slot(n)
      const lowered = params.map((p) => this.pattern(p))
      const body = node(item.body)
      const stmts: Stmt[] =
        body?.type === 'BlockStatement' || body?.type === 'FunctionBody'
          ? this.block(nodes(body.body))
          : [{ k: 'return', value: this.expr(body), at: body?.start ?? item.start }]
      const first = body ? nodes(body.body)[0] : undefined
      const useServer =
        first?.type === 'ExpressionStatement' && node(first.expression)?.value === 'use server'
      this.functions[index] = {
        name: text(node(item.id)?.name) || name,
        at: item.start,
        end: item.end,
        params: lowered,
        body: stmts,
        isAsync: item.async === true,
        useServer,
      }
    })
    return index
  }

  private cls(item: Node): number {
    const index = this.reserved.get(item) ?? this.reserveClass(item)
    const members: ClassDef['members'] = []
    for (const m of nodes(node(item.body)?.body)) {
      const name = this.keyOf(m)
      const value = node(m.value)
      if (!name) continue
      if (m.type === 'MethodDefinition' && value?.body) {
        members.push({
          name,
          isStatic: m.static === true,
          value: { k: 'fn', fn: this.fn(value, name), at: value.start },
        })
      } else if (m.type === 'PropertyDefinition') {
        members.push({ name, isStatic: m.static === true, value: value ? this.expr(value, name) : null })
      }
    }
    const superClass = node(item.superClass)
    this.classes[index] = {
      name: text(node(item.id)?.name),
      extends: superClass ? this.expr(superClass) : null,
      members,
    }
    return index
  }

  private statement(item: Node): Stmt[] {
    const at = item.start
    switch (item.type) {
      case 'ExpressionStatement':
        return [{ k: 'expr', expr: this.expr(node(item.expression)), at }]
      case 'VariableDeclaration':
        return nodes(item.declarations).map((one): Stmt => {
          const to = this.pattern(node(one.id))
          const init = node(one.init)
          const value = init ? this.expr(init, text(node(one.id)?.name)) : null
          for (const name of this.names(node(one.id))) {
            const b = this.find(name)
            if (b >= 0) this.bindings[b] = { k: 'const', name, init: value, to }
          }
          return { k: 'let', to, init: value, at }
        })
      case 'FunctionDeclaration':
        if (item.body) this.fn(item, '')
        return []
      case 'ClassDeclaration':
        this.cls(item)
        return []
      case 'ReturnStatement':
        return [{ k: 'return', value: item.argument ? this.expr(node(item.argument)) : null, at }]
      case 'ThrowStatement':
        return [{ k: 'throw', value: this.expr(node(item.argument)), at }]
      case 'IfStatement':
        return [
          {
            k: 'if',
            test: this.expr(node(item.test)),
            yes: this.nested(item.consequent),
            no: this.nested(item.alternate),
            at,
          },
        ]
      case 'ForStatement':
        return this.scoped(() => {
          const init = node(item.init)
          const before =
            init?.type === 'VariableDeclaration'
              ? this.block([init])
              : init
                ? [{ k: 'expr', expr: this.expr(init), at } satisfies Stmt]
                : []
          return [
            ...before,
            {
              k: 'loop',
              item: null,
              over: null,
              test: item.test ? this.expr(node(item.test)) : null,
              body: this.nested(item.body),
              at,
            } satisfies Stmt,
          ]
        })
      case 'WhileStatement':
      case 'DoWhileStatement':
        return [
          {
            k: 'loop',
            item: null,
            over: null,
            test: this.expr(node(item.test)),
            body: this.nested(item.body),
            at,
          },
        ]
      case 'ForOfStatement':
      case 'ForInStatement':
        return this.scoped(() => {
          const over = this.expr(node(item.right))
          const left = node(item.left)
          const id = left?.type === 'VariableDeclaration' ? node(nodes(left.declarations)[0]?.id) : left
          if (left?.type === 'VariableDeclaration') for (const n of this.names(id)) this.slot(n)
          return [
            {
              k: 'loop',
              item: this.pattern(id),
              over,
              test: null,
              body: this.nested(item.body),
              at,
            } satisfies Stmt,
          ]
        })
      case 'TryStatement': {
        const handler = node(item.handler)
        const body = this.nested(item.block)
        return this.scoped(() => {
          const param = node(handler?.param)
          for (const n of this.names(param)) this.slot(n)
          return [
            {
              k: 'try',
              body,
              error: param ? this.pattern(param) : null,
              caught: handler ? this.nested(handler.body) : null,
              finally: this.nested(item.finalizer),
              at,
            } satisfies Stmt,
          ]
        })
      }
      case 'SwitchStatement':
        return this.scoped(() => {
          const on = this.expr(node(item.discriminant))
          const cases = nodes(item.cases)
          for (const c of cases) for (const s of nodes(c.consequent)) this.hoist(s)
          return [
            {
              k: 'switch',
              on,
              cases: cases.map((c) => ({
                test: c.test ? this.expr(node(c.test)) : null,
                body: nodes(c.consequent).flatMap((s) => this.statement(s)),
              })),
              at,
            } satisfies Stmt,
          ]
        })
      case 'BlockStatement':
        return [{ k: 'block', body: this.nested(item), at }]
      case 'LabeledStatement':
        return this.nested(item.body)
      case 'BreakStatement':
      case 'ContinueStatement':
        return [{ k: 'jump', at }]
      case 'ExportNamedDeclaration':
      case 'ExportDefaultDeclaration':
      case 'ExportAllDeclaration':
        return this.exported(item)
      default:
        return []
    }
  }

  private nested(item: unknown): Stmt[] {
    const one = node(item)
    if (!one) return []
    if (this.depth > DEPTH) {
      this.leftOut(one.start)
      return []
    }
    this.depth++
    const read =
      one.type === 'BlockStatement' ? this.scoped(() => this.block(nodes(one.body))) : this.statement(one)
    this.depth--
    return read
  }

  private exported(item: Node): Stmt[] {
    const at = item.start
    if (item.exportKind === 'type') return []
    const from = text(node(item.source)?.value)
    if (item.type === 'ExportAllDeclaration') {
      const as = node(item.exported)
      this.imports.push(from)
      if (as) this.exports.push({ name: text(as.name), value: null, from, imported: '*', at })
      else this.stars.push(from)
      return []
    }
    const declaration = node(item.declaration)
    if (item.type === 'ExportDefaultDeclaration') {
      if (declaration?.type === 'FunctionDeclaration' || declaration?.type === 'ClassDeclaration') {
        const out = this.statement(declaration)
        const name = text(node(declaration.id)?.name) || 'default'
        this.exports.push({
          name: 'default',
          value: { k: 'name', name, b: this.find(name), at: declaration.start },
          at,
        })
        return out
      }
      const value = this.expr(declaration, 'default')
      this.exports.push({ name: 'default', value, at })
      return [{ k: 'expr', expr: value, at }]
    }
    if (declaration) {
      const out = this.statement(declaration)
      const names =
        declaration.type === 'VariableDeclaration'
          ? nodes(declaration.declarations).flatMap((d) => this.names(node(d.id)))
          : [text(node(declaration.id)?.name)]
      for (const name of names) {
        const b = this.find(name)
        if (name && b >= 0)
          this.exports.push({
            name,
            value: { k: 'name', name, b, at: declaration.start },
            at: declaration.start,
          })
      }
      return out
    }
    if (from) this.imports.push(from)
    for (const spec of nodes(item.specifiers)) {
      if (spec.exportKind === 'type') continue
      const local = text(node(spec.local)?.name) || text(node(spec.local)?.value)
      const name = text(node(spec.exported)?.name) || text(node(spec.exported)?.value)
      if (from) this.exports.push({ name, value: null, from, imported: local, at: spec.start })
      else
        this.exports.push({
          name,
          value: { k: 'name', name: local, b: this.find(local), at: spec.start },
          at: spec.start,
        })
    }
    return []
  }

  private props(list: unknown): Prop[] {
    return nodes(list).map((p): Prop => {
      if (p.type === 'SpreadElement' || p.type === 'JSXSpreadAttribute')
        return { spread: true, value: this.expr(node(p.argument)) }
      const key = p.type === 'JSXAttribute' ? text(node(p.name)?.name) : this.keyOf(p)
      const raw = node(p.value)
      const value: Expr = raw ? this.expr(raw, key) : { k: 'literal', value: true, at: p.start }
      return key === undefined ? { value } : { key, value }
    })
  }

  /** `a += b` and `a ??= b` keep what `a` was. */
  private assigned(item: Node, at: number): Expr {
    const right = this.expr(node(item.right))
    const op = text(item.operator).replace(/=$/, '')
    if (op === '') return right
    const left = this.expr(node(item.left))
    return /^(&&|\|\||\?\?)$/.test(op)
      ? { k: 'logic', op, left, right, at }
      : { k: 'binary', op, left, right, at }
  }

  private asserted(item: Node): string | undefined {
    if (item.type === 'TSNonNullExpression') return '!'
    if (item.type !== 'TSAsExpression' && item.type !== 'TSTypeAssertion') return undefined
    const type = node(item.typeAnnotation)
    const to = type ? this.source.slice(type.start, type.end) : ''
    return to === 'const' ? undefined : to
  }

  private expr(item: Node | null, name = ''): Expr {
    if (!item) return { k: 'many', items: [], at: 0 }
    if (this.depth > DEPTH) return this.leftOut(item.start)
    this.depth++
    const expr = this.expression(item, name)
    this.depth--
    return expr
  }

  /** Whatever goes through the syntax recurses as deep as it is. */
  private leftOut(at: number): Expr {
    if (this.errors.length === 0) this.errors.push({ at, message: NESTED })
    return { k: 'many', items: [], at }
  }

  private expression(item: Node, name: string): Expr {
    const at = item.start
    if (TRANSPARENT.has(item.type)) {
      const of = this.expr(node(item.expression), name)
      const to = this.asserted(item)
      if (to !== undefined) this.assertions.push({ of, to, at })
      return of
    }
    switch (item.type) {
      case 'Identifier':
        return { k: 'name', name: text(item.name), b: this.find(text(item.name)), at }
      case 'ThisExpression':
        return { k: 'name', name: 'this', b: -1, at }
      case 'Literal':
        if (item.regex) return regexOf(item, at)
        return {
          k: 'literal',
          value:
            typeof item.value === 'string' ||
            typeof item.value === 'number' ||
            typeof item.value === 'boolean'
              ? item.value
              : null,
          at,
        }
      case 'TemplateLiteral':
        return {
          k: 'template',
          parts: nodes(item.quasis).map((q) => quasi(q)),
          items: nodes(item.expressions).map((e) => this.expr(e)),
          at,
        }
      case 'TaggedTemplateExpression': {
        const quasis = node(item.quasi)
        return {
          k: 'template',
          tag: this.expr(node(item.tag)),
          parts: nodes(quasis?.quasis).map((q) => quasi(q)),
          items: nodes(quasis?.expressions).map((e) => this.expr(e)),
          at,
        }
      }
      case 'MemberExpression': {
        const of = this.expr(node(item.object))
        const key = node(item.property)
        if (!item.computed) return { k: 'member', of, key: text(key?.name), at: key?.start ?? at }
        return typeof key?.value === 'string'
          ? { k: 'member', of, key: key.value, at: key.start }
          : { k: 'index', of, by: this.expr(key), at }
      }
      case 'CallExpression':
      case 'NewExpression':
        return {
          k: 'call',
          callee: this.expr(node(item.callee)),
          args: nodes(item.arguments).map((a) => this.expr(a)),
          isNew: item.type === 'NewExpression',
          at,
        }
      case 'ImportExpression':
        return {
          k: 'call',
          callee: { k: 'name', name: 'import', b: -1, at },
          args: [this.expr(node(item.source))],
          isNew: false,
          at,
        }
      case 'ArrowFunctionExpression':
      case 'FunctionExpression':
        return { k: 'fn', fn: this.fn(item, name), at }
      case 'ClassExpression':
        return { k: 'class', cls: this.cls(item), at }
      case 'ObjectExpression':
        return { k: 'object', props: this.props(item.properties), at }
      case 'ArrayExpression':
        return { k: 'array', items: nodes(item.elements).map((e) => this.expr(e)), at }
      case 'SpreadElement':
        return { k: 'spread', of: this.expr(node(item.argument)), at }
      case 'AwaitExpression':
        return { k: 'await', of: this.expr(node(item.argument)), at }
      case 'LogicalExpression':
        return {
          k: 'logic',
          op: text(item.operator),
          left: this.expr(node(item.left)),
          right: this.expr(node(item.right)),
          at,
        }
      case 'BinaryExpression':
        return {
          k: 'binary',
          op: text(item.operator),
          left: this.expr(node(item.left)),
          right: this.expr(node(item.right)),
          at,
        }
      case 'UpdateExpression': {
        const left = this.expr(node(item.argument))
        const by: Expr = { k: 'literal', value: 1, at }
        const value: Expr = { k: 'binary', op: text(item.operator).slice(0, 1), left, right: by, at }
        return { k: 'assign', target: this.pattern(node(item.argument)), value, at }
      }
      case 'UnaryExpression':
      case 'YieldExpression':
        return { k: 'unary', op: text(item.operator), of: this.expr(node(item.argument)), at }
      case 'ConditionalExpression':
        return {
          k: 'choose',
          test: this.expr(node(item.test)),
          yes: this.expr(node(item.consequent), name),
          no: this.expr(node(item.alternate), name),
          at,
        }
      case 'AssignmentExpression':
        return { k: 'assign', target: this.pattern(node(item.left)), value: this.assigned(item, at), at }
      case 'JSXElement': {
        const opening = node(item.openingElement)
        const tag = node(opening?.name)
        return {
          k: 'jsx',
          tag: tag ? this.jsxName(tag) : null,
          props: this.props(opening?.attributes),
          children: nodes(item.children).map((c) => this.expr(c)),
          at,
        }
      }
      case 'JSXFragment':
        return { k: 'jsx', tag: null, props: [], children: nodes(item.children).map((c) => this.expr(c)), at }
      case 'JSXExpressionContainer':
      case 'JSXSpreadChild':
        return this.expr(node(item.expression))
      case 'SequenceExpression':
        return { k: 'many', items: nodes(item.expressions).map((e) => this.expr(e)), at }
      default:
        return { k: 'many', items: [], at }
    }
  }

  private jsxName(tag: Node): Expr | null {
    const name = text(tag.name)
    return tag.type === 'JSXIdentifier' && /^[A-Z]/.test(name)
      ? { k: 'name', name, b: this.find(name), at: tag.start }
      : null
  }
}

function quasi(item: Node): string {
  const value = item.value
  return typeof value === 'object' && value !== null && 'raw' in value && typeof value.raw === 'string'
    ? value.raw
    : ''
}

/** Reads one TypeScript or JavaScript file. Never throws on bad syntax: what was not understood is in `errors`. */
export function readSyntax(file: string, source: string): Syntax {
  const parsed = parseCode(file, source)
  const lines = [0]
  for (let i = source.indexOf('\n'); i >= 0; i = source.indexOf('\n', i + 1)) lines.push(i + 1)
  const body = nodes(parsed.program?.body)
  const directive = body[0]?.type === 'ExpressionStatement' ? text(node(body[0].expression)?.value) : ''
  const reader = new Reader(source)
  const statements = reader.program(body)
  return {
    file,
    lines,
    directive: directive === 'use client' ? 'client' : directive === 'use server' ? 'server' : null,
    bindings: reader.bindings,
    functions: reader.functions,
    classes: reader.classes,
    assertions: reader.assertions,
    exports: reader.exports,
    stars: reader.stars,
    imports: reader.imports,
    body: statements,
    errors: [...parsed.errors, ...reader.errors].slice(0, 3).map(({ at, message }) => ({
      line: lines.findLastIndex((start) => start <= at) + 1,
      message,
    })),
  }
}

const annotationOf = (item: Node): unknown =>
  isNode(item.typeAnnotation) ? item.typeAnnotation.typeAnnotation : undefined

/** `body: any` */
function isAny(item: Node): boolean {
  const annotation = annotationOf(item)
  return isNode(annotation) && annotation.type === 'TSAnyKeyword'
}

/** `form: FormData` */
function isFormData(item: Node): boolean {
  const annotation = annotationOf(item)
  const name = isNode(annotation) && annotation.type === 'TSTypeReference' ? annotation.typeName : undefined
  return isNode(name) && name.name === 'FormData'
}

function regexOf(item: Node, at: number): Expr {
  const of: unknown = item.regex
  const read = (key: string): string => {
    const value: unknown = typeof of === 'object' && of !== null ? Reflect.get(of, key) : undefined
    return typeof value === 'string' ? value : ''
  }
  return { k: 'regex', pattern: read('pattern'), flags: read('flags'), at }
}
