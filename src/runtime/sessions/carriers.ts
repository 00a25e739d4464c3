/** Where the application looks for a session: a cookie or a header, as the runs of its endpoints saw it. */
import type { Event } from '../../project/flow/events.ts'
import { allDeps, type Sources } from '../../project/flow/value.ts'
import { leaves } from '../../project/ownership.ts'
import type { Project } from '../../project/project.ts'
import type { Expr } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import { textOf } from './secret.ts'

export interface Carrier {
  kind: 'cookie' | 'header'
  name: string
}

/** What held an identity up in some condition, most often first; then what the code writes; then the custom. */
export function carriersOf(project: Project, env: Readonly<Record<string, string>>, from: RegExp): Carrier[] {
  const counts = new Map<string, number>()
  for (const run of project.runs) {
    const seen = new Set<string>()
    for (const event of run.events)
      for (const deps of sourcesIn(event))
        if ([...deps].some((dep) => dep.startsWith('identity:') && from.test(dep.slice(9))))
          for (const dep of deps) if (/^credential:(cookie|header) [^*]/.test(dep)) seen.add(dep.slice(11))
    for (const one of seen) counts.set(one, (counts.get(one) ?? 0) + 1)
  }
  const read = [...counts].sort(([, a], [, b]) => b - a).map(([one]) => carrier(one))
  const written = cookiesWritten(project, env).map((name): Carrier => ({ kind: 'cookie', name }))
  const custom: Carrier = { kind: 'header', name: 'authorization' }
  const all = [...read, ...written, custom]
  return all.filter((one, i) => all.findIndex((two) => two.kind === one.kind && two.name === one.name) === i)
}

/** What each condition depends on, and what a query is given. */
function sourcesIn(event: Event): Sources[] {
  const facts = event.facts.map(({ deps }) => deps)
  return event.k === 'access' ? [...facts, ...leaves(event.args).map(({ value }) => allDeps(value))] : facts
}

function carrier(text: string): Carrier {
  const [kind, name = ''] = text.split(' ')
  return { kind: kind === 'cookie' ? 'cookie' : 'header', name }
}

const SESSION = /sess|auth|token|jwt|sid$/i
const OTHER = /csrf|refresh|state|pkce|nonce|theme|locale|flash/i

/** Names of the cookies that the code sets, those that sound like a session first. */
function cookiesWritten(project: Project, env: Readonly<Record<string, string>>): string[] {
  const names = new Map<string, number>()
  for (const file of project.code) {
    if (!/cookie/i.test(project.sourceText(file) ?? '')) continue
    const syntax = project.program.syntax(file)
    if (!syntax) continue
    walk(syntax, (expr) => {
      const named = nameWritten(expr)
      const name = named && textOf(project.program, { syntax, expr: named }, env)
      if (name === undefined || !/^[\w.-]+$/.test(name) || OTHER.test(name)) return
      names.set(name, Math.max(names.get(name) ?? 0, SESSION.test(name) ? 2 : httpOnly(expr) ? 1 : 0))
    })
  }
  return [...names]
    .filter(([, rank]) => rank > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name]) => name)
}

/** `jar.set(NAME, …)`, `jar.set({ name: NAME, … })`, `serialize(NAME, …)`. */
function nameWritten(expr: Expr): Expr | undefined {
  if (expr.k !== 'call') return undefined
  const { callee, args } = expr
  const name = callee.k === 'member' ? callee.key : callee.k === 'name' ? callee.name : ''
  if (!/^(set|serialize|setCookie)$/.test(name)) return undefined
  const [first] = args
  if (first?.k === 'object') return first.props.find((prop) => prop.key === 'name')?.value
  return args.length > 1 ? first : undefined
}

const httpOnly = (expr: Expr): boolean =>
  expr.k === 'call' &&
  expr.args.some((arg) => arg.k === 'object' && arg.props.some((prop) => prop.key === 'httpOnly'))

/** Request headers that carry `token` there. */
export function carry({ kind, name }: Carrier, token: string): Record<string, string> {
  if (kind === 'cookie') return { cookie: `${name}=${token}` }
  return { [name]: name.toLowerCase() === 'authorization' ? `Bearer ${token}` : token }
}
