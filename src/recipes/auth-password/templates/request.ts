import type { NewFile } from '../../../core/change.ts'
import { failing } from '../answers.ts'
import { fromFile, fromPackage, written } from '../source.ts'
import type { Target } from '../target.ts'

export function readJson(t: Target): NewFile {
  const media = failing(t, 'mediaType', 'Send the body as application/json')
  const malformed = failing(t, 'malformed', 'The request body is not valid JSON')
  const large = failing(t, 'tooLarge', 'The request body is too large')
  return written(
    t.habits,
    t.part['read-json'],
    [
      ...media.imports,
      ...(t.failing.knowsZod
        ? []
        : [
            fromPackage(
              'zod',
              'type ZodType',
              ...((t.habits.validation.value.major ?? 4) < 4 ? ['type ZodTypeDef'] : []),
            ),
          ]),
    ],
    `
const MAX_BYTES = 8 * 1024
${t.failing.knowsZod ? '' : readInput(t)}
export async function readJson(request: Request): Promise<unknown> {
  // Forms of other sites cannot send this type without being asked first.
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\\/json\\s*(;|$)/i.test(type)) {
    throw ${media.code}
  }
  const bytes = await readBytes(request)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw ${malformed.code}
  }
}

/** Counts what arrives: a chunked body carries no length, and a length may lie. */
async function readBytes(request: Request): Promise<Uint8Array> {
  const reader = request.body?.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    size += part.value.byteLength
    if (size > MAX_BYTES) {
      await reader?.cancel()
      throw ${large.code}
    }
    chunks.push(part.value)
  }
  return Buffer.concat(chunks)
}`,
  )
}

/** How modules are given what was asked: route handlers have the request, the others its headers alone. */
export const asked = ({ choice }: Target): { parameter: string; headers: string } =>
  choice.surface.kind === 'routes'
    ? { parameter: 'request: Request', headers: 'request.headers' }
    : { parameter: "headers: Pick<Headers, 'get'>", headers: 'headers' }

export function sameOrigin(t: Target): NewFile {
  const { parameter, headers } = asked(t)
  const refused = failing(t, 'crossSite', 'Requests from other sites are not accepted')
  return written(
    t.habits,
    t.part['same-origin'],
    refused.imports,
    `
/** For endpoints that act on a cookie: \`SameSite\` covers other sites, this covers sibling subdomains as well. */
export function requireSameOrigin(${parameter}): void {
  const site = ${headers}.get('sec-fetch-site') ?? 'same-origin'
  const origin = ${headers}.get('origin')
  const host = ${headers}.get('x-forwarded-host') ?? ${headers}.get('host')
  const isOurs = origin === null || (URL.canParse(origin) && new URL(origin).host === host)
  if (!isOurs || (site !== 'same-origin' && site !== 'none')) {
    throw ${refused.code}
  }
}`,
  )
}

export function network(t: Target): NewFile {
  const { parameter, headers } = asked(t)
  return written(
    t.habits,
    t.part.network,
    [fromPackage('node:net', 'isIPv4', 'isIPv6'), fromFile(t.part.settings, 'authSettings')],
    `
/**
 * Where a request comes from: an IPv4 address, or the /64 of an IPv6 address, all of which one customer has.
 * Undefined without proxies that are trusted: everything in \`X-Forwarded-For\` is then written by the caller.
 */
export function networkOf(${parameter}, proxies = authSettings().TRUSTED_PROXIES): string | undefined {
  if (proxies === 0) return undefined
  const hops = (${headers}.get('x-forwarded-for') ?? '').split(',')
  // Each proxy appends the address that it saw. What stands further left came with the request.
  return networkOfAddress(hops.at(-proxies)?.trim() ?? '')
}

export function networkOfAddress(text: string): string | undefined {
  const address = withoutPort(text)
  if (isIPv4(address)) return address
  if (!isIPv6(address)) return undefined
  const groups = groupsOf(address)
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (isMapped) return groups.slice(6).flatMap((group) => [group >> 8, group & 0xff]).join('.')
  return \`\${groups.slice(0, 4).map((group) => group.toString(16)).join(':')}::/64\`
}

function withoutPort(text: string): string {
  const bracketed = /^\\[([^\\]]+)\\](?::\\d+)?$/.exec(text)?.[1]
  return bracketed ?? text.replace(/^([\\d.]+):\\d+$/, '$1')
}

/** The eight groups. \`URL\` knows all the ways to write an address. */
function groupsOf(address: string): number[] {
  const [bare = ''] = address.split('%')
  const [head = '', tail] = new URL(\`http://[\${bare}]\`).hostname.slice(1, -1).split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array<string>(8 - left.length - right.length).fill('0')
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16))
}`,
  )
}

/** Where the project's error handling does not know the errors of zod. */
function readInput(t: Target): string {
  const invalid = failing(t, 'invalid', '`$' + '{name}: $' + '{issue?.message}`', false)
  const old = (t.habits.validation.value.major ?? 4) < 4
  return `
export async function readInput<T>(request: Request, schema: ${old ? 'ZodType<T, ZodTypeDef, unknown>' : 'ZodType<T>'}): Promise<T> {
  const read = schema.safeParse(await readJson(request))
  if (read.success) return read.data
  const [issue] = read.error.issues
  const name = issue?.path.join('.') || 'body'
  throw ${invalid.code}
}
`
}
