/**
 * Environment variables: which file sets which, and which are read where. Values stay in here: of a database URL only
 * what tells how it is built leaves this module (loopback or not, the name of a service, port, names of parameters).
 */
import type { Location } from '../../core/finding.ts'
import type { Project } from '../project.ts'

export interface Variable {
  name: string
  location: Location
  /** An example: `.env.example`. Nothing loads it. */
  sample: boolean
  url?: UrlShape
}

/** How a URL is built, without what is secret in it. */
export interface UrlShape {
  /** `loopback`, or a single word as containers have it, else `other`. */
  host: 'loopback' | 'word' | 'other'
  /** The host, where it is loopback or a word. */
  hostName?: string
  port: number
  /** `sslmode`, `connection_limit`, … with their values: none of them is a secret. */
  parameters: ReadonlyMap<string, string>
  /** A part in front of the host holds characters that must be encoded. */
  badlyEncoded: boolean
  /** The port or the name of a pooler. */
  pooled: boolean
  database: string
}

const files = /(?:^|\/)\.env(?:\.[\w.-]+)?$/
const sampleName = /\.(?:example|sample|template|dist|defaults?)$/
const assignment = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$/
/** What RFC 3986 lets stand in a user or password. */
const allowed = /^(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*$/
const KNOWN =
  /^(?:sslmode|sslaccept|connection_limit|pool_timeout|pgbouncer|schema|connect_timeout|socket_timeout|statement_cache_size|options|channel_binding|uselibpqcompat)$/

interface Assigned extends Variable {
  value: string
}

const known = new WeakMap<Project, Assigned[]>()

function assigned(project: Project): Assigned[] {
  const kept = known.get(project)
  if (kept) return kept
  const found = project.files
    .filter((file) => files.test(file) && !/(?:^|\/)fixtures\//.test(file))
    .flatMap((file) =>
      (project.sourceText(file) ?? '').split('\n').flatMap((line, index): Assigned[] => {
        const [, name, raw = ''] = assignment.exec(line) ?? []
        if (name === undefined) return []
        const value = unquoted(raw)
        const url = shapeOf(value)
        const location = { file, line: index + 1, column: 1 }
        return [{ name, location, sample: sampleName.test(file), value, ...(url ? { url } : {}) }]
      }),
    )
  known.set(project, found)
  return found
}

/** Every variable that a file of the project sets, without its value. */
export const variablesOf = (project: Project): Variable[] =>
  assigned(project).map(({ value: _, ...variable }) => variable)

/** The files that set a variable to different values, nearest to what Next.js takes first. */
export function disagreeing(project: Project, name: string): Variable[] {
  const all = assigned(project).filter((one) => one.name === name && !one.sample)
  return new Set(all.map(({ value }) => value)).size > 1
    ? all.map(({ value: _, ...variable }) => variable)
    : []
}

/** Whether a password in a URL of the project is another one than a text, as a service is given it. */
export function passwordDiffers(project: Project, variable: Variable, text: string): boolean {
  const value = assigned(project).find(
    ({ name, location }) => name === variable.name && location.file === variable.location.file,
  )?.value
  const password = /^\w+:\/\/[^:@/]*:(.*)@/.exec(value ?? '')?.[1]
  return password !== undefined && safely(password) !== text
}

function safely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // Not encoded: it is taken as it stands.
    return text
  }
}

/** Variables that hold the URL of a database, those of examples last. */
export const databaseUrls = (project: Project): (Variable & { url: UrlShape })[] =>
  variablesOf(project)
    .flatMap((one) => (one.url ? [{ ...one, url: one.url }] : []))
    .sort((a, b) => Number(a.sample) - Number(b.sample))

/** Where the code reads a variable. */
export function readsOf(project: Project, name: string): Location[] {
  const read = new RegExp(`\\benv(?:\\.|\\[['"]|\\(['"])${name}\\b`)
  return project.files
    .filter((file) => /\.[cm]?[jt]sx?$|\.prisma$/.test(file))
    .flatMap((file) =>
      (project.sourceText(file) ?? '').split('\n').flatMap((line, index) => {
        const column = line.search(read)
        return column < 0 ? [] : [{ file, line: index + 1, column: column + 1 }]
      }),
    )
}

function unquoted(raw: string): string {
  const text = raw.trim()
  const quoted = /^(["'`])(.*?)\1/.exec(text)
  return quoted ? (quoted[2] ?? '') : text.replace(/\s+#.*$/, '')
}

function shapeOf(value: string): UrlShape | undefined {
  const parts =
    /^(?:postgres(?:ql)?|mysql):\/\/(?:(.*)@)?(\[[^\]]*\]|[^:/?#@]*)(?::(\d+))?(?:\/([^?]*))?(?:\?(.*))?$/.exec(
      value,
    )
  if (!parts) return undefined
  const [, login = '', host = '', port = '5432', database = '', query = ''] = parts
  const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0)$/.test(host)
  const word = /^[a-z][\w-]*$/i.test(host)
  const [user = '', ...password] = login.split(':')
  return {
    host: loopback ? 'loopback' : word ? 'word' : 'other',
    ...(loopback || word ? { hostName: host } : {}),
    port: Number(port),
    parameters: new Map(
      [...new URLSearchParams(query)].map(([key, one]) => [key, KNOWN.test(key) ? one : '…']),
    ),
    badlyEncoded: !allowed.test(user) || !allowed.test(password.join(':')),
    pooled: port === '6543' || /pooler|pgbouncer/i.test(host),
    database,
  }
}
