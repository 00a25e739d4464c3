import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { formatted } from '../../changes/format.ts'
import { readHabits } from '../../project/habits/read.ts'
import { loadProject } from '../../project/load.ts'
import { mutated } from '../../proof/mutants/mutants.ts'
import { planted } from '../../proof/mutants/written.ts'
import { readShape } from '../../source/read-shape.ts'
import { authAttacks } from './attacks/index.ts'
import { authInput } from './input.ts'
import { authMutants } from './mutants.ts'
import { targetOf } from './target.ts'
import { codeOf } from './templates/index.ts'

const root = join(import.meta.dirname, '../../..')
/** Where users and sign-in are there already, and where nothing is. */
const apps = ['examples/workshop', 'blank']

const blank = {
  'package.json': '{"name":"blank","dependencies":{"next":"16.4.5","@prisma/client":"7.10.0","zod":"4.6.7"}}',
  'tsconfig.json': '{"compilerOptions":{"strict":true,"paths":{"@/*":["./src/*"]}}}',
  'prisma/schema.prisma': `generator client {
  provider = "prisma-client-js"
}

datasource db {
  provider = "postgresql"
}

model User {
  id       String  @id @default(cuid())
  email    String  @unique
  nickname String
  isAdmin  Boolean @default(false)
}
`,
  'src/lib/prisma.ts': `import { PrismaClient } from '@prisma/client'

export const prisma = new PrismaClient()
`,
  'src/app/api/users/route.ts': `import { prisma } from '@/lib/prisma'

export async function GET() {
  return Response.json(await prisma.user.findMany({ select: { id: true }, take: 20 }))
}
`,
}

let made: string | undefined
async function folderOf(app: string): Promise<string> {
  if (app !== 'blank') return join(root, app)
  made ??= await mkdtemp(join(tmpdir(), 'be-mutants-'))
  for (const [file, text] of Object.entries(blank)) {
    await mkdir(dirname(join(made, file)), { recursive: true })
    await writeFile(join(made, file), text)
  }
  return made
}
afterAll(async () => {
  if (made) await rm(made, { recursive: true, force: true })
})

/** The code of the recipe in a project, as its templates write it and as its formatter leaves it. */
async function codes(app: string, input: Record<string, unknown>): Promise<Map<string, string>[]> {
  const project = await loadProject(await folderOf(app))
  const habits = readHabits(project)
  const files = codeOf(targetOf({ habits, project, stamp: '20260101000000' }, authInput.parse(input)))
  const neat = await Promise.all(files.map(({ file, text }) => formatted(text, file, habits.code)))
  return [
    new Map(files.map(({ file, text }) => [file, text])),
    new Map(files.map(({ file }, i) => [file, neat[i] ?? ''])),
  ]
}

const inputs = [{ refreshIn: 'cookie' }, { refreshIn: 'body' }]
const applied = new Set<string>()

describe('written mutants of auth-password', () => {
  it.each(apps.flatMap((app) => inputs.map((input) => ({ app, ...input }))))(
    'apply to the code for $app, refresh in $refreshIn',
    async ({ app, refreshIn }) => {
      const input = { refreshIn, createUser: true }
      for (const texts of await codes(app, input)) {
        const missing = authMutants.filter((one) => {
          const mutant = planted(one, texts)
          if (!mutant) return one.optional === undefined
          applied.add(one.id)
          for (const file of new Set(mutant.edits.map((edit) => edit.file))) {
            const text = texts.get(file) ?? ''
            const after = mutated(file, text, mutant)
            expect(after, one.id).not.toBe(text)
            expect(readShape(file, after), `${one.id} does not parse:\n${mutant.after}`).toBeDefined()
          }
          return false
        })
        expect(missing.map(({ id }) => id)).toEqual([])
      }
    },
    60_000,
  )

  it('apply somewhere, each of them, and name attacks that exist', () => {
    expect(authMutants.map(({ id }) => id).filter((id) => !applied.has(id))).toEqual([])
    const ids = new Set(authAttacks.map(({ id }) => id))
    expect(authMutants.flatMap(({ killedBy }) => killedBy).filter((id) => !ids.has(id))).toEqual([])
    expect(new Set(authMutants.map(({ id }) => id)).size).toBe(authMutants.length)
  })
})
