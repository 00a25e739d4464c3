/** How tests are written and where they stand. */
import { posix } from 'node:path'
import { isRecord } from '../../source/config.ts'
import { code, testFile } from '../conventions/sources.ts'
import { placementOf } from '../conventions.ts'
import type { TestHabits } from './habits.ts'
import { inFolder, type Reading } from './reading.ts'
import { above } from './versions.ts'
import { best, type Votes, vote } from './votes.ts'

/** How many test files are read. */
const sample = 60
/** Tests of whole pages in a browser have a runner and a place of their own. */
const inBrowser = /(?:^|\/)(?:e2e|playwright|cypress)(?:\/|[.-])|\.(?:e2e|cy)\./

export function readTests(reading: Reading): TestHabits {
  const { project } = reading
  const present = new Set(project.files)
  const folders = reading.reach.map(({ folder }) => (folder === '.' ? '' : `${folder}/`))
  const all = project.files.filter(
    (file) =>
      code.test(file) &&
      (testFile.test(file) || file.includes('__tests__/')) &&
      !inBrowser.test(file) &&
      !/@playwright\/test|\bcy\./.test(project.sourceText(file) ?? ''),
  )
  const ours = all.filter((file) => folders.some((folder) => folder !== '' && file.startsWith(folder)))
  const own = all.filter((file) => project.packages.packageOf(file)?.folder === reading.app.folder)
  const files = (own.length > 0 ? own : ours.length > 0 ? ours : all).slice(0, sample)
  const places: Votes<string> = new Map()
  const endings: Votes<string> = new Map()
  for (const file of files) {
    const place = placementOf(file, present)
    const ending = /\.(?:test|spec)\.[cm]?[jt]s(?=x?$)/.exec(file)?.[0]
    vote(places, place, () => ({ value: place, at: { file, line: 1, column: 1 } }))
    if (ending !== undefined) vote(endings, ending, () => ({ value: ending }))
  }
  const texts = files.map((file) => reading.text(file))
  const runner = runnerOf(reading, texts)
  const place = best(places)
  return {
    ...runner,
    ...(place?.at && { at: place.at }),
    placement: place?.value ?? 'beside',
    ending: best(endings)?.value ?? '.test.ts',
    globals: runner.runner === 'jest' || runner.runner === 'vitest' ? globals(reading, texts, runner) : false,
    leavesBrowser: leavesBrowser(reading),
    database: texts.some(asksDatabase),
    ...words(texts),
  }
}

type Runner = Pick<TestHabits, 'runner' | 'at'>

