/** Runs scripts of packages without the package manager of the project. */
import { existsSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

export interface Scripts {
  /** For Node.js; the name of a script or command follows. */
  file: string
  /** Of a process that may call scripts, or a package manager. */
  env: Record<string, string>
}

/** What runs scripts below `top`. `logs`: a folder of the run, in which it is written down. */
export async function scriptsIn(top: string, env: Record<string, string>, logs: string): Promise<Scripts> {
  const file = await scriptRunner(logs)
  return {
    file,
    env: { ...env, PATH: [join(logs, 'bin'), env.PATH ?? ''].join(delimiter), BACKEND_ENGINEER_TOP: top },
  }
}

/**
 * Scripts call each other through whatever package manager the project has, which would first look whether all is
 * installed, or install itself. This stands in its place: it runs a script of the package, an installed command, or, as
 * Bun does, a file.
 */
const runner = `
const { spawnSync } = require('node:child_process')
const { existsSync, readFileSync } = require('node:fs')
const { delimiter, dirname, join } = require('node:path')
const args = process.argv.slice(2).filter((one) => !/^(?:--silent|-s|--bun|exec|run-script|dlx)$/.test(one))
if (/^(?:run|x)$/.test(args[0])) args.shift()
const [name, ...rest] = args.filter((one, i) => one !== '--' || i > 1)
const said = existsSync('package.json') ? JSON.parse(readFileSync('package.json', 'utf8')) : {}
const above = []
for (let here = process.cwd(); ; here = dirname(here)) {
  above.push(join(here, 'node_modules/.bin'))
  if (here === process.env.BACKEND_ENGINEER_TOP || dirname(here) === here) break
}
const env = { ...process.env, PATH: [...above, process.env.PATH].join(delimiter), npm_package_name: said.name ?? '' }
const quoted = rest.map((one) => "'" + one.replaceAll("'", "'\\\\''") + "'").join(' ')
const run = (text) => {
  const done = spawnSync(text, { shell: true, stdio: 'inherit', env })
  if (done.status !== 0) process.exit(done.status ?? 1)
}
const fileRunner = () => ['tsx', 'jiti'].find((one) => above.some((bin) => existsSync(join(bin, one)))) ?? 'node'
const script = said.scripts?.[name]
const isFile = /\\.[cm]?[jt]sx?$/.test(name) && existsSync(name)
if (script === undefined) run([isFile ? fileRunner() + " '" + name + "'" : name, quoted].join(' '))
else
  for (const part of ['pre' + name, name, 'post' + name])
    if (said.scripts[part] !== undefined) run(part === name ? [script, quoted].join(' ') : said.scripts[part])
`

/** Gives the file that Node.js is started with; its folder is for the search path. */
async function scriptRunner(logs: string): Promise<string> {
  const bin = join(logs, 'bin')
  const file = join(bin, 'run-script.cjs')
  if (existsSync(file)) return file
  await mkdir(bin, { recursive: true })
  await writeFile(file, runner)
  for (const name of ['pnpm', 'npm', 'yarn', 'bun', 'bunx']) {
    await writeFile(join(bin, name), `#!/bin/sh\nexec "${process.execPath}" "${file}" "$@"\n`)
    await chmod(join(bin, name), 0o755)
  }
  return file
}
