/** Forms with files, which packages read from the request. */
import { expect, it } from 'vitest'
import { projectOf } from '../../../test/project.ts'
import { allDeps } from './value.ts'

it.each([
  [
    'a function that is given them',
    'form.parse(req, async (error, fields) => { res.json(await prisma.note.delete({ where: { id: fields.id } })) })',
  ],
  [
    'a promise',
    'const [fields] = await form.parse(req); res.json(await prisma.note.delete({ where: { id: fields.id } }))',
  ],
])('the fields of a form with files are the body of the request: %s', async (_, body) => {
  const { runs } = await projectOf({
    'prisma/schema.prisma':
      'datasource db {\n  provider = "postgresql"\n}\nmodel Note {\n  id String @id\n}\n',
    'pages/api/notes.ts': `import formidable from 'formidable'
import { PrismaClient } from '@prisma/client'
const prisma = new PrismaClient()
export default async function handler(req, res) {
  const form = formidable({ keepExtensions: true })
  ${body}
}
`,
  })
  const access = runs[0]?.events.find((event) => event.k === 'access')
  expect(access?.k === 'access' && [...allDeps(access.args)]).toEqual(['client:body.id'])
})
