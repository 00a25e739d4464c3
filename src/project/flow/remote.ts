/** Calls of other systems that name one thing there: by the id of a job, the key of a file, the name of a domain. */
import type { Syntax } from '../../source/syntax.ts'
import type { Machine } from './machine.ts'
import { allDeps, NONE, type Sources, textOf, type Value } from './value.ts'

type Outside = Value['shape'] & ({ k: 'external' } | { k: 'chain' })

const READS = /^(retrieve|read|download|fetch|describe|lookup)([A-Z]\w*)?$|^get[A-Z]\w*$/
const WRITES =
  /^(delete|remove|destroy|cancel|revoke|terminate|stop|abort|replay|rotate|disable|detach|unlink|update|del)([A-Z]\w*)?$/

/** Packages that keep nothing of anybody, only work on what they are given, or hold copies that may be dropped. */
const LOCAL =
  /^(node:|crypto$|fs$|path$|global$|next(\/|$)|react|@tanstack|swr|zod|yup|joi|valibot|lodash|ramda|remeda|radash|date-fns|dayjs|luxon|moment|uuid|nanoid|superjson|immer|zustand|jotai|recoil|i18next|next-intl|next-i18next|pino|winston|@sentry|posthog|ioredis|redis|@upstash\/(redis|ratelimit)|@vercel\/(kv|edge-config)|lru-cache|node-cache|keyv|cheerio|jsdom|prosemirror|@tiptap|yjs|three|d3|@prisma|prisma|kysely|drizzle|mongoose|typeorm|better-auth|next-auth|@auth|iron-session|jose|jsonwebtoken|cookies-next|nookies|formidable|busboy|qs|query-string|path-to-regexp|ts-pattern|neverthrow|@trpc|@orpc|hono|graphql|@pothos|@apollo\/server|vitest|jest|@testing-library|fs-extra)/

/** `globalThis.controller.directories.delete`: a thing, one of its parts, and what is done with that. */
const LONG = 3

/** What a command of a storage package does to one object of it. */
const COMMAND = /^((Get|List|Delete|Head|Copy)\w*|PutObject)Command$/

/** `new DeleteObjectCommand({ Key })`: the command names the object, `send` only carries it out. */
export function remoteCommand(
  machine: Machine,
  { from, name }: { from: string; name: string },
  args: Value[],
  syntax: Syntax,
  at: number,
): void {
  const [given] = args
  if (machine.naming || !given || !/^@aws-sdk\//.test(from) || !COMMAND.test(name)) return
  if (![...allDeps(given)].some((dep) => dep.startsWith('client:'))) return
  const writes = !/^(Get|List|Head)/.test(name)
  machine.emit({ ...machine.moment(syntax, at), k: 'remote', from, name, writes, args })
}

/**
 * Notes the call when it does. `fetch` and its kind count where they remove something. Returns the source that the answer
 * has: `remote:runs.retrieve`.
 */
export function remoteCall(
  machine: Machine,
  shape: Outside,
  args: Value[],
  syntax: Syntax,
  at: number,
): Sources {
  if (machine.naming || args.length === 0) return NONE
  const steps = shape.k === 'chain' ? shape.steps : []
  const name = shape.k === 'external' ? shape.name : (steps.at(-1)?.name ?? shape.root)
  const root = shape.k === 'chain' ? shape.root : ''
  if (name === 'fetch' && shape.from === 'global') {
    const method = methodIn(args[1]) ?? 'GET'
    if (method === 'DELETE') return emit('fetch', 'fetch', true)
    return isOwnService(args) ? emit('fetch', 'fetch', method !== 'GET' && method !== 'HEAD') : NONE
  }
  if (FETCHES.test(shape.from) && isOwnService(args)) return emit('fetch', 'fetch', false)
  // `globalThis.billing ??= new Billing()`: one client for all requests of a process.
  const kept =
    shape.from === 'global' &&
    /^global(This)?$/.test(root) &&
    // The database's own client is kept there as well.
    !steps.some((step) => machine.delegates.has(step.name)) &&
    (/^[a-z]+[A-Z]/.test(name) || steps.length >= LONG)
  if (!kept && LOCAL.test(shape.from)) return NONE
  const writes = WRITES.test(name)
  if (!writes && !READS.test(name)) return NONE
  // A function of a package is a tool; a thing that it made, or one of its namespaces, stands for a system.
  if (shape.k === 'external') return NONE
  return emit(kept ? root : shape.from, /^(default|\*)$/.test(root) ? name : `${root}.${name}`, writes)

  function emit(from: string, called: string, changes: boolean): Sources {
    if (!args.some((arg) => [...allDeps(arg)].some((dep) => dep.startsWith('client:')))) return NONE
    machine.emit({ ...machine.moment(syntax, at), k: 'remote', from, name: called, writes: changes, args })
    return new Set([`remote:${called}`])
  }
}

/** Packages that are called as `fetch` is. */
const FETCHES = /^(node-fetch(-commonjs)?|cross-fetch|isomorphic-fetch|undici)$/
const KEY = /^env:(?!NEXT_PUBLIC_)\w*(KEY|TOKEN|SECRET|AUTH|PASS|BEARER|CRED)/

/** A service of the installation's own, asked with a key of its own: its address and the header are from the environment. */
function isOwnService([url, init]: Value[]): boolean {
  const headers = init?.shape?.k === 'object' ? init.shape.fields.get('headers') : undefined
  if (!url || !headers) return false
  const fromEnvironment = [...allDeps(url)].some((dep) => dep.startsWith('env:')) && textOf(url).lead === ''
  return fromEnvironment && [...allDeps(headers)].some((dep) => KEY.test(dep))
}

function methodIn(init: Value | undefined): string | undefined {
  const method = init?.shape?.k === 'object' ? init.shape.fields.get('method')?.shape : undefined
  return method?.k === 'literal' && typeof method.value === 'string' ? method.value.toUpperCase() : undefined
}
