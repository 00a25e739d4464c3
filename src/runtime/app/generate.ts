/** Generates the Prisma client of the copy with the project's own Prisma, without its download of an engine. */
import { existsSync, readdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { BringUpError, diagnose, tailOf } from './failure.ts'
import { resolveFrom } from './place.ts'
import { type Ended, runStep, type StartNode } from './run-step.ts'
import { scriptsIn } from './scripts.ts'
import type { StagedApp } from './stage.ts'

const LIMIT_MS = 5 * 60_000

const manifest = z.object({
  bin: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
  prisma: z.object({ schema: z.string().optional() }).optional(),
})

/**
 * Runs `prisma generate` in every package of the copy that has a schema. A generator that fails is left out and the
 * client alone is generated. When that fails too, a client that came with the user's packages will do; without one, a
 * `BringUpError` is thrown.
 */
export async function generateClient(
  staged: StagedApp,
  start: StartNode,
  env: Record<string, string>,
  log: string,
  signal?: AbortSignal,
): Promise<void> {
  // Generators may be files of the project that a package manager runs.
  const scripts = await scriptsIn(staged.top, env, dirname(log))
  for (const folder of await foldersWithSchema(staged)) {
    const command = await prismaCommand(folder, staged.folder)
    if (command === undefined) continue
    const flag = await schemaFlag(folder)
    const run = (): Promise<Ended> =>
      runStep(
        start,
        {
          args: [command, 'generate', ...flag],
          cwd: folder,
          // It only asks that this file exists; its real engine would be a download.
          env: {
            ...scripts.env,
            PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
            PRISMA_HIDE_UPDATE_MESSAGE: '1',
          },
          limit: LIMIT_MS,
        },
        log,
        signal,
      )
    const first = await run()
    if (first.code === 0) continue
    const second = (await keepClientAlone(folder)) ? await run() : first
    if (second.code === 0 || hasClient(folder)) continue
    const { reason, remedy } = diagnose(second.log)
    throw new BringUpError('generate', reason, remedy, tailOf(second.log))
  }
}

const configName = /^prisma\d*\.config\.[cm]?[jt]s$/
const defaults = ['prisma/schema.prisma', 'schema.prisma', 'prisma/schema']

async function foldersWithSchema({ root, place }: StagedApp): Promise<string[]> {
  const found: string[] = []
  for (const member of new Set([...place.members, place.app])) {
    const folder = join(root, member)
    if (!existsSync(join(folder, 'package.json'))) continue
    const configured = readdirSync(folder).some((name) => configName.test(name))
    const told = (await manifestOf(folder))?.prisma?.schema !== undefined
    if (configured || told || defaults.some((path) => existsSync(join(folder, path)))) found.push(folder)
  }
  return found
}

/** Prisma finds a schema at its usual places, or where it is told; elsewhere it needs to be pointed to it. */
async function schemaFlag(folder: string): Promise<string[]> {
  if (defaults.some((path) => existsSync(join(folder, path)))) return []
  if ((await manifestOf(folder))?.prisma?.schema !== undefined) return []
  for (const name of readdirSync(folder).filter((one) => configName.test(one)))
    if (/\bschema\s*:/.test(await readFile(join(folder, name), 'utf8'))) return []
  for (const file of schemasBelow(folder))
    if (/^\s*provider\s*=\s*"postgres(?:ql)?"/m.test(await readFile(join(folder, file), 'utf8')))
      return ['--schema', file]
  return []
}

const schemasBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.prisma') && !path.includes('node_modules'),
  )

async function prismaCommand(folder: string, app: string): Promise<string | undefined> {
  const file = resolveFrom(folder, 'prisma/package.json') ?? resolveFrom(app, 'prisma/package.json')
  if (file === undefined) return undefined
  const bin = (await manifestOf(dirname(file)))?.bin
  return join(dirname(file), (typeof bin === 'string' ? bin : bin?.prisma) ?? 'build/index.js')
}

async function manifestOf(folder: string): Promise<z.infer<typeof manifest> | undefined> {
  return manifest.safeParse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))).data
}

/** Removes every generator but those of the client from the schemas of the copy; `false` when there was none. */
async function keepClientAlone(folder: string): Promise<boolean> {
  let removed = false
  for (const file of schemasBelow(folder)) {
    const text = await readFile(join(folder, file), 'utf8')
    const left = text.replace(/^generator\s+\w+\s*\{[^}]*\}/gm, (block) =>
      /provider\s*=\s*"prisma-client(?:-js)?"/.test(block) ? block : '',
    )
    if (left === text) continue
    await writeFile(join(folder, file), left)
    removed = true
  }
  return removed
}

/** The client in `node_modules` is a stub until it is generated. */
function hasClient(folder: string): boolean {
  const client = resolveFrom(folder, '@prisma/client')
  if (client === undefined) return false
  return ['../../.prisma/client/schema.prisma', '../../../.prisma/client/schema.prisma'].some((path) =>
    existsSync(join(dirname(client), path)),
  )
}
