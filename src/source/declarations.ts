/** The declarations of a file, one by one: what each declares, and which names it uses. */
import { isNode, type Node, node, nodes, text } from './nodes.ts'
import { parseCode } from './parse.ts'

export interface Declaration {
  /** Names that it declares, `default` for a default export without one. */
  names: string[]
  /** Offsets in UTF-16 units, `end` exclusive. */
  start: number
  end: number
  /** Identifiers that stand in it, those of members and types aside, with their offsets. */
  uses: { name: string; at: number }[]
}

/** A statement, or an expression that stands for one: it runs as a whole, or not at all. */
export interface Branch {
  start: number
  end: number
  /** `listed`: among the statements of a block. The others need braces, or a sequence, to hold something else. */
  as: 'listed' | 'statement' | 'expression'
}

/** Empty when the file does not parse. */
export function readDeclarations(file: string, source: string): Declaration[] {
  const program = parsed(file, source)
  if (!program) return []
  return nodes(program.body).flatMap((statement) => {
    if (/^Import/.test(statement.type)) return []
    const declared = node(statement.declaration) ?? statement
    const names = [
      ...namesOf(declared),
      ...(statement.type === 'ExportDefaultDeclaration' ? ['default'] : []),
    ]
    return [{ names, start: statement.start, end: statement.end, uses: usesIn(statement) }]
  })
}

/** Every branch of a file, outer before inner. Empty when it does not parse. */
export function readBranches(file: string, source: string): Branch[] {
  const program = parsed(file, source)
  const found: Branch[] = []
  const visit = (one: Node): void => {
    found.push(...branchesAt(one))
    for (const value of Object.values(one))
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child)
  }
  if (program) visit(program)
  return found
}

function branchesAt(one: Node): Branch[] {
  const listed = (of: unknown): Branch[] =>
    nodes(of)
      .filter((each) => typeof each.directive !== 'string')
      .map(({ start, end }) => ({ start, end, as: 'listed' }))
  const bare = (of: Node | null): Branch[] =>
    of && of.type !== 'BlockStatement' ? [{ start: of.start, end: of.end, as: 'statement' }] : []
  switch (one.type) {
    case 'BlockStatement':
    case 'FunctionBody':
      return listed(one.body)
    case 'SwitchCase':
      return listed(one.consequent)
    case 'IfStatement': {
      const other = node(one.alternate)
      return [...bare(node(one.consequent)), ...(other?.type === 'IfStatement' ? [] : bare(other))]
    }
    case 'ForStatement':
    case 'ForOfStatement':
    case 'ForInStatement':
    case 'WhileStatement':
      return bare(node(one.body))
    case 'ArrowFunctionExpression': {
      const body = node(one.body)
      return one.expression === true && body ? [{ start: body.start, end: body.end, as: 'expression' }] : []
    }
    default:
      return []
  }
}

function parsed(file: string, source: string): Node | undefined {
  const { program, errors } = parseCode(file, source)
  return errors.length === 0 ? program : undefined
}

function namesOf(one: Node): string[] {
  if (/^(Function|Class|TSEnum)\w*$/.test(one.type)) return idOf(one)
  if (one.type === 'VariableDeclaration')
    return nodes(one.declarations).flatMap((each) => identifiersIn(node(each.id)))
  return []
}

const idOf = (one: Node): string[] => {
  const name = text(node(one.id)?.name)
  return name === '' ? [] : [name]
}

function identifiersIn(pattern: Node | null): string[] {
  if (!pattern) return []
  if (pattern.type === 'Identifier') return [text(pattern.name)]
  return Object.entries(pattern).flatMap(([key, value]) =>
    key === 'key' || key === 'typeAnnotation'
      ? []
      : (Array.isArray(value) ? value : [value]).flatMap((child) =>
          isNode(child) ? identifiersIn(child) : [],
        ),
  )
}

function usesIn(one: Node): Declaration['uses'] {
  if (/^TS/.test(one.type) && !/^TS(As|Satisfies|NonNull|Instantiation)Expression$/.test(one.type)) return []
  if (one.type === 'Identifier') return [{ name: text(one.name), at: one.start }]
  const skips = (key: string): boolean =>
    (key === 'property' && one.type === 'MemberExpression' && one.computed !== true) ||
    (key === 'key' && one.type === 'Property' && one.computed !== true && one.shorthand !== true)
  return Object.entries(one).flatMap(([key, value]) =>
    skips(key)
      ? []
      : (Array.isArray(value) ? value : [value]).flatMap((child) => (isNode(child) ? usesIn(child) : [])),
  )
}
