/** Secrets that an installation may leave out, and the checks that let everybody through then. */
import type { Expr, Syntax } from '../source/syntax.ts'
import { walk, walkExpression } from '../source/walk.ts'
import { isAnonymous, packageCalls } from './credentials.ts'
import type { Event, Fact, UnsetCheck } from './flow/events.ts'
import { isSentIn, variableIn } from './flow/unset.ts'
import { allDeps } from './flow/value.ts'
import { levelOf } from './guards.ts'
import type { Project, Run } from './project.ts'

/** The checks of a run that decide who goes on, and that nothing else stands beside. */
export function unsetChecks(run: Run): UnsetCheck[] {
  return run.events.filter(
    (event): event is UnsetCheck =>
      event.k === 'unset-check' &&
      isAnonymous(event) &&
      (event.refuses === true || run.events.some((other) => decides(other, event.variable))) &&
      !isGuardedElse(run, event),
  )
}

/** Something only happens, or is refused, by how the comparison came out. */
const decides = (event: Event, variable: string): boolean =>
  /^(access|end|pass|raw|response)$/.test(event.k) &&
  event.facts.some((fact) => !fact.presence && asksFor(fact, variable))

const asksFor = ({ deps }: Fact, variable: string): boolean => deps.has(`env:${variable}`) && isSentIn(deps)

/** Where the endpoint ends well, another proof was asked for; or a signature is checked in another place. */
function isGuardedElse(run: Run, check: UnsetCheck): boolean {
  const ends = run.events.filter((event) => event.k === 'end')
  const other = (fact: Fact): boolean => levelOf(fact) !== 'none' && !asksFor(fact, check.variable)
  return ends.length > 0 && ends.every((end) => end.facts.some(other))
}

/** A function whose name speaks of signatures is called, no deeper than the check, that has nothing to do with the variable. */
export const verifiesElse = (run: Run, { variable, via }: UnsetCheck): boolean =>
  packageCalls(run, 'check-signature').some(
    ({ args, location, via: { length } }) =>
      length <= via.length &&
      args.every((arg) => variableIn(allDeps(arg)) !== variable) &&
      !via.some((step) => step.location.file === location.file && step.location.line === location.line),
  )

/** What the code says of a variable at the start of the server. */
export type Declared = 'required' | 'optional' | 'default'

const known = new WeakMap<Project, Map<string, Declared | undefined>>()

/**
 * Whether the server starts without a variable, as a schema of the environment or a test that throws says; nothing where
 * neither is there.
 */
export function declarationOf(project: Project, variable: string): Declared | undefined {
  const kept = known.get(project) ?? new Map<string, Declared | undefined>()
  known.set(project, kept)
  if (!kept.has(variable)) kept.set(variable, declared(project, variable))
  return kept.get(variable)
}

function declared(project: Project, variable: string): Declared | undefined {
  const found = project.code.flatMap((file) => {
    const text = project.sourceText(file)
    return text?.includes(variable) ? declaredIn(project, file, text, variable) : []
  })
  return found.find((one) => one === 'required') ?? found.find((one) => one === 'default') ?? found[0]
}

/** `if (!SECRET) throw …` at the top of a file: it cannot be loaded without the variable. */
const throwsWithout = (syntax: Syntax, variable: string): boolean =>
  syntax.body.some(
    (stmt) =>
      stmt.k === 'if' &&
      stmt.yes.some(({ k }) => k === 'throw') &&
      alternatives(stmt.test).some(
        (test) => test.k === 'unary' && test.op === '!' && names(test.of, syntax, variable),
      ),
  )

const alternatives = (test: Expr): Expr[] =>
  test.k === 'logic' && test.op === '||' ? [...alternatives(test.left), ...alternatives(test.right)] : [test]

function names(expr: Expr, syntax: Syntax, variable: string): boolean {
  if (expr.k === 'member') return expr.key === variable
  const binding = expr.k === 'name' ? syntax.bindings[expr.b] : undefined
  return binding?.k === 'const' && binding.init?.k === 'member' && binding.init.key === variable
}

/** Builders of schemas of the environment: zod, valibot, envalid and others of that form. */
const BUILDER =
  /^(string|str|enum|picklist|url|email|number|nonEmptyString|pipe|preprocess|union|optional|nullish)$/

function declaredIn(project: Project, file: string, text: string, variable: string): Declared[] {
  // `requireEnv('CRON_SECRET')`, or a list of names that a loop throws about.
  const named = new RegExp(
    `\\b(?:(?:get|read)?_?env\\w*|(?:require|must|assert|ensure)\\w*)\\(\\s*['"\`]${variable}['"\`]|\\[[^\\]]*['"\`]${variable}['"\`][^\\]]*\\][^]{0,400}\\bthrow\\b`,
    'i',
  )
  if (named.test(text)) return ['required']
  const thrown = new RegExp(
    `(?<!&&\\s*)!\\s*(?:process\\.)?env\\.${variable}\\b(?!\\s*&&)[^]{0,40}\\)\\s*\\{?\\s*throw\\b`,
  )
  const atStart = thrown.test(text) && /(^|\/)(env|config|instrumentation|next\.config)[\w.-]*$/.test(file)
  if (atStart) return ['required']
  const syntax = project.program.syntax(file)
  if (!syntax) return []
  if (throwsWithout(syntax, variable)) return ['required']
  if (!/\b(z|v|s|Type|envalid|yup|Joi|str|createEnv)\b/.test(text)) return []
  const found: Declared[] = []
  walk(syntax, (expr) => {
    if (expr.k !== 'object') return
    for (const prop of expr.props) if (prop.key === variable) found.push(...saidBy(prop.value))
  })
  return found
}

/** `z.string().optional()`; nothing where it is no schema. */
function saidBy(schema: Expr): Declared[] {
  const names = new Set<string>()
  let depends = false
  walkExpression(schema, (part) => {
    if (part.k === 'member') names.add(part.key)
    if (part.k === 'call' && part.callee.k === 'name') names.add(part.callee.name)
    // `isProduction ? z.string() : z.string().optional()`
    if (part.k === 'choose') depends = true
  })
  if (![...names].some((name) => BUILDER.test(name))) return []
  if (names.has('default')) return ['default']
  return ['optional', 'nullish', 'nullable'].some((name) => names.has(name)) && !depends
    ? ['optional']
    : ['required']
}
