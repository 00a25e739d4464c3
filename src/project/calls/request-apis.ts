/** How the code asks Next.js for what belongs to the request: `params`, `searchParams`, `cookies()`, `headers()`. */
import type { Location } from '../../core/finding.ts'
import { type Expr, type Pattern, placeOf, type Syntax } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import { functionNamed, functionsAround } from '../names.ts'
import type { Project } from '../project.ts'

export interface Unawaited {
  location: Location
  /** `cookies()`, `params.id` */
  name: string
  /** The major version of Next.js in the package of the file. */
  next: number
  /** It is a call whose place is `location`. */
  call: boolean
}

const SPECIAL =
  /(?:^|\/)app\/(?:.*\/)?(?:page|layout|template|default|route|opengraph-image|twitter-image|icon|apple-icon)\.[jt]sx?$/
const METHODS = /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)$/
const ASKED = /^(?:cookies|headers|draftMode)$/

/** The major version that the package of a file asks for; `undefined` for `latest` and where there is none. */
function nextVersion(project: Project, file: string): number | undefined {
  const wanted = /^\D*(\d+)/.exec(project.packages.packageOf(file)?.dependencies.next ?? '')?.[1]
  return wanted === undefined ? undefined : Number(wanted)
}

/** Promises of Next.js 15 and later that are used as if they were their values. */
export function unawaitedRequestApis(project: Project): Unawaited[] {
  return project.code.flatMap((file) => {
    const text = project.sourceText(file) ?? ''
    const asks = text.includes('next/headers')
    if (!asks && !(SPECIAL.test(file) && /\b(?:params|searchParams)\b/.test(text))) return []
    const next = nextVersion(project, file)
    const syntax = next !== undefined && next >= 15 ? project.program.syntax(file) : undefined
    if (!syntax || next === undefined || syntax.directive === 'client') return []
    const found = [...(asks ? callsIn(syntax) : []), ...(SPECIAL.test(file) ? parametersIn(syntax) : [])]
    return found.map((one) => ({ ...one, next }))
  })
}

type Found = Omit<Unawaited, 'next'>

function callsIn(syntax: Syntax): Found[] {
  const found: Found[] = []
  const isAsked = (expr: Expr): expr is Expr & { k: 'call' } => {
    if (expr.k !== 'call' || expr.callee.k !== 'name' || expr.callee.b < 0) return false
    const binding = syntax.bindings[expr.callee.b]
    return binding?.k === 'import' && binding.from === 'next/headers' && ASKED.test(binding.imported)
  }
  walk(syntax, (expr) => {
    if (expr.k !== 'member' || /^(?:then|catch|finally)$/.test(expr.key)) return
    const kept = expr.of.k === 'name' && expr.of.b >= 0 ? syntax.bindings[expr.of.b] : undefined
    const call =
      kept?.k === 'const' && kept.to.k === 'bind' && kept.init && isAsked(kept.init) ? kept.init : expr.of
    if (!isAsked(call) || call.callee.k !== 'name') return
    const location = placeOf(syntax, call.at)
    if (found.some((one) => one.location.line === location.line && one.location.column === location.column))
      return
    found.push({ location, name: `${call.callee.name}()`, call: true })
  })
  return found
}

/** Members of `params` and `searchParams`, as the functions that Next.js calls are given them. */
function parametersIn(syntax: Syntax): Found[] {
  const promises = new Map<number, string>()
  const bags = new Set<number>()
  const found: Found[] = []
  const props = (pattern: Pattern | undefined): void => {
    if (pattern?.k === 'bind') bags.add(pattern.b)
    if (pattern?.k !== 'object') return
    for (const { key, to } of pattern.props) {
      if (!/^(?:params|searchParams)$/.test(key)) continue
      if (to.k === 'bind') promises.set(to.b, key)
      // `{ params: { id } }` takes a promise apart.
      if (to.k === 'object')
        found.push({ location: placeOf(syntax, to.at), name: `{ ${key}: { … } }`, call: false })
    }
  }
  for (const { name, value } of syntax.exports) {
    const fn = functionNamed(syntax, value)
    if (!fn) continue
    if (METHODS.test(name)) props(fn.params[1])
    else if (/^(?:default|generateMetadata|generateViewport)$/.test(name)) props(fn.params[0])
  }
  walk(syntax, (expr) => {
    if (expr.k !== 'member' || /^(?:then|catch|finally)$/.test(expr.key)) return
    const { of } = expr
    const direct = of.k === 'name' ? promises.get(of.b) : undefined
    const inBag =
      of.k === 'member' && of.of.k === 'name' && bags.has(of.of.b) && /^(?:params|searchParams)$/.test(of.key)
        ? of.key
        : undefined
    const name = direct ?? inBag
    if (name !== undefined)
      found.push({ location: placeOf(syntax, expr.at), name: `${name}.${expr.key}`, call: false })
  })
  return found
}

export interface RenderEffect {
  location: Location
  /** `revalidatePath()`, `cookies().set()` */
  name: string
}

/** Calls that Next.js refuses while it renders, in the component or the metadata of a page or a layout. */
export function effectsInRender(project: Project): RenderEffect[] {
  return project.code.flatMap((file) => {
    const text = project.sourceText(file) ?? ''
    if (!/(?:^|\/)app\/(?:.*\/)?(?:page|layout|template|default)\.[jt]sx?$/.test(file)) return []
    if (!/next\/(?:cache|headers)/.test(text)) return []
    const syntax = project.program.syntax(file)
    return syntax && syntax.directive === null ? effectsIn(syntax) : []
  })
}

function effectsIn(syntax: Syntax): RenderEffect[] {
  const found: RenderEffect[] = []
  const imported = (expr: Expr, from: string): string | undefined => {
    const binding = expr.k === 'name' && expr.b >= 0 ? syntax.bindings[expr.b] : undefined
    return binding?.k === 'import' && binding.from === from ? binding.imported : undefined
  }
  const isCookies = (expr: Expr): boolean => {
    if (expr.k === 'await') return isCookies(expr.of)
    if (expr.k === 'call') return imported(expr.callee, 'next/headers') === 'cookies'
    const binding = expr.k === 'name' && expr.b >= 0 ? syntax.bindings[expr.b] : undefined
    return binding?.k === 'const' && binding.to.k === 'bind' && !!binding.init && isCookies(binding.init)
  }
  const rendered = renderFunctions(syntax)
  walk(syntax, (expr) => {
    if (expr.k !== 'call') return
    const around = functionsAround(syntax, expr.at)
    if (around.length !== 1 || !around[0] || !rendered.has(around[0].at)) return
    const location = placeOf(syntax, expr.at)
    const name = imported(expr.callee, 'next/cache')
    if (name !== undefined && /^(?:revalidatePath|revalidateTag|updateTag|refresh)$/.test(name))
      found.push({ location, name: `${name}()` })
    const { callee } = expr
    if (callee.k === 'member' && /^(?:set|delete)$/.test(callee.key) && isCookies(callee.of))
      found.push({ location, name: `cookies().${callee.key}()` })
  })
  return found
}

/** Where the functions start that Next.js calls to render the file. */
function renderFunctions(syntax: Syntax): Set<number> {
  const starts = new Set<number>()
  for (const { name, value } of syntax.exports) {
    if (!/^(?:default|generateMetadata|generateViewport)$/.test(name)) continue
    const fn = functionNamed(syntax, value)
    if (fn && !fn.useServer) starts.add(fn.at)
  }
  return starts
}
