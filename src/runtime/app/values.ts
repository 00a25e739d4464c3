/** Makes a value up for an environment variable: one that its check accepts, and that leads nowhere. */
import { randomBytes, randomUUID } from 'node:crypto'
import { isRedisUrl, redisPart } from '../redis/wanted.ts'
import type { Check } from './checks.ts'

export interface Ground {
  /** `http://localhost:port` */
  origin: string
  databaseUrl: string
  /** Of the stand-in for Redis, where there is one. */
  redisUrl?: string
}

/** Variables whose value decides what the process is; the caller or Node.js sets them. */
const reserved =
  /^(?:NODE_ENV|NODE_OPTIONS|NEXT_RUNTIME|NEXT_PHASE|NEXT_TELEMETRY.*|NEXT_PRIVATE_.*|__NEXT.*|TURBOPACK|PORT|HOST|HOSTNAME|PATH|HOME|PWD|USER|SHELL|TMPDIR|TZ|LANG|CI|DEBUG|ANALYZE|VERCEL.*|NEXT_PUBLIC_VERCEL.*|NETLIFY.*|RAILWAY.*|RENDER.*|FLY_.*|CF_.*|GITHUB_(?:ACTIONS|SHA|REF).*|npm_.*|SKIP_.*|BUILD_.*|STORYBOOK.*|VITEST.*|JEST.*|PLAYWRIGHT.*|PRISMA_(?:SCHEMA|QUERY)_ENGINE.*|BACKEND_ENGINEER.*)$/
const database =
  /^(?:(?:\w+_)?(?:DATABASE|POSTGRES|POSTGRESQL|PRISMA|PG|DB)(?:_\w+)?_(?:URL|URI|DSN|CONNECTION|CONNECTION_STRING)|DATABASE|DIRECT_URL|DIRECT_DATABASE_URL|SHADOW_DATABASE_URL|DB_URL|PG_URL|POSTGRES_PRISMA_URL)$/
const ownAddress =
  /^(?:NEXT_PUBLIC_)?(?:NEXTAUTH|AUTH|BETTER_AUTH|APP|SITE|WEB|WEBAPP|WEBSITE|BASE|PUBLIC|PRODUCTION|DOMAIN|SERVER|VIEWER|BUILDER|FRONTEND|BACKEND|HOST|ROOT|API|TRPC)(?:_(?:BASE|PUBLIC|APP|SITE|WEB|API|SERVER|ROOT))*_?(?:URL|URI|ORIGIN|ADDRESS|DOMAIN)S?$/
/** Services that code turns to when it is told where they are; their absence is what it expects elsewhere. */
const service =
  /REDIS|KAFKA|RABBIT|AMQP|ELASTIC|MEILI|TYPESENSE|SENTRY|POSTHOG|AMPLITUDE|MIXPANEL|SEGMENT|GOOGLE_ANALYTICS|_GA_|GTM|PLAUSIBLE|UMAMI|INTERCOM|CRISP|OTEL|DATADOG|DD_|LOGTAIL|AXIOM|BETTERSTACK|HONEYBADGER|BUGSNAG|ROLLBAR|NEW_RELIC|LANGFUSE|HELICONE|SOCKET|PUSHER|PROXY|CDN/
/** Refused at once, where a name would be waited for. */
const CACHE = 'redis://127.0.0.1:9'
const isUrl = /(?:^|_)(?:URL|URI|ENDPOINT|ORIGIN|DSN|WEBHOOK)S?$/
const isSecret = /SECRET|KEY|TOKEN|PASSWORD|PASS$|SALT|HASH|PEPPER|SIGNATURE|CREDENTIAL|PASSPHRASE/

export const isReserved = (name: string): boolean => reserved.test(name)
export const isDatabaseUrl = (name: string): boolean => database.test(name)
/** Where the application itself is, and not a part of it that may be elsewhere. */
export const isOwnAddress = (name: string): boolean =>
  ownAddress.test(name) && !/API|TRPC|SERVER|BACKEND|HOST|DOMAIN/.test(name)
export const isServiceName = (name: string): boolean => service.test(name)
export const isSecretName = (name: string): boolean => isSecret.test(name)

/** A value for the variable. Random where it is a secret. */
export function makeValue(name: string, check: Check | undefined, ground: Ground): string {
  if (isDatabaseUrl(name)) return ground.databaseUrl
  const part = databasePart(name, ground.databaseUrl)
  if (part !== undefined) return part
  const where = redisPart(name)
  if (where !== undefined && ground.redisUrl !== undefined)
    return new URL(ground.redisUrl)[where === 'host' ? 'hostname' : 'port']
  if (check === undefined) return byName(name, ground)
  switch (check.kind) {
    case 'choice':
      return choiceOf(name, check.choices ?? [])
    case 'boolean':
      return 'false'
    case 'number':
      return String(Math.min(Math.max(check.min ?? 1, 1), check.max ?? Number.MAX_SAFE_INTEGER))
    case 'json':
      return byName(name, ground)
    default:
      return fitted(byFormat(name, check, ground), check)
  }
}

function choiceOf(name: string, choices: string[]): string {
  const quiet = /^(?:false|0|off|no|none|disabled|memory|local|console|noop|error|silent)$/
  if (/NODE_ENV|APP_ENV|ENVIRONMENT/.test(name))
    return choices.includes('production') ? 'production' : (choices[0] ?? '')
  return choices.find((one) => quiet.test(one)) ?? choices[0] ?? ''
}

