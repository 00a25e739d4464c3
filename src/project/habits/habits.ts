/** How a project writes its backend: what a recipe follows. Each answer says where it was seen. */
import type { Location } from '../../core/finding.ts'
import type { Entity } from '../data-model.ts'

/** An answer read from the project. */
export interface Habit<T> {
  value: T
  /** Where it was seen: the clearest example. */
  at?: Location
  /** In how many of how many places, where it was counted. */
  of?: { count: number; total: number }
}

/** An export of the project. */
export interface Import {
  /** Relative to the root. */
  file: string
  /** `default` for the default export. */
  name: string
  /** What it is called where it is imported; for a default export. */
  local?: string
  /** Of an object that is exported, what is meant: `notFound` of `responses.notFound()`. */
  member?: string
}

export interface AppHabits {
  /** Folder of the Next.js application, relative to the root; `.` for the root. */
  folder: string
  /** `src/` or nothing, below the folder. */
  source: '' | 'src/'
  /** Version of Next.js as installed, else as asked for: `16.4.5`. */
  next: string
  /** `dynamic`, `revalidate`, … of a route file are build errors when it is on. */
  cacheComponents: boolean
  /** Which kinds of endpoint the project has, the most frequent first. */
  surfaces: {
    kind: 'route' | 'action' | 'procedure' | 'api-route' | 'graphql'
    count: number
    at?: Location
  }[]
  /** Folder of route handlers, relative to the root: `src/app/api`. Also when there is none yet. */
  routes: string
  /** Folder for modules that are no endpoints, by what the project does: `src/lib`, `src/server`. */
  modules: Habit<string>
  /** How files are named. */
  fileNames: 'kebab-case' | 'camelCase' | 'PascalCase'
}

/** How a route answers. */
export interface AnswerHabits {
  /** Key that holds the result: `data` of `{ data: … }`; nothing when the result itself is the body. */
  success: Habit<string | undefined>
  /**
   * The body of a failure. `text`: `{ error: 'text' }`; `object`: `{ error: { code, message } }`. `key`: `error`, `message`, …
   * `fields`: of the object; of a text, the other keys beside it that vary.
   */
  failure: Habit<{ key: string; shape: 'text' | 'object'; fields: string[] }>
  /** Function that makes the success response: `ok(data)`, `json(data, status)`; with its parameters in order. */
  respond?: Habit<Import & { parameters: string[] }>
  /** Function that turns a caught error into a response: `errorResponse(error)`. */
  handleError?: Habit<Import & { parameters: string[] }>
  /** Keys with the same constant in most bodies: `{ success: true }`, `{ success: false }`. */
  beside: Record<'success' | 'failure', Record<string, string | number | boolean>>
  /** Function that handlers are wrapped in: `export const POST = route(async (request) => …)`, as it is imported most. */
  wrapper?: Habit<Import>
  /** The one that asks who is calling: not for a handler that is there to sign in. */
  guardedWrapper?: Habit<Import>
  /** The project's error class: `new HttpError(404, 'Not found')`. */
  error?: Habit<Import & { parameters: { name: string; type?: string; optional: boolean }[] }>
  /** `Response.json` or `NextResponse.json`. */
  json: 'Response' | 'NextResponse'
}

/** The model that people sign in as. */
export interface UserHabit {
  model: Entity
  at: Location
  /** Names of fields in the schema; absent where there is none. */
  fields: {
    id: { name: string; type: 'String' | 'Int' | 'BigInt' }
    email?: { name: string; optional: boolean; unique: boolean }
    /** What people sign in with besides or instead of an address. */
    username?: { name: string; optional: boolean; unique: boolean }
    passwordHash?: { name: string; optional: boolean }
    name?: { name: string; optional: boolean }
    createdAt?: string
    updatedAt?: string
    /** Required columns without a default that sign-up must fill in. */
    required: { name: string; type: string }[]
    /** Each says that the account may not sign in: `disabledAt`, `isActive`, `banned`. A time says so when it is set. */
    disabled: { name: string; type: 'Boolean' | 'DateTime'; when: boolean }[]
  }
  /** Model and key of how the hash that is stored today was made, where the code shows it: `bcryptjs`. */
  hashing?: Habit<'bcrypt' | 'bcryptjs' | 'argon2' | '@node-rs/argon2' | 'scrypt' | 'pbkdf2'>
}

