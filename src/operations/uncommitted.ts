/** Which files hold work that git does not have yet. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openWorkplace } from '../sandbox/workplace.ts'

/**
 * Of the files (relative to the root), those that differ from the last commit or are not in one. None where there is no
 * repository or no git. No hook and no monitor of the repository is run. `env`: of git; default `process.env`.
 */
export async function uncommitted(
  root: string,
  files: readonly string[],
  workFolder: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string[]> {
  if (files.length === 0 || !isRepository(root)) return []
  const workplace = await openWorkplace(workFolder)
  const git = (...args: string[]): Promise<string> =>
    new Promise((done) => {
      // Nothing is written, not even what git remembers to be faster.
      const still = ['--no-optional-locks', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null']
      const child = workplace.start('git', [...still, ...args], {
        cwd: root,
        env,
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      let text = ''
      child.stdout?.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8')
      })
      // Without git nothing is known, and nothing is in the way.
      child.once('error', () => done(''))
      child.once('close', (code) => done(code === 0 ? text : ''))
    })
  try {
    const folder = (await git('rev-parse', '--show-prefix')).trim()
    const listed = await git(
      'status',
      '--porcelain=v1',
      '-z',
      '--untracked-files=all',
      '--ignored=matching',
      '--no-renames',
      '--',
      ...files.map((one) => `:(literal)${one}`),
    )
    const found = new Set(listed.split('\0').map((line) => line.slice(3)))
    return files.filter((file) => found.has(folder + file))
  } finally {
    await workplace.close()
  }
}

function isRepository(root: string): boolean {
  for (let at = root; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return true
    if (dirname(at) === at) return false
  }
}
