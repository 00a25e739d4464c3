/** The project's own formatter, on files of a copy. */
import { join } from 'node:path'
import { tailOf } from './failure.ts'
import { plainly, runStep } from './run-step.ts'
import type { StagedApp } from './stage.ts'
import { byMember, commandOf } from './tools.ts'

/** `log`: the end of what it printed when it failed. */
export type Formatted = { done: true } | { done: false; why: string; log?: string }

const LIMIT_MS = 120_000

/** What it is called, where it is, and how it is told to write. Files that it does not know or ignores stay as they are. */
const FORMATTERS: Record<string, { package: string; bin: string; args: string[] }> = {
  prettier: { package: 'prettier', bin: 'prettier', args: ['--write', '--ignore-unknown'] },
  // Imports are sorted too, where its configuration wants that.
  biome: {
    package: '@biomejs/biome',
    bin: 'biome',
    args: [
      'check',
      '--write',
      '--linter-enabled=false',
      '--files-ignore-unknown=true',
      '--no-errors-on-unmatched',
    ],
  },
}

/** Formats the files (relative to the root) where they are in the copy, with the project's configuration. */
export async function formatInPlace(
  staged: StagedApp,
  formatter: string,
  files: readonly string[],
  env: Record<string, string>,
  signal?: AbortSignal,
): Promise<Formatted> {
  const known = FORMATTERS[formatter]
  if (!known) return { done: false, why: `${formatter} is not run here.` }
  for (const [member, paths] of byMember(staged, files)) {
    const cwd = join(staged.root, member)
    const command = commandOf(cwd, known.package, known.bin)
    if (command === undefined) return { done: false, why: `${formatter} is not installed.` }
    const { code, late, log } = await runStep(
      plainly(staged.workplace),
      { args: [command, ...known.args, ...paths], cwd, env, limit: LIMIT_MS },
      join(staged.workplace.folder, 'format.log'),
      signal,
    )
    if (late) return { done: false, why: `${formatter} took longer than ${LIMIT_MS / 1000} seconds.` }
    if (code !== 0) return { done: false, why: `${formatter} failed.`, log: tailOf(log) }
  }
  return { done: true }
}
