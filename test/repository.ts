/** Small projects under git for tests. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach } from 'vitest'
import type { Context } from '../src/core/operation.ts'

const made: string[] = []
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true })
})

/** Files of a small application: two people, their notes, a guard. */
export const notes: Record<string, string> = {
  'package.json': '{ "name": "notes", "dependencies": { "next": "16.4.5", "@prisma/client": "7.10.0" } }\n',
  'prisma/schema.prisma': `datasource db {
  provider = "postgresql"
}
model User {
  id    String @id
  email String @unique
  role  String
  notes Note[]
}
model Note {
  id     String @id
  userId String
  text   String
  user   User   @relation(fields: [userId], references: [id])
  @@index([userId])
}
`,
  'lib/db.ts': `import { PrismaClient } from '@prisma/client'
export const db = new PrismaClient()
`,
  'lib/guard.ts': `import { getServerSession } from 'next-auth'
export async function requireUser() {
  const session = await getServerSession()
  if (!session) throw new Error('Sign in.')
  return session.user
}
`,
  'app/api/notes/route.ts': `import { db } from '../../../lib/db'
import { requireUser } from '../../../lib/guard'

export async function PATCH(request: Request) {
  await requireUser()
  const { id, text } = await request.json()
  return Response.json(await db.note.update({ where: { id }, data: { text } }))
}

export async function DELETE(request: Request) {
  const user = await requireUser()
  const { id } = await request.json()
  await db.note.deleteMany({ where: { id, userId: user.id } })
  return Response.json({ deleted: true })
}
`,
}

export interface Repository {
  /** The application's folder. */
  root: string
  context: Context
  git(...args: string[]): string
  write(files: Record<string, string>): void
  commit(): void
}

/** A repository with these files in its first commit, on the branch `main`. `folder`: where in it the application is. */
export function repositoryOf(files: Record<string, string>, folder = '.'): Repository {
  const base = mkdtempSync(join(tmpdir(), 'repository-'))
  made.push(base)
  const top = join(base, 'tree')
  const root = join(top, folder)
  mkdirSync(root, { recursive: true })
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@localhost', ...args], {
      cwd: top,
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    })
  const write = (added: Record<string, string>): void => {
    for (const [file, text] of Object.entries(added)) {
      mkdirSync(dirname(join(root, file)), { recursive: true })
      writeFileSync(join(root, file), text)
    }
  }
  const commit = (): void => {
    git('add', '-A')
    git('commit', '-qm', 'work')
  }
  git('init', '-q', '-b', 'main')
  write(files)
  commit()
  return { root, context: { root, workFolder: join(base, 'work') }, git, write, commit }
}