export interface SchemaHabits {
  /** File that a new model goes to, relative to the root. */
  file: string
  files: string[]
  provider: 'postgresql' | 'mysql' | 'sqlite' | 'sqlserver' | 'mongodb' | 'cockroachdb'
  /** Attribute of an id: `@id @default(cuid())`, with its type. */
  id: Habit<{ type: 'String' | 'Int' | 'BigInt'; attribute: string; native?: string }>
  /** `snake_case`: models have `@@map`, fields `@map`. */
  tables: Habit<'as model' | 'snake_case' | 'snake_case plural'>
  columns: Habit<'as field' | 'snake_case'>
  /** How names of two words are written in the schema itself. */
  fieldNames: Habit<'camelCase' | 'snake_case'>
  createdAt?: string
  updatedAt?: string
  /** Attribute that most times have: `@db.Timestamptz(3)`. */
  time?: Habit<string>
  /** Folder with migrations, relative to the root; absent when the project has none. */
  migrations?: string
  /** Version of Prisma as installed, else as asked for. */
  prisma: string
}

export interface TestHabits {
  runner: 'vitest' | 'jest' | 'node:test' | 'bun:test' | undefined
  at?: Location
  /** `beside`: next to the source; `__tests__`: in such a folder beside the source; else the folder: `tests`. */
  placement: 'beside' | '__tests__' | (string & {})
  /** `.test.ts`, `.spec.ts` */
  ending: string
  /** The runner gives `describe`, `test`, `expect` without an import. */
  globals: boolean
  /** They run in what stands in for a browser (`jsdom`, `happy-dom`), and a file of them can ask for Node.js instead. */
  leavesBrowser: boolean
  /** Some of them use a database, not a stand-in for one. */
  database: boolean
  /** `test` or `it`, and whether tests stand in `describe`. */
  word: 'test' | 'it'
  describes: boolean
}

export interface CodeStyle {
  /** `prettier` and `biome`: it is a dependency or has a configuration. */
  formatter: Habit<'prettier' | 'biome' | 'dprint' | 'none'>
  linter: ('eslint' | 'biome' | 'oxlint' | 'next lint')[]
  /** Options in prettier's words, from the configuration, or counted in the code. */
  options: {
    semi: boolean
    singleQuote: boolean
    tabWidth: number
    useTabs: boolean
    printWidth: number
    trailingComma: 'all' | 'es5' | 'none'
    arrowParens: 'always' | 'avoid'
    bracketSpacing: boolean
  }
  /** `function name() {}` or `const name = () => {}` for what a file exports. */
  functions: 'declaration' | 'arrow'
  exports: 'named' | 'default'
  /** `import { type A, b }`, or two imports from one module. */
  typeImports: 'inline' | 'separate'
}

export interface Habits {
  root: string
  app: AppHabits
  code: CodeStyle
  answers: AnswerHabits
  /** The Prisma client that is shared: `prisma` from `src/lib/prisma.ts`. `use`: as queries name it: `prisma`, `db.client`, `getDb()`. */
  client?: Habit<Import & { use: string }>
  /** Specifier of the generated client's types when it is no package: the file `src/generated/prisma/client.ts`. */
  generated?: Habit<Import | { package: string }>
  validation: Habit<{
    library: 'zod' | 'valibot' | 'yup' | 'joi' | 'other' | 'none'
    major?: number
    schemas: 'inline' | 'file'
  }>
  logger?: Habit<Import & { kind: 'pino' | 'winston' | 'own' }>
  /** Module that reads the environment: `env` from `src/env.ts`. `zod`: variables are listed in a schema there. */
  environment?: Habit<Import & { kind: 'zod' | 't3' | 'function' | 'own' }>
  /** `.env.example` or what it is called here, relative to the root. */
  exampleFile?: string
  authentication: {
    /** `next-auth`, `better-auth`, `@clerk/nextjs`, `iron-session`, `jose`, `jsonwebtoken`, … all that are there. */
    libraries: Habit<string>[]
    /** Who is signed in: the accessor imported most. */
    accessor?: Habit<Import>
    /** Where handlers ask a package itself: `getServerSession` of `next-auth`. */
    packageAccessor?: Habit<{ package: string; name: string }>
  }
  user?: UserHabit
  schema?: SchemaHabits
  tests: TestHabits
  packages: {
    manager: 'npm' | 'pnpm' | 'yarn' | 'bun'
    /** Relative to the root: the manifest that new packages go to. */
    manifest: string
    /** Of that manifest: name → range as written, all kinds of dependency. */
    asked: Record<string, string>
    /** Range of Node that the project supports: `engines`, `.nvmrc`, `volta`; with where it was seen. */
    node?: Habit<string>
    module: 'esm' | 'commonjs'
  }
  /** Import specifier in this project's way: its alias where it reaches, else a relative path; `.ts` where it writes that. */
  specifier(from: string, to: string): string
  /** Whether something exists at this path of the tree. */
  has(file: string): boolean
}
