import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { wantsRedis } from '../redis/wanted.ts'
import { makeEnvironment } from './environment.ts'
import { findVariables } from './variables.ts'

const ground = {
  origin: 'http://127.0.0.1:4999',
  databaseUrl: 'postgresql://u:p%40ss@127.0.0.1:6000/scratch',
}

function made(code: string, samples = '', schemas = '') {
  const text = (file: string, content: string) => (content === '' ? [] : [{ file, text: content }])
  return makeEnvironment(
    {
      code: text('env.ts', code),
      samples: text('.env.example', samples),
      schemas: text('schema.prisma', schemas),
    },
    ground,
  )
}

it('finds every way of reading', () => {
  const code = `
    const a = process.env.ONE
    const b = process.env['TWO']!
    const { THREE, FOUR: four = 'x', ...rest } = process.env
    const c = process.env.FIVE ?? 'fallback'
    if (process.env.SIX === 'true') go()
    const d = env('SEVEN')
    const e = globalThis.process.env.EIGHT
    const f = process.env.lower
    function inner() { return () => process.env.NINE }
  `
  const found = findVariables([{ file: 'a.ts', text: code }])
  expect(found.map(({ name, fallback, compared }) => [name, fallback, compared])).toEqual([
    ['EIGHT', false, false],
    ['FIVE', true, false],
    ['FOUR', true, false],
    ['NINE', false, false],
    ['ONE', false, false],
    ['SEVEN', false, false],
    ['SIX', false, true],
    ['THREE', false, false],
    ['TWO', false, false],
  ])
})

it('names the stand-in for Redis where the code does not do without one', () => {
  const code = `
    const env = createEnv({ server: { CACHE_REDIS_URL: z.url(), VALKEY_URL: z.string().startsWith('redis://'),
      RATE_REDIS_URL: z.url().optional(), TLS_REDIS_URL: z.url().startsWith('rediss://') } })
    const a = new Redis(process.env.REDIS_URL)
    const b = new Redis({ host: process.env.REDIS_HOST, port: Number(process.env.REDIS_PORT) })
    const c = process.env.QUEUE_REDIS_URL ?? 'redis://localhost:6379'
    const d = new Redis({ url: process.env.UPSTASH_REDIS_REST_URL })
  `
  const redisUrl = 'redis://127.0.0.1:7001'
  const { values, unset } = makeEnvironment(
    { code: [{ file: 'env.ts', text: code }], samples: [], schemas: [] },
    { ...ground, redisUrl },
  )
  expect(values).toMatchObject({
    CACHE_REDIS_URL: redisUrl,
    VALKEY_URL: redisUrl,
    REDIS_URL: redisUrl,
    REDIS_HOST: '127.0.0.1',
    REDIS_PORT: '7001',
  })
  expect(values.TLS_REDIS_URL).toMatch(/^rediss:/)
  expect(unset).toEqual(['QUEUE_REDIS_URL', 'RATE_REDIS_URL', 'UPSTASH_REDIS_REST_URL'])
  expect(made('new Redis(process.env.REDIS_URL)').values.REDIS_URL).toBeUndefined()
})

it('wants a Redis for its clients and its addresses', () => {
  const packages = (dependencies: Record<string, string>): string[] => [
    JSON.stringify({ dependencies }, null, 2),
  ]
  expect(wantsRedis(packages({ ioredis: '5' }), [])).toBe(true)
  expect(wantsRedis(packages({ next: '16' }), ['process.env.REDIS_URL'])).toBe(true)
  expect(wantsRedis(packages({ next: '16' }), ['env.KV_URL'])).toBe(true)
  expect(wantsRedis(packages({ '@upstash/redis': '1' }), ['env.UPSTASH_REDIS_REST_URL', 'redis.url'])).toBe(
    false,
  )
})

/** The text is read by us and run by zod: what we make up must pass. */
const schemaText = `z.object({
  APP_URL: z.string().url(),
  CMS_ENDPOINT: z.url(),
  WEBHOOK_TARGET: z.string().url().startsWith('https://'),
  ADMIN_EMAIL: z.string().email(),
  SUPPORT: z.email(),
  SESSION_SECRET: z.string().min(48),
  CIPHER: z.string().length(32),
  SHORT_TOKEN: z.string().min(1).max(8),
  PREFIXED: z.string().startsWith('pk_').min(20),
  SUFFIXED: z.string().endsWith('.json'),
  TENANT_ID: z.string().uuid(),
  LEVEL: z.enum(['debug', 'info']),
  DRIVER: z.enum(['postgres', 'memory']),
  ATTEMPTS: z.coerce.number().int().min(3).max(5),
  LARGE: z.coerce.number().positive(),
  FLAG: z.enum(['true', 'false']).transform((value) => value === 'true'),
  SWITCH: z.stringbool(),
  EITHER: z.union([z.literal('a'), z.literal('b')]),
  SINCE: z.string().datetime(),
  OPTIONAL_NUMBER: z.coerce.number().optional(),
  DEFAULTED: z.enum(['x', 'y']).default('x'),
  DATABASE_URL: z.string().url(),
  SHADOW_DATABASE_URL: z.string().min(1),
  REDIS_URL: z.string().url().optional(),
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
})`

