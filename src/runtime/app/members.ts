/** Builds the packages of the workspace that the application takes from their built files. */
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { z } from 'zod'
import { BringUpError, diagnose, tailOf } from './failure.ts'
import { runStep, type StartNode } from './run-step.ts'
import type { StagedApp } from './stage.ts'

const LIMIT_MS = 10 * 60_000

const record = z.record(z.string(), z.unknown())
const manifest = z.object({
  name: z.string().optional(),
  main: z.unknown().optional(),
  module: z.unknown().optional(),
  exports: z.unknown().optional(),
  scripts: z.record(z.string(), z.string()).optional(),
  dependencies: record.optional(),
  devDependencies: record.optional(),
  peerDependencies: record.optional(),
})
type Manifest = z.infer<typeof manifest>

interface Member {
  folder: string
  manifest: Manifest
}

/** In this order: the first of these scripts that a package has makes its files. */
const SCRIPTS = ['build', 'compile', 'bundle']

/**
 * Runs the build script of every package that the application depends on and whose entry files are not there, those
 * that others depend on first. Gives the names of those that were built. Throws a `BringUpError` of the step
 * `packages` when a script fails and leaves no entry file.
 */
export async function buildMembers(
  staged: StagedApp,
  start: StartNode,
  env: Record<string, string>,
  logs: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const needed = await membersOf(staged)
  const built: string[] = []
  for (const { folder, manifest: said } of needed) {
    const name = said.name ?? folder
    const script = SCRIPTS.find((one) => said.scripts?.[one] !== undefined)
    if (script === undefined || missingEntries(folder, said).length === 0) continue
    const ended = await runStep(
      start,
      {
        args: [await scriptRunner(logs), 'run', script],
        cwd: folder,
        env: {
          ...env,
          NODE_ENV: 'production',
          PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
          PATH: [join(logs, 'bin'), env.PATH ?? ''].join(delimiter),
          BACKEND_ENGINEER_TOP: staged.top,
        },
        limit: LIMIT_MS,
      },
      join(logs, 'packages.log'),
      signal,
    )
    // Types come last and are not needed to run: what counts is that there is something to import.
    const left = missingEntries(folder, said)
    if (ended.code !== 0 && left.length > 0) {
      const { reason, remedy } = diagnose(ended.log)
      throw new BringUpError('packages', `\`${script}\` of ${name}: ${reason}`, remedy, tailOf(ended.log))
    }
    built.push(name)
  }
  return built
}

/** The packages of the workspace that the application depends on, each after those that it depends on itself. */
async function membersOf({ root, place }: StagedApp): Promise<Member[]> {
  const all = new Map<string, Member>()
  for (const folder of place.members) {
    const read = await manifestOf(join(root, folder))
    if (read?.name !== undefined) all.set(read.name, { folder: join(root, folder), manifest: read })
  }
  const ordered = new Map<string, Member>()
  const waiting = new Set<string>()
  const visit = (said: Manifest): void => {
    for (const name of Object.keys({
      ...said.dependencies,
      ...said.devDependencies,
      ...said.peerDependencies,
    })) {
      const member = all.get(name)
      if (!member || waiting.has(name)) continue
      waiting.add(name)
      visit(member.manifest)
      ordered.set(name, member)
    }
  }
  const app = await manifestOf(join(root, place.app))
  if (app) visit(app)
  return [...ordered.values()]
}

async function manifestOf(folder: string): Promise<Manifest | undefined> {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return undefined
  return manifest.safeParse(JSON.parse(await readFile(file, 'utf8'))).data
}

/** Files of code that importers of the package are led to, and that are not there. */
export function missingEntries(
  folder: string,
  said: { main?: unknown; module?: unknown; exports?: unknown },
): string[] {
  const paths = new Set([said.main, said.module, said.exports].flatMap(leaves))
  return [...paths].filter(
    (path) => /\.[cm]?jsx?$/.test(path) && !path.includes('*') && !existsSync(join(folder, path)),
  )
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(leaves)
  const fields = record.safeParse(value)
  return fields.success ? Object.values(fields.data).flatMap(leaves) : []
}

/**
 * Scripts call each other through whatever package manager the project has, which would first look whether all is
 * installed, or install itself. This stands in its place: it runs a script of the package, or an installed command.
 */
const runner = `
const { spawnSync } = require('node:child_process')
const { existsSync, readFileSync } = require('node:fs')
const { delimiter, dirname, join } = require('node:path')
const args = process.argv.slice(2).filter((one) => !/^(?:--silent|-s|exec|run-script|dlx)$/.test(one))
if (args[0] === 'run') args.shift()
const [name, ...rest] = args.filter((one, i) => one !== '--' || i > 1)
const said = JSON.parse(readFileSync('package.json', 'utf8'))
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
const script = said.scripts?.[name]
if (script === undefined) run([name, quoted].join(' '))
else
  for (const part of ['pre' + name, name, 'post' + name])
    if (said.scripts[part] !== undefined) run(part === name ? [script, quoted].join(' ') : said.scripts[part])
`

async function scriptRunner(logs: string): Promise<string> {
  const bin = join(logs, 'bin')
  const file = join(bin, 'run-script.cjs')
  if (existsSync(file)) return file
  await mkdir(bin, { recursive: true })
  await writeFile(file, runner)
  for (const name of ['pnpm', 'npm', 'yarn']) {
    await writeFile(join(bin, name), `#!/bin/sh\nexec "${process.execPath}" "${file}" "$@"\n`)
    await chmod(join(bin, name), 0o755)
  }
  return file
}
