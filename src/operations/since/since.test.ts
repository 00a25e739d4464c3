import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { notes, type Repository, repositoryOf } from '../../../test/repository.ts'
import { digestOf } from '../../../test/tree.ts'
import { UserError } from '../../core/error.ts'
import type { Report } from '../../core/report.ts'
import { review } from '../review.ts'

const since = ({ context }: Repository, ref = 'main', more: Record<string, unknown> = {}): Promise<Report> =>
  review.run(review.input.parse({ changedSince: ref, ...more }), context)

const told = (report: Report): string[] => report.findings.map(({ fault, subject }) => `${fault} ${subject}`)

const route = 'app/api/notes/route.ts'
const at = (file: string): string => notes[file] ?? ''

describe('review --changed-since', () => {
  it('shows what the branch brought, and nothing that was there', async () => {
    const repository = repositoryOf(notes)
    expect(told(await since(repository))).toEqual([])
    repository.git('checkout', '-qb', 'work')
    // Unscoped now; the PATCH above it, in the same file, was before.
    repository.write({ [route]: at(route).replace('where: { id, userId: user.id }', 'where: { id }') })
    const report = await since(repository)
    expect(told(report)).toEqual(['authorization/unscoped-access DELETE /api/notes → note.deleteMany'])
    expect(report.findings[0]?.brought).toEqual({
      since: 'main',
      by: expect.objectContaining({ file: route, line: 13 }),
    })
    expect(report.since).toMatchObject({ ref: 'main', files: 1, before: 3 })
    expect(report.headline).toContain('3 findings were there before')
  })

  it('counts work that is staged, not staged and not known to git, and not what git ignores', async () => {
    const repository = repositoryOf({ ...notes, '.gitignore': 'generated/\n' })
    repository.git('checkout', '-qb', 'work')
    const open = `import { db } from '../../../lib/db'
export async function POST(request: Request) {
  const { userId, text } = await request.json()
  return Response.json(await db.note.create({ data: { userId, text, id: '1' } }))
}
`
    repository.write({ 'app/api/staged/route.ts': open })
    repository.git('add', '-A')
    repository.write({ 'app/api/new/route.ts': open, 'generated/x.ts': 'export {}\n' })
    repository.write({ [route]: `${at(route)}${open.slice(open.indexOf('export')).replace('POST', 'PUT')}` })
    const report = await since(repository)
    expect(told(report).sort()).toEqual(
      ['POST /api/new', 'POST /api/staged', 'PUT /api/notes'].map(
        (one) => `authentication/missing-authentication ${one}`,
      ),
    )
    expect(report.since?.files).toBe(3)
  })

  it('shows endpoints in untouched files when their guard, or the schema, was changed', async () => {
    const repository = repositoryOf(notes)
    repository.git('checkout', '-qb', 'work')
    repository.write({
      'lib/guard.ts': at('lib/guard.ts').replace("  if (!session) throw new Error('Sign in.')\n", ''),
    })
    const report = await since(repository)
    expect(told(report)).toContain('authentication/missing-authentication PATCH /api/notes')
    expect(report.findings.every(({ location }) => location.file === route)).toBe(true)
  })

  it('knows a finding again whose lines moved, whose file or folder was renamed, and what it was called with', async () => {
    const repository = repositoryOf(notes)
    repository.git('checkout', '-qb', 'work')
    repository.write({ [route]: `// Notes.\n\n${at(route)}` })
    expect(told(await since(repository))).toEqual([])
    renameSync(join(repository.root, 'app/api/notes'), join(repository.root, 'app/api/memos'))
    repository.git('add', '-A')
    const report = await since(repository)
    expect(told(report)).toEqual([])
    expect(report.since).toMatchObject({ files: 1, before: 3 })
  })

  it('compares with where the branch left, not with what was done there since', async () => {
    const repository = repositoryOf(notes)
    repository.git('checkout', '-qb', 'work')
    repository.write({ 'README.md': 'Notes\n' })
    repository.commit()
    repository.git('checkout', '-q', 'main')
    repository.write({ [route]: at(route).replace('where: { id }', 'where: { id, userId: "1" }') })
    repository.commit()
    repository.git('checkout', '-q', 'work')
    expect(told(await since(repository))).toEqual([])
  })

  it('shows a finding whose ignore comment was removed, and one that was only possible', async () => {
    const ignored = at(route).replace(
      '  return Response.json(await db.note.update',
      '  // backend-engineer-ignore authorization/unscoped-access Notes are shared.\n  return Response.json(await db.note.update',
    )
    const repository = repositoryOf({ ...notes, [route]: ignored })
    repository.git('checkout', '-qb', 'work')
    repository.write({ [route]: at(route) })
    expect(told(await since(repository))).toEqual([
      'authorization/unscoped-access PATCH /api/notes → note.update',
    ])
  })

  it('reads an application below the root of the repository, and leaves everything as it is', async () => {
    const repository = repositoryOf(notes, 'apps/web')
    repository.git('checkout', '-qb', 'work')
    repository.write({ [route]: at(route).replace('where: { id, userId: user.id }', 'where: { id }') })
    const before = digestOf(join(repository.root, '../..'))
    expect(told(await since(repository))).toHaveLength(1)
    expect(digestOf(join(repository.root, '../..'))).toBe(before)
  })

  it('says what is wrong with the ref, and what to do', async () => {
    const repository = repositoryOf(notes)
    const fails = async (asked: Promise<Report>): Promise<string> => {
      const error: unknown = await asked.catch((one: unknown) => one)
      if (!(error instanceof UserError)) throw error
      return `${error.message} ${error.remedy}`
    }
    expect(await fails(since(repository, 'nowhere'))).toMatch(/no commit "nowhere".*for example `main`/)
    expect(await fails(since(repository, '--output=x'))).toMatch(/no commit "--output=x"/)
    expect(await fails(since(repository, 'main', { updateBaseline: true }))).toMatch(/--changed-since/)
    repository.git('checkout', '-q', '--orphan', 'alone')
    repository.write({ 'README.md': 'Another history.\n' })
    repository.commit()
    expect(await fails(since(repository))).toMatch(/no commit in common/)

    const bare = repositoryOf(notes)
    rmSync(join(bare.root, '.git'), { recursive: true })
    expect(await fails(since(bare))).toMatch(/no git repository/)
  })

  it('says that a clone is shallow', async () => {
    const repository = repositoryOf(notes)
    repository.git('checkout', '-qb', 'work')
    repository.write({ 'README.md': 'Notes\n' })
    repository.commit()
    const base = mkdtempSync(join(tmpdir(), 'clone-'))
    try {
      const clone = join(base, 'tree')
      execFileSync('git', ['clone', '-q', '--depth', '1', '-b', 'work', `file://${repository.root}`, clone])
      const error: unknown = await review
        .run(review.input.parse({ changedSince: 'main' }), { root: clone, workFolder: join(base, 'work') })
        .catch((one: unknown) => one)
      expect(error).toBeInstanceOf(UserError)
      expect(error).toMatchObject({ remedy: expect.stringContaining('git fetch --unshallow') })
    } finally {
      rmSync(base, { recursive: true })
    }
  })

  it('keeps both answers, and reads neither tree again', async () => {
    const repository = repositoryOf(notes)
    repository.git('checkout', '-qb', 'work')
    repository.write({ [route]: at(route).replace('where: { id, userId: user.id }', 'where: { id }') })
    const cacheFolder = join(repository.context.workFolder, 'cache')
    const steps: string[] = []
    const context = { ...repository.context, cacheFolder, progress: (step: string) => steps.push(step) }
    const first = await since({ ...repository, context })
    expect(steps.filter((step) => step === 'following endpoints')).toHaveLength(2)
    const again = await since({ ...repository, context })
    expect(steps.filter((step) => step === 'following endpoints')).toHaveLength(2)
    expect(again.findings).toEqual(first.findings)
    expect(readFileSync(join(repository.root, route), 'utf8')).toContain('where: { id }')
  })
})