it('makes values that pass the checks of the schema', async () => {
  const { values, unset } = made(`const env = ${schemaText}.parse(process.env)`)
  const folder = await mkdtemp(join(tmpdir(), 'schema-'))
  const file = join(folder, 'schema.mjs')
  const zod = JSON.stringify(import.meta.resolve('zod'))
  writeFileSync(file, `import { z } from ${zod}\nexport default ${schemaText}`)
  const schema = z.custom<z.ZodObject>((value) => value instanceof Object).parse((await import(file)).default)
  await rm(folder, { recursive: true })
  expect(schema.safeParse(values).error?.issues ?? []).toEqual([])
  expect(values.APP_URL).toBe(ground.origin)
  expect(values.DATABASE_URL).toBe(ground.databaseUrl)
  expect(values.SHADOW_DATABASE_URL).toBe(ground.databaseUrl)
  expect(values.DRIVER).toBe('memory')
  expect(unset).toEqual(['DEFAULTED', 'OPTIONAL_NUMBER', 'REDIS_URL'])
  expect(values.NODE_ENV).toBeUndefined()
})

it('reads schemas of t3-env, of envalid, of valibot, and through a name', () => {
  const code = `
    const flag = z.enum(['on', 'off'])
    export const env = createEnv({
      server: { MODE: flag, KEY: process.env.NODE_ENV === 'production' ? z.string().min(70) : z.string().optional() },
      client: { NEXT_PUBLIC_SITE_URL: z.string().url() },
      shared: { REDIS_URL: process.env.NODE_ENV === 'test' ? z.string().optional() : z.url('needed') },
      runtimeEnv: { MODE: process.env.MODE, KEY: process.env.KEY, NEXT_PUBLIC_SITE_URL: process.env.NEXT_PUBLIC_SITE_URL },
    })
    export const other = cleanEnv(process.env, { MAIL_PORT: port(), COLOUR: str({ choices: ['red', 'blue'] }), QUIET: bool({ default: true }) })
    export const third = v.parse(v.object({ CONTACT: v.pipe(v.string(), v.email()) }), process.env)
  `
  const { values, unset } = made(code)
  expect(values).toMatchObject({
    MODE: 'off',
    NEXT_PUBLIC_SITE_URL: ground.origin,
    MAIL_PORT: '9',
    COLOUR: 'red',
    REDIS_URL: 'redis://127.0.0.1:9',
  })
  expect(values.KEY).toHaveLength(70)
  expect(values.CONTACT).toContain('@')
  expect(unset).toEqual(['QUIET'])
})

it('takes harmless samples, and no secret or address of them', () => {
  const code =
    'use(process.env.LOG_LEVEL, process.env.API_TOKEN, process.env.CMS_URL, process.env.POSTGRES_USER)'
  const samples =
    'LOG_LEVEL=warn\nAPI_TOKEN=planted\nCMS_URL=https://cms.acme.com\nDIRECT_URL=postgresql://prod/x\nUNREAD=1'
  const { values } = made(code, samples, 'datasource db {\n  url = env("MY_OWN_DB")\n}')
  expect(values).toMatchObject({
    LOG_LEVEL: 'warn',
    POSTGRES_USER: 'u',
    DIRECT_URL: ground.databaseUrl,
    MY_OWN_DB: ground.databaseUrl,
  })
  expect(values.API_TOKEN).toMatch(/^[0-9a-f]{64}$/)
  expect(values.CMS_URL).toMatch(/\.test$/)
  expect(values.UNREAD).toBeUndefined()
})

it('leaves unset what the code does without somewhere, but for secrets and its own address', () => {
  const code = `
    const endpoint = process.env.COLLECT_ENDPOINT || ''
    const mirror = process.env.MIRROR_URL ? [process.env.MIRROR_URL] : []
    const key = process.env.SIGNING_KEY && load(process.env.SIGNING_KEY)
    const url = process.env.NEXT_PUBLIC_APP_URL ?? 'http://localhost:3000'
    print(process.env.COLLECT_ENDPOINT)
  `
  const { values, unset } = made(code)
  expect(unset).toEqual(['COLLECT_ENDPOINT', 'MIRROR_URL'])
  expect(values.SIGNING_KEY).toMatch(/^[0-9a-f]{64}$/)
  expect(values.NEXT_PUBLIC_APP_URL).toBe(ground.origin)
})

it('makes secrets anew for each run', () => {
  const code = 'sign(process.env.SESSION_SECRET)'
  expect(made(code).values.SESSION_SECRET).not.toBe(made(code).values.SESSION_SECRET)
})

it('knows the variables of the example', () => {
  const file = join(import.meta.dirname, '../../../examples/workshop/src/lib/session.ts')
  expect(Object.keys(made(readFileSync(file, 'utf8')).values).sort()).toEqual([
    'DATABASE_URL',
    'SESSION_SECRET',
  ])
})
