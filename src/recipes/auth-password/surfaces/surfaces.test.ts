import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { edited } from '../../../changes/edits.ts'
import { openSource } from '../../../changes/source-file.ts'
import type { Edit } from '../../../core/change.ts'
import type { Plan } from '../../../core/recipe.ts'
import { readHabits } from '../../../project/habits/read.ts'
import { loadProject } from '../../../project/load.ts'
import { readShape } from '../../../source/read-shape.ts'
import { contract } from '../contract.ts'
import { authPassword } from '../index.ts'
import { type AuthFacts, authInput } from '../input.ts'
import { scaffold } from '../scaffold.ts'
import { contextEdits, mountEdits } from './trpc.ts'

const apps = join(import.meta.dirname, '../../../../fixtures/apps')
const task = 'create a login API that validates user credentials and returns a JWT token'
const made: string[] = []
afterAll(() => {
  for (const one of made) rmSync(one, { recursive: true, force: true })
})

async function factsOf(folder: string): Promise<AuthFacts> {
  const project = await loadProject(folder)
  return { habits: readHabits(project), project, stamp: '20260101000000', task }
}

/** Another application with these files; `from`: a fixture that they change. */
async function projectOf(files: Record<string, string>, from?: string): Promise<AuthFacts> {
  const root = mkdtempSync(join(tmpdir(), 'surfaces-'))
  made.push(root)
  if (from) cpSync(join(apps, from), root, { recursive: true })
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return factsOf(root)
}

const textOf = (plan: Plan, file: string): string =>
  plan.change.creates.find((one) => one.file === file)?.text ?? `no ${file}`

const applied = (facts: AuthFacts, { change }: Plan, file: string): string =>
  edited(
    readFileSync(join(facts.project.root, file), 'utf8'),
    change.edits.filter((one) => one.file === file),
  )

const about = (plan: Plan, name: string) => plan.decisions.find((one) => one.about === name)

/** All code that is new parses, and casts nothing but the context of a test. */
function isSound(plan: Plan): void {
  for (const { file, text } of plan.change.creates.filter((one) => /\.tsx?$/.test(one.file))) {
    expect(`${file} ${readShape(file, text) !== undefined}`).toBe(`${file} true`)
    expect(`${file} ${/\bany\b(?=[\],;)>])|\bas (any|unknown)|@ts-|!\./.exec(text)?.[0]}`).toBe(
      `${file} undefined`,
    )
  }
}

describe('procedures', async () => {
  const facts = await factsOf(join(apps, 'trpc-monorepo'))
  const plan = await authPassword.plan(facts, authInput.parse({}))

  it('are chosen where most of what is there is tRPC', () => {
    expect(about(plan, 'Endpoints')).toMatchObject({
      choice: 'procedures auth.* in packages/api/src/root.ts',
      because: expect.stringMatching(/^Most of what is there is tRPC: \d+ procedures, \d+ over HTTP/),
      from: 'project',
    })
    expect(plan.endpoints).toContain('mutation auth.login (POST /api/trpc/auth.login)')
    expect(plan.endpoints).toContain('query auth.me (GET /api/trpc/auth.me)')
  })

  it('stand in the package of the routers, and are registered there', () => {
    const code = plan.change.creates.filter((one) => one.file.endsWith('.ts'))
    expect(code.filter(({ file }) => !file.startsWith('packages/api/'))).toEqual([])
    expect(textOf(plan, 'packages/api/src/router/auth.ts')).toContain('export const authRouter = router({')
    expect(applied(facts, plan, 'packages/api/src/root.ts')).toContain(
      '    comment: commentRouter,\n    auth: authRouter,\n',
    )
    expect(applied(facts, plan, 'packages/api/src/trpc.ts')).toContain(
      'initTRPC.context<Context & HttpContext>()',
    )
    expect(applied(facts, plan, 'apps/web/app/api/trpc/[trpc]/route.ts')).toContain(
      '      http: { headers: req.headers, resHeaders },\n',
    )
    expect(plan.change.edits.some(({ file }) => file === 'packages/api/package.json')).toBe(true)
    isSound(plan)
  })

  it('are tested through the router that they are in', () => {
    const text = textOf(plan, 'packages/api/src/auth/auth-endpoints.test.ts')
    expect(text).toContain("await call('login', from ? { body, from } : { body })")
    expect(text).toContain('    router: authRouter,\n')
    expect(textOf(plan, 'packages/api/vitest.config.ts')).toContain(
      "new URL('../db/src/index.ts', import.meta.url)",
    )
  })

  it('fail as procedures do', () => {
    expect(textOf(plan, 'packages/api/src/auth/sign-in.ts')).toContain(
      "throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Email or password is wrong' })",
    )
    expect(textOf(plan, 'packages/api/src/auth/register.ts')).toContain("code: 'CONFLICT'")
    expect(textOf(plan, 'packages/api/src/auth/retry-later.ts')).toContain("'TOO_MANY_REQUESTS'")
    expect(textOf(plan, 'packages/api/src/auth/procedures.ts')).toContain(
      'export const protectedTokenProcedure',
    )
  })

  it('are promised as requests of tRPC', () => {
    const { endpoints, access, refresh } = contract(facts, authInput.parse({}))
    expect(endpoints.login).toMatchObject({ method: 'POST', path: '/api/trpc/auth.login', ok: [200] })
    expect(access.given).toEqual({ in: 'body', path: ['result', 'data', 'accessToken'] })
    expect(refresh?.given).toEqual({ in: 'cookie', name: '__Host-refresh' })
  })

  it('give both tokens in the body where programs call them', async () => {
    const input = authInput.parse({ refreshIn: 'body' })
    const other = await authPassword.plan(facts, input)
    expect(textOf(other, 'packages/api/src/router/auth.ts')).toContain('.input(refreshSchema)')
    expect(textOf(other, 'packages/api/src/auth/token-answer.ts')).toContain(
      'refreshToken: session.refreshToken',
    )
    isSound(other)
  })

  it('are left where route handlers were asked for', async () => {
    const other = await authPassword.plan(facts, authInput.parse({ surface: 'routes', hash: 'auto' }))
    expect(other.endpoints).toContain('POST /api/auth/login')
    expect(about(other, 'Endpoints')?.from).toBe('request')
  })
})

