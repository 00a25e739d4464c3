import { describe, expect, it } from 'vitest'
import type { Edit } from '../core/change.ts'
import { edited } from './edits.ts'
import { addEnvironmentVariables, addMatcherExclusion, addRouter, type NewRouter } from './registrations.ts'
import { openSource, type SourceFile } from './source-file.ts'

function open(text: string): SourceFile {
  const source = openSource('a.ts', text)
  if (!source) throw new Error(`Does not parse: ${text}`)
  return source
}

/** The text after the edits; the same call on it does nothing more. */
function settled(text: string, make: (source: SourceFile) => Edit[] | undefined): string {
  const edits = make(open(text))
  if (!edits) throw new Error('Found no place.')
  const after = edited(text, edits)
  expect(make(open(after)), after).toEqual([])
  return after
}

describe('addRouter', () => {
  const router: NewRouter = { key: 'auth', name: 'authRouter', from: './routers/auth' }
  const t3 = `import { postRouter } from "~/server/api/routers/post";
import { createCallerFactory, createTRPCRouter } from "~/server/api/trpc";

export const appRouter = createTRPCRouter({
  post: postRouter,
});

export type AppRouter = typeof appRouter;
`

  it('imports it and names it', () => {
    expect(settled(t3, (source) => addRouter(source, { ...router, from: '~/server/api/routers/auth' }))).toBe(
      t3
        .replace(
          'import { postRouter',
          'import { authRouter } from "~/server/api/routers/auth";\nimport { postRouter',
        )
        .replace('  post: postRouter,\n', '  post: postRouter,\n  auth: authRouter,\n'),
    )
    expect(
      settled("import { a } from './routers/a'\nexport const appRouter = t.router({ a })\n", (source) =>
        addRouter(source, { ...router, name: 'auth' }),
      ),
    ).toBe(
      "import { a } from './routers/a'\nimport { auth } from './routers/auth'\nexport const appRouter = t.router({ a, auth })\n",
    )
    expect(settled('export const appRouter = router({})\n', (source) => addRouter(source, router))).toBe(
      "import { authRouter } from './routers/auth'\n\nexport const appRouter = router({ auth: authRouter })\n",
    )
  })

  it('finds the outer one by its name, or by what it holds', () => {
    const text =
      "import { x } from 'x'\nexport const inner = router({ ping: x.query(() => 1) })\nexport const main = router({ inner: innerRouter })\n"
    expect(settled(text, (source) => addRouter(source, router))).toContain(
      '{ inner: innerRouter, auth: authRouter }',
    )
    expect(settled(text, (source) => addRouter(source, { ...router, into: 'inner' }))).toContain(
      'x.query(() => 1), auth: authRouter })',
    )
    expect(addRouter(open(text), { ...router, into: 'none' })).toBeUndefined()
    expect(addRouter(open('export const appRouter = mergeRouters(a, b)\n'), router)).toBeUndefined()
  })

  it('refuses a key that is taken', () => {
    const taken = t3.replace('post: postRouter', 'auth: postRouter')
    expect(() => addRouter(open(taken), router)).toThrow('has `auth` already: `postRouter`')
  })
})

