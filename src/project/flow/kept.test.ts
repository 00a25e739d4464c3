/** Checks of a row that leave it out, or that have nothing to do where there is none. */
import { expect, it } from 'vitest'
import { projectOf } from '../../../test/project.ts'
import unscopedAccess from '../../faults/authorization/unscoped-access/find.ts'

/** Certainties of the findings in a handler that a signed-in caller asks for a note. */
async function findings(body: string): Promise<string[]> {
  const project = await projectOf({
    'package.json': '{ "dependencies": { "next": "16.0.0", "next-auth": "5.0.0", "zod": "4.0.0" } }',
    'prisma/schema.prisma': `datasource db {
  provider = "postgresql"
}
model User {
  id    String @id
  notes Note[]
}
model Note {
  id        String  @id
  text      String
  isPrivate Boolean
  userId    String
  user      User    @relation(fields: [userId], references: [id])
}
model Share {
  noteId String
  userId String
  role   String
  @@id([noteId, userId])
}
`,
    'app/api/notes/route.ts': `import { PrismaClient } from '@prisma/client'
import { z } from 'zod'
import { auth } from '../../../auth'
const prisma = new PrismaClient()
const schema = z.object({ id: z.string().optional(), text: z.string() })
export async function POST(request: Request) {
  const session = await auth()
  if (!session?.user?.id) return Response.json({ error: 'Sign in' }, { status: 401 })
  const me = session.user.id
  const input = schema.parse(await request.json())
  const id = input.id ?? ''
  ${body}
}`,
    'auth.ts': `import NextAuth from 'next-auth'
export const { auth } = NextAuth({ providers: [] })
`,
  })
  return [...unscopedAccess.find(project)].map(({ certainty }) => certainty)
}

const read = 'await prisma.note.findUnique({ where: { id } })'

it.each([
  `let note = ${read}\n  if (note && note.userId !== me) note = null\n  return Response.json({ note })`,
  `let own = null\n  const note = ${read}\n  if (note && note.userId === me) own = note\n  return Response.json({ own })`,
  `const note = ${read}\n  return Response.json({ note: note?.userId === me ? note : null })`,
  `const note = ${read}\n  const own = note?.userId === me ? note : null\n  return Response.json(own)`,
  `const note = ${read}\n  if (note && note.userId !== me) return new Response(null, { status: 403 })\n  return Response.json({ note })`,
  `const note = ${read}\n  if (note && note.userId !== me) return new Response(null, { status: 403 })\n  await prisma.note.delete({ where: { id } })`,
  `const row = input.id ? await prisma.note.findFirst({ where: { id: input.id, userId: me } }) : null
  if (input.id && !row) return new Response(null, { status: 404 })
  if (input.id) await prisma.note.update({ where: { id: input.id }, data: { text: input.text } })`,
  `const note = ${read}\n  if (!note || (note.isPrivate && note.userId !== me)) return new Response(null, { status: 404 })\n  return Response.json(note)`,
  `const note = ${read}\n  if (note?.userId !== me && note?.isPrivate) return new Response(null, { status: 404 })\n  return Response.json(note)`,
  `const note = ${read}
  const share = await prisma.share.findFirst({ where: { noteId: id, userId: me } })
  if (note?.isPrivate && note.userId !== me && !share) return new Response(null, { status: 404 })
  return Response.json(note)`,
  // Of whoever runs the installation.
  `const host = await prisma.user.findUniqueOrThrow({ where: { id: 'host' } })
  return Response.json(await prisma.note.findFirst({ where: { id, userId: host.id } }))`,
  // A function that gives nothing, or a refusal, of what is not the caller's.
  `const nameOf = async () => {
    const note = ${read}
    if (!note || note.userId !== me) return null
    return note.text
  }
  return Response.json({ long: ((await nameOf()) ?? '').length > 10 })`,
  `const find = async () => {
    const note = ${read}
    if (note?.userId !== me) return { response: 'Not yours', status: 403 }
    return { response: note, status: 200 }
  }
  return Response.json(await find())`,
  `if (input.text === 'draft') return Response.json({ draft: true })
  if (input.id !== 'new') {
    const note = ${read}
    if (note?.userId !== me) return new Response(null, { status: 403 })
  }
  return Response.json({ ok: true })`,
  `const ids = [id]
  const notes = await prisma.note.findMany({ where: { id: { in: ids } } })
  for (const note of notes) if (note.userId !== me) return new Response(null, { status: 404 })
  return Response.json(notes)`,
])('is not reached by others: %s', async (body) => {
  expect(await findings(body)).toEqual([])
})

it.each([
  `let note = ${read}\n  if (note && note.text === me) note = null\n  await prisma.note.delete({ where: { id } })`,
  `const note = ${read}\n  const own = note?.userId === me ? note : null\n  return Response.json({ own: own !== null, note })`,
  // Without a share, everybody goes on.
  `const share = await prisma.share.findFirst({ where: { noteId: id, userId: me } })
  if (share && share.role !== 'editor') return new Response(null, { status: 403 })
  await prisma.note.delete({ where: { id } })`,
  `const nameOf = async () => {
    const note = ${read}
    if (note && note.userId === me) return note.text
    return note?.text
  }
  return Response.json({ name: await nameOf() })`,
  `if (input.text === 'draft') {
    const note = ${read}
    if (note?.userId !== me) return new Response(null, { status: 403 })
  }
  const note = ${read}
  return Response.json(note)`,
  `const other = await prisma.user.findUniqueOrThrow({ where: { id: input.text } })
  return Response.json(await prisma.note.findFirst({ where: { id, userId: other.id } }))`,
  // Each of the rows is changed, and of none is asked whose it is.
  `const notes = await prisma.note.findMany({ where: { id: { in: [id] } } })
  await Promise.all(notes.map(async (note) => prisma.note.update({ where: { id: note.id }, data: { text: 'x' } })))
  return Response.json(notes)`,
  // Whoever sees a note may not change it.
  `const note = ${read}
  if (note?.isPrivate && note.userId !== me) return new Response(null, { status: 404 })
  await prisma.note.update({ where: { id }, data: { text: input.text } })`,
  `const note = ${read}\n  if (!note?.isPrivate && note?.userId !== me) return new Response(null, { status: 404 })\n  return Response.json(note)`,
])('is reached by others: %s', async (body) => {
  expect(await findings(body)).not.toEqual([])
})
