/** Commands that a project has installed, run in a copy. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { requireEgress } from '../egress/place.ts'
import { passedOn } from './launch.ts'
import type { StagedApp } from './stage.ts'

const manifest = z.object({ bin: z.union([z.string(), z.record(z.string(), z.string())]).optional() })

/** The file that Node.js runs for a command of a package, as code in `folder` would find it; `undefined` without it. */
export function commandOf(folder: string, name: string, command = name): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, 'node_modules', name, 'package.json')
    if (existsSync(file)) {
      const bin = manifest.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data?.bin
      const path = typeof bin === 'string' ? bin : bin?.[command]
      return path === undefined ? undefined : join(dirname(file), path)
    }
    if (dirname(at) === at) return undefined
  }
}

/**
 * Variables for a command that needs neither the application nor a database: it reaches no other machine, and sees no
 * variable of the user's but the search path. `parent` defaults to `process.env`.
 */
export async function toolEnvironment(
  { workplace }: StagedApp,
  parent: NodeJS.ProcessEnv = process.env,
): Promise<Record<string, string>> {
  const home = join(workplace.folder, 'tools')
  await mkdir(home, { recursive: true })
  return {
    ...passedOn(parent),
    HOME: home,
    USERPROFILE: home,
    TMPDIR: home,
    NO_COLOR: '1',
    NODE_OPTIONS: requireEgress(),
    BACKEND_ENGINEER_EGRESS: JSON.stringify({ record: join(home, 'egress.jsonl'), ports: [] }),
  }
}

/** Files of the copy by the package of the workspace that they are in; paths relative to its folder. */
export function byMember({ place }: StagedApp, files: readonly string[]): Map<string, string[]> {
  const folders = [...new Set([...place.members, place.app])].filter((one) => one !== '.')
  const grouped = new Map<string, string[]>()
  for (const file of files) {
    const [own = '.'] = folders
      .filter((folder) => file.startsWith(`${folder}/`))
      .sort((a, b) => b.length - a.length)
    const path = own === '.' ? file : file.slice(own.length + 1)
    grouped.set(own, [...(grouped.get(own) ?? []), path])
  }
  return grouped
}