const single = {
  'package.json':
    '{"name":"single","dependencies":{"next":"16.4.5","@prisma/client":"7.10.0","zod":"4.6.7","@trpc/server":"11.25.2","superjson":"2.2.6"}}',
  'tsconfig.json': '{"compilerOptions":{"strict":true,"paths":{"~/*":["./src/*"]}}}',
  'prisma/schema.prisma':
    'datasource db {\n  provider = "postgresql"\n}\n\nmodel User {\n  id String @id @default(cuid())\n  email String @unique\n}\n\nmodel Post {\n  id String @id\n  name String\n}\n',
  'src/server/db.ts':
    'import { PrismaClient } from "@prisma/client";\n\nexport const db = new PrismaClient();\n',
  'src/server/api/trpc.ts': `import { initTRPC } from "@trpc/server";
import superjson from "superjson";
import { db } from "~/server/db";

export const createTRPCContext = async (opts: { headers: Headers }) => {
  return { db, ...opts };
};

const t = initTRPC.context<typeof createTRPCContext>().create({
  transformer: superjson,
});

export const createCallerFactory = t.createCallerFactory;
export const createTRPCRouter = t.router;
const timing = t.middleware(async ({ next }) => next());
export const publicProcedure = t.procedure.use(timing);
`,
  'src/server/api/routers/post.ts': `import { createTRPCRouter, publicProcedure } from "~/server/api/trpc";

export const postRouter = createTRPCRouter({
  latest: publicProcedure.query(({ ctx }) => ctx.db.post.findMany({ select: { id: true }, take: 10 })),
  first: publicProcedure.query(({ ctx }) => ctx.db.post.findFirst({ select: { id: true } })),
  count: publicProcedure.query(({ ctx }) => ctx.db.post.count()),
});
`,
  'src/server/api/root.ts': `import { postRouter } from "~/server/api/routers/post";
import { createTRPCRouter } from "~/server/api/trpc";

export const appRouter = createTRPCRouter({
  post: postRouter,
});
`,
  'src/app/api/trpc/[trpc]/route.ts': `import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { type NextRequest } from "next/server";
import { appRouter } from "~/server/api/root";
import { createTRPCContext } from "~/server/api/trpc";

const createContext = async (req: NextRequest) => {
  return createTRPCContext({ headers: req.headers });
};

const handler = (req: NextRequest) =>
  fetchRequestHandler({
    endpoint: "/api/trpc",
    req,
    router: appRouter,
    createContext: () => createContext(req),
  });

export { handler as GET, handler as POST };
`,
}

