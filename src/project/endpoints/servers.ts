/** Servers inside a route: Hono applications and GraphQL schemas (Yoga, Apollo, Pothos). Found by how they are built. */
import { type Expr, placeOf, type Syntax } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import type { Flow } from '../flow/flow.ts'
import type { Value } from '../flow/value.ts'
import type { Run } from '../project.ts'
import type { Entry } from './discover.ts'

const VERBS = /^(get|post|put|patch|delete|all|options|openapi)$/
const FIELDS = /^(queryField|mutationField|subscriptionField|prismaField|queryFields|mutationFields)$/

const stringOf = (expr: Expr | undefined): string | undefined =>
  expr?.k === 'literal' && typeof expr.value === 'string' ? expr.value : undefined

/** Text of a `createRoute({ method, path })` chain. */
function declared(value: Value): { method?: string; path?: string } {
  const shape = value.shape
  const config = shape?.k === 'chain' ? shape.steps.at(-1)?.args[0] : value
  if (config?.shape?.k !== 'object') return {}
  const text = (key: string): string | undefined => {
    const field = config.shape?.k === 'object' ? config.shape.fields.get(key)?.shape : undefined
    return field?.k === 'literal' && typeof field.value === 'string' ? field.value : undefined
  }
  const method = text('method')
  const path = text('path')
  return { ...(method === undefined ? {} : { method }), ...(path === undefined ? {} : { path }) }
}

/** `new Hono().basePath('/api')`: what stands before every path of the application. */
function baseOf({ shape }: Value): string {
  const steps = shape?.k === 'chain' ? shape.steps.filter(({ name }) => name === 'basePath') : []
  const parts = steps.map(({ args: [given] }) => (given?.shape?.k === 'literal' ? given.shape.value : ''))
  return parts.map((part) => (typeof part === 'string' ? part.replace(/\/$/, '') : '')).join('')
}

/** A middleware, and the base path of the application that has it. */
export interface Guard {
  value: Value
  base: string
}

/** `function getContact(app: App)`: which application it is, and below which path, only its caller knows. */
function isHandedOn(of: Expr, syntax: Syntax): boolean {
  if (of.k === 'member') return isHandedOn(of.of, syntax)
  return of.k === 'name' && syntax.bindings[of.b]?.k === 'param'
}

/** Hono: `app.get('/path', …, handler)` and `app.openapi(route, handler)`; `guards` are the middlewares of the project. */
export function honoRoutes(syntax: Syntax, flow: Flow): { entries: Entry[]; guards: Guard[] } {
  const entries: Entry[] = []
  const guards: Guard[] = []
  walk(syntax, (expr) => {
    if (expr.k !== 'call' || expr.callee.k !== 'member') return
    const last = expr.args.at(-1)
    const verb = expr.callee.key
    const first = expr.args[0]
    if (!last || !first) return
    if (verb === 'use' && (last.k === 'fn' || last.k === 'name')) {
      const value = flow.value(syntax, last)
      if (value.shape?.k === 'closure' && value.shape.fn.params.length === 2)
        guards.push({ value, base: baseOf(flow.value(syntax, expr.callee.of)) })
      return
    }
    if (!VERBS.test(verb) || expr.args.length < 2 || (last.k !== 'fn' && last.k !== 'name')) return
    const value = flow.value(syntax, last)
    if (value.shape?.k !== 'closure' || value.shape.fn.params.length === 0) return
    const route =
      verb === 'openapi' ? declared(flow.value(syntax, first)) : { method: verb, path: stringOf(first) ?? '' }
    if (!route.path?.startsWith('/')) return
    const method = (route.method ?? 'get').toUpperCase()
    entries.push({
      kind: 'hono',
      method,
      path: baseOf(flow.value(syntax, expr.callee.of)) + route.path,
      name: method,
      location: placeOf(syntax, expr.callee.at),
      value,
      ...(isHandedOn(expr.callee.of, syntax) ? { somewhere: true } : {}),
    })
  })
  return { entries, guards }
}

/** `export const POST = handle(app)`: the route hands every request to a Hono application. */
const isMount = (value: Value): boolean => value.shape?.k === 'chain' && value.shape.from === 'hono/vercel'

/** A route that mounts an application asks of its callers what every route of the application does. */
export function applyMounts(entries: readonly Entry[], runs: readonly Run[]): void {
  const inside = runs.flatMap(({ endpoint }) => (endpoint?.kind === 'hono' ? [endpoint.guard] : []))
  const [guard] = inside
  if (!guard || !inside.every((one) => one.level === guard.level)) return
  for (const [i, entry] of entries.entries()) {
    const endpoint = runs[i]?.endpoint
    if (endpoint && entry.kind === 'route' && isMount(entry.value)) endpoint.guard = guard
  }
}

/** GraphQL: the fields of `resolvers` maps, and the fields that Pothos builders declare. */
export function resolvers(syntax: Syntax, flow: Flow): Entry[] {
  const entries: Entry[] = []
  const add = (name: string, value: Value, at: number): void => {
    const fn = value.shape?.k === 'object' ? value.shape.fields.get('resolve') : value
    if (fn?.shape?.k === 'closure')
      entries.push({
        kind: 'resolver',
        path: name,
        name,
        location: placeOf(fn.shape.syntax, fn.shape.fn.at || at),
        value: fn,
      })
  }
  walk(syntax, (expr) => {
    if (expr.k !== 'call') return
    const config = expr.args[0]
    const map =
      config?.k === 'object' ? config.props.find((prop) => prop.key === 'resolvers')?.value : undefined
    if (map) {
      for (const part of partsOf(flow.value(syntax, map))) {
        for (const [type, fields] of part)
          if (fields.shape?.k === 'object')
            for (const [field, value] of fields.shape.fields) add(`${type}.${field}`, value, expr.at)
      }
    }
    if (expr.callee.k === 'member' && FIELDS.test(expr.callee.key)) {
      const name = stringOf(expr.args[0]) ?? expr.callee.key
      const resolve = declaredResolve(syntax, expr.args.at(-1))
      if (resolve)
        add(
          `${/^mutation/.test(expr.callee.key) ? 'Mutation' : /^subscription/.test(expr.callee.key) ? 'Subscription' : 'Query'}.${name}`,
          flow.value(syntax, resolve),
          expr.at,
        )
    }
  })
  return entries
}

function partsOf(value: Value): ReadonlyMap<string, Value>[] {
  if (value.shape?.k === 'object') return [value.shape.fields]
  if (value.shape?.k === 'array') return (value.shape.items ?? []).flatMap(partsOf)
  // `mergeResolvers([a, b])`
  if (value.shape?.k === 'chain') return value.shape.steps.flatMap((step) => step.args).flatMap(partsOf)
  return []
}

/** `(t) => t.field({ resolve })`: the function behind `resolve`. */
function declaredResolve(syntax: Syntax, field: Expr | undefined): Expr | undefined {
  const fn = field?.k === 'fn' ? syntax.functions[field.fn] : undefined
  const back = fn?.body.find((stmt) => stmt.k === 'return')
  const call = back?.k === 'return' && back.value?.k === 'call' ? back.value : undefined
  const config = call?.args.at(-1)
  return config?.k === 'object' ? config.props.find((prop) => prop.key === 'resolve')?.value : undefined
}