describe('addEnvironmentVariables', () => {
  const variables = [
    { name: 'JWT_SECRET', schema: 'z.string().min(32)' },
    { name: 'JWT_MINUTES', schema: 'z.coerce.number().default(15)' },
  ]
  const add = (text: string) => settled(text, (source) => addEnvironmentVariables(source, variables))

  it('lists them in createEnv, and hands them over', () => {
    const text = `import { createEnv } from "@t3-oss/env-nextjs";
import { z } from "zod";

export const env = createEnv({
  server: {
    DATABASE_URL: z.string().url(),
  },
  client: {
    // NEXT_PUBLIC_CLIENTVAR: z.string(),
  },
  runtimeEnv: {
    DATABASE_URL: process.env.DATABASE_URL,
  },
});
`
    expect(add(text)).toBe(
      text
        .replace(
          '.url(),\n',
          '.url(),\n    JWT_SECRET: z.string().min(32),\n    JWT_MINUTES: z.coerce.number().default(15),\n',
        )
        .replace(
          'process.env.DATABASE_URL,\n',
          'process.env.DATABASE_URL,\n    JWT_SECRET: process.env.JWT_SECRET,\n    JWT_MINUTES: process.env.JWT_MINUTES,\n',
        ),
    )
  })

  it('makes the part of the server, and leaves that of the browser alone', () => {
    const text =
      "import { z } from 'zod'\nexport const env = createEnv({\n  client: { NEXT_PUBLIC_A: z.string() },\n  experimental__runtimeEnv: {\n    NEXT_PUBLIC_A: process.env.NEXT_PUBLIC_A,\n  },\n})\n"
    const after = add(text)
    expect(after).toContain(
      '  server: {\n    JWT_SECRET: z.string().min(32),\n    JWT_MINUTES: z.coerce.number().default(15),\n  },\n',
    )
    expect(after).not.toContain('process.env.JWT')
    expect(
      add(
        "import { z } from 'zod'\nexport const env = createEnv({\n  server: {\n  },\n  runtimeEnv: {},\n})\n",
      ),
    ).toBe(
      "import { z } from 'zod'\nexport const env = createEnv({\n  server: {\n    JWT_SECRET: z.string().min(32),\n    JWT_MINUTES: z.coerce.number().default(15),\n  },\n  runtimeEnv: { JWT_SECRET: process.env.JWT_SECRET, JWT_MINUTES: process.env.JWT_MINUTES },\n})\n",
    )
  })

  it('lists them in a schema of zod, by the name that zod has there', () => {
    expect(
      add(
        "import * as zod from 'zod'\nconst options = zod.object({ a: zod.string() })\nconst browser = zod.object({ NEXT_PUBLIC_A: zod.string() })\nexport const env = zod.object({\n\tDATABASE_URL: zod.string(),\n}).parse({ DATABASE_URL: process.env.DATABASE_URL })\n",
      ),
    ).toContain(
      'DATABASE_URL: zod.string(),\n\tJWT_SECRET: zod.string().min(32),\n\tJWT_MINUTES: zod.coerce.number().default(15),\n}).parse({ DATABASE_URL: process.env.DATABASE_URL, JWT_SECRET: process.env.JWT_SECRET, JWT_MINUTES: process.env.JWT_MINUTES })',
    )
  })

  it('keeps what is there, and knows where it cannot', () => {
    const text = "import { z } from 'zod'\nconst s = z.object({ JWT_SECRET: z.string() })\n"
    expect(add(text)).toContain('{ JWT_SECRET: z.string(), JWT_MINUTES: z.coerce')
    expect(
      addEnvironmentVariables(
        open("import { z } from 'zod'\nconst s = z.object({ a: z.string() })\n"),
        variables,
      ),
    ).toBeUndefined()
    expect(
      addEnvironmentVariables(open('export const env = { A: process.env.A }\n'), variables),
    ).toBeUndefined()
  })
})

describe('addMatcherExclusion', () => {
  const proxy = (matcher: string) =>
    `export function proxy() {}\n\nexport const config = { matcher: ${matcher} }\n`
  const exclude = (matcher: string) => {
    const text = proxy(matcher)
    const { edits, is } = addMatcherExclusion(open(text), 'api/auth/')
    const after = edited(text, edits)
    expect(addMatcherExclusion(open(after), 'api/auth/')).toEqual({ edits: [], is })
    return `${is}: ${after.slice(after.indexOf('matcher: ') + 9, -3)}`
  }

  it.each([
    ["['/((?!_next/static|favicon.ico).*)']", "excluded: ['/((?!api/auth/|_next/static|favicon.ico).*)']"],
    ["'/((?!api|_next/static).*)'", "excluded: '/((?!api|_next/static).*)'"],
    ["'/((?!.*\\\\..*|_next).*)'", "excluded: '/((?!api/auth/|.*\\\\..*|_next).*)'"],
    ["['/api/((?!public).*)']", "excluded: ['/api/((?!auth/|public).*)']"],
    ["['/dashboard/:path*', '/app']", "excluded: ['/dashboard/:path*', '/app']"],
    ["['/dashboard/:path*', '/api/:path*']", "unknown: ['/dashboard/:path*', '/api/:path*']"],
    ["['/:locale/((?!x).*)']", "unknown: ['/:locale/((?!x).*)']"],
    ["['/:path*']", "unknown: ['/:path*']"],
    ['matchers', 'unknown: matchers'],
  ])('%s', (before, wanted) => expect(exclude(before)).toBe(wanted))

  it('cannot say without a matcher', () => {
    expect(addMatcherExclusion(open('export function proxy() {}\n'), 'api/auth/').is).toBe('unknown')
  })
})