const imported: [from: RegExp, runner: NonNullable<TestHabits['runner']>][] = [
  [/from ['"]vitest['"]/, 'vitest'],
  [/from ['"]@jest\/globals['"]/, 'jest'],
  [/from ['"]node:test['"]/, 'node:test'],
  [/from ['"]bun:test['"]/, 'bun:test'],
]

/** What most tests import, else a configuration or dependency of the application or of a folder above it. */
function runnerOf({ app, project }: Reading, texts: string[]): Runner {
  const most = imported.find(([from]) => texts.filter((text) => from.test(text)).length * 2 > texts.length)
  if (most) return { runner: most[1] }
  const folders = [...above(app.folder)]
  for (const folder of folders) {
    for (const runner of ['vitest', 'jest'] as const) {
      const config = project.files.find(
        (file) =>
          posix.dirname(file) === folder &&
          new RegExp(`^${runner}(?:\\.[\\w-]+)?\\.config\\.|^${runner}\\.workspace\\.`).test(
            posix.basename(file),
          ),
      )
      if (config !== undefined) return { runner, at: { file: config, line: 1, column: 1 } }
    }
    const manifest = project.packages.packages.find((one) => one.folder === folder)
    const at = { file: inFolder(folder, 'package.json'), line: 1, column: 1 }
    for (const runner of ['vitest', 'jest'] as const)
      if (manifest?.dependencies[runner] !== undefined) return { runner, at }
    const scripts = isRecord(manifest?.manifest.scripts) ? Object.values(manifest.manifest.scripts) : []
    if (scripts.some((one) => typeof one === 'string' && /(?:node|tsx)\s[^&|]*--test\b/.test(one)))
      return { runner: 'node:test', at }
    if (scripts.some((one) => typeof one === 'string' && /(?:^|[&;]\s*)bun test\b/.test(one)))
      return { runner: 'bun:test', at }
  }
  const some = imported.find(([from]) => texts.some((text) => from.test(text)))
  return { runner: some?.[1] }
}

/** What the configuration of the runner says, here or in a folder above; unless a setup file fails without a window. */
function leavesBrowser({ app, project, text }: Reading): boolean {
  const folders = new Set(above(app.folder))
  const configs = project.files.filter(
    (file) =>
      folders.has(posix.dirname(file)) &&
      /^(?:vitest|vite|jest)(?:\.[\w-]+)*\.\w+$/.test(posix.basename(file)),
  )
  const says = /\b(?:environment|testEnvironment)\s*:\s*['"](?:jsdom|happy-dom|jest-environment-jsdom)/
  const inBrowser = configs.filter((file) => says.test(text(file)))
  const setups = inBrowser.flatMap((file) => setupFiles(text(file), posix.dirname(file), project.files))
  return inBrowser.length > 0 && !setups.some((file) => needsWindow(text(file)))
}

function setupFiles(config: string, folder: string, files: readonly string[]): string[] {
  const lists = config.matchAll(/\b(?:setupFiles|setupFilesAfterEnv)\s*:\s*(\[[^\]]*\]|['"`][^'"`]+['"`])/g)
  return [...lists].flatMap(([, list = '']) =>
    [...list.matchAll(/['"`](?:<rootDir>\/)?([^'"`]+)['"`]/g)].flatMap(([, named = '']) => {
      const file = posix.join(folder, named)
      return files.filter((one) => one === file || one.replace(/\.[cm]?[jt]sx?$/, '') === file)
    }),
  )
}

const needsWindow = (text: string): boolean =>
  /\b(?:window|document|navigator)\s*[.,[]/.test(text) && !/typeof (?:window|document)\s*[!=]==?/.test(text)

/** Names a database, or imports the client without putting something in its place. */
const asksDatabase = (text: string): boolean =>
  /\bDATABASE_URL\b|testcontainers|new PrismaClient\b/.test(text) ||
  (/from ['"][^'"]*\b(?:prisma|database|db)(?:\/client)?(?:\.[jt]s)?['"]/.test(text) &&
    !/\bmock(?:\.module)?\(\s*['"][^'"]*\b(?:prisma|database|db)\b/.test(text))

function globals({ text }: Reading, texts: string[], { runner, at }: Runner): boolean {
  if (texts.length === 0) return runner === 'jest' || /\bglobals:\s*true/.test(at ? text(at.file) : '')
  const importing = texts.filter((one) => /from ['"](?:vitest|@jest\/globals)['"]/.test(one))
  const whole = importing.filter((one) =>
    /import\s*\{[^}]*\b(?:it|test|expect|describe)\b[^}]*\}\s*from ['"](?:vitest|@jest\/globals)['"]/.test(
      one,
    ),
  )
  return whole.length * 2 < texts.length
}

function words(texts: string[]): Pick<TestHabits, 'word' | 'describes'> {
  const count = (pattern: RegExp): number =>
    texts.reduce((sum, text) => sum + (text.match(pattern)?.length ?? 0), 0)
  const it = count(/^\s*it(?:\.\w+)*\(/gm)
  const test = count(/^\s*test(?:\.\w+)*\(/gm)
  const described = texts.filter((text) => /^\s*describe(?:\.\w+)*\(/m.test(text)).length
  return { word: it > test ? 'it' : 'test', describes: described * 2 > texts.length }
}
