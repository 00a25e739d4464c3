/**
 * Our own small view of TypeScript syntax. Parentheses, type annotations, `as`, `!` and `satisfies` are gone;
 * every name is already bound. It is plain JSON: nothing in it holds on to the parser's tree.
 * `at` is a character offset in the file.
 */
export type Expr = { at: number } & (
  | { k: 'name'; name: string; b: number }
  | { k: 'literal'; value: string | number | boolean | null }
  | { k: 'regex'; pattern: string; flags: string }
  | { k: 'template'; parts: string[]; items: Expr[]; tag?: Expr }
  | { k: 'member'; of: Expr; key: string }
  | { k: 'index'; of: Expr; by: Expr }
  | { k: 'call'; callee: Expr; args: Expr[]; isNew: boolean }
  | { k: 'fn'; fn: number }
  | { k: 'class'; cls: number }
  | { k: 'object'; props: Prop[] }
  | { k: 'array'; items: Expr[] }
  | { k: 'spread'; of: Expr }
  | { k: 'await'; of: Expr }
  | { k: 'binary'; op: string; left: Expr; right: Expr }
  | { k: 'logic'; op: string; left: Expr; right: Expr }
  | { k: 'unary'; op: string; of: Expr }
  | { k: 'choose'; test: Expr; yes: Expr; no: Expr }
  | { k: 'assign'; target: Pattern; value: Expr }
  | { k: 'jsx'; tag: Expr | null; props: Prop[]; children: Expr[] }
  | { k: 'many'; items: Expr[] }
)

/** An object member. `key` is absent for a spread and for a computed key that is not a literal. */
export interface Prop {
  key?: string
  spread?: boolean
  value: Expr
}

export type Pattern = { at: number } /** `form`: declared as FormData. `any`: its type is given up. */ & (
  | { k: 'bind'; name: string; b: number; form?: true; any?: true }
  | { k: 'object'; props: { key: string; to: Pattern }[]; rest?: Pattern }
  | { k: 'array'; items: (Pattern | null)[] }
  | { k: 'default'; to: Pattern; value: Expr }
  | { k: 'rest'; to: Pattern }
  | { k: 'place'; expr: Expr }
)

export type Stmt = { at: number } & (
  | { k: 'expr'; expr: Expr }
  | { k: 'let'; to: Pattern; init: Expr | null }
  | { k: 'return'; value: Expr | null }
  | { k: 'throw'; value: Expr }
  | { k: 'if'; test: Expr; yes: Stmt[]; no: Stmt[] }
  | { k: 'loop'; item: Pattern | null; over: Expr | null; test: Expr | null; body: Stmt[] }
  | { k: 'try'; body: Stmt[]; error: Pattern | null; caught: Stmt[] | null; finally: Stmt[] }
  | { k: 'switch'; on: Expr; cases: { test: Expr | null; body: Stmt[] }[] }
  | { k: 'block'; body: Stmt[] }
  | { k: 'jump' }
)

export interface Fn {
  name: string
  at: number
  end: number
  params: Pattern[]
  body: Stmt[]
  isAsync: boolean
  /** `'use server'` as the first statement of the body. */
  useServer: boolean
}

export interface ClassDef {
  name: string
  extends: Expr | null
  members: { name: string; isStatic: boolean; value: Expr | null }[]
}

export type Binding = { name: string } & (
  | { k: 'import'; from: string; imported: string }
  | { k: 'const'; init: Expr | null; to: Pattern }
  | { k: 'fn'; fn: number }
  | { k: 'class'; cls: number }
  | { k: 'param' }
)

/** What the compiler is told instead of asked: `body as CreateNote`, `row!`. */
export interface Assertion {
  /** What it is said of, as it stands in the tree. */
  of: Expr
  /** The type as written; `!` where it only says that the value is there. */
  to: string
  at: number
}

export interface Syntax {
  file: string
  /** Offsets at which lines start. */
  lines: number[]
  directive: 'client' | 'server' | null
  bindings: Binding[]
  functions: Fn[]
  classes: ClassDef[]
  /** In the order of the text, inner ones first; `as const` and `satisfies` assert nothing. */
  assertions: Assertion[]
  /** Exported name → what it denotes. `*` re-exports are in `stars`. */
  exports: { name: string; value: Expr | null; from?: string; imported?: string; at: number }[]
  stars: string[]
  imports: string[]
  body: Stmt[]
  errors: { line: number; message: string }[]
}

/** 1-based line and column of an offset. */
export function placeOf(syntax: Syntax, at: number): { file: string; line: number; column: number } {
  let low = 0
  let high = syntax.lines.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((syntax.lines[middle] ?? 0) <= at) low = middle
    else high = middle - 1
  }
  return { file: syntax.file, line: low + 1, column: at - (syntax.lines[low] ?? 0) + 1 }
}