function byFormat(name: string, check: Check, ground: Ground): string {
  switch (check.format) {
    case 'url':
      if (ownAddress.test(name)) return ground.origin
      return isRedisUrl(name) && (check.starts === undefined || cacheUrl(ground).startsWith(check.starts))
        ? cacheUrl(ground)
        : stubUrl(name, check.starts)
    case 'email':
      return 'application@example.test'
    case 'uuid':
      return randomUUID()
    case 'date':
      return '2026-01-01T00:00:00.000Z'
    case 'host':
      return '127.0.0.1'
    case 'ip':
      return '127.0.0.1'
    case 'port':
      return '9'
    case 'hex':
      return randomBytes(32).toString('hex')
    case 'base64':
      return randomBytes(32).toString('base64')
    default:
      return byName(name, ground)
  }
}

/** Brings a text to the asked length, start and end. A given start or end wins over what was made up. */
function fitted(text: string, check: Check): string {
  const { min = 0, max = Number.POSITIVE_INFINITY, starts = '', ends = '', includes = '' } = check
  if (check.format !== undefined) return text
  let value = text.startsWith(starts) ? text : starts + text
  if (includes !== '' && !value.includes(includes)) value += includes
  if (value.length + ends.length < min)
    value += randomBytes(min)
      .toString('hex')
      .slice(0, min - value.length - ends.length)
  value = value.slice(0, Math.max(0, max - ends.length))
  return value.endsWith(ends) ? value : value + ends
}

function byName(name: string, ground: Ground): string {
  if (ownAddress.test(name))
    return /DOMAIN|HOST$/.test(name) && !/URL/.test(name) ? new URL(ground.origin).host : ground.origin
  const known = formOf(name)
  if (known !== undefined) return known
  if (isRedisUrl(name)) return cacheUrl(ground)
  if (isUrl.test(name)) return stubUrl(name)
  if (isSecret.test(name)) return randomBytes(32).toString('hex')
  if (/EMAIL|(?:^|_)(?:FROM|SENDER|REPLY_TO)(?:_|$)/.test(name)) return 'application@example.test'
  if (/(?:^|_)HOST(?:NAME)?$/.test(name)) return '127.0.0.1'
  if (/(?:^|_)PORT$/.test(name)) return '9'
  if (/REGION$/.test(name)) return 'us-east-1'
  if (/^(?:IS|ENABLE|DISABLE|USE|ALLOW|HAS)_|_(?:ENABLED|DISABLED)$/.test(name)) return 'false'
  if (
    /(?:LIMIT|COUNT|SIZE|TIMEOUT|TTL|SECONDS|MINUTES|HOURS|DAYS|MAX|MIN|ROUNDS|INTERVAL)(?:_MS)?$/.test(name)
  )
    return '10'
  return `made-up-${name.toLowerCase().replaceAll('_', '-')}`
}

const cacheUrl = (ground: Ground): string => ground.redisUrl ?? CACHE

/** Forms that the libraries of these services check when they are set up. */
function formOf(name: string): string | undefined {
  const hex = (bytes: number): string => randomBytes(bytes).toString('hex')
  if (/STRIPE.*WEBHOOK|WEBHOOK.*STRIPE/.test(name)) return `whsec_${hex(16)}`
  if (/STRIPE.*(?:PUBLISHABLE|PUBLIC)/.test(name)) return `pk_test_${hex(12)}`
  if (/STRIPE.*(?:SECRET|KEY)/.test(name)) return `sk_test_${hex(12)}`
  if (/CLERK_PUBLISHABLE_KEY$/.test(name)) return `pk_test_${btoa('clerk.example.test$')}`
  if (/CLERK_SECRET_KEY$/.test(name)) return `sk_test_${hex(20)}`
  if (/RESEND.*KEY/.test(name)) return `re_${hex(12)}`
  if (/SENDGRID.*KEY/.test(name)) return `SG.${hex(11)}.${hex(21)}`
  if (/OPENAI.*KEY/.test(name)) return `sk-${hex(24)}`
  if (/SENTRY_DSN|DSN$/.test(name)) return `https://${hex(16)}@sentry.example.test/1`
  if (/SVIX|WEBHOOK_(?:SIGNING_)?SECRET$/.test(name)) return `whsec_${randomBytes(24).toString('base64')}`
  return undefined
}

/** Reserved for tests (RFC 6761): it leads to no one. */
function stubUrl(name: string, starts?: string): string {
  const scheme = starts === undefined ? 'https://' : starts.includes('://') ? '' : 'https://'
  const host = `${name.toLowerCase().replaceAll('_', '-')}.example.test`
  return starts === undefined || starts === 'http' || starts === 'https'
    ? `${scheme}${host}`
    : `${starts}${host}`
}

function databasePart(name: string, url: string): string | undefined {
  const part = /^(?:PG|POSTGRES_|DB_|DATABASE_)(HOST|PORT|USER|USERNAME|PASSWORD|DATABASE|DB|NAME)$/.exec(
    name,
  )?.[1]
  if (part === undefined) return undefined
  const { hostname, port, username, password, pathname } = new URL(url)
  if (part === 'HOST') return hostname
  if (part === 'PORT') return port || '5432'
  if (part === 'USER' || part === 'USERNAME') return decodeURIComponent(username)
  if (part === 'PASSWORD') return decodeURIComponent(password)
  return pathname.slice(1)
}
