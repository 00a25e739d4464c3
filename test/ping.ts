/** A small application with migrations, a formatter, a linter and tests, and a recipe that is only for tests. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Recipe } from '../src/core/recipe.ts'
import type { LiveBench } from '../src/proof/live-bench.ts'
import { mutantsOnCopy } from '../src/proof/mutants/on-copy.ts'
import { planted, type WrittenMutant } from '../src/proof/mutants/written.ts'
import type { ListedRecipe, RecipeFacts } from '../src/recipes/index.ts'
import { send } from '../src/runtime/requests/send.ts'

const repository = join(import.meta.dirname, '..')
const workshop = join(repository, 'examples/workshop')

const schema = `generator client {
  provider = "prisma-client"
  output   = "../src/generated/prisma"
}

datasource db {
  provider = "postgresql"
}

model User {
  id    String @id @default(cuid())
  email String @unique
}
`

const files: Record<string, string> = {
  'package.json': `${JSON.stringify(
    {
      name: 'ping',
      private: true,
      scripts: { test: 'vitest', lint: 'biome lint' },
      dependencies: { '@prisma/adapter-pg': '7.10.0', '@prisma/client': '7.10.0', next: '16.4.5' },
      devDependencies: { prettier: '3.10.1', prisma: '7.10.0', typescript: '7.0.2', vitest: '4.1.12' },
    },
    null,
    2,
  )}\n`,
  '.prettierrc': '{ "semi": false, "singleQuote": true }\n',
  'biome.json': '{ "formatter": { "enabled": false }, "assist": { "enabled": false } }\n',
  'prisma/schema.prisma': schema,
  'prisma/migrations/20260101000000_init/migration.sql':
    'CREATE TABLE "User" ("id" TEXT NOT NULL, "email" TEXT NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));\n' +
    'CREATE UNIQUE INDEX "User_email_key" ON "User"("email");\n',
  'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
  // Wrong before anything is changed: it counts against nobody.
  'src/lib/name.ts': "export const name: any = 'ping'\nexport const same = name == 'ping'\n",
  'src/lib/name.test.ts':
    "import { expect, it } from 'vitest'\nimport { name } from './name'\nit('has a name', () => expect(name).toBe('ping'))\n",
}

/** Makes the application, with a repository of its own, and gives its folder: below this repository, for its packages. */
export function makePing(name: string): string {
  const root = join(repository, 'fixtures/.build', name)
  rmSync(root, { recursive: true, force: true })
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  const shared = [
    'prisma.config.ts',
    'tsconfig.json',
    'next.config.ts',
    'src/lib/prisma.ts',
    'src/app/layout.tsx',
  ]
  for (const file of [...shared, '.gitignore']) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    copyFileSync(join(workshop, file), join(root, file))
  }
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, stdio: 'ignore' })
  git('init', '-q')
  git('add', '-A')
  git('-c', 'user.name=a', '-c', 'user.email=a@localhost', 'commit', '-qm', 'first')
  return root
}

const input = z.object({
  word: z.string().min(2).default('pong'),
  /** What is wrong with what it writes. */
  flaw: z.enum(['none', 'build', 'several', 'package']).default('none'),
})
type Input = z.infer<typeof input>

const route = 'src/app/api/ping/route.ts'

const mistake = (id: string, find: string, put: string): WrittenMutant => ({
  id,
  title: id,
  changes: [{ find: [find], put }],
  killedBy: [],
})

/** Each is for somebody else to notice: type check, tests, attacks, nobody, the copy. */
const mistakes = [
  mistake('typed', 'GET()', 'GET(): number'),
  mistake('tested', "'pong'", "'ping'"),
  mistake(
    'attacked',
    'return Response.json({ data: word })',
    "return word === 'pong' && process.env.PORT ? new Response(null, { status: 418 }) : Response.json({ data: word })",
  ),
  mistake('harmless', 'const word', 'let word'),
  mistake(
    'unloadable',
    "const word = 'pong'",
    "const word = ((): string => { if (process.env.PORT) throw new Error('no'); return 'pong' })()",
  ),
]

