/** Packages that a change needs and the project does not have yet: fetched once, beside the project. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { mkdir, mkdtemp, rename, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { z } from 'zod'
import { UserError } from '../../core/error.ts'
import type { Workplace } from '../../sandbox/workplace.ts'
import { plainly, runStep } from './run-step.ts'

export interface Wanted {
  name: string
  /** As written into the manifest: `^6.2.18`. */
  range: string
}

export interface FetchOptions {
  workplace: Workplace
  /** Keeps what was fetched for the next run; without one, it lives as long as the workplace. */
  cacheFolder?: string | undefined
  /** The project's folder: the registries that its `.npmrc` names are asked. */
  project: string
  /** How the user would install packages: `pnpm`. */
  manager?: string | undefined
  signal?: AbortSignal | undefined
  /** npm reads its configuration, proxy and cache from it. Default: `process.env`. */
  env?: NodeJS.ProcessEnv
}

const LIMIT_MS = 5 * 60_000
/** A package that its package asks its owner for may ask for another. */
const ROUNDS = 3

const manifest = z.object({
  version: z.string().optional(),
  peerDependencies: z.record(z.string(), z.string()).optional(),
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().optional() })).optional(),
})

/**
 * Fetches packages with the npm that came with Node.js, without their install scripts, and gives the folder whose
 * `node_modules` has them. What they expect beside them (`has` says what is there) is fetched too.
 * Throws a `UserError` that names the packages when they cannot be fetched; nothing of them is kept then.
 */
export async function fetchPackages(
  wanted: readonly Wanted[],
  has: (name: string) => boolean,
  options: FetchOptions,
): Promise<string> {
  let list = [...wanted]
  for (let round = 1; ; round++) {
    const folder = await fetched(list, options)
    const missing = list
      .flatMap(({ name }) => peersOf(join(folder, 'node_modules', name)))
      .filter(({ name }) => !has(name) && !existsSync(join(folder, 'node_modules', name)))
    if (missing.length === 0 || round === ROUNDS) return folder
    list = [...new Map([...missing, ...list].map((one) => [one.name, one])).values()]
  }
}

async function fetched(list: readonly Wanted[], options: FetchOptions): Promise<string> {
  const { workplace, cacheFolder } = options
  const dependencies = Object.fromEntries(list.map(({ name, range }) => [name, range]).sort())
  const key = JSON.stringify([dependencies, process.platform, process.arch, process.versions.modules])
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 20)
  const kept = cacheFolder === undefined ? undefined : join(cacheFolder, 'packages', hash)
  if (kept !== undefined && existsSync(kept)) return kept
  const folder = await mkdtemp(join(workplace.folder, 'packages-'))
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }))
  await writeFile(join(folder, '.npmrc'), registriesOf(options.project))
  await install(folder, list, options)
  if (kept === undefined) return folder
  await mkdir(dirname(kept), { recursive: true })
  // Another run may have been faster; another file system keeps nothing. Both do no harm.
  const moved = await rename(folder, kept).then(
    () => true,
    () => false,
  )
  return moved ? kept : folder
}

async function install(
  folder: string,
  list: readonly Wanted[],
  { workplace, signal, manager = 'npm', env = process.env }: FetchOptions,
): Promise<void> {
  const names = list.map(({ name, range }) => `${name}@${range}`).join(' ')
  const remedy = `Install them in the project first (\`${manager} ${manager === 'npm' ? 'install' : 'add'} ${names}\`), then run again.`
  const npm = npmCommand(env)
  const told = `The project does not have ${list.map(({ name }) => name).join(', ')} yet, and`
  if (npm === undefined) throw new UserError(`${told} there is no npm to fetch them with.`, remedy)
  const flags = [
    '--ignore-scripts',
    '--legacy-peer-deps',
    '--no-package-lock',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--loglevel=error',
    '--fetch-retries=1',
    '--fetch-retry-mintimeout=1000',
    '--fetch-timeout=60000',
    '--prefix',
    folder,
  ]
  const given = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  const { code, late, log } = await runStep(
    plainly(workplace),
    { args: [npm, 'install', ...flags], cwd: folder, env: Object.fromEntries(given), limit: LIMIT_MS },
    join(workplace.folder, 'npm.log'),
    signal,
  )
  if (late) throw new UserError(`${told} they could not be fetched in 5 minutes.`, remedy)
  if (code !== 0) throw new UserError(`${told} npm could not fetch them: ${reasonIn(log)}`, remedy)
}

/** `ENOTFOUND: request to … failed`, of npm's lines. */
function reasonIn(log: string): string {
  const lines = log.split('\n').flatMap((line) => /^npm (?:error|ERR!) (.+)/.exec(line)?.[1] ?? [])
  const code = lines.find((line) => line.startsWith('code '))?.slice(5)
  const reason = lines
    .filter((line) => !/^(?:code|errno|syscall|type) /.test(line))
    .map((line) => line.replace(/^(?:network|404|notarget) /, '').trim())
    .find((line) => line !== '')
  return `${[code, reason].filter((part) => part !== undefined).join(', ') || 'it gave no reason'}.`
}

/** npm's own file: beside this Node.js, or where the search path has a command of the name. */
function npmCommand(env: NodeJS.ProcessEnv): string | undefined {
  const bin = dirname(realpathSync(process.execPath))
  const beside = [join(bin, '../lib/node_modules/npm'), join(bin, 'node_modules/npm')].map((one) =>
    join(one, 'bin/npm-cli.js'),
  )
  const path = (env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => folder !== '')
  const onPath = path.flatMap((folder) => {
    const file = join(folder, 'npm')
    const real = existsSync(file) ? realpathSync(file) : ''
    return [
      ...(real.endsWith('npm-cli.js') ? [real] : []),
      join(folder, 'node_modules/npm/bin/npm-cli.js'),
      join(folder, '../lib/node_modules/npm/bin/npm-cli.js'),
    ]
  })
  return [...beside, ...onPath].find((file) => existsSync(file))
}

/** Where packages come from, without the keys that may stand beside it. */
function registriesOf(project: string): string {
  const file = join(project, '.npmrc')
  if (!existsSync(file)) return ''
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => /^\s*(?:@[\w.-]+:)?registry\s*=/.test(line)).join('\n')
}

/** What a package expects its user to have. */
function peersOf(folder: string): Wanted[] {
  const said = read(folder)
  return Object.entries(said?.peerDependencies ?? {}).flatMap(([name, range]) =>
    said?.peerDependenciesMeta?.[name]?.optional === true ? [] : [{ name, range }],
  )
}

/** The version of a package as code in `folder` would find it, looking no further up than `top`. */
export function installedVersion(folder: string, name: string, top: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const version = read(join(at, 'node_modules', name))?.version
    if (version !== undefined || at === top || dirname(at) === at) return version
  }
}

function read(folder: string): z.infer<typeof manifest> | undefined {
  const file = join(folder, 'package.json')
  return existsSync(file) ? manifest.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data : undefined
}
