/** What the project and the request mean for the code: decided once, read by all templates. */
import { posix } from 'node:path'
import { UserError } from '../../core/error.ts'
import type { Habits, Import } from '../../project/habits/habits.ts'
import { type ErrorClass, errorClassOf } from './failures.ts'
import { type Hashing, hashingOf } from './hashing.ts'
import type { AuthFacts, AuthInput } from './input.ts'
import { fileName } from './naming.ts'
import { folders } from './present.ts'
import { type Choice, choiceOf } from './surfaces/choose.ts'
import { habitsOf, homeOf, requireReach } from './surfaces/habits-of.ts'
import { type Tables, tablesOf } from './tables.ts'
import { type UserTarget, userOf } from './user.ts'

/** Modules that are no endpoints. */
export const parts = [
  'settings',
  'errors',
  'retry-later',
  'endpoint',
  'read-json',
  'same-origin',
  'network',
  'hashing-queue',
  'passwords',
  'password-policy',
  'schemas',
  'rate-limit',
  'login-budgets',
  'events',
  'access-tokens',
  'sessions',
  'refresh-cookie',
  'token-answer',
  'require-user',
  'sign-in',
  'register',
  'http-context',
  'procedures',
  'session-cookies',
  'current-account',
  'read-input',
  'answered',
  'actions',
] as const

export type Part = (typeof parts)[number]

export type Call = 'register' | 'login' | 'refresh' | 'logout' | 'me'

export interface Target extends Omit<AuthInput, 'register' | 'basePath' | 'surface'> {
  /** As they are where the modules go. */
  habits: Habits
  facts: AuthFacts
  /** Of the application, for issuer and audience. */
  service: string
  register: boolean
  /** Route handlers, server actions or tRPC, and why. */
  choice: Choice
  /** Folder of the package that takes the modules. */
  home: string
  /** `api/auth`; of procedures, where HTTP reaches them: `api/trpc`. */
  path: string
  calls: Call[]
  /** File of a module, of a route. */
  part: Record<Part, string>
  route: (call: Call) => string
  user: UserTarget
  tables: Tables
  hashing: Hashing
  error: ErrorClass
  client: Import & { use: string }
  /** How the project makes a response of an error. */
  failing: Failing
}

/** Throws a UserError where the project cannot take it. */
export function targetOf(given: AuthFacts, input: AuthInput): Target {
  const choice = choiceOf(given, input)
  const { surface } = choice
  const habits = habitsOf(given, surface)
  const facts = { ...given, habits }
  const client = habits.client?.value
  if (!client)
    throw new UserError(
      'No module exports the Prisma client of this project.',
      'Export one client from a module, such as src/lib/prisma.ts, and run the command again.',
    )
  if (habits.schema?.provider !== 'postgresql' && habits.schema?.provider !== 'cockroachdb')
    throw new UserError(
      `This recipe is written for PostgreSQL; the schema says ${habits.schema?.provider ?? 'nothing'}.`,
      'Use it on a project whose Prisma schema has the provider postgresql.',
    )
  const { fileNames } = habits.app
  const folder = freeFolder(habits)
  const part = Object.fromEntries(
    parts.map((one) => [one, `${folder}/${fileName(one, fileNames)}.ts`]),
  ) as Record<Part, string>
  if (surface.kind === 'actions') {
    part['require-user'] = part['current-account']
    part.actions = surface.style.file ?? part.actions
  }
  const error = errorFor(facts, choice, part)
  const basePath = surface.kind === 'routes' ? basePathOf(facts, input.basePath) : ''
  const user = userOf(facts, input)
  const register =
    input.register ??
    (user.registrable === true && !hasSignUp(facts, user.model) && libraryOf(habits) === undefined)
  if (input.register && user.registrable !== true)
    throw new UserError(
      `Sign-up cannot fill in ${user.registrable || 'the fields'} of ${user.model}.`,
      'Give it a default in the schema, make it optional, or ask for the recipe without registration.',
    )
  const home = homeOf(given, surface)
  const hashing = hashingOf(facts, input, user.hash.name)
  requireReach(facts, home, hashing)
  const calls: Call[] = [...(register ? (['register'] as const) : []), 'login', 'refresh', 'logout', 'me']
  return {
    ...input,
    refreshIn: surface.kind === 'actions' ? 'cookie' : input.refreshIn,
    habits,
    facts,
    choice,
    home,
    service: serviceOf(given),
    register,
    path:
      surface.kind === 'trpc'
        ? surface.home.mount.path.slice(1)
        : posix.join('/', apiPath(habits), basePath).slice(1),
    calls,
    part,
    route: (call) => `${habits.app.routes}/${basePath}/${call}/route.ts`,
    user,
    tables: tablesOf(habits),
    hashing,
    error,
    client,
    failing: failingOf(facts, error),
  }
}