describe('procedures of a single application', async () => {
  const facts = await projectOf(single)
  const plan = await authPassword.plan(facts, authInput.parse({}))

  it('keep its style, its transformer and its context', () => {
    expect(applied(facts, plan, 'src/server/api/root.ts')).toContain(
      '  post: postRouter,\n  auth: authRouter,\n',
    )
    expect(applied(facts, plan, 'src/server/api/trpc.ts')).toContain(
      'initTRPC.context<Awaited<ReturnType<typeof createTRPCContext>> & HttpContext>()',
    )
    expect(applied(facts, plan, 'src/app/api/trpc/[trpc]/route.ts')).toContain(
      'createContext: async ({ resHeaders }) => ({\n      ...(await createContext(req)),\n',
    )
    const { endpoints, access } = contract(facts, authInput.parse({}))
    expect(endpoints.login.within).toBe('json')
    expect(textOf(plan, 'src/server/auth/auth-endpoints.test.ts')).toContain('JSON.stringify({ json: body })')
    expect(access.given).toEqual({ in: 'body', path: ['result', 'data', 'json', 'accessToken'] })
    isSound(plan)
  })

  it('have nothing to do again', async () => {
    const again = await projectOf({
      ...single,
      ...Object.fromEntries(plan.change.creates.map(({ file, text }) => [file, text])),
    })
    expect((await authPassword.plan(again, authInput.parse({}))).change).toMatchObject({
      edits: [],
      creates: [],
    })
  })
})

describe('mountEdits and contextEdits', () => {
  const settled = (text: string, edit: (source: NonNullable<ReturnType<typeof openSource>>) => Edit[]) => {
    const source = openSource('a.ts', text)
    return source && edited(text, edit(source))
  }
  const mounted = (options: string) => settled(`fetchRequestHandler({ ${options} })\n`, mountEdits)

  it.each([
    ['req: r, router', 'createContext: ({ resHeaders }) => ({ http: { headers: r.headers, resHeaders } })'],
    ['req, createContext', '...(await createContext(options)),'],
    ['req, createContext: make', '...(await make(options)),'],
    ['req, createContext: () => ({ db })', '...(await ({ db })),'],
    ['req, createContext: async () => await make(1)', '...(await make(1)),'],
    ['req, createContext: (one) => make(one)', '...(await ((one) => make(one))(options)),'],
    ['req, createContext: () => { return { a: 1 } }', '...(await (() => { return { a: 1 } })()),'],
  ])('%s', (options, wanted) => {
    const text = mounted(options) ?? ''
    expect(text).toContain(wanted)
    expect(readShape('a.ts', text)).toBeDefined()
  })

  it('give the context a type, whatever it had', () => {
    const typed = (of: string) => settled(of, (source) => contextEdits(source, './http'))
    expect(typed('const t = initTRPC.create()')).toContain('initTRPC.context<HttpContext>().create()')
    expect(typed('const t = initTRPC.context<A | B>().create()')).toContain(
      '.context<(A | B) & HttpContext>()',
    )
    expect(typed('const t = initTRPC.context<Awaited<ReturnType<typeof f>>>().create()')).toContain(
      '.context<Awaited<ReturnType<typeof f>> & HttpContext>()',
    )
    expect(() => typed('const t = make(initTRPC)')).toThrow('makes its context in a way')
  })
})

