import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectOf } from '../../../test/project.ts'
import { anna, cookieValue, minterOf, schema, table } from '../../../test/sessions.ts'
import { loadProject } from '../../project/load.ts'
import { findKeyMinter } from './find.ts'

const repository = join(import.meta.dirname, '../../..')

describe('rows of the application', () => {
  it('makes an API key of the example: the hash in the table, the key in the header', async () => {
    const project = await loadProject(join(repository, 'examples/workshop'))
    const { rows, sql } = table()
    const minter = await findKeyMinter(project, { env: {}, folder: '/nowhere', sql })
    if ('missing' in minter) throw new Error(minter.missing)
    const headers = await minter.mint(anna)
    expect(headers.authorization).toMatch(/^Bearer wk_/)
    const hash = createHash('sha256')
      .update((headers.authorization ?? '').slice(7))
      .digest('hex')
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ table: 'ApiKey', keyHash: hash, orgId: 'org-a' })
  })

  it('makes a session that the project keeps in its own table', async () => {
    const project = await projectOf({
      'prisma/schema.prisma': schema,
      'app/api/notes/route.ts': `import { cookies } from 'next/headers'
export async function GET() {
  const token = (await cookies()).get('sid')?.value
  const session = await prisma.session.findUnique({ where: { token }, include: { user: true } })
  if (!session) return new Response(null, { status: 401 })
  return Response.json(await prisma.user.findMany({ where: { id: session.userId } }))
}`,
      'lib/db.ts': `import { PrismaClient } from '@prisma/client'
export const prisma = new PrismaClient()`,
    })
    const { rows, sql } = table()
    const headers = await (await minterOf(project, { sql })).mint(anna)
    expect(rows[0]).toMatchObject({ table: 'Session', userId: 'user-a', token: cookieValue(headers) })
    expect(headers.cookie).toMatch(/^sid=/)
  })
})
