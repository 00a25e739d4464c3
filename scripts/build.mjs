// Builds dist for the scripts that run what was built.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..')

/** Runs Node and gives its exit code; a run that a signal ended counts as one that did not do its work. */
export const node = (args, options = {}) =>
  spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', ...options }).status ?? 2

/** Ends the process when the compiler is not content. What it says goes to stderr: stdout is for the result. */
export function build() {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  if (node([compiler, '-p', 'tsconfig.build.json'], { stdio: ['ignore', 2, 2] }) !== 0) process.exit(2)
}
