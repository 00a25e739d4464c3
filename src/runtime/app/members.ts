/** Builds the packages of the workspace that the application takes from their built files. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { BringUpError, diagnose, tailOf } from './failure.ts'
import { resolveFrom } from './place.ts'
import { runStep, type StartNode } from './run-step.ts'
import { scriptsIn } from './scripts.ts'
import type { StagedApp } from './stage.ts'

const LIMIT_MS = 10 * 60_000

const record = z.record(z.string(), z.unknown())
const project = z.object({ name: z.string().optional(), targets: record.optional() })
const manifest = z.object({
  name: z.string().optional(),
  main: z.unknown().optional(),
  module: z.unknown().optional(),
  exports: z.unknown().optional(),
  scripts: z.record(z.string(), z.string()).optional(),
  nx: z.object({ targets: record.optional() }).optional(),
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
 * `packages` when a script fails and leaves no entry file; what Nx could not build is told among the names.
 */
export async function buildMembers(
  staged: StagedApp,
  start: StartNode,
  env: Record<string, string>,
  logs: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const needed = await membersOf(staged)
  const scripts = await scriptsIn(staged.top, env, logs)
  const built: string[] = []
  let nx = true
  for (const { folder, manifest: said } of needed) {
    const name = said.name ?? folder
    if (missingEntries(folder, said).length === 0) continue
    const build = await buildOf(folder, said, scripts.file)
    if (!build || (build.byNx && !nx)) continue
    const ended = await runStep(
      start,
      {
        args: build.args,
        cwd: folder,
        env: {
          ...scripts.env,
          NODE_ENV: 'production',
          PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
          // Without a process that would outlive the step, and without what an earlier copy left behind.
          NX_DAEMON: 'false',
          NX_SKIP_NX_CACHE: 'true',
          NX_ISOLATE_PLUGINS: 'false',
        },
        limit: LIMIT_MS,
      },
      join(logs, 'packages.log'),
      signal,
    )
    // Types come last and are not needed to run: what counts is that there is something to import.
    const left = missingEntries(folder, said)
    // Nx first reads every project, also those that have nothing to do with this one and cannot be read here.
    if (build.byNx && left.length > 0) {
      nx = false
      built.push(`${name} (Nx could not: its parts that are not there fail where they are imported)`)
      continue
    }
    if (ended.code !== 0 && left.length > 0) {
      const { reason, remedy } = diagnose(ended.log)
      throw new BringUpError('packages', `\`${build.name}\` of ${name}: ${reason}`, remedy, tailOf(ended.log))
    }
    built.push(name)
  }
  return built
}

interface Build {
  /** Of the script or target. */
  name: string
  args: string[]
  byNx: boolean
}

/** A script of the package, or its target of Nx. */
async function buildOf(folder: string, said: Manifest, runner: string): Promise<Build | undefined> {
  const script = SCRIPTS.find((one) => said.scripts?.[one] !== undefined)
  if (script !== undefined) return { name: script, args: [runner, 'run', script], byNx: false }
  const nx = resolveFrom(folder, 'nx/bin/nx.js')
  const file = join(folder, 'project.json')
  const own = existsSync(file) ? project.safeParse(JSON.parse(await readFile(file, 'utf8'))).data : undefined
  const target = SCRIPTS.find((one) => (own?.targets ?? said.nx?.targets)?.[one] !== undefined)
  const name = own?.name ?? said.name
  if (nx === undefined || target === undefined || name === undefined) return undefined
  return { name: target, args: [nx, 'run', `${name}:${target}`], byNx: true }
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
