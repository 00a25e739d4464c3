/** Small mistakes that could be made in a file: where each would be, and what would stand there. */
import { isNode, type Node, node, nodes, text } from './nodes.ts'
import { parseCode } from './parse.ts'

export const mutationKinds = [
  'guard removed',
  'throw removed',
  'condition negated',
  'negation removed',
  'member dropped',
  'await dropped',
  'operator swapped',
  'number changed',
  'boolean flipped',
  'text emptied',
  'call removed',
  'chain shortened',
  'returns early',
] as const

export type MutationKind = (typeof mutationKinds)[number]

export interface Mutation {
  kind: MutationKind
  /** Offsets in UTF-16 units, `end` exclusive. */
  start: number
  end: number
  text: string
}

const SWAPPED: Record<string, string> = {
  '&&': '||',
  '||': '&&',
  '===': '!==',
  '!==': '===',
  '==': '!=',
  '!=': '==',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '+': '-',
  '-': '+',
}

/** Objects under these keys decide which rows are meant, what is stored, and what is shown. */
const QUERIES = new Set(['where', 'data', 'select', 'omit', 'AND', 'OR'])
/** Links of a chain that check or change what goes through. */
const LINKS =
  /^(max|min|length|strict|regex|email|uuid|cuid|url|datetime|int|positive|nonnegative|nonempty|multipleOf|gt|gte|lt|lte|startsWith|endsWith|includes|refine|superRefine|check|transform|pipe|trim|toLowerCase|toUpperCase|normalize|slice|sort|filter)$/

/** `undefined` when the file does not parse. */
export function readMutations(file: string, source: string): Mutation[] | undefined {
  const program = parsed(file, source)
  if (!program) return undefined
  const found: Mutation[] = []
  visit(program, [], (one, parents) => {
    for (const mutation of mutationsAt(one, parents, source))
      if (source.slice(mutation.start, mutation.end) !== mutation.text) found.push(mutation)
  })
  return found.filter(({ start, end, text: insert }) =>
    parsed(file, source.slice(0, start) + insert + source.slice(end)),
  )
}

function parsed(file: string, source: string): Node | undefined {
  const { program, errors } = parseCode(file, source)
  return errors.length === 0 ? program : undefined
}

const CASTS = /^TS(As|Satisfies|NonNull|TypeAssertion|Instantiation)/

/** Types do nothing when code runs: they are left out. */
function visit(of: Node, parents: readonly Node[], see: (one: Node, parents: readonly Node[]) => void): void {
  if (/^TS/.test(of.type) && !CASTS.test(of.type)) return
  if (/^Import|^ExportAll/.test(of.type) && of.type !== 'ImportExpression') return
  see(of, parents)
  for (const value of Object.values(of))
    for (const child of Array.isArray(value) ? value : [value])
      if (isNode(child)) visit(child, [...parents, of], see)
}

function mutationsAt(one: Node, parents: readonly Node[], source: string): Mutation[] {
  const parent = parents.at(-1)
  const put = (kind: MutationKind, insert: string, { start, end }: { start: number; end: number } = one) => [
    { kind, start, end, text: insert },
  ]
  const of = (value: unknown): string => source.slice(node(value)?.start ?? 0, node(value)?.end ?? 0)
  switch (one.type) {
    case 'IfStatement': {
      const test = node(one.test)
      const negated = test ? put('condition negated', `!(${of(test)})`, test) : []
      return one.alternate == null && leaves(node(one.consequent))
        ? [...put('guard removed', '{}'), ...negated]
        : negated
    }
    case 'ConditionalExpression': {
      const test = node(one.test)
      return test ? put('condition negated', `!(${of(test)})`, test) : []
    }
    case 'ThrowStatement':
      return parents.some((each) => each.type === 'IfStatement') ? [] : put('throw removed', '{}')
    case 'UnaryExpression':
      return one.operator === '!' ? put('negation removed', of(one.argument)) : []
    case 'AwaitExpression':
      return put('await dropped', of(one.argument))
    case 'LogicalExpression':
    case 'BinaryExpression':
      return swapped(one, source)
    case 'ObjectExpression':
      return inQuery(parents) ? members(one, source) : []
    case 'Literal':
      return literal(one, parent, parents, source)
    case 'ExpressionStatement': {
      const expression = node(one.expression)
      const called = expression?.type === 'AwaitExpression' ? node(expression.argument) : expression
      return called?.type === 'CallExpression' && typeof one.directive !== 'string'
        ? put('call removed', '{}')
        : []
    }
    case 'CallExpression': {
      const callee = node(one.callee)
      const name =
        callee?.type === 'MemberExpression' && callee.computed !== true
          ? text(node(callee.property)?.name)
          : ''
      return LINKS.test(name) ? put('chain shortened', of(callee?.object)) : []
    }
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return early(node(one.body))
    default:
      return []
  }
}

