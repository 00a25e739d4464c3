/** A project of the size at which answers have to leave something out: every endpoint has the same few faults. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const model = (name: string): string => `
model ${name} {
  id      String @id @default(cuid())
  title   String
  ownerId String
  owner   User   @relation(fields: [ownerId], references: [id])
}
`

const route = (name: string): string => `
import { prisma } from '../../../../lib/prisma'
import { requireUser } from '../../../../lib/session'

export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }) {
  await requireUser(request)
  const { id } = await params
  return Response.json(await prisma.${name}.findUnique({ where: { id } }))
}

export async function PATCH(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  return Response.json(await prisma.${name}.update({ where: { id }, data: await request.json() }))
}
`

const session = `
import { jwtVerify } from 'jose'

export async function requireUser(request: Request) {
  const token = request.headers.get('authorization')?.slice(7) ?? ''
  const { payload } = await jwtVerify(token, new TextEncoder().encode(process.env.SECRET))
  if (!payload.sub) throw new Response(null, { status: 401 })
  return payload.sub
}
`

/** Writes a project with two endpoints for each of so many models, and gives its folder. The caller removes it. */
export function largeProject(models: number): string {
  const root = mkdtempSync(join(tmpdir(), 'large-'))
  const names = Array.from({ length: models }, (_, index) => `Record${index}`)
  const lists = names.map((name) => `  ${name.toLowerCase()}s ${name}[]\n`).join('')
  const files: Record<string, string> = {
    'package.json': JSON.stringify({
      name: 'large',
      dependencies: { next: '16.4.5', '@prisma/client': '7.10.0', jose: '6.2.18' },
    }),
    'prisma/schema.prisma': `datasource db {\n  provider = "postgresql"\n}\n\nmodel User {\n  id String @id\n${lists}}\n${names.map(model).join('')}`,
    'lib/prisma.ts':
      "import { PrismaClient } from '@prisma/client'\nexport const prisma = new PrismaClient()\n",
    'lib/session.ts': session,
  }
  for (const name of names)
    files[`app/api/${name.toLowerCase()}s/[id]/route.ts`] = route(`record${name.slice('Record'.length)}`)
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return root
}
