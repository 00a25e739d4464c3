/** Dockerfiles and compose files, as far as they say where the application is built and what it can reach. */
import type { Location } from '../../core/finding.ts'
import { isRecord } from '../../source/config.ts'
import type { Project } from '../project.ts'
import { readYaml } from '../yaml.ts'

export interface Instruction {
  /** `RUN`, `COPY` */
  word: string
  rest: string
  location: Location
}

const dockerFile = /(?:^|\/)(?:[\w.-]+\.)?Dockerfile(?:\.[\w.-]+)?$|(?:^|\/)Containerfile$/
const composeFile = /(?:^|\/)(?:docker-)?compose(?:\.[\w.-]+)?\.ya?ml$/

/** The instructions of each Dockerfile, lines that are continued joined. */
export function dockerFiles(project: Project): Instruction[][] {
  return project.files
    .filter((file) => dockerFile.test(file))
    .map((file) => {
      const found: Instruction[] = []
      let open: Instruction | undefined
      for (const [index, line] of (project.sourceText(file) ?? '').split('\n').entries()) {
        if (/^\s*(?:#|$)/.test(line)) continue
        const text = line.replace(/\\\s*$/, '').trim()
        if (open) open.rest += ` ${text}`
        else {
          const [, word = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(text) ?? []
          found.push({ word: word.toUpperCase(), rest, location: { file, line: index + 1, column: 1 } })
        }
        open = /\\\s*$/.test(line) ? (open ?? found.at(-1)) : undefined
      }
      return found
    })
}

export interface Service {
  name: string
  location: Location
  image: string
  /** `5433` → `5432` */
  ports: { outside: number; inside: number }[]
  environment: ReadonlyMap<string, string>
  replicas: number
  volumes: number
  builds: boolean
}

/** The services of all compose files. */
export function servicesOf(project: Project): Service[] {
  return project.files
    .filter((file) => composeFile.test(file))
    .flatMap((file) => {
      const text = project.sourceText(file) ?? ''
      const value = compose(text)
      const services = isRecord(value) && isRecord(value.services) ? Object.entries(value.services) : []
      return services.flatMap(([name, one]) => (isRecord(one) ? [serviceOf(name, one, file, text)] : []))
    })
}

function compose(text: string): unknown {
  try {
    return readYaml(text)
  } catch {
    // What is no compose file starts no service.
    return undefined
  }
}

export const isDatabase = ({ image }: Service): boolean =>
  /postgres|timescale|pgvector|postgis|mysql|mariadb/i.test(image)

function serviceOf(name: string, one: Record<string, unknown>, file: string, text: string): Service {
  const line = text.split('\n').findIndex((row) => /^\s+['"]?([^'":]*)['"]?:/.exec(row)?.[1] === name) + 1
  const deploy = isRecord(one.deploy) ? one.deploy : {}
  const replicas = Number(deploy.replicas ?? one.scale ?? 1)
  return {
    name,
    location: { file, line: Math.max(1, line), column: 1 },
    image: typeof one.image === 'string' ? one.image : '',
    ports: (Array.isArray(one.ports) ? one.ports : []).flatMap(portOf),
    environment: environmentOf(one.environment),
    replicas: Number.isFinite(replicas) ? replicas : 1,
    volumes: Array.isArray(one.volumes) ? one.volumes.length : 0,
    builds: one.build !== undefined,
  }
}

function portOf(port: unknown): Service['ports'] {
  if (isRecord(port)) return [{ outside: Number(port.published), inside: Number(port.target) }]
  const found = /(?:^|:)(\d+):(\d+)(?:\/\w+)?$/.exec(String(port))
  return found ? [{ outside: Number(found[1]), inside: Number(found[2]) }] : []
}

function environmentOf(value: unknown): Map<string, string> {
  if (isRecord(value)) return new Map(Object.entries(value).map(([name, one]) => [name, String(one ?? '')]))
  const lines = Array.isArray(value) ? value.map(String) : []
  return new Map(lines.map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)]))
}