/** It does nothing but throw or return, whatever it does before. */
function leaves(statement: Node | null): boolean {
  const last = statement?.type === 'BlockStatement' ? nodes(statement.body).at(-1) : statement
  return last != null && /^(Throw|Return|Continue|Break)Statement$/.test(last.type)
}

function swapped(one: Node, source: string): Mutation[] {
  const operator = text(one.operator)
  const [left, right, other] = [node(one.left), node(one.right), SWAPPED[operator]]
  if (!left || !right || other === undefined) return []
  // Texts are joined by `+`: `-` makes them no number.
  if (
    operator === '+' &&
    [left, right].some((side) => /Template|Literal/.test(side.type) && typeof side.value !== 'number')
  )
    return []
  const at = source.slice(left.end, right.start).indexOf(operator)
  const start = left.end + at
  return at < 0 ? [] : [{ kind: 'operator swapped', start, end: start + operator.length, text: other }]
}

/** Below `where`, `data` or `select`, at whatever depth, but not in a function there. */
function inQuery(parents: readonly Node[]): boolean {
  for (const one of parents.toReversed()) {
    if (/Function/.test(one.type)) return false
    if (one.type === 'Property' && QUERIES.has(keyOf(one))) return true
  }
  return false
}

const keyOf = (one: Node): string => text(node(one.key)?.name) || text(node(one.key)?.value)

/** Each member left out, with the comma that goes with it. */
function members(one: Node, source: string): Mutation[] {
  const all = nodes(one.properties)
  return all.map((member, index) => {
    const next = all[index + 1]
    const before = all[index - 1]
    if (next) return { kind: 'member dropped', start: member.start, end: next.start, text: '' }
    const start = before?.end ?? member.start
    const comma = /^\s*,/.exec(source.slice(member.end))?.[0].length ?? 0
    return { kind: 'member dropped', start, end: member.end + comma, text: '' }
  })
}

function literal(one: Node, parent: Node | undefined, parents: readonly Node[], source: string): Mutation[] {
  const { start, end, value } = one
  if (parent?.type === 'Property' && parent.key === one && parent.value !== one) return []
  if (
    /^(MemberExpression|MethodDefinition|PropertyDefinition)$/.test(parent?.type ?? '') &&
    parent?.value !== one
  )
    return []
  if (/^(JSXAttribute|ExpressionStatement)$/.test(parent?.type ?? '')) return []
  if (typeof value === 'number') {
    const more = [String(value + 1), ...(value > 1 ? [String(value - 1)] : []), ...(value === 0 ? [] : ['0'])]
    return more.map((insert) => ({ kind: 'number changed', start, end, text: insert }))
  }
  if (typeof value === 'boolean') return [{ kind: 'boolean flipped', start, end, text: String(!value) }]
  const mark = source[start] ?? ''
  if (typeof value !== 'string' || value === '' || !/['"]/.test(mark) || isMessage(value, parents)) return []
  return [{ kind: 'text emptied', start, end, text: mark + mark }]
}

/** For people to read: nothing depends on it. */
function isMessage(value: string, parents: readonly Node[]): boolean {
  if (/\s/.test(value) && /[a-z]{2,} [a-z]{2,}/i.test(value)) return true
  const call = parents.findLast((one) => /^(New|Call)Expression$/.test(one.type))
  const callee = node(call?.callee)
  return (
    /^console$/.test(text(node(callee?.object)?.name)) ||
    (call?.type === 'NewExpression' && /Error$/.test(text(callee?.name)))
  )
}

/** Nothing of the body is done. */
function early(body: Node | null): Mutation[] {
  if (!body || !/^(BlockStatement|FunctionBody)$/.test(body.type)) return []
  const first = nodes(body.body).find((one) => typeof one.directive !== 'string')
  if (!first || (first.type === 'ReturnStatement' && first.argument == null)) return []
  return [{ kind: 'returns early', start: first.start, end: first.start, text: 'return; ' }]
}
