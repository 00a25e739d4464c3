/** The environment of the processes of a copy. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { requireEgress } from '../egress/place.ts'
import type { Stub } from '../egress/stub.ts'
import type { Redis } from '../redis/server.ts'
import { USUAL_PORT } from '../redis/wanted.ts'
import { makeEnvironment, type Sources } from './environment.ts'
import { writeFonts } from './fonts.ts'
import type { StartNode } from './run-step.ts'
import type { StagedApp } from './stage.ts'

export interface Launch {
  /** `postgresql://…` of the scratch database, on loopback. */
  databaseUrl: string
  /** Wins over what is made up. */
  env?: Record<string, string>
  /** Absolute paths of modules that run in every process of the application before its code. */
  preloads?: string[]
  /** Further ports on loopback that the application may reach, such as a listener that waits for it. */
  ports?: number[]
  /**
   * `auto`: where the system allows it, processes get a network and a view of the file system of their own. `none`: the
   * preload alone keeps connections in, and files outside of the copy can be read.
   */
  isolation?: 'auto' | 'none'
  /** Of this process: the search path and what the system needs are passed on, nothing else. Default: `process.env`. */
  parent?: NodeJS.ProcessEnv
}

export interface Address {
  origin: string
  port: number
  record: string
  logs: string
  stub: Stub
  redis: Redis | undefined
  sources: Sources
  start: StartNode
}

/**
 * What the code reads, made up; what the system needs of the parent, passed on; and what contains the application. The
 * user's own variables are not among them.
 */
export async function environmentOf(
  staged: StagedApp,
  options: Launch,
  { origin, port, record, logs, stub, redis, sources, start }: Address,
): Promise<Record<string, string>> {
  const home = join(logs, 'home')
  await mkdir(home, { recursive: true })
  const fonts = join(logs, 'fonts.cjs')
  const authority = join(logs, 'authority.pem')
  await writeFile(authority, stub.certificate)
  const { parent = process.env, databaseUrl, ports = [], preloads = [], env = {} } = options
  const made = makeEnvironment(sources, {
    databaseUrl,
    origin,
    ...(redis ? { redisUrl: redis.url } : {}),
  })
  const system = {
    ...passedOn(parent),
    HOME: home,
    USERPROFILE: home,
    TMPDIR: home,
    TZ: 'UTC',
    LANG: 'C.UTF-8',
  }
  await writeFonts(staged, start, sources.code, fonts, join(logs, 'fonts.log'), system)
  const imports = preloads.map((file) => `--import ${pathToFileURL(file).href}`)
  return {
    ...made.values,
    ...system,
    NEXT_TELEMETRY_DISABLED: '1',
    CHECKPOINT_DISABLE: '1',
    NO_COLOR: '1',
    NEXT_FONT_GOOGLE_MOCKED_RESPONSES: fonts,
    ...env,
    NODE_OPTIONS: [requireEgress(), ...imports].join(' '),
    NODE_EXTRA_CA_CERTS: authority,
    BACKEND_ENGINEER_EGRESS: JSON.stringify({
      record,
      ports: [port, portOf(databaseUrl), ...(redis ? [redis.port] : []), ...ports],
      ...(redis ? { led: { [USUAL_PORT]: redis.port } } : {}),
      stub: { plain: stub.plain, tls: stub.tls, hosts: stub.hosts },
    }),
  }
}

/** Of a database's address. */
export const portOf = (url: string): number => Number(new URL(url).port || 5432)

const needed = [
  'PATH',
  'Path',
  'PATHEXT',
  'SystemRoot',
  'SYSTEMROOT',
  'ComSpec',
  'COMSPEC',
  'windir',
  'LD_LIBRARY_PATH',
]

/** Of an environment: the search path, and what the system needs. */
export function passedOn(parent: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    needed.flatMap((name) => {
      const value = parent[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
