/** Where Prisma clients are made, and with what: `new PrismaClient({ adapter: new PrismaPg({ max: 10 }) })`. */
import type { Location } from '../../core/finding.ts'
import { type Expr, placeOf, type Syntax } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import { functionsAround } from '../names.ts'
import type { Project } from '../project.ts'

export interface ClientSite {
  location: Location
  /** The function that makes it; absent when the module itself does, as it is loaded. */
  within?: string
  /** An endpoint runs that function for each request, or nothing keeps what it made. */
  perCall: boolean
  /** It is kept on `globalThis`, so that a reload finds it. */
  kept: boolean
  /** `adapter` or `accelerateUrl` is given. */
  connected: boolean
  pool: PoolSettings
}

/** Settings of the pool that are written where the adapter is made. */
export interface PoolSettings {
  location?: Location
  max?: number
  connectionTimeoutMillis?: number
  statement_timeout?: number
  /** Environment variable of the connection string. */
  variable?: string
  /** Other names that were given. */
  keys: string[]
}

const sites = new WeakMap<Project, ClientSite[]>()

export function clientSites(project: Project): ClientSite[] {
  const known = sites.get(project)
  if (known) return known
  const found = project.code.flatMap((file) => {
    const text = project.sourceText(file) ?? ''
    const syntax = /new PrismaClient\b/.test(text) ? project.program.syntax(file) : undefined
    return syntax ? sitesIn(syntax, text) : []
  })
  sites.set(project, found)
  return found
}

/** Settings of the first pool that is made in the project, in whichever file. */
export function poolOf(project: Project): PoolSettings | undefined {
  return (
    clientSites(project).find(({ pool }) => pool.location !== undefined)?.pool ?? adapterAnywhere(project)
  )
}

function adapterAnywhere(project: Project): PoolSettings | undefined {
  for (const file of project.code) {
    if (!/new Prisma(?:Pg|Neon)\b|new Pool\(/.test(project.sourceText(file) ?? '')) continue
    const syntax = project.program.syntax(file)
    const pool = syntax && poolsIn(syntax)[0]
    if (pool) return pool
  }
  return undefined
}

function sitesIn(syntax: Syntax, text: string): ClientSite[] {
  const found: ClientSite[] = []
  // A global of any name: `globalThis`, `global`, or a name bound to one of them.
  const global = /\bglobalThis\b|\bglobal\b(?=[.\s[)])/.test(text)
  const [pool = { keys: [] }] = poolsIn(syntax)
  const assigned = assignedIn(syntax)
  walk(syntax, (expr) => {
    if (expr.k !== 'call' || !expr.isNew || nameOf(expr.callee) !== 'PrismaClient') return
    const around = functionsAround(syntax, expr.at)
    const within = around.at(-1)
    const name = within?.name || (within ? bindingOf(syntax, within.at) : undefined)
    const options = expr.args[0]
    const keys =
      options?.k === 'object' ? options.props.map(({ key, spread }) => (spread ? '…' : key)) : ['…']
    const calledOnce = name !== undefined && calledByModule(syntax, name)
    found.push({
      location: placeOf(syntax, expr.at),
      ...(within ? { within: name ?? 'a function' } : {}),
      perCall: within !== undefined && !calledOnce && !global && !assigned.has(expr),
      kept: global,
      connected: expr.args.length > 0 && keys.some((key) => /^(?:adapter|accelerateUrl|…)$/.test(key ?? '')),
      pool,
    })
  })
  return found
}

/** What is put into a variable or a field that was there before: `client ??= new PrismaClient()`. */
function assignedIn(syntax: Syntax): Set<Expr> {
  const found = new Set<Expr>()
  const add = (expr: Expr): void => {
    found.add(expr)
    if (expr.k === 'logic') add(expr.right)
    // `new PrismaClient().$extends(…)`
    if (expr.k === 'call' && expr.callee.k === 'member') add(expr.callee.of)
  }
  walk(syntax, (expr) => {
    if (expr.k === 'assign') add(expr.value)
  })
  return found
}

/** The module itself calls the function when it is loaded. */
function calledByModule(syntax: Syntax, name: string): boolean {
  let called = false
  walk(syntax, (expr) => {
    if (expr.k === 'call' && nameOf(expr.callee) === name && functionsAround(syntax, expr.at).length === 0)
      called = true
  })
  return called
}

const bindingOf = (syntax: Syntax, fn: number): string | undefined =>
  syntax.bindings.find(
    (one) => one.k === 'const' && one.init?.k === 'fn' && syntax.functions[one.init.fn]?.at === fn,
  )?.name

const nameOf = (expr: Expr): string => (expr.k === 'name' ? expr.name : expr.k === 'member' ? expr.key : '')

function poolsIn(syntax: Syntax): PoolSettings[] {
  const found: PoolSettings[] = []
  walk(syntax, (expr) => {
    if (expr.k !== 'call' || !expr.isNew || !/^(?:PrismaPg|PrismaNeon|Pool)$/.test(nameOf(expr.callee)))
      return
    const options = expr.args[0]
    if (options?.k !== 'object') return
    const pool: PoolSettings = { location: placeOf(syntax, expr.at), keys: [] }
    for (const { key, value } of options.props) {
      if (key === undefined) continue
      pool.keys.push(key)
      const number = value.k === 'literal' && typeof value.value === 'number' ? value.value : undefined
      if (
        number !== undefined &&
        (key === 'max' || key === 'connectionTimeoutMillis' || key === 'statement_timeout')
      )
        pool[key] = number
      const variable = key === 'connectionString' ? variableIn(value) : undefined
      if (variable !== undefined) pool.variable = variable
    }
    found.push(pool)
  })
  return found
}

/** `DATABASE_URL` of `process.env.DATABASE_URL ?? ''` */
function variableIn(expr: Expr): string | undefined {
  if (expr.k === 'logic') return variableIn(expr.left)
  if (expr.k === 'member' && expr.of.k === 'member' && expr.of.key === 'env') return expr.key
  if (expr.k === 'member' && /^env/i.test(nameOf(expr.of))) return expr.key
  return undefined
}