describe('server actions', async () => {
  const facts = await factsOf(join(apps, 'actions-only'))
  const plan = await authPassword.plan(facts, authInput.parse({ register: false }))
  const file = 'src/server/actions/password-auth.ts'

  it('are chosen where nothing else is called, and programs are told of', () => {
    expect(about(plan, 'Endpoints')).toMatchObject({
      choice: `server actions in ${file}, and currentAccount()`,
      because: expect.stringContaining('for programs: --set surface=routes'),
      from: 'project',
    })
    expect(plan.endpoints).toContain(`action login (${file})`)
  })

  it('are written as the others: what they are given, what they answer', () => {
    const text = textOf(plan, file)
    expect(text.startsWith("'use server'\n\nimport")).toBe(true)
    expect(text).toContain(
      'export async function login(_previous: unknown, form: FormData): Promise<AuthState> {',
    )
    expect(textOf(plan, 'src/server/password-auth/answered.ts')).toContain('{ error: error.message }')
    isSound(plan)
  })

  it('hold no token in an answer', () => {
    for (const one of [file, 'src/server/password-auth/answered.ts'])
      expect(textOf(plan, one)).not.toMatch(/accessToken|return .*[tT]oken/)
    expect(textOf(plan, 'src/server/password-auth/session-cookies.ts')).toContain(
      "sameSite: 'strict' as const",
    )
  })

  it('are tested with people who belong to something', () => {
    const text = textOf(plan, 'src/server/password-auth/auth-endpoints.test.ts')
    expect(text).toContain(
      "clinicRow ??= db.clinic.create({ data: { name: 'Ann', city: 'Ann' }, select: { id: true } })",
    )
    expect(text).toContain('if (clinicRow) await db.clinic.delete({ where: { id: (await clinicRow).id } })')
  })

  it('are promised as calls, with a page in the copy that has them', () => {
    const input = authInput.parse({ register: false })
    const { endpoints, refusals, access, without = {} } = contract(facts, input)
    expect(endpoints.login.action).toEqual({ file, name: 'login', given: 'state' })
    expect(endpoints.me).toMatchObject({ method: 'GET', path: '/api/backend-engineer-me' })
    expect(access.sent).toEqual({ in: 'cookie', name: '__Host-access' })
    expect(refusals?.texts).toContainEqual({ text: 'Email or password is wrong', status: 401 })
    expect(textOf(plan, 'src/server/password-auth/sign-in.ts')).toContain("'Email or password is wrong'")
    expect(Object.values(without).every((why) => why.length > 20)).toBe(true)
    expect(scaffold(facts, input).files.map((one) => one.file)).toContain(
      'src/app/backend-engineer-actions/page.tsx',
    )
  })

  it('give way to route handlers for programs', async () => {
    const { endpoints } = await authPassword.plan(
      facts,
      authInput.parse({ refreshIn: 'body', register: false }),
    )
    expect(endpoints).toContain('POST /api/auth/login')
  })
})

describe('other actions', () => {
  it('go through the client of next-safe-action', async () => {
    const passwords =
      "import { scrypt } from 'node:crypto'\nexport async function hash(password) {}\nexport async function verify(password, stored) {}\n"
    const facts = await projectOf({ 'lib/passwords.js': passwords }, 'pages-and-actions')
    const plan = await authPassword.plan(facts, authInput.parse({ surface: 'actions' }))
    const actions = plan.change.creates.find((one) => one.text.startsWith("'use server'"))
    expect(actions?.file).toMatch(/^lib\/[\w-]+\/actions\.ts$/)
    expect(actions?.text).toContain('actionClient.inputSchema(loginSchema).action(({ parsedInput }) =>')
    expect(about(plan, 'Endpoints')?.from).toBe('request')
    isSound(plan)
  })

  it('say in a flag whether it went well, where the others do', async () => {
    const facts = await projectOf(
      {
        'src/server/actions/rooms.ts': `'use server'
export async function open(id: string) {
  if (!id) return { ok: false, message: 'No room' }
  return { ok: true }
}
export async function close(input: { id: string }) {
  return input.id ? { ok: true } : { ok: false, message: 'No room' }
}
`,
      },
      'actions-only',
    )
    const plan = await authPassword.plan(facts, authInput.parse({ register: false }))
    expect(textOf(plan, 'src/server/password-auth/answered.ts')).toContain(
      '{ ok: true } | { ok: false; error: string; retryAfter?: number }',
    )
  })
})

it('asks how it is called where there is more than one way, and takes what the project has most of', async () => {
  const asked = async (app: string, input = {}) =>
    authPassword.questions(await factsOf(join(apps, app)), input).find((one) => one.input === 'surface')
  expect(await asked('trpc-monorepo')).toMatchObject({ default: 'trpc' })
  const question = await asked('actions-only')
  expect(question?.choices.map(({ value }) => value)).toEqual(['routes', 'actions'])
  expect(question?.default).toBe('actions')
  expect(await asked('actions-only', { refreshIn: 'body' })).toMatchObject({ default: 'routes' })
  expect(await asked('actions-only', { surface: 'routes' })).toBeUndefined()
})

it('refuses procedures where there is no tRPC, with what to do instead', async () => {
  const facts = await factsOf(join(apps, 'actions-only'))
  await expect(authPassword.plan(facts, authInput.parse({ surface: 'trpc' }))).rejects.toMatchObject({
    message: expect.stringContaining('no module of the project calls `initTRPC`'),
    remedy: expect.stringContaining('--set surface=routes'),
  })
})
