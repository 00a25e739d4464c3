/** Repairs from the finding to the user's tree and back, on a copy of the example that has tests of its own. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Report } from '../src/core/report.ts'
import { fix } from '../src/operations/fix.ts'
import { undo } from '../src/operations/undo.ts'
import { digestOf } from './tree.ts'

const repository = join(import.meta.dirname, '..')
// Below the repository, so that its packages are found.
const root = join(repository, 'fixtures/.build/fix')
const members = 'src/app/api/orgs/[orgId]/members/route.ts'
const keys = 'src/app/api/orgs/[orgId]/api-keys/[keyId]/route.ts'

let work: string
let report: Report
let before: string

beforeAll(async () => {
  rmSync(root, { recursive: true, force: true })
  cpSync(join(repository, 'examples/workshop'), root, { recursive: true })
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  writeFileSync(
    join(root, 'package.json'),
    JSON.stringify({ ...Object(manifest), scripts: { test: 'vitest' } }, null, 2),
  )
  mkdirSync(join(root, 'tests'))
  writeFileSync(
    join(root, 'tests/members.test.ts'),
    `import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
it('reads its own database', () => expect(process.env.DATABASE_URL).toContain('own_tests'))
it('awaits nothing', () => expect(readFileSync('${keys}', 'utf8')).toContain('isAdmin('))
`,
  )
  before = digestOf(root)
  work = mkdtempSync(join(tmpdir(), 'work-'))
  const only = ['response/secret-field', 'authorization/unawaited-guard']
  report = await fix.run(
    { at: [], only, apply: true, all: false, dev: false, seed: 5 },
    { root, workFolder: work },
  )
}, 600_000)

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
  rmSync(work, { recursive: true, force: true })
})

describe('fix --apply', () => {
  it('proves, repairs, and proves again', () => {
    expect(report.problems.filter(({ effect }) => effect === 'fatal')).toEqual([])
    expect(report.findings.map(({ fault, certainty }) => [fault, certainty]).sort()).toEqual([
      ['authorization/unawaited-guard', 'proven'],
      ['response/secret-field', 'proven'],
    ])
    expect(report.changes?.map(({ status }) => status)).toEqual(['applied', 'applied'])
    for (const { why } of report.changes ?? [])
      expect(why).toContain('the types check, its own tests pass, it builds')
  })

  it('writes what it showed, in the style of the file', () => {
    expect(readFileSync(join(root, members), 'utf8')).toContain(
      'include: { user: { omit: { passwordHash: true } } },',
    )
    expect(readFileSync(join(root, keys), 'utf8')).toContain(
      'if (!(await isAdmin(member.userId, member.orgId)))',
    )
    for (const { diff } of report.changes ?? []) expect(diff).toMatch(/^--- a\/src/)
  })

  it('is undone byte for byte', async () => {
    expect(await undo(root)).toContain('2 files as before')
    expect(digestOf(root)).toBe(before)
  })
})
