import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readHabits } from '../../project/habits/read.ts'
import { loadProject } from '../../project/load.ts'
import { chosen } from './endpoints.ts'
import type { TestsFacts } from './input.ts'
import { plan } from './plan.ts'
import { preludeOf } from './prelude.ts'
import { probesOf } from './probes.ts'
import { runnerOf } from './runner.ts'
import { type Subject, subjectOf } from './subject.ts'

const root = join(import.meta.dirname, '../../..')
async function factsOf(folder: string): Promise<TestsFacts> {
  const project = await loadProject(folder)
  return { project, habits: readHabits(project), stamp: '20260101000000' }
}
const workshop = await factsOf(join(root, 'examples/workshop'))
const conventions = async (name: string): Promise<TestsFacts> =>
  factsOf(join(root, 'fixtures/conventions', name))
const copies: string[] = []
afterAll(() => {
  for (const copy of copies) rmSync(copy, { recursive: true, force: true })
})

function subject(facts: TestsFacts, endpoint: string): Subject {
  const [run] = chosen(facts.project, endpoint)
  if (!run) throw new Error(`There is no ${endpoint}.`)
  return subjectOf(facts, run, new Map())
}
const code = (facts: TestsFacts, endpoint: string): string => {
  const { mocks, declarations } = preludeOf(subject(facts, endpoint), runnerOf(facts.habits))
  return [...mocks, ...declarations].join('\n')
}
const asked = (one: Subject, group: string): string[] =>
  probesOf(one)
    .filter((probe) => probe.group === group)
    .map(({ what }) => what)

describe('a plan', () => {
  it('brings a runner where there is none', async () => {
    const { change, packages } = await plan(workshop, { endpoint: 'POST /api/orgs/:id/projects' })
    expect(packages.map(({ name, dev }) => [name, dev])).toEqual([['vitest', true]])
    expect(change.creates.map(({ file }) => file)).toEqual([
      'src/app/api/orgs/post-orgs-projects.test.ts',
      'vitest.config.mts',
    ])
    expect(change.creates[1]?.text).toContain(
      "alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) }",
    )
    expect(change.edits.map(({ file }) => file)).toContain('package.json')
  })

  it('puts tests where the project has its own', async () => {
    const file = async (name: string, endpoint: string): Promise<string[]> =>
      (await plan(await conventions(name), { endpoint })).change.creates.map((one) => one.file)
    expect(await file('gallery', 'DELETE /api/albums/:id')).toEqual([
      'src/app/api/albums/delete-albums-by-album-id.test.ts',
    ])
    expect(await file('clinic', 'POST /api/visits/:id/cancel')).toEqual(['tests/post-visits-cancel.test.ts'])
    expect(await file('depot', 'GET /api/items/:id')).toEqual([
      'apps/web/src/app/api/items/__tests__/get-items-by-item-id.test.ts',
    ])
  })

  it('has nothing to do where the file is there', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'endpoint-tests-'))
    copies.push(copy)
    cpSync(join(root, 'fixtures/conventions/gallery'), copy, { recursive: true })
    writeFileSync(join(copy, 'src/app/api/get-me.test.ts'), 'export {}\n')
    writeFileSync(join(copy, 'src/app/api/me/get-me.test.ts'), 'export {}\n')
    const { change, proposals } = await plan(await factsOf(copy), { endpoint: 'GET /api/me' })
    expect([change.creates, change.edits]).toEqual([[], []])
    expect(proposals).toEqual(['src/app/api/me/get-me.test.ts is there already, and stays as it is.'])
  })

  it('refuses what no test can be written for', async () => {
    await expect(plan(workshop, { endpoint: 'POST /api/webhooks/billing' })).rejects.toThrow(
      'asks for a signature',
    )
  })
})

describe('who calls', () => {
  it('has a token that the project’s own library makes', () => {
    const text = code(workshop, 'GET /api/work-orders/:id')
    expect(text).toContain(".setSubject(party.user.id).setIssuer('workshop')")
    expect(text).toContain('({ cookie: `workshop_session=$')
    expect(text).toContain("vi.mock('next/headers'")
  })

  it('has a key that is a row', async () => {
    const text = code(await conventions('clinic'), 'POST /api/visits/:id/cancel')
    expect(text).toContain('canWrite: true')
    expect(text).toMatch(/keyHash: createHash\('sha256'\)\.update\(`ck_\$\{name\}`\)\.digest\('hex'\)/)
    expect(text).not.toContain('TRUNCATE')
  })

  it('knows a secret of the environment', async () => {
    const text = code(await conventions('depot'), 'GET /api/items')
    expect(text).toContain('process.env.OPERATOR_TOKEN = secret')
  })

  it('is whom the library names', async () => {
    const text = code(await conventions('gallery'), 'GET /api/albums')
    expect(text).toContain("vi.mock('next-auth', () => ({ getServerSession: vi.fn() }))")
    expect(text).toContain('mockResolvedValue(as && sessionOf(as))')
  })
})

describe('what is asked', () => {
  const send = subject(workshop, 'POST /api/orgs/:id/invoices/:id/send')

  it('follows the guard, the keys and the conditions', () => {
    expect(asked(send, 'stranger')[0]).toBe('nobody')
    expect(asked(send, 'role')).toEqual(['OWNER', 'ADMIN', 'TECHNICIAN'])
    expect(asked(send, 'foreign')).toEqual([
      'organisation of somebody else',
      'invoice of somebody else',
      'what somebody else has',
    ])
    expect(asked(send, 'state')).toEqual(
      ['DRAFT', 'SENT', 'PAID', 'VOID'].map((one) => `invoice whose status is ${one}`),
    )
  })

  it('goes to both sides of each limit', () => {
    const body = asked(subject(workshop, 'POST /api/orgs/:id/projects'), 'body')
    expect(body).toEqual(
      expect.arrayContaining([
        'no title',
        'title of 160 characters',
        'title of 161 characters',
        'title as a number',
      ]),
    )
    // A key is not a text of some length.
    expect(body.filter((what) => what.startsWith('customer id')).sort()).toEqual([
      'customer id as a number',
      'customer id null',
    ])
  })
})
