// `npm start`: builds, then shows what the tool says of the example, and proves it. `npm start -- <command line>`: builds, then runs
// the tool with that command line, with relative paths taken from the folder in which it was typed.
import { join } from 'node:path'
import { build, node, root } from './build.mjs'

const typed = process.argv.slice(2)

build()

const tool = join(root, 'dist/cli/main.js')
if (typed.length > 0) process.exit(node([tool, ...typed], { cwd: process.env.INIT_CWD ?? process.cwd() }))

const commands = [
  ['understand', 'examples/workshop'],
  ['review', 'examples/workshop', '--fail-on', 'never'],
  ['audit', 'examples/workshop', '--html', 'workshop-report.html'],
]
for (const command of commands) {
  console.log(`\n$ backend-engineer ${command.join(' ')}\n`)
  const code = node([tool, ...command])
  if (code !== 0) process.exit(code)
}
