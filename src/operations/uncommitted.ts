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
      const still = ['--no-optional-locks', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null']
      const child = workplace.start(
        'git',
        [...still, ...args, '--', ...files.map((one) => `:(literal)${one}`)],
        {
          cwd: root,
          env,
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      )
      let text = ''
      child.stdout?.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8')
      })
      // Without git nothing is known, and nothing is in the way.
      child.once('error', () => done(''))
      child.once('close', (code) => done(code === 0 ? text : ''))
    })
  try {
    const listed = [
      await git('diff', '--name-only', '--relative', '--no-ext-diff', '--no-textconv', '-z', 'HEAD'),
      await git('ls-files', '--others', '-z'),
    ]
    const found = new Set(listed.flatMap((text) => text.split('\0')))
    return files.filter((file) => found.has(file))
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
