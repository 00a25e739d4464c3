/** What the code puts into a session object and reads of it: `token.role = user.role`, `session.userId`. */
import type { Project } from '../../project/project.ts'
import type { Expr, Syntax } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import { type Form, formOf } from './claims.ts'

/** Files whose text mentions a word. */
export function filesWith(project: Project, word: RegExp): Syntax[] {
  return project.code.flatMap((file) => {
    const syntax = word.test(project.sourceText(file) ?? '') ? project.program.syntax(file) : undefined
    return syntax ? [syntax] : []
  })
}

/** The range of a dependency in whichever package has it. */
export function dependency(project: Project, name: string): string | undefined {
  for (const { folder } of project.map.packages) {
    const text = project.sourceText(folder === '.' ? 'package.json' : `${folder}/package.json`) ?? ''
    const range = new RegExp(`"${name}"\\s*:\\s*"([^"]*)"`).exec(text)?.[1]
    if (range !== undefined) return range
  }
  return undefined
}

/**
 * The fields of an object called one of `names` in these files: those that are assigned with what is assigned, those that
 * are only read by their names alone. Nested fields become objects.
 */
export function shapeOf(project: Project, files: readonly Syntax[], names: RegExp): Map<string, Form> {
  const fields = new Map<string, Form>()
  const read = new Map<string, Form>()
  for (const syntax of files) {
    walk(syntax, (expr) => {
      if (expr.k === 'assign' && expr.target.k === 'place') {
        const path = pathIn(expr.target.expr, names)
        if (path?.length) put(fields, path, formOf(project, { syntax, expr: expr.value }))
      }
      if (expr.k === 'object' && spreads(expr, names))
        for (const prop of expr.props)
          if (prop.key !== undefined) put(fields, [prop.key], formOf(project, { syntax, expr: prop.value }))
      if (expr.k === 'member') {
        const path = pathIn(expr, names)
        if (path?.length) put(read, path, { k: 'called', words: path })
      }
    })
    for (const path of destructured(syntax, names)) put(read, path, { k: 'called', words: path })
  }
  for (const [key, form] of read) if (!fields.has(key)) fields.set(key, form)
  for (const key of fields.keys()) if (METHODS.test(key)) fields.delete(key)
  return fields
}

/** Of the library, and of texts and lists: an object of the same name may be one. */
const METHODS =
  /^(save|destroy|updateConfig|then|catch|finally|iat|exp|jti|length|to[A-Z]\w+|slice|split|includes|startsWith|map|filter|find|some|trim|replace|at)$/

/** `['user', 'id']` of `session.user.id`, where `session` is one of the names; `req.session.user` likewise. */
function pathIn(expr: Expr, names: RegExp): string[] | undefined {
  if (expr.k === 'name') return names.test(expr.name) ? [] : undefined
  if (expr.k === 'await') return pathIn(expr.of, names)
  if (expr.k !== 'member') return undefined
  const before = pathIn(expr.of, names)
  if (before) return [...before, expr.key]
  return expr.of.k === 'name' && /^(req|request)$/.test(expr.of.name) && names.test(expr.key) ? [] : undefined
}

const spreads = (expr: Expr & { k: 'object' }, names: RegExp): boolean =>
  expr.props.some((prop) => prop.spread === true && prop.value.k === 'name' && names.test(prop.value.name))

/** `const { userId } = session`. */
function destructured(syntax: Syntax, names: RegExp): string[][] {
  return syntax.bindings.flatMap((binding) =>
    binding.k === 'const' &&
    binding.to.k === 'object' &&
    binding.init &&
    pathIn(binding.init, names)?.length === 0
      ? binding.to.props.map((prop) => [prop.key])
      : [],
  )
}

/** Sets a field; a deeper path goes into an object, and an object stays when only its name is read. */
function put(fields: Map<string, Form>, path: readonly string[], form: Form): void {
  const [key, ...rest] = path
  if (key === undefined || METHODS.test(key)) return
  const before = fields.get(key)
  if (rest.length === 0) {
    if (before?.k !== 'object' || form.k === 'object') fields.set(key, form)
    return
  }
  const inner = before?.k === 'object' ? before.fields : new Map<string, Form>()
  put(inner, rest, form)
  if (inner.size > 0) fields.set(key, { k: 'object', fields: inner })
}
