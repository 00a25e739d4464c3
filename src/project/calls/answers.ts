/** What routes answer with, as it is written: the body's keys and the status. */
import type { Location } from '../../core/finding.ts'
import { type Expr, placeOf, type Syntax } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import type { Response } from '../flow/events.ts'
import { functionsAround } from '../names.ts'
import type { Project, Run } from '../project.ts'
import { isClosed, objectOf, property } from './prisma-calls.ts'

export interface Answer {
  run: Run
  event: Response
  location: Location
  /** Keys of the body; absent where it is no object that is written there. */
  keys?: string[]
  /** A literal, 200 where none is given, absent where it is computed. */
  status?: number
  /** The body says that something failed, and holds nothing else. */
  failure: boolean
}

const kept = new WeakMap<Project, Answer[]>()
const REST =
  /^(?:message|msg|success|ok|code|details?|status|statusCode|errors?|reason|description|data|result|field|issues|type|title)$/

/** The answers of routes and of `pages/api` that are made with `json(…)`; each place once, with its first endpoint. */
export function answersOf(project: Project): Answer[] {
  const known = kept.get(project)
  if (known) return known
  const found = new Map<string, Answer>()
  for (const run of project.runs) {
    if (!/^(?:route|pages-api)$/.test(run.endpoint?.kind ?? '')) continue
    for (const event of run.events) {
      if (event.k !== 'response') continue
      const key = `${event.location.file}:${event.location.line}:${event.location.column}`
      const made = found.has(key) ? undefined : answerAt(project, run, event)
      if (made) found.set(key, made)
    }
  }
  const all = [...found.values()]
  kept.set(project, all)
  return all
}

function answerAt(project: Project, run: Run, event: Response): Answer | undefined {
  const syntax = project.program.syntax(event.location.file)
  const call = syntax && jsonAt(syntax, event.location)
  if (!syntax || !call) return undefined
  const body = objectOf(syntax, call.args[0])
  const status = setBefore(project, syntax, call) ? undefined : statusOf(syntax, call)
  return {
    run,
    event,
    location: event.location,
    ...(body && isClosed(body) ? { keys: body.props.flatMap(({ key }) => key ?? []) } : {}),
    ...(status === undefined ? {} : { status }),
    failure: body !== undefined && isFailure(body),
  }
}

const byPlace = new WeakMap<Syntax, Map<string, Expr & { k: 'call' }>>()

/** The call of `json` that begins at a place: `NextResponse.json(…)`, `res.status(400).json(…)`. */
function jsonAt(syntax: Syntax, { line, column }: Location): (Expr & { k: 'call' }) | undefined {
  const known = byPlace.get(syntax) ?? new Map<string, Expr & { k: 'call' }>()
  if (!byPlace.has(syntax)) {
    byPlace.set(syntax, known)
    walk(syntax, (expr) => {
      if (expr.k !== 'call' || expr.callee.k !== 'member' || expr.callee.key !== 'json') return
      if (expr.args.length === 0) return
      const place = placeOf(syntax, expr.at)
      known.set(`${place.line}:${place.column}`, expr)
    })
  }
  return known.get(`${line}:${column}`)
}

function statusOf(syntax: Syntax, { callee, args }: Expr & { k: 'call' }): number | undefined {
  if (callee.k !== 'member') return undefined
  const before = callee.of
  if (before.k === 'call' && before.callee.k === 'member' && before.callee.key === 'status') {
    const given = before.args[0]
    return given?.k === 'literal' && typeof given.value === 'number' ? given.value : undefined
  }
  // `reply.code(…)`, `Response` of a function: what it does is not known here.
  if (before.k !== 'name') return undefined
  const init = args[1]
  if (!init)
    return /^(?:Next)?Response$/.test(before.name) || /^res(?:ponse)?$/.test(before.name) ? 200 : undefined
  const object = objectOf(syntax, init)
  if (!object || !isClosed(object)) return undefined
  const given = property(object, 'status')
  if (!given) return 200
  return given.k === 'literal' && typeof given.value === 'number' ? given.value : undefined
}

/** `res.status(403)` as a statement of its own, somewhere in the function. */
function setBefore(project: Project, syntax: Syntax, call: Expr): boolean {
  const fn = functionsAround(syntax, call.at).at(-1)
  const text = fn ? (project.sourceText(syntax.file) ?? '').slice(fn.at, call.at) : ''
  return /\.statusCode\s*=|\.(?:status|writeHead)\([^()]*\)\s*(?:;|\n\s*[^.\s])/.test(text)
}

const isNothing = (expr: Expr): boolean =>
  (expr.k === 'literal' && (expr.value === null || expr.value === false || expr.value === '')) ||
  (expr.k === 'name' && expr.name === 'undefined')

function isFailure(body: Expr & { k: 'object' }): boolean {
  if (!isClosed(body)) return false
  const error = property(body, 'error') ?? property(body, 'errors')
  const success = property(body, 'success') ?? property(body, 'ok')
  const fails = (error !== undefined && !isNothing(error)) || (success !== undefined && isNothing(success))
  const rest = body.props.filter(({ key }) => !REST.test(key ?? ''))
  const data = property(body, 'data') ?? property(body, 'result')
  return fails && rest.length === 0 && (data === undefined || isNothing(data))
}
