import { expect, it } from 'vitest'
import { projectOf } from '../../test/project.ts'
import { notes } from '../../test/repository.ts'
import type { FindingPath } from '../core/report.ts'
import { faults } from '../faults/index.ts'
import { runFaults } from '../operations/run-faults.ts'
import { pathOf } from './path.ts'

async function pathTo(subject: string, files: Record<string, string> = {}): Promise<FindingPath> {
  const project = await projectOf({ ...notes, ...files })
  const finding = runFaults(project, faults).findings.find((one) => one.subject === subject)
  const fault = faults.find(({ id }) => id === finding?.fault)
  if (!finding || !fault) throw new Error(`nothing is found of ${subject}`)
  return pathOf(project, finding, fault.cwe)
}

it('shows the code of each hop, the guard that held, where it stands, and what the end is given', async () => {
  const path = await pathTo('PATCH /api/notes → note.update')
  expect(path.hops.map(({ location, note }) => `${location.line} ${note}`)).toEqual([
    '4 PATCH /api/notes starts',
    expect.stringMatching(/^7 note\.update by /),
  ])
  for (const { location, lines } of path.hops) {
    expect(lines).toHaveLength(5)
    expect(lines.find(({ line }) => line === location.line)?.text).toMatch(/PATCH|note\.update/)
  }
  expect(path.guards).toHaveLength(1)
  expect(path.guards[0]).toMatchObject({
    location: { file: 'lib/guard.ts', line: 4 },
    text: 'requireUser asks: somebody is signed in',
  })
  expect(path.guards[0]?.lines.find(({ mark }) => mark !== undefined)).toMatchObject({ line: 4 })
  expect(path.inputs).toEqual([
    'where.id ← body.id, sent by the caller',
    'data.text ← body.text, sent by the caller',
  ])
  const silent = path.silent.join('\n')
  expect(silent).toContain('sharedModels')
  expect(silent).toContain('backend-engineer-ignore authorization/unscoped-access')
  // It is a write, behind a guard: neither of these would silence it.
  expect(silent).not.toMatch(/publicModels|publicEndpoints/)
})

it('says that nobody was asked, and that an endpoint may be public by design', async () => {
  const open = `import { db } from '../../../lib/db'
export async function POST(request: Request) {
  const { userId, text } = await request.json()
  return Response.json(await db.note.create({ data: { id: '1', userId, text } }))
}
`
  const path = await pathTo('POST /api/open', { 'app/api/open/route.ts': open })
  expect(path.guards).toEqual([])
  expect(path.silent.join('\n')).toContain('publicEndpoints')
})
