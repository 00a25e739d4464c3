/** Git as it is asked about a user's repository: read only, and nothing that the repository configures is run. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openWorkplace } from '../sandbox/workplace.ts'

/** What git printed. `code`: its exit code; absent when git could not be started. */
export interface Said {
  bytes: Buffer
  code?: number
}

export type Git = (args: readonly string[], input?: string) => Promise<Said>

/** Nothing is written, not even what git remembers to be faster; no hook, no monitor, no tool of the repository is run. */
const still = [
  '--no-optional-locks',
  '--no-pager',
  ...['core.fsmonitor=false', 'core.hooksPath=/dev/null'].flatMap((one) => ['-c', one]),
]

/**
 * Does something with git in a folder, and ends what was started. `env`: of git; default `process.env`.
 * `workFolder`: where the run's processes are noted (see `Workplace`).
 */
export async function withGit<Result>(
  { root, workFolder, env = process.env }: { root: string; workFolder: string; env?: NodeJS.ProcessEnv },
  work: (git: Git) => Promise<Result>,
): Promise<Result> {
  const workplace = await openWorkplace(workFolder)
  const git: Git = (args, input) =>
    new Promise((done) => {
      const child = workplace.start('git', [...still, ...args], {
        cwd: root,
        env,
        stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'ignore'],
      })
      const out: Buffer[] = []
      child.stdout?.on('data', (chunk: Buffer) => out.push(chunk))
      child.once('error', () => done({ bytes: Buffer.concat(out) }))
      child.once('close', (code) => done({ bytes: Buffer.concat(out), ...(code === null ? {} : { code }) }))
      // A git that ends before it has read everything ends with a code that says so.
      child.stdin?.on('error', () => undefined)
      child.stdin?.end(input)
    })
  try {
    return await work(git)
  } finally {
    await workplace.close()
  }
}

/** What git printed as text; nothing where it fails, or is not there. */
export async function saidBy(git: Git, ...args: string[]): Promise<string> {
  const { code, bytes } = await git(args)
  return code === 0 ? bytes.toString('utf8') : ''
}

/** True where the folder, or one above it, has a repository. */
export function isRepository(root: string): boolean {
  for (let at = root; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return true
    if (dirname(at) === at) return false
  }
}
