// `npm start`: builds, then shows what the tool says of the example. `npm start -- <command line>`: builds, then runs
// the tool with that command line, with relative paths taken from the folder in which it was typed.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const typed = process.argv.slice(2)

/** Runs Node and gives its exit code; a run that a signal ended counts as one that did not do its work. */
const node = (args, options = {}) =>
  spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', ...options }).status ?? 2

// What the compiler says goes to stderr: stdout is for the result.
const build = node([join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  stdio: ['ignore', 2, 2],
})
if (build !== 0) process.exit(2)

const tool = join(root, 'dist/cli/main.js')
if (typed.length > 0) process.exit(node([tool, ...typed], { cwd: process.env.INIT_CWD ?? process.cwd() }))

const commands = [
  ['understand', 'examples/workshop'],
  ['review', 'examples/workshop', '--fail-on', 'never'],
]
for (const command of commands) {
  console.log(`\n$ backend-engineer ${command.join(' ')}\n`)
  const code = node([tool, ...command])
  if (code !== 0) process.exit(code)
}
