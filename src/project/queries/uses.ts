/** Rows that are read and then only counted, tested or searched. */
import type { Expr, Syntax } from '../../source/syntax.ts'
import type { Entity } from '../data-model.ts'
import type { Project } from '../project.ts'
import { awaited, field, initOf, keyPaths, keysOf, walkFunction } from './forms.ts'
import { type Each, type Site, sitesOf, visitPlaces } from './sites.ts'

/** `count`: only their number matters. `search`: one of them is looked for. `first`: only the first is used. */
export type Use = 'count' | 'search' | 'first'

export interface Narrow {
  site: Site
  use: Use
  /** How it is used: `members.length`. */
  text: string
  /** It is used in one way alone. */
  only: boolean
}

/** Calls of `findMany` without `take` whose rows are used in such a way, everywhere in their function. */
export function narrowUses(project: Project): Narrow[] {
  const lists = sitesOf(project).calls.filter(readsAll)
  const files = new Set(lists.map(({ location }) => location.file))
  return [...files].flatMap((file) => inFile(lists.filter(({ location }) => location.file === file)))
}

/** All rows that match, however many there are: no `take`, no unique key, no list of keys. */
export function readsAll({ operation, args, model }: Site): boolean {
  if (operation !== 'findMany' || (args && args.k !== 'object')) return false
  if (args?.k === 'object' && args.props.some((prop) => prop.spread)) return false
  const where = field(args, 'where')
  const keys = keysOf(where) ?? []
  if (model.uniques.some((set) => set.every((name) => keys.includes(name)))) return false
  return !field(args, 'take') && !field(args, 'distinct') && !isByKeys(model, where)
}

/** `{ id: { in: ids } }`, `{ post: { id: { in: ids } } }`: as many as there are ids. A list of states limits nothing. */
const isByKeys = (model: Entity, where: Expr | undefined): boolean =>
  keyPaths(where).some((path) => {
    const parts = path.split('.')
    const name = parts[parts.indexOf('in') - 1]
    if (name === undefined) return false
    const column = model.fields.find((one) => one.name === name && !one.relation)
    const isKey = model.relations.some(({ keys }) => keys.includes(name))
    return column?.unique === true || isKey || /(?:^id|Id|_id|ID)$/.test(name) || !column
  })

/** The names that hold the rows of queries: `const rows = await …`, or as a part of `await Promise.all([…])`. */
export function rowsByName(syntax: Syntax, sites: readonly Site[]): Map<number, Site> {
  const named = new Map<number, Site>()
  for (const b of syntax.bindings.keys()) {
    const init = initOf(syntax, b)
    const site = init && sites.find((one) => one.expr === awaited(init))
    if (site) named.set(b, site)
  }
  return named
}

interface Uses {
  total: number
  narrow: { use: Use; text: string; each: Each | undefined; computed: boolean }[]
}

function inFile(sites: readonly Site[]): Narrow[] {
  const [first] = sites
  if (!first) return []
  const { syntax } = first
  const named = rowsByName(syntax, sites)
  const uses = new Map<number, Uses>()
  const usesOf = (b: number): Uses => {
    const known = uses.get(b) ?? { total: 0, narrow: [] }
    uses.set(b, known)
    return known
  }
  const found: Narrow[] = []
  visitPlaces(syntax, (expr, place) => {
    if (expr.k === 'name' && named.has(expr.b)) usesOf(expr.b).total++
    const narrow = narrowUse(syntax, expr)
    if (!narrow) return
    const { of, use, text, computed } = narrow
    if (of.k === 'name' && named.has(of.b))
      usesOf(of.b).narrow.push({ use, text: `${of.name}${text}`, each: place.each, computed })
    const site = of.k === 'await' ? sites.find((one) => one.expr === of.of) : undefined
    if (site) found.push({ site, use, text: `(await …)${text}`, only: !computed })
  })
  for (const [b, { total, narrow }] of uses) {
    const site = named.get(b)
    const [one] = narrow
    if (!site || !one || narrow.length !== total) continue
    // Looked up again and again: then the rows are a table in memory, which is what `include` would be.
    const searches = narrow.filter(({ use }) => use === 'search')
    if (searches.length > 1 || searches.some(({ each }) => each !== undefined && each !== site.place.each))
      continue
    const use = narrow.find((other) => other.use !== 'count') ?? one
    found.push({
      site,
      use: use.use,
      text: use.text,
      only: narrow.every((other) => other.use === use.use && !other.computed),
    })
  }
  return found
}

function narrowUse(
  syntax: Syntax,
  expr: Expr,
): { of: Expr; use: Use; text: string; computed: boolean } | undefined {
  if (expr.k === 'member' && expr.key === 'length')
    return { of: expr.of, use: 'count', text: '.length', computed: false }
  if (expr.k === 'index' && expr.by.k === 'literal' && expr.by.value === 0)
    return { of: expr.of, use: 'first', text: '[0]', computed: false }
  if (expr.k !== 'call' || expr.callee.k !== 'member') return undefined
  const { key, of } = expr.callee
  return /^(?:some|every|find|findIndex)$/.test(key)
    ? { of, use: 'search', text: `.${key}(…)`, computed: isComputed(syntax, expr.args[0]) }
    : undefined
}

/** What decides is a function of the project, or a text made of several columns: no condition of a query says the same. */
function isComputed(syntax: Syntax, test: Expr | undefined): boolean {
  if (test?.k !== 'fn') return test?.k === 'name'
  const fn = syntax.functions[test.fn]
  let found = false
  if (fn)
    walkFunction(syntax, fn, (expr) => {
      const callee = expr.k === 'call' ? expr.callee : undefined
      if (callee?.k === 'name' && !/^(String|Number|Boolean)$/.test(callee.name)) found = true
      if (callee?.k === 'member' && callee.of.k === 'name' && callee.of.name === 'JSON') found = true
    })
  return found
}
