/** The project's own tests, in the copy, on a database of their own. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix, relative } from 'node:path'
import { z } from 'zod'
import { plainly, runStep } from './run-step.ts'
import type { StagedApp } from './stage.ts'
import { patternOf, splitArgs, type TestCommand, testCommandOf } from './test-command.ts'
import { byMember, commandOf } from './tools.ts'

export type OwnTests = { ran: true; passed: boolean; log: string } | { ran: false; why: string }

export interface TestRun {
  /** Only these files, relative to the root of the copy. */
  files?: readonly string[]
  /** What runs them when the project's script does not say. */
  runner?: TestCommand['runner'] | undefined
  /** More options for the runner, as it takes them. */
  options?: readonly string[]
  /** Ends with the first that fails, where the runner can. */
  first?: boolean
  signal?: AbortSignal | undefined
}

const manifest = z.object({ scripts: z.record(z.string(), z.string()).optional() })
const LIMIT_MS = 180_000

/**
 * Runs them once, for at most three minutes; single files in the package that each belongs to. `env`: that of the running
 * copy, with another database.
 */
export async function runOwnTests(
  staged: StagedApp,
  env: Record<string, string>,
  run: TestRun = {},
): Promise<OwnTests> {
  if (!run.files) return runIn(staged.folder, staged, env, run)
  let log = ''
  for (const [member, paths] of byMember(staged, run.files)) {
    const folder = join(staged.root, member)
    const files = paths.map((path) => posix.join(member, path))
    const ran = await runIn(folder, staged, env, { ...run, files })
    if (!ran.ran || !ran.passed) return ran
    log += ran.log
  }
  return { ran: true, passed: true, log }
}

async function runIn(
  folder: string,
  staged: StagedApp,
  env: Record<string, string>,
  { files, runner, options = [], first = false, signal }: TestRun,
): Promise<OwnTests> {
  const { workplace } = staged
  const script = scriptOf(folder)
  if (script === undefined && !(files && runner))
    return { ran: false, why: 'the project has no script `test`.' }
  const command = (script === undefined ? undefined : testCommandOf(script)) ?? (files && plainOf(runner))
  if (!command) return { ran: false, why: `its script \`test\` is \`${script}\`, which is not run here.` }
  const args = argsOf(command, { folder, root: staged.root }, files, { options, first })
  if (args === undefined) return { ran: false, why: `${command.program} is not installed.` }
  const { code, late, log } = await runStep(
    plainly(workplace),
    {
      args,
      cwd: folder,
      env: { ...env, NODE_ENV: 'test', CI: '1', ...command.env },
      limit: LIMIT_MS,
    },
    join(workplace.folder, 'own-tests.log'),
    signal,
  )
  if (late) return { ran: false, why: `they took longer than ${LIMIT_MS / 1000} seconds.` }
  return { ran: true, passed: code === 0, log }
}

function scriptOf(folder: string): string | undefined {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return undefined
  return manifest.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data?.scripts?.test
}

function plainOf(runner: TestCommand['runner'] | undefined): TestCommand | undefined {
  if (runner === undefined) return undefined
  if (runner === 'node:test') return { runner, program: 'node', args: ['--test'], env: {} }
  return { runner, program: runner, args: [], env: {} }
}

/** Arguments of Node.js; `undefined` when the program is not installed. */
function argsOf(
  { program, args }: TestCommand,
  { folder, root }: Pick<StagedApp, 'folder' | 'root'>,
  files: readonly string[] | undefined,
  { options, first }: { options: readonly string[]; first: boolean },
): string[] | undefined {
  const only = files?.map((file) => relative(folder, join(root, file)))
  const bin = program === 'node' ? '' : commandOf(folder, program)
  if (bin === undefined) return undefined
  switch (program) {
    case 'vitest':
      return [bin, 'run', ...args, ...(first ? ['--bail=1'] : []), ...options, ...(only ?? [])]
    case 'jest':
      return [
        bin,
        '--ci',
        '--watchAll=false',
        ...(first ? ['--bail'] : []),
        ...args,
        ...options,
        ...(only ? ['--runTestsByPath', ...only] : []),
      ]
    default: {
      const { options: own, patterns } = splitArgs(args)
      // A file with variables may hold secrets, and is not in the copy.
      const kept = own.filter((one) => !/^--env-file(?:-if-exists)?=/.test(one))
      return [...(bin === '' ? [] : [bin]), ...kept, ...options, ...(only ?? expanded(folder, patterns))]
    }
  }
}

/** As a shell, and Node.js from version 21 on, would. */
function expanded(folder: string, patterns: readonly string[]): string[] {
  if (!patterns.some((one) => /[*?{]/.test(one))) return [...patterns]
  const files = filesBelow(folder)
  return patterns.flatMap((one) =>
    /[*?{]/.test(one) ? files.filter((file) => patternOf(one).test(file)) : [one],
  )
}

function filesBelow(folder: string): string[] {
  const found: string[] = []
  const pending = ['']
  for (let at = pending.pop(); at !== undefined; at = pending.pop())
    for (const entry of readdirSync(join(folder, at), { withFileTypes: true })) {
      const path = at === '' ? entry.name : `${at}/${entry.name}`
      if (entry.isFile()) found.push(path)
      else if (entry.isDirectory() && !/^(?:node_modules|\..*)$/.test(entry.name)) pending.push(path)
    }
  return found.sort()
}