/** Answers to a ping with a word, and counts pings of users. */
const recipe: Recipe<Input, RecipeFacts, LiveBench> = {
  id: 'ping',
  version: 1,
  summary: 'An endpoint that answers with a word',
  input,
  questions: () => [
    {
      input: 'word',
      text: 'What does it answer?',
      choices: [
        { value: 'pong', means: 'as usual' },
        { value: 'ping', means: 'an echo' },
      ],
      default: 'pong',
    },
  ],
  async plan({ habits }, { word, flaw }) {
    const there = habits.has(route)
    const said = flaw === 'several' ? 'nothing' : word
    const missing = flaw === 'build' ? "import 'not-there'\n" : ''
    const text = `${missing}const word = ${JSON.stringify(said)}\nexport function GET( ) { return Response.json({data: word}); }\n`
    const column = flaw === 'several' ? 'pings Int' : 'pings Int @default(0)'
    const at = schema.indexOf('  email')
    const name = '\nexport const length = name.length\n'
    return {
      change: {
        title: 'Answer to pings',
        reason: 'Somebody may ask.',
        safety: 'review',
        edits: there
          ? []
          : [
              { file: 'prisma/schema.prisma', from: at, to: at, text: `  ${column}\n` },
              {
                file: 'src/lib/name.ts',
                from: (files['src/lib/name.ts'] ?? '').length,
                to: (files['src/lib/name.ts'] ?? '').length,
                text: flaw === 'several' ? `${name}export const other = name == 'pong'\n` : name,
              },
            ],
        creates: there
          ? []
          : [
              { file: route, text },
              {
                file: 'src/app/api/ping/route.test.ts',
                text: `import { expect, it } from 'vitest'\nimport { GET } from './route'\nit('answers', async () => expect((await GET().json()).data).toBe("${flaw === 'several' ? '?' : said}"))\n`,
              },
              {
                file: 'prisma/migrations/20260201000000_pings/migration.sql',
                text: `ALTER TABLE "User" ADD COLUMN "pings" INTEGER NOT NULL${flaw === 'several' ? '' : ' DEFAULT 0'};\n`,
              },
            ],
      },
      decisions: [
        {
          about: 'Answers',
          choice: 'data: …',
          because: 'The project has no other.',
          from: 'default',
          seen: { file: 'src/lib/name.ts', line: 1, column: 1 },
        },
      ],
      packages:
        flaw === 'package'
          ? [{ name: 'a-package-of-nobody', range: '^1.0.0', dev: false, why: 'Nobody knows.' }]
          : [],
      endpoints: ['GET /api/ping'],
      variables: [{ name: 'PING_SECRET', why: 'Nothing reads it', secret: true }],
      next: [{ command: 'npx prisma migrate deploy', why: 'Adds the column' }],
      proposals: ['Limit how often it may be asked.'],
    }
  },
  async prove(bench) {
    const { body, status } = await send(bench.app.origin, { method: 'GET', path: '/api/ping' })
    const right = status === 200 && !body.includes('nothing')
    return [
      {
        id: 'ping/word',
        title: 'Answers with a word',
        requirements: ['CWE-703'],
        verdict: right ? 'withstood' : 'broken',
        why: `It answered ${status} ${body}.`,
        evidence: [],
        ms: 1,
      },
    ]
  },
  async plant(bench, _facts, _input, { texts, count, progress }) {
    const code = new Map([[route, texts.get(route) ?? '']])
    const report = await mutantsOnCopy(
      {
        bench,
        texts: code,
        tests: ['src/app/api/ping/route.test.ts'],
        runner: 'vitest',
        routes: { folder: 'src/app/api', path: 'api' },
        requests: [{ method: 'GET', path: '/api/ping' }],
        attacks: async () => async (_mutant, which) => {
          const { status } = await send(bench.app.origin, { method: 'GET', path: '/api/ping' })
          return which === 'rest' && status !== 200 ? 'ping/status' : undefined
        },
      },
      {
        mutants: mistakes.flatMap((one) => planted(one, code) ?? []).slice(0, count),
        budget: { each: 120_000 },
        ...(progress ? { progress } : {}),
      },
    )
    const seen = report.tried.map(({ mutant, result, by = '' }) => `${mutant.id} ${result} ${by}`.trim())
    return { name: 'mutants', verdict: 'passed', why: seen.join('\n'), ms: 1 }
  },
}

export const pingRecipes: ListedRecipe[] = [
  {
    id: recipe.id,
    summary: recipe.summary,
    phrases: ['ping endpoint', 'answer pings'],
    load: async () => recipe,
  },
]
