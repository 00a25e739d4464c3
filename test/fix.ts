/** Runs the fixer of a fault on a small project, and gives the texts afterwards. */

import { edited, editsByFile } from '../src/changes/edits.ts'
import { fixerOf } from '../src/faults/fixers.ts'
import { faults } from '../src/faults/index.ts'
import { runFaults } from '../src/operations/run-faults.ts'
import { projectOf } from './project.ts'

/** Text by file, of those that the repair of the first finding of the fault changes; or what it needs. */
export async function fixed(
  id: string,
  files: Record<string, string>,
): Promise<Record<string, string> | { needs: string }> {
  const project = await projectOf(files)
  const finding = runFaults(project, faults).findings.find((one) => one.fault === id)
  const fixer = await fixerOf(id)
  if (!finding || !fixer) throw new Error(`Nothing of ${id} was found, or nothing repairs it.`)
  const read = (file: string): string | undefined => files[file] ?? project.sourceText(file)
  const cure = await fixer({ project, finding, read, stamp: '20260131235959' })
  if ('needs' in cure) return { needs: cure.needs }
  const after: Record<string, string> = {}
  for (const [file, edits] of editsByFile(cure)) after[file] = edited(read(file) ?? '', edits)
  for (const { file, text } of cure.creates) after[file] = text
  return after
}

/** A small shop: orders of a user, and how its endpoints ask who is calling. */
export const shop = {
  'prisma/schema.prisma': `datasource db {
  provider = "postgresql"
}

model User {
  id     String  @id
  email  String  @unique
  orders Order[]
}

model Order {
  id     String @id
  note   String
  userId String
  user   User   @relation(fields: [userId], references: [id])
  lines  Line[]
}

model Line {
  id      String @id
  orderId String
  order   Order  @relation(fields: [orderId], references: [id])
}
`,
  'lib/db.ts': "import { PrismaClient } from '@prisma/client'\nexport const prisma = new PrismaClient()\n",
  'lib/session.ts': `import { getServerSession } from 'next-auth'

export async function requireUser() {
  const session = await getServerSession()
  if (!session) throw new Error('Sign in')
  return { id: session.user.id }
}
`,
  'app/api/orders/route.ts': `import { z } from 'zod'
import { prisma } from '../../../lib/db'
import { requireUser } from '../../../lib/session'

export const orderSchema = z.object({ id: z.string(), note: z.string() })

export async function GET() {
  const user = await requireUser()
  return Response.json(await prisma.order.findMany({ where: { userId: user.id }, take: 20 }))
}

export async function POST(request: Request) {
  const user = await requireUser()
  const input = orderSchema.parse(await request.json())
  return Response.json(await prisma.order.create({ data: { ...input, userId: user.id } }))
}
`,
}
