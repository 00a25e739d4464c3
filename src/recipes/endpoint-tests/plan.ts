/** Which files with which tests; what the tests expect is seen later, when the copy runs. */
import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { formatted } from '../../changes/format.ts'
import { addToManifest } from '../../changes/manifest.ts'
import { rangeFor } from '../../changes/versions.ts'
import type { NewFile } from '../../core/change.ts'
import { UserError } from '../../core/error.ts'
import type { Decision, Plan } from '../../core/recipe.ts'
import type { Habits } from '../../project/habits/habits.ts'
import { chosen } from './endpoints.ts'
import type { TestsFacts, TestsInput } from './input.ts'
import { probesOf } from './probes.ts'
import { type Runner, runnerOf } from './runner.ts'
import { type Subject, subjectOf } from './subject.ts'

/** The endpoints that were asked for, without those that have their file already. */
export function subjectsOf(facts: TestsFacts, input: TestsInput): { fresh: Subject[]; there: string[] } {
  const runs = chosen(facts.project, input.endpoint)
  const fresh: Subject[] = []
  const there: string[] = []
  let refused: UserError | undefined
  for (const run of runs) {
    try {
      const subject = subjectOf(facts, run, new Map())
      mocked(subject, runnerOf(facts.habits))
      if (existsSync(join(facts.habits.root, subject.testFile))) there.push(subject.testFile)
      else fresh.push(subject)
    } catch (error) {
      // Of several, those are left out for which none can be written.
      if (!(error instanceof UserError)) throw error
      refused ??= error
    }
  }
  if (refused && fresh.length === 0 && there.length === 0) throw refused
  return { fresh, there }
}

function mocked({ label, mocks, credential }: Subject, runner: Runner): void {
  if (runner.name === 'node:test' && (mocks.headers || mocks.cache || credential?.session))
    throw new UserError(
      `${label} asks Next.js for its cookies or headers, and node:test has no stand-in for a module on every version of Node.`,
      'With vitest or jest in the project, the tests can be written.',
    )
}

/** Throws a `UserError` when the endpoint is not named clearly, or no test of it can be written. */
export async function plan(facts: TestsFacts, input: TestsInput): Promise<Plan> {
  const { habits } = facts
  const { fresh, there } = subjectsOf(facts, input)
  const runner = runnerOf(habits)
  const read = (file: string): string | undefined => {
    const path = join(habits.root, file)
    return existsSync(path) ? readFileSync(path, 'utf8').replace(/^\uFEFF/, '') : undefined
  }
  const setup = fresh.length > 0 ? setupOf(habits, read) : { creates: [], edits: [], packages: [] }
  const creates = await Promise.all(
    [...fresh.map((subject) => skeleton(subject, runner)), ...setup.creates].map(async ({ file, text }) => ({
      file,
      text: await formatted(text, file, habits.code),
    })),
  )
  const labels = fresh.map(({ label }) => label)
  return {
    change: {
      title: labels.length === 1 ? `Tests for ${labels[0]}` : `Tests for ${labels.length} endpoints`,
      reason: labels.join(', ') || `${there.join(', ')} is there.`,
      safety: 'review',
      edits: setup.edits,
      creates,
    },
    decisions: fresh.length > 0 ? decisionsOf(fresh, runner, habits) : [],
    packages: setup.packages,
    endpoints: [],
    variables: [],
    next: [
      ...(setup.packages.length > 0
        ? [{ command: `${habits.packages.manager} install`, why: 'installs the runner of the tests' }]
        : []),
      {
        command: `DATABASE_URL=postgresql://localhost/test ${habits.packages.manager} test`,
        why: 'runs them on a database of their own, which has the tables: they empty it',
      },
    ],
    proposals: there.map((file) => `${file} is there already, and stays as it is.`),
  }
}

/** What will be asked, before it is known what is answered. */
function skeleton(subject: Subject, runner: Runner): NewFile {
  const names = [...new Set(probesOf(subject).map(({ group, what }) => `${group}: ${what}`))]
  const lines = names.map((name) => `// - ${name}`)
  return {
    file: subject.testFile,
    text: `// ${runner.name} tests for ${subject.label}. What each expects is written when the copy has answered:\n${lines.join('\n')}\nexport {}\n`,
  }
}

/** Where the project has no runner: vitest, and its aliases. */
function setupOf(habits: Habits, read: (file: string) => string | undefined) {
  if (habits.tests.runner) return { creates: [], edits: [], packages: [] }
  const { manifest } = habits.packages
  const home = habits.app.folder === '.' ? '' : `${habits.app.folder}/`
  const config = ['ts', 'mts', 'js', 'mjs']
    .map((ending) => `${home}vitest.config.${ending}`)
    .find((file) => read(file))
  const packaged = addToManifest(manifest, read(manifest) ?? '{}', {
    packages: [{ name: 'vitest', why: 'runs the tests', range: rangeFor('vitest', habits), dev: true }],
    scripts: { test: 'vitest run' },
  })
  return {
    creates: config === undefined ? [configuration(habits, `${home}vitest.config.mts`)] : [],
    edits: packaged.edits,
    packages: packaged.added,
  }
}

function configuration(habits: Habits, file: string): NewFile {
  const source = habits.client?.value.file ?? ''
  const specifier = habits.specifier(`${habits.app.routes}/route.ts`, source)
  const tail = source.replace(/\.tsx?$/, '')
  const alias = /^([@~#])\//.exec(specifier)?.[1]
  const folder = alias ? tail.slice(0, tail.length - (specifier.length - 2)).replace(/\/$/, '') : ''
  const relative = posix.relative(habits.app.folder, folder === '' ? '.' : folder) || '.'
  const resolve = alias
    ? `\n  resolve: { alias: { '${alias}': fileURLToPath(new URL('./${relative}', import.meta.url)) } },`
    : ''
  return {
    file,
    text: `${alias ? "import { fileURLToPath } from 'node:url'\n" : ''}import { defineConfig } from 'vitest/config'

export default defineConfig({${resolve}
  test: {
    include: ['**/*.test.ts'],
    // The tests share one database.
    fileParallelism: false,
  },
})
`,
  }
}

function decisionsOf(subjects: readonly Subject[], runner: Runner, { tests }: Habits): Decision[] {
  return [
    {
      about: 'Runner',
      choice: runner.name,
      because: tests.runner ? 'The project tests with it.' : 'The project has none.',
      ...(tests.at ? { seen: tests.at } : {}),
      from: tests.runner ? 'project' : 'default',
    },
    {
      about: 'Where they stand',
      choice: subjects.map(({ testFile }) => testFile).join(', '),
      because: 'The tests of the project stand like this.',
      from: tests.runner ? 'project' : 'default',
    },
    {
      about: 'How they ask',
      choice: 'the handler itself is called with a request, on the database of DATABASE_URL',
      because: 'Nothing has to be started, and nothing of the way from the request to the rows is left out.',
      from: 'standard',
    },
    ...subjects.map(
      ({ label, credential }): Decision => ({
        about: `Who calls ${label}`,
        choice: credential?.how ?? 'anybody',
        because: credential ? 'The endpoint asks for it.' : 'The endpoint asks for nothing.',
        from: 'project',
      }),
    ),
  ]
}
