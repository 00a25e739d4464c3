/** Which environment variables the code reads, and what it asks of them. */
import { readSyntax } from '../../source/read-syntax.ts'
import type { Expr, Pattern, Syntax } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import { type Check, readCheck } from './checks.ts'

export interface Variable {
  name: string
  check?: Check
  /** A reading names what to use instead, or asks whether it is there: `process.env.X ?? 'y'`, `process.env.X && y`. */
  fallback: boolean
  /** It is compared with a fixed text: a switch. */
  compared: boolean
  /** Files that read it, sorted. */
  files: string[]
}

export interface SourceText {
  file: string
  text: string
}

/** `process.env` in the text, or a schema with names in capitals. */
const worthReading = /process\.env|import\.meta\.env|createEnv|\benv\b/
const variableName = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/
/** Of these names a schema that is no environment also makes keys. */
const schemaFile = /createEnv|process\.env|cleanEnv|\benv\b/i

/** All variables that the sources read, sorted by name. */
export function findVariables(sources: readonly SourceText[]): Variable[] {
  const found = new Map<string, Variable>()
  for (const { file, text } of sources) {
    if (!worthReading.test(text)) continue
    const syntax = readSyntax(file, text)
    const visitor = new Visitor(file, syntax, found)
    visitor.visit(schemaFile.test(text))
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** One file: readings of `process.env`, and objects whose keys are variables and whose values are schemas. */
class Visitor {
  private readonly file: string
  private readonly syntax: Syntax
  private readonly found: Map<string, Variable>
  private readonly excused = new Set<number>()
  private readonly switches = new Set<number>()

  constructor(file: string, syntax: Syntax, found: Map<string, Variable>) {
    this.file = file
    this.syntax = syntax
    this.found = found
  }

  visit(schemas: boolean): void {
    walk(this.syntax, (expr) => {
      if (expr.k === 'logic') this.excused.add(expr.left.at)
      if (expr.k === 'choose') this.excused.add(expr.test.at)
      if (expr.k === 'binary' && /^[!=]==?$/.test(expr.op)) this.compare(expr.left, expr.right)
      const name = this.nameRead(expr)
      if (name !== undefined)
        this.add(name, { fallback: this.excused.has(expr.at), compared: this.switches.has(expr.at) })
      if (schemas && expr.k === 'object') this.schema(expr)
    })
    for (const binding of this.syntax.bindings)
      if (binding.k === 'const' && binding.init && isEnv(binding.init)) this.destructured(binding.to)
  }

  private compare(left: Expr, right: Expr): void {
    if (right.k === 'literal' && typeof right.value === 'string') this.switches.add(left.at)
    if (left.k === 'literal' && typeof left.value === 'string') this.switches.add(right.at)
  }

  private nameRead(expr: Expr): string | undefined {
    if (expr.k === 'member' && isEnv(expr.of)) return expr.key
    if (expr.k === 'index' && isEnv(expr.of) && expr.by.k === 'literal') return String(expr.by.value)
    // Prisma's `env('NAME')` and helpers of the same form.
    if (
      expr.k !== 'call' ||
      expr.callee.k !== 'name' ||
      !/^(?:env|getEnv|requireEnv)$/i.test(expr.callee.name)
    )
      return undefined
    const [first] = expr.args
    return first?.k === 'literal' && typeof first.value === 'string' ? first.value : undefined
  }

  private destructured(pattern: Pattern): void {
    if (pattern.k !== 'object') return
    for (const { key, to } of pattern.props) this.add(key, { fallback: to.k === 'default', compared: false })
  }

  private schema(expr: Expr & { k: 'object' }): void {
    for (const { key, value } of expr.props) {
      if (key === undefined || !variableName.test(key)) continue
      const check = readCheck(value, this.syntax)
      if (check) this.add(key, { fallback: false, compared: false, check })
    }
  }

  private add(name: string, seen: { fallback: boolean; compared: boolean; check?: Check }): void {
    if (!variableName.test(name)) return
    const known = this.found.get(name)
    const check = known?.check ?? seen.check
    this.found.set(name, {
      name,
      fallback: seen.fallback || (known?.fallback ?? false),
      compared: seen.compared || (known?.compared ?? false),
      files: [...new Set([...(known?.files ?? []), this.file])].sort(),
      ...(check === undefined ? {} : { check }),
    })
  }
}

function isEnv(expr: Expr): boolean {
  return (
    expr.k === 'member' &&
    expr.key === 'env' &&
    ((expr.of.k === 'name' && expr.of.name === 'process') ||
      (expr.of.k === 'member' && /^(?:process|meta)$/.test(expr.of.key)))
  )
}
