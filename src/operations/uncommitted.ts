/** Which files hold work that git does not have yet. */
import { isRepository, saidBy, withGit } from './git.ts'

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
  return withGit({ root, workFolder, env }, async (git) => {
    const folder = (await saidBy(git, 'rev-parse', '--show-prefix')).trim()
    const listed = await saidBy(
      git,
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
  })
}
