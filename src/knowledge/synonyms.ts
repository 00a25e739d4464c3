/**
 * Words that people use for the same thing. A question and a section that share no word are near when they share a thing.
 * Each group says where its words stand side by side: a glossary of who made the thing, or the questions of `fixtures/phrases`
 * (`asked`).
 */
import { stemOf } from './words.ts'

interface Group {
  words: string
  from: string
}

const asked = 'asked'

const groups: Group[] = [
  {
    words: 'instance pod container replica vm vms node machine box server dyno task',
    from: 'https://kubernetes.io/docs/reference/glossary/',
  },
  {
    words: 'deploy deployment release ship shipping rollout rollover redeploy push upgrade',
    from: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/',
  },
  {
    words: 'sigterm terminate terminated stop shutdown kill restart econnreset',
    from: 'https://nodejs.org/api/process.html',
  },
  {
    words: 'tenant org orgs organisation organization company companies workspace team garage workshop firm',
    from: asked,
  },
  { words: 'twice duplicate double again dedupe two times resent resend thrice repeated', from: asked },
  { words: 'upload file image picture photo scan attachment pdf video document', from: asked },
  {
    words: 'hang hangs freeze froze frozen stuck spin spins pending forever endless unresponsive stall',
    from: asked,
  },
  { words: 'slow drag drags sluggish crawl slower lag laggy takes', from: asked },
  {
    words: 'lock locks locked block blocks blocked freeze froze',
    from: 'https://www.postgresql.org/docs/current/explicit-locking.html',
  },
  {
    words: 'overwrite overwritten overwrites lost clobber wins gone conflict stale version concurrent edit',
    from: 'https://www.postgresql.org/docs/current/transaction-iso.html',
  },
  {
    words: 'atomic rollback all-or-nothing halfway partial crash',
    from: 'https://www.postgresql.org/docs/current/glossary.html',
  },
  {
    words: 'race simultaneous concurrently concurrent concurrency parallel',
    from: 'https://www.postgresql.org/docs/current/glossary.html',
  },
  { words: 'forget forgets forgot forgotten miss missed missing overlook', from: asked },
  {
    words: 'unprotected public open unguarded exposed world',
    from: 'https://owasp.org/API-Security/editions/2023/en/0x11-t10/',
  },
  { words: 'attacker stranger outsider hacker thief competitor bot somebody', from: asked },
  {
    words: 'guess guesses guessing enumerate brute bruteforce try tries attempt attempts',
    from: 'https://owasp.org/www-community/attacks/Brute_force_attack',
  },
  {
    words: 'login signin logon authenticate',
    from: 'https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html',
  },
  {
    words: 'role permission right rights access allowed rbac privilege',
    from: 'https://cheatsheetseries.owasp.org/cheatsheets/Authorization_Cheat_Sheet.html',
  },
  { words: 'impersonate impersonation masquerade', from: asked },
  { words: 'machine integration integrator partner erp m2m service', from: asked },
  {
    words: 'expire expiry expires lifetime ttl valid hour hours minutes',
    from: 'https://www.rfc-editor.org/rfc/rfc6749',
  },
  { words: 'revoke logout kick invalidate cut', from: 'https://www.rfc-editor.org/rfc/rfc7009' },
  {
    words: 'hash hashing bcrypt argon2 argon2id scrypt sha256 md5 salt',
    from: 'https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html',
  },
  { words: 'status code http 400 401 403 404 409 422 500', from: 'https://www.rfc-editor.org/rfc/rfc9110' },
  { words: 'hide reveal disclose leak leaks leaking gives away', from: asked },
  { words: 'envelope shape wrapper format bare naked', from: asked },
  {
    words: 'version versioning breaking compatible compatibility deprecate contract',
    from: 'https://www.rfc-editor.org/rfc/rfc9745',
  },
  { words: 'validate validation zod parse schema check', from: 'https://zod.dev' },
  {
    words: 'cast as lie interface type typed typescript runtime',
    from: 'https://www.typescriptlang.org/docs/handbook/2/everyday-types.html',
  },
  {
    words: 'queryparameter searchparams querystring param params',
    from: 'https://developer.mozilla.org/docs/Web/API/URLSearchParams',
  },
  { words: 'null nullable clear empty unset omit absent', from: asked },
  {
    words: 'price money amount cent cents currency vat invoice total sums rounding float decimal numeric',
    from: 'https://www.postgresql.org/docs/current/datatype-numeric.html',
  },
  { words: 'uuid ulid cuid autoincrement sequential serial', from: 'https://www.rfc-editor.org/rfc/rfc9562' },
  {
    words: 'enum value values status state text',
    from: 'https://www.postgresql.org/docs/current/datatype-enum.html',
  },
  { words: 'softdelete deleted undelete restore undo archive trash', from: asked },
  {
    words: 'timezone utc timestamptz timestamp date day birthday winter dst',
    from: 'https://www.postgresql.org/docs/current/datatype-datetime.html',
  },
  {
    words: 'json jsonb custom flexible dynamic',
    from: 'https://www.postgresql.org/docs/current/datatype-json.html',
  },
  { words: 'join pivot junction implicit explicit tags', from: asked },
  {
    words: 'index indexes composite multicolumn',
    from: 'https://www.postgresql.org/docs/current/indexes-multicolumn.html',
  },
  {
    words: 'select include omit exclude overfetch',
    from: 'https://www.prisma.io/docs/orm/prisma-client/queries/select-fields',
  },
  { words: 'loop foreach each nplusone every', from: asked },
  {
    words: 'ilike fuzzy trigram search find autocomplete typo misspelled',
    from: 'https://www.postgresql.org/docs/current/pgtrgm.html',
  },
  {
    words: 'sum count total average aggregate reduce groupby revenue',
    from: 'https://www.prisma.io/docs/orm/prisma-client/queries/aggregation-grouping-summarizing',
  },
  { words: 'raw sql statement query', from: 'https://www.prisma.io/docs/orm/prisma-client/using-raw-sql' },
  { words: 'gap gaps hole holes gapless consecutive skips', from: asked },
  {
    words: 'serializable readcommitted repeatable isolation',
    from: 'https://www.postgresql.org/docs/current/transaction-iso.html',
  },
  {
    words: 'deadlock 40p01 p2034 writeconflict',
    from: 'https://www.postgresql.org/docs/current/errcodes-appendix.html',
  },
  {
    words: 'drift p3009 p3018 p3006 baseline resolve sync',
    from: 'https://www.prisma.io/docs/orm/reference/error-reference',
  },
  { words: 'required mandatory notnull nonnull non-null', from: asked },
  {
    words: 'squash merge combine consolidate collapse',
    from: 'https://www.prisma.io/docs/orm/prisma-migrate/workflows/squashing-migrations',
  },
  { words: 'cache cached caching redis memcached', from: asked },
  { words: 'invalidate stale old yesterday refresh outdated purge expire', from: asked },
  {
    words: 'pool connection connections pooler pgbouncer slots',
    from: 'https://www.prisma.io/docs/orm/prisma-client/setup-and-configuration/databases-connections/connection-pool',
  },
  {
    words: 'serverless lambda lambdas vercel function functions edge',
    from: 'https://www.prisma.io/docs/orm/prisma-client/setup-and-configuration/databases-connections',
  },
  {
    words: 'job worker queue background task cron nightly night scheduled schedule morning reminder',
    from: asked,
  },
  { words: 'retry retries backoff deadletter redeliver died failed', from: asked },
  { words: 'mail email mails emails smtp mailgun sendgrid resend', from: asked },
  { words: 'webhook hook callback event events stripe provider', from: asked },
  { words: 'signature hmac sign signed raw rawbody', from: 'https://docs.stripe.com/webhooks/signature' },
  {
    words: 'throttle limiter ratelimit limit hammer hammering',
    from: 'https://cheatsheetseries.owasp.org/cheatsheets/Denial_of_Service_Cheat_Sheet.html',
  },
  {
    words: 'ip address router nat proxy office',
    from: 'https://developer.mozilla.org/docs/Web/HTTP/Headers/X-Forwarded-For',
  },
  { words: 'resolver graphql dataloader', from: 'https://graphql.org/learn/' },
  { words: 'log logs logging pino datadog winston logger', from: asked },
  {
    words: 'redact scrub mask gdpr pii personal',
    from: 'https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html',
  },
  { words: 'wrapper higherorder decorator pattern trycatch catch', from: asked },
  { words: 'alert alerts metric metrics graph dashboard monitor watch wall', from: asked },
  {
    words: 'trace tracing span opentelemetry otel',
    from: 'https://opentelemetry.io/docs/concepts/glossary/',
  },
  {
    words: 'health healthcheck liveness readiness probe alive',
    from: 'https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/',
  },
  { words: 'audit history trail who changed', from: asked },
  { words: 'mock mocks fake stub testcontainers sqlite', from: asked },
  { words: 'fixture fixtures factory factories seed setup', from: asked },
  { words: 'test tests testing vitest jest', from: asked },
  { words: 'traffic load users growth spike campaign marketing', from: asked },
  {
    words: 'partition shard million millions huge big',
    from: 'https://www.postgresql.org/docs/current/ddl-partitioning.html',
  },
  {
    words: 'page pagination paginate offset cursor keyset batch chunk',
    from: 'https://www.prisma.io/docs/orm/prisma-client/queries/pagination',
  },
]

const things = new Map<string, string[]>()
for (const { words } of groups) {
  const [name = '', ...others] = words.split(' ')
  for (const word of new Set([name, ...others].map((one) => stemOf(one))))
    things.set(word, [...(things.get(word) ?? []), `=${name}`])
}

/** What a stem is a word for: `=instance` of `pod`. Names begin with `=`, so that no stem is one. */
export const thingsOf = (stem: string): readonly string[] => things.get(stem) ?? []
