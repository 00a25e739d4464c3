import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadProject } from '../../project/load.ts'
import { mutantsOf } from '../../proof/mutants/mutants.ts'
import { ranBy } from './coverage.ts'
import { weightOf } from './mutants.ts'
import type { Round } from './observe.ts'
import { reachedFrom } from './reach.ts'
import { runnerOf } from './runner.ts'
import { literal, quoted } from './text.ts'
import { failureIn, listIn, told } from './values.ts'

const project = await loadProject(join(import.meta.dirname, '../../../examples/workshop'))

describe('code that an endpoint is made of', () => {
  it('is its handler and what that names, through imports', () => {
    const names = reachedFrom(project, 'src/app/api/orgs/[orgId]/audit/route.ts', 'GET').map(
      ({ file, names: [name] }) => `${file} ${name}`,
    )
    expect(names[0]).toBe('src/features/audit/list.ts GET')
    expect(names).toContain('src/lib/members.ts requireMember')
    expect(names).toContain('src/lib/session.ts verifySessionToken')
    expect(names).not.toContain('src/lib/session.ts startSession')
  })

  it('ends where it does not run', () => {
    const file = 'src/app/api/me/route.ts'
    const all = reachedFrom(project, file, 'GET').length
    const none = reachedFrom(project, file, 'GET', undefined, () => false)
    expect(none.map(({ names }) => names)).toEqual([['GET']])
    expect(all).toBeGreaterThan(5)
  })
})

describe('statements that run', () => {
  it('say so, each for itself', async () => {
    const root = mkdtempSync(join(tmpdir(), 'ran-'))
    const text = `const twice = (n) => n * 2
export function pick(n) {
  if (n > 1) return twice(n)
  const other = [n].map((one) => { return one + 1 })
  return other
}
pick(3)
`
    writeFileSync(join(root, 'pick.mjs'), text)
    const ran = await ranBy(root, new Map([['pick.mjs', text]]), async () => {
      execFileSync(process.execPath, [join(root, 'pick.mjs')])
      return { ran: true, passed: true, log: '' }
    })
    expect(
      ['n * 2', 'n > 1', 'return twice', 'one + 1', 'return other'].map((part) =>
        ran?.('pick.mjs', text.indexOf(part)),
      ),
    ).toEqual([true, true, true, false, false])
    rmSync(root, { recursive: true })
  })
})

describe('what nobody may lose', () => {
  it('is a guard, a key of where, a check of input', () => {
    const text = `export async function GET(user) {
  if (!user) throw new Error('no')
  const input = z.object({ title: z.string().max(80) }).parse({})
  return db.note.findMany({ where: { ownerId: user.id, org: { id: input.org } }, select: { id: true }, take: 50 })
}
`
    const weights = mutantsOf('a.ts', text).map((one) => [one.kind, weightOf(one, text)])
    expect(
      weights
        .filter(([, weight]) => weight)
        .map(([, weight]) => weight)
        .sort(),
    ).toEqual(['guard', 'validation', 'where', 'where', 'where'])
    expect(weights).toContainEqual(['member dropped', undefined])
  })
})

describe('answers as code', () => {
  const runner = runnerOf({
    tests: {
      runner: 'vitest',
      placement: 'beside',
      ending: '.test.ts',
      globals: false,
      word: 'it',
      describes: true,
      leavesBrowser: false,
      database: true,
    },
  })
  const round = (id: string): Round => ({
    north: {
      name: 'north',
      note: { id, title: 'Note of north', createdAt: { $date: `2026-01-01T00:00:0${id}.000Z` } },
    },
    south: null,
    status: 200,
    body: null,
    before: {},
    after: {},
  })
  const rounds: [Round, Round] = [round('1'), round('2')]
  const of = (one: unknown, two: unknown): string => told([one, two], rounds, 'body', runner).code

  it('name the rows, keep what stays, and leave the rest to its type', () => {
    expect(
      of({ id: '1', title: 'Note of north', done: false }, { id: '2', title: 'Note of north', done: false }),
    ).toBe("{ id: north.note.id, title: 'Note of north', done: false }")
    expect(of('2026-01-01T00:00:01.000Z', '2026-01-01T00:00:02.000Z')).toBe(
      'north.note.createdAt.toISOString()',
    )
    expect(of({ token: 'abc' }, { token: 'xyz' })).toBe('{ token: expect.any(String) }')
    expect(of('x'.repeat(160), 'x'.repeat(160))).toBe("'x'.repeat(160)")
    expect(
      told(
        [{ token: 'a' }, { token: 'b' }],
        rounds,
        'body',
        runnerOf({
          tests: {
            runner: 'node:test',
            placement: 'beside',
            ending: '.test.ts',
            globals: false,
            word: 'test',
            describes: false,
            leavesBrowser: false,
            database: false,
          },
        }),
      ),
    ).toEqual({
      code: '{ token: body.token }',
      loose: [{ path: 'body.token', type: 'string' }],
    })
  })

  it('say where a failure says what it is', () => {
    expect(failureIn({ error: { message: 'Not here', code: 'not_found' } })).toEqual(['error', 'code'])
    expect(failureIn({ error: 'Sign in first' })).toEqual(['error'])
    expect(listIn({ data: { items: [1] } })).toEqual(['data', 'items'])
  })

  it('are quoted so that they can be read back', () => {
    for (const text of ["it's", 'a\\b', 'two\nlines', 'nul \0 in it'])
      expect(Function(`return ${quoted(text)}`)()).toBe(text)
    expect(literal({ 'a-b': [undefined, 1, null] })).toBe("{ 'a-b': [undefined, 1, null] }")
  })
})
