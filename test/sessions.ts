/** What tests of sessions share: a user, a schema with sessions, and a table that only notes what is put into it. */
import type { Project } from '../src/project/project.ts'
import { findMinter } from '../src/runtime/sessions/find.ts'
import type { Minter, Person, Running } from '../src/runtime/sessions/minter.ts'

export const SECRET = 'a-secret-of-at-least-thirty-two-bytes'

export const anna: Person = {
  party: 'a',
  role: 'ADMIN',
  row: {
    table: 'User',
    values: { id: 'user-a', email: 'anna@a.example', name: 'Anna', role: 'ADMIN', passwordHash: 'x' },
  },
  tenant: { table: 'Organisation', values: { id: 'org-a' } },
}

/** Collects the rows that are inserted. */
export function table(): { rows: Record<string, unknown>[]; sql: NonNullable<Running['sql']> } {
  const rows: Record<string, unknown>[] = []
  return {
    rows,
    async sql(text, params) {
      const match = /^INSERT INTO "(\w+)" \((.*)\) VALUES/.exec(text)
      const columns = (match?.[2] ?? '').split(', ').map((one) => one.slice(1, -1))
      rows.push({ table: match?.[1], ...Object.fromEntries(columns.map((column, i) => [column, params[i]])) })
    },
  }
}

export async function minterOf(project: Project, running: Partial<Running>): Promise<Minter> {
  const minter = await findMinter(project, { env: {}, folder: '/nowhere', ...running })
  if ('missing' in minter) throw new Error(minter.missing)
  return minter
}

export const cookieValue = ({ cookie = '' }: Record<string, string>): string =>
  cookie.slice(cookie.indexOf('=') + 1)

export const schema = `datasource db {
  provider = "postgresql"
}
model User {
  id String @id
  email String @unique
  name String
  role String
  passwordHash String
  sessions Session[]
}
model Session {
  id String @id @default(cuid())
  sessionToken String @unique @map("session_token")
  token String @unique
  userId String
  user User @relation(fields: [userId], references: [id])
  expires DateTime
  expiresAt DateTime
  createdAt DateTime @default(now())
  ip String?
}`
export const dependencies = (more: Record<string, string>): string =>
  JSON.stringify({ name: 'app', dependencies: { next: '16.4.5', '@prisma/client': '7.10.0', ...more } })
