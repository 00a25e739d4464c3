/** The Next.js that is installed in a copy. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { BringUpError } from './failure.ts'
import { resolveFrom } from './place.ts'

const manifest = z.object({ version: z.string(), bin: z.record(z.string(), z.string()) })
const scripts = z.object({ scripts: z.record(z.string(), z.string()).optional() })

export interface Next {
  version: string
  /** Absolute: the command's file. */
  command: string
  /** Flags of the project's own build command that choose the bundler. */
  flags: string[]
}

/** Throws a `BringUpError` when there is none. */
export async function installedNext(folder: string): Promise<Next> {
  const file = resolveFrom(folder, 'next/package.json')
  if (file === undefined)
    throw new BringUpError(
      'packages',
      'The copy does not find Next.js.',
      'Install the packages of the project and run again.',
    )
  const { version, bin } = manifest.parse(JSON.parse(await readFile(file, 'utf8')))
  const own = scripts.safeParse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))).data
  const command = own?.scripts?.build ?? ''
  const flags = /next build[^&|;]*/.exec(command)?.[0].match(/--(?:webpack|turbopack|turbo)\b/g) ?? []
  return { version, command: join(file, '..', bin.next ?? 'dist/bin/next'), flags }
}
