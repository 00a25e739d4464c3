/** What is waited for while a transaction is open: requests, mail, payments, hashes of passwords. */
import type { Location } from '../../core/finding.ts'
import { type Expr, type Fn, placeOf, type Syntax } from '../../source/syntax.ts'
import { returnsOf } from '../../source/walk.ts'
import { findExport } from '../flow/program.ts'
import { nameOf, rootOf } from '../names.ts'
import type { Project } from '../project.ts'
import { type Callee, calleeOf } from './callees.ts'
import { awaited, walkFunction } from './forms.ts'
import { type Each, functionName, visitPlaces } from './sites.ts'

export interface OutsideWork {
  location: Location
  within: string
  /** `stripe.customers.create` */
  call: string
  /** `a request`, `mail`, … */
  what: string
  /** Functions of the project on the way to it. */
  through: string[]
  /** Of the transaction. */
  opened: Location
}

/** By package: what it does, and the methods that do it. */
const WORK: readonly (readonly [packages: RegExp, what: string, methods: RegExp])[] = [
  [
    /^(?:axios|got|ky|undici|node-fetch|ofetch|superagent)$/,
    'an HTTP request',
    /^(?:axios|got|ky|fetch|ofetch|\$fetch|request|get|post|put|patch|delete)$/,
  ],
  [/^nodemailer|^resend$|^@sendgrid\/|^postmark$|^mailgun/, 'mail', /^(?:send|sendMail|sendEmail|batch)/],
  [
    /^stripe$|^@paddle\/|^@lemonsqueezy\//,
    'a payment provider',
    /^(?:create|update|retrieve|list|cancel|del|search|finalize|void|pay|send|mark|confirm|capture|attach|detach|expire|resume)/,
  ],
  [
    /^bcrypt|^@node-rs\/(?:bcrypt|argon2)$|^argon2$/,
    'the hash of a password',
    /^(?:hash|compare|verify)(?:Sync)?$/,
  ],
  [/^@aws-sdk\//, 'AWS', /^send$/],
  [/^openai$|^@anthropic-ai\/|^ai$/, 'a language model', /^(?:create|generate\w+|stream\w+)$/],
  [/^twilio$/, 'a message', /^create$/],
]

const kept = new WeakMap<Project, Map<Fn, Outside | null>>()

interface Outside {
  call: string
  what: string
  through: string[]
}

/** All of it that is reached from the function of an interactive transaction. */
export function outsideWork(project: Project): OutsideWork[] {
  return project.code.flatMap((file) => {
    const syntax = (project.sourceText(file) ?? '').includes('$transaction')
      ? project.program.syntax(file)
      : undefined
    const found: OutsideWork[] = []
    if (!syntax) return found
    visitPlaces(syntax, (expr, place) => {
      const { transaction } = place
      if (expr.k !== 'call' || transaction?.kind !== 'interactive') return
      const work = outsideOf(project, syntax, expr)
      if (work)
        found.push({
          location: placeOf(syntax, expr.at),
          within: functionName(syntax, expr.at, place),
          ...work,
          opened: placeOf(syntax, transaction.at),
        })
    })
    return found
  })
}

const asked = new WeakMap<Syntax, Map<number, boolean>>()

/** What is done for each element of a list asks another system. A hash of a password does not. */
export function asksOutside(project: Project, syntax: Syntax, each: Each | undefined): boolean {
  if (!each) return false
  const known = asked.get(syntax) ?? new Map<number, boolean>()
  if (known.size === 0)
    visitPlaces(syntax, (expr, { each: around }) => {
      if (!around || expr.k !== 'call' || expr === around.call) return
      const work = known.get(around.at) ? undefined : outsideOf(project, syntax, expr)
      known.set(
        around.at,
        known.get(around.at) === true || (work !== undefined && !/password/.test(work.what)),
      )
    })
  asked.set(syntax, known)
  return known.get(each.at) === true
}

function outsideOf(
  project: Project,
  syntax: Syntax,
  expr: Expr & { k: 'call' },
  depth = 4,
): Outside | undefined {
  const name = nameOf(expr.callee)
  const root = rootOf(expr.callee)
  if (root?.b === -1 && root.name === 'fetch') return { call: 'fetch', what: 'an HTTP request', through: [] }
  const from = root && packageOf(project, syntax, root.b)
  const method = name.split('.').at(-1) ?? ''
  for (const [packages, what, methods] of WORK)
    if (from !== undefined && packages.test(from) && methods.test(method))
      return { call: name, what, through: [] }
  if (expr.callee.k === 'call' || expr.callee.k === 'fn') return undefined
  const callee = depth > 0 ? calleeOf(project, syntax, expr.callee) : undefined
  const inside = callee && outsideIn(project, callee, depth - 1)
  return inside ? { ...inside, through: [callee.fn.name || name, ...inside.through] } : undefined
}

function outsideIn(project: Project, { fn, syntax }: Callee, depth: number): Outside | undefined {
  const known = kept.get(project) ?? new Map<Fn, Outside | null>()
  kept.set(project, known)
  const before = known.get(fn)
  if (before !== undefined) return before ?? undefined
  known.set(fn, null)
  let found: Outside | undefined
  walkFunction(syntax, fn, (expr) => {
    if (expr.k === 'call') found ??= outsideOf(project, syntax, expr, depth)
  })
  known.set(fn, found ?? null)
  return found
}

/** The package that a name comes from, itself or through what made it: `const stripe = new Stripe(…)`, `mailer()`. */
function packageOf(project: Project, syntax: Syntax, b: number, depth = 4): string | undefined {
  const binding = syntax.bindings[b]
  if (!binding || depth === 0) return undefined
  const through = (where: Syntax, value: Expr): string | undefined => {
    const fn = value.k === 'fn' ? where.functions[value.fn] : undefined
    const made = fn ? returnsOf(fn.body) : [value]
    for (const one of made) {
      const root = rootOf(awaited(one))
      const from = root && packageOf(project, where, root.b, depth - 1)
      if (from !== undefined) return from
    }
    return undefined
  }
  if (binding.k === 'fn') return through(syntax, { k: 'fn', fn: binding.fn, at: 0 })
  if (binding.k === 'const') return binding.init ? through(syntax, awaited(binding.init)) : undefined
  if (binding.k !== 'import') return undefined
  const target = findExport(project.program, syntax.file, binding.from, binding.imported)
  if (!target || 'module' in target) return undefined
  if ('external' in target) return target.external
  return target.entry.value ? through(target.syntax, target.entry.value) : undefined
}
