/** Whether an application speaks to a Redis, and which of its variables say where that is. */

/** Clients that speak its protocol; `@upstash/redis` speaks HTTP, and is not among them. */
const clients = new Set([
  'redis',
  'ioredis',
  'iovalkey',
  '@redis/client',
  '@keyv/redis',
  '@keyv/valkey',
  'bullmq',
  'bull',
  'bee-queue',
  'connect-redis',
])
const family = /(?:^|_)(?:REDIS[A-Z]*|VALKEY|KV|DRAGONFLY)_/
const address = /_(?:URL|URI|DSN|CONNECTION|CONNECTION_STRING)$/
const overHttp = /REST|HTTP|API/
const part = /(?:^|_)(?:REDIS|VALKEY)_(HOST|HOSTNAME|PORT)$/

/** Where clients look when nobody tells them. */
export const USUAL_PORT = 6379

export const isRedisUrl = (name: string): boolean =>
  family.test(name) && address.test(name) && !overHttp.test(name)

/** Of an address that is read in parts. */
export const redisPart = (name: string): 'host' | 'port' | undefined => {
  const found = part.exec(name)?.[1]
  return found === undefined ? undefined : found === 'PORT' ? 'port' : 'host'
}

export const isRedisAddress = (name: string): boolean => isRedisUrl(name) || redisPart(name) !== undefined

/** `packages`: texts of `package.json` files; `code`: texts of source files. */
export function wantsRedis(packages: readonly string[], code: readonly string[]): boolean {
  const named = packages.flatMap((text) =>
    [...text.matchAll(/"([^"\s]+)"\s*:/g)].map((match) => match[1] ?? ''),
  )
  if (named.some((name) => clients.has(name))) return true
  return code.some((text) =>
    [...text.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g)].some(([name]) => isRedisUrl(name)),
  )
}
