import { posix } from 'node:path'
import { rangeFor } from '../../../changes/versions.ts'
import type { NewFile } from '../../../core/change.ts'
import type { Package } from '../../../core/recipe.ts'
import { fileName, quoted } from '../naming.ts'
import { fromExport, fromPackage, type Wanted, written } from '../source.ts'
import type { Target } from '../target.ts'
import { actionTests } from './action-tests.ts'
import { endpointTests } from './endpoint-tests.ts'
import { peopleOf } from './people.ts'
import { procedureTests } from './procedure-tests.ts'
import { unitTests } from './unit-tests.ts'

export interface Tests {
  files: NewFile[]
  packages: Package[]
  scripts: Record<string, string>
}

/** How the project's runner is spoken to. */
export interface Runner {
  imports: Wanted[]
  /** `slow`: it hashes passwords, which takes longer than a runner waits where the machine is busy. */
  test: (name: string, body: string, slow?: 'slow') => string
  group: (name: string, body: string) => string
  /** A group that is skipped where there is no database, unless the project's own tests need one as well. */
  onDatabase: (name: string, body: string) => string
  after: (body: string) => string
  /** What replaces modules: `vi`; absent where the runner has none for all versions. */
  mocking?: 'vi' | 'jest'
  equal: (actual: string, expected: string) => string
}

/** In the project's runner; in vitest where there is none. */
export function testsOf(t: Target, read: (file: string) => string | undefined): Tests {
  const { tests, app } = t.habits
  const runner = tests.runner ?? 'vitest'
  const ending = tests.runner ? tests.ending : '.test.ts'
  const subject = t.part.sessions
  const folder =
    tests.placement === 'beside'
      ? posix.dirname(subject)
      : tests.placement === '__tests__'
        ? `${posix.dirname(subject)}/__tests__`
        : tests.placement
  const named = (words: string): string => `${folder}/${fileName(words, app.fileNames)}${ending}`
  const spoken = runnerOf(t, runner)
  const files = [
    unit(t, named('auth'), spoken),
    ...(canBeCalled(t, spoken) ? [endpoints(t, named('auth-endpoints'), spoken)] : []),
  ]
  const home = t.home === '.' ? '' : `${t.home}/`
  const isConfigured = ['vitest.config.ts', 'vite.config.ts'].some((name) => read(`${home}${name}`))
  const configured = isConfigured ? [] : [configuration(t, `${home}vitest.config.ts`)]
  // It is installed, and nothing was written with it yet: nobody has told it of the alias.
  const isBare = tests.runner === 'vitest' && tests.at?.file.endsWith('package.json')
  if (tests.runner) return { files: isBare ? [...files, ...configured] : files, packages: [], scripts: {} }
  return {
    files: [...files, ...configured],
    packages: [{ name: 'vitest', why: 'runs the tests', range: rangeFor('vitest', t.habits), dev: true }],
    scripts: { test: 'vitest run' },
  }
}

/** Actions ask Next.js for headers and cookies; and somebody has to be there who signs in. */
const canBeCalled = (t: Target, { mocking }: Runner): boolean =>
  (t.choice.surface.kind !== 'actions' || mocking !== undefined) &&
  (t.register || peopleOf(t).unknown === undefined)

function unit(t: Target, file: string, runner: Runner): NewFile {
  const { imports, body } = unitTests(t, runner)
  return onServer(t, written(t.habits, file, [...used(runner.imports, body), ...imports], body, false))
}

function endpoints(t: Target, file: string, runner: Runner): NewFile {
  const { surface } = t.choice
  const { imports, body } =
    surface.kind === 'actions'
      ? actionTests(t, surface.style, runner)
      : surface.kind === 'trpc'
        ? procedureTests(t, surface.home, runner)
        : endpointTests(t, runner)
  const mocks = runner.imports.length > 0 && surface.kind === 'actions' && runner.mocking === 'vi'
  const more = mocks ? [fromPackage('vitest', 'vi')] : []
  return onServer(
    t,
    written(t.habits, file, [...runner.imports, ...more, ...imports, fromExport(t.client)], body, false),
  )
}

