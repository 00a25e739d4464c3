/** What the causes of connections ask of a project together. */
import type { ReadError } from '../../core/failure.ts'
import type { Project } from '../../project/project.ts'
import { databaseUrls, type UrlShape, type Variable } from '../../project/surroundings/environment.ts'

/** Postgres has no connection left. */
export const tooMany = ({ codes, text }: ReadError): boolean =>
  codes.includes('53300') ||
  codes.includes('P2037') ||
  /too many (?:clients|database connections|connections for role)|remaining connection slots are reserved/i.test(
    text,
  )

/** The pool of the client has no connection left. */
export const poolTimeout = ({ codes, text }: ReadError): boolean =>
  codes.includes('P2024') ||
  /timeout exceeded when trying to connect|Timed out fetching a new connection|Unable to start a transaction in the given time/.test(
    text,
  )

export const unreachable = ({ codes, text }: ReadError): boolean =>
  codes.includes('P1001') ||
  /Can't reach database server/.test(text) ||
  (codes.some((code) => /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ETIMEDOUT)$/.test(code)) &&
    /\/pg(?:-pool)?\/|@prisma\/|:5432\b/.test(text))

export const refused = ({ codes, text }: ReadError): boolean =>
  codes.includes('P1000') || codes.includes('28P01') || /password authentication failed/.test(text)

export const noPassword = ({ text }: ReadError): boolean => /client password must be a string/.test(text)

/** Host and port that the text names: `127.0.0.1:5432`, `db`. */
export function printedHost({ text }: ReadError): { host: string; port?: number } | undefined {
  const found =
    /(?:database server at|ECONNREFUSED|ETIMEDOUT)\s+`?(?:::1|([\w.-]+))(?:`?:`?(\d+))?/.exec(text) ??
    /(?:ENOTFOUND|EAI_AGAIN)\s+([\w.-]+)/.exec(text)
  if (!found) return undefined
  return { host: found[1] ?? '::1', ...(found[2] ? { port: Number(found[2]) } : {}) }
}

export const isLoopback = (host: string): boolean => /^(?:localhost|127\.|::1|0\.0\.0\.0)/.test(host)

/** The URL that the application is given, an example only where there is no other. */
export const urlOf = (project: Project): (Variable & { url: UrlShape }) | undefined =>
  databaseUrls(project)[0]

/** The text was printed while the application was built. */
export const duringBuild = (text: string): boolean =>
  /prerender|Creating an optimized production build|Collecting page data|next build|static page generation|Export encountered/i.test(
    text,
  )