/** Errors of procedures are those of tRPC; actions tell their own apart from what nobody foresaw. */
function errorFor(facts: AuthFacts, { surface }: Choice, part: Target['part']): ErrorClass {
  const codes = 'snake_case'
  if (surface.kind === 'trpc')
    return {
      from: { file: '', name: 'TRPCError' },
      parameters: [],
      own: false,
      trpc: surface.home.major,
      codes,
    }
  const found = surface.kind === 'routes' ? errorClassOf(facts.habits.answers, facts.project) : undefined
  const from = { file: part.errors, name: 'AuthError' }
  return found ?? { from, parameters: ['status', 'code', 'message'], own: true, codes }
}

export interface Failing {
  by: 'wrapper' | 'options' | 'function' | 'nothing'
  from?: Import
  /** Errors of zod are answered, too. */
  knowsZod: boolean
}

/** `options`: a wrapper that is given `{ handler, … }`. */
function failingOf({ habits, project }: AuthFacts, error: ErrorClass): Failing {
  const { wrapper, handleError } = habits.answers
  const found = wrapper ?? handleError
  if (!found || error.own) return { by: 'nothing', knowsZod: true }
  const from = found.value
  const text = project.sourceText(found.at?.file ?? from.file) ?? project.sourceText(from.file) ?? ''
  const source = project.sourceText(from.file) ?? text
  const takesOptions = new RegExp(`\\b${from.name}\\b[^({]*\\(\\s*\\{[^}]*\\bhandler\\b`).test(source)
  const by = wrapper ? (takesOptions ? 'options' : 'wrapper') : 'function'
  return { by, from, knowsZod: /ZodError|instanceof z\./.test(source) }
}

/** `api` of `src/app/api`. */
export function apiPath({ app }: Habits): string {
  const at = app.routes.split('/').lastIndexOf('app')
  return app.routes
    .split('/')
    .slice(at + 1)
    .filter((one) => !/^\(.*\)$/.test(one))
    .join('/')
}

function freeFolder(habits: Habits): string {
  const names = [...folders]
  const free = names.find((name) => {
    const folder = `${habits.app.modules.value}/${name}`
    return !habits.has(folder) && !habits.has(`${folder}.ts`) && !habits.has(`${folder}.tsx`)
  })
  if (!free)
    throw new UserError(
      `The folders ${names.join(', ')} of ${habits.app.modules.value} are taken.`,
      'Remove what is left of an earlier attempt, or undo it, and run the command again.',
    )
  return `${habits.app.modules.value}/${free}`
}

const taken = (habits: Habits, path: string): string | undefined =>
  ['register', 'login', 'refresh', 'logout', 'me']
    .flatMap((call) =>
      ['ts', 'tsx', 'js'].map((ending) => `${habits.app.routes}/${path}/${call}/route.${ending}`),
    )
    .find((file) => habits.has(file)) ?? catchAll(habits, path)

/** A library's handler for everything below. */
function catchAll(habits: Habits, path: string): string | undefined {
  return ['[...nextauth]', '[...all]', '[...auth]']
    .map((name) => `${habits.app.routes}/${path}/${name}/route.ts`)
    .find((file) => habits.has(file))
}

function basePathOf({ habits }: AuthFacts, asked: string | undefined): string {
  if (asked === undefined) {
    const free = ['auth', 'token', 'v1/auth'].find((path) => taken(habits, path) === undefined)
    if (free) return free
  }
  const path = asked ?? 'auth'
  const file = taken(habits, path)
  if (file)
    throw new UserError(
      `The path /${posix.join(apiPath(habits), path)} is taken: ${file} answers there already.`,
      'Name another path, such as `--set basePath=token`; what is there stays as it is.',
    )
  return path
}

/** Something makes users already: who may, is not for this recipe to change. */
function hasSignUp({ project }: AuthFacts, model: string): boolean {
  return project.runs.some(
    ({ endpoint, events }) =>
      endpoint !== undefined &&
      events.some(
        (one) => one.k === 'access' && one.model === model && /^(create|upsert)/.test(one.operation),
      ),
  )
}

const libraries = new Set([
  'next-auth',
  '@auth/core',
  'better-auth',
  '@clerk/nextjs',
  'iron-session',
  '@supabase/ssr',
  '@supabase/auth-helpers-nextjs',
  'lucia',
])

/** What signs people in already. */
export const libraryOf = ({
  authentication,
}: Habits): Habits['authentication']['libraries'][number] | undefined =>
  authentication.libraries.find(({ value }) => libraries.has(value))

/** `@acme/web` → `acme-web` */
function serviceOf({ habits, project }: AuthFacts): string {
  const { manifest } = habits.packages
  const called = project.packages.packages.find(({ folder }) => folder === posix.dirname(manifest))?.name
  const name = (called ?? posix.basename(habits.root)).replace(/^@/, '').replace(/[^\w.]+/g, '-')
  return name === '' ? 'app' : name
}