/** What stands in for a browser keeps cookies from requests, as one does. */
function onServer({ habits }: Target, { file, text }: NewFile): NewFile {
  const { leavesBrowser, runner } = habits.tests
  if (!leavesBrowser) return { file, text }
  const head = runner === 'jest' ? '/** @jest-environment node */' : '// @vitest-environment node'
  return { file, text: `${head}\n${text}` }
}

function runnerOf({ habits }: Target, runner: NonNullable<Target['habits']['tests']['runner']>): Runner {
  const { tests } = habits
  const word = tests.runner ? tests.word : 'it'
  const isNode = runner === 'node:test'
  const groups = tests.describes || !tests.runner
  const guarded = tests.runner !== undefined && !tests.database
  const imports = isNode
    ? [fromPackage('node:assert/strict', 'default as assert'), fromPackage('node:test', 'after', word)]
    : runner !== 'jest' && !(tests.runner && tests.globals)
      ? [fromPackage(runner, 'afterAll', 'expect', word, ...(groups || guarded ? ['describe'] : []))]
      : []
  return {
    imports: isNode && (groups || guarded) ? [...imports, fromPackage('node:test', 'describe')] : imports,
    test: (name, body, slow) =>
      `${word}(${quoted(name)}, async () => {\n${body.trim()}\n}${slow && runner !== 'node:test' ? ', 60_000' : ''})`,
    group: (name, body) => (groups ? `describe(${quoted(name)}, () => {\n${body}\n})` : body),
    ...(runner === 'vitest' && { mocking: 'vi' as const }),
    ...(runner === 'jest' && { mocking: 'jest' as const }),
    onDatabase: (name, body) => {
      if (!guarded) return groups ? `describe(${quoted(name)}, () => {\n${body}\n})` : body
      return isNode
        ? `describe(${quoted(name)}, { skip: !process.env.DATABASE_URL }, () => {\n${body}\n})`
        : `const withDatabase = process.env.DATABASE_URL ? describe : describe.skip\n\nwithDatabase(${quoted(name)}, () => {\n${body}\n})`
    },
    after: (body) => `${isNode ? 'after' : 'afterAll'}(async () => {\n${body.trim()}\n})`,
    equal: (actual, expected) =>
      isNode ? `assert.equal(${actual}, ${expected})` : `expect(${actual}).toBe(${expected})`,
  }
}

/** The alias of the project, for the runner, and where the packages of the workspace have their source. */
function configuration(t: Target, file: string): NewFile {
  const source = t.part.sessions
  const specifier = t.habits.specifier(t.route('me'), source)
  const tail = source.replace(/\.ts$/, '')
  const alias = t.home === t.habits.app.folder ? /^([@~#])\//.exec(specifier)?.[1] : undefined
  const folder = alias ? tail.slice(0, tail.length - (specifier.length - 2)).replace(/\/$/, '') : ''
  const known = [...(alias ? [{ name: alias, path: folder }] : []), ...members(t)]
  const entries = known.map(({ name, path }) => {
    const relative = posix.relative(t.home, path) || '.'
    const url = relative.startsWith('.') && relative !== '.' ? relative : `./${relative}`
    return `${quoted(name)}: fileURLToPath(new URL('${url}', import.meta.url))`
  })
  const resolve =
    entries.length > 0
      ? `
  resolve: { alias: { ${entries.join(', ')} } },`
      : ''
  return {
    file,
    text: `${entries.length > 0 ? "import { fileURLToPath } from 'node:url'\n" : ''}import { defineConfig } from 'vitest/config'

export default defineConfig({${resolve}
  test: { include: ['**/*.test.ts'] },
})
`,
  }
}

/** Packages of the workspace that a package without an application imports: what they export may not be built. */
function members({ home, habits, facts, choice }: Target): { name: string; path: string }[] {
  const { surface } = choice
  if (surface.kind !== 'trpc' || home === habits.app.folder) return []
  const { packages, program } = facts.project
  return packages.packages.flatMap(({ name }) => {
    const path = habits.packages.asked[name] && program.resolve(surface.home.builder, name).file
    return path ? [{ name, path }] : []
  })
}

/** Unit tests leave nothing behind, and need nothing afterwards. */
const used = (imports: Wanted[], body: string): Wanted[] =>
  imports.map((one) => ({
    ...one,
    names: one.names.filter((name) => new RegExp(`\\b${name.replace('default as ', '')}[.(]`).test(body)),
  }))
