/** `build` from a sentence to the user's tree and back, on a small application. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { objections, type Report } from '../src/core/report.ts'
import { type BuildInput, buildFrom } from '../src/operations/build.ts'
import { undo } from '../src/operations/undo.ts'
import { makePing, pingRecipes } from './ping.ts'
import { digestOf } from './tree.ts'

const operation = buildFrom(pingRecipes)
let root: string
let work: string

beforeAll(() => {
  root = makePing('ping')
  work = mkdtempSync(join(tmpdir(), 'build-'))
})
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
  rmSync(work, { recursive: true, force: true })
})

const run = (more: Partial<BuildInput>): Promise<Report> =>
  operation.run(
    {
      task: 'add a ping endpoint',
      set: [],
      plan: false,
      apply: false,
      allowDirty: false,
      mutants: 0,
      dev: false,
      seed: 3,
      ...more,
    },
    { root, workFolder: work, cacheFolder: work },
  )
const verdicts = (report: Report): Record<string, string> =>
  Object.fromEntries((report.checks ?? []).map(({ name, verdict }) => [name, verdict]))

describe('build', () => {
  it('only plans, as the project’s formatter writes it', async () => {
    const before = digestOf(root)
    const report = await run({ plan: true, set: ['word=ping'] })
    expect(report.headline).toBe('Answer to pings: 5 files (3 new) planned. Nothing was run or written.')
    expect(verdicts(report)).toEqual({ prettier: 'passed' })
    expect(report.changes).toMatchObject([{ status: 'planned' }])
    expect(report.changes?.[0]?.diff).toContain("+const word = 'ping'\n+export function GET() {\n")
    expect(report.decisions?.map(({ about, because }) => [about, because])).toEqual([
      ['What is added', 'Your words "ping", "endpoint" name it.'],
      ['Answers', 'The project has no other.'],
    ])
    expect(report.questions).toMatchObject([{ input: 'word', answer: 'ping', by: 'request' }])
    expect(report.next?.[0]?.command).toBe("backend-engineer build 'add a ping endpoint' --set word=ping")
    expect(digestOf(root)).toBe(before)
  })

  it('does not understand everything, and says what there is', async () => {
    await expect(run({ task: 'translate it to French' })).rejects.toMatchObject({
      remedy: expect.stringContaining('ping: An endpoint that answers with a word'),
    })
    await expect(run({ recipe: 'pings' })).rejects.toMatchObject({ remedy: 'Did you mean "ping"?' })
    await expect(run({ set: ['words=x'] })).rejects.toMatchObject({ remedy: 'Did you mean "word"?' })
    await expect(run({ set: ['word=x'] })).rejects.toMatchObject({ remedy: 'Choose one of pong, ping.' })
  })

  it('does not edit work that git does not have', async () => {
    const file = join(root, 'src/lib/name.ts')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, `${text}// mine\n`)
    await expect(run({ apply: true })).rejects.toMatchObject({
      message: expect.stringMatching(/^src\/lib\/name\.ts has uncommitted changes/),
      remedy: expect.stringContaining('--allow-dirty'),
    })
    const { problems } = await run({ plan: true })
    expect(problems.map(({ where }) => where)).toEqual(['git'])
    writeFileSync(file, text)
  })

  it('proves, applies, has nothing to do again, and is undone byte for byte', async () => {
    const before = digestOf(root)
    const report = await run({ apply: true })
    expect(objections(report)).toEqual([])
    expect(verdicts(report)).toEqual({
      prettier: 'passed',
      review: 'passed',
      build: 'passed',
      migration: 'passed',
      types: 'passed',
      biome: 'passed',
      tests: 'passed',
      'new tests': 'passed',
    })
    expect(report.checks?.find(({ name }) => name === 'migration')?.why).toMatch(
      /also on \d+ rows from before/,
    )
    expect(report.attacks).toMatchObject([{ verdict: 'withstood', why: 'It answered 200 {"data":"pong"}.' }])
    expect(report.changes).toMatchObject([{ status: 'applied' }])
    expect(readFileSync(join(root, 'src/app/api/ping/route.ts'), 'utf8')).toBe(
      "const word = 'pong'\nexport function GET() {\n  return Response.json({ data: word })\n}\n",
    )

    const again = await run({ apply: true })
    expect(again.headline).toBe('Answer to pings: everything is there already, nothing to change.')
    expect(again.changes).toBeUndefined()

    await undo(root)
    expect(digestOf(root)).toBe(before)
  }, 600_000)

  it('keeps what its users edited when it is run again with another input', async () => {
    const route = join(root, 'src/app/api/ping/route.ts')
    const mine = 'export const dynamic = "force-dynamic"\n'
    await run({ apply: true })
    writeFileSync(route, `${readFileSync(route, 'utf8')}${mine}`)
    rmSync(join(root, 'src/app/api/ping/route.test.ts'))
    const schema = join(root, 'prisma/schema.prisma')
    writeFileSync(schema, readFileSync(schema, 'utf8').replace('  email', '  name  String?\n  email'))
    const kept = digestOf(root)

    expect((await run({ apply: true, allowDirty: true })).headline).toBe(
      'Answer to pings: everything is there but src/app/api/ping/route.test.ts, removed since. Nothing was changed: take it back from version control if that was not meant.',
    )
    expect(digestOf(root)).toBe(kept)

    const report = await run({ apply: true, allowDirty: true, set: ['word=ping'] })
    expect(objections(report)).toEqual([])
    expect(report.headline).toMatch(/^Answer to pings: 1 file \(0 new\) written as change 0002/)
    expect(readFileSync(route, 'utf8')).toBe(
      `const word = 'ping'\nexport function GET() {\n  return Response.json({ data: word })\n}\n${mine}`,
    )
    // Deleted stays deleted, and what is in the schema already is not added twice.
    expect(existsSync(join(root, 'src/app/api/ping/route.test.ts'))).toBe(false)
    expect(readFileSync(schema, 'utf8')).toMatch(/pings Int @default\(0\)\n {2}name {2}String\?/)

    writeFileSync(route, readFileSync(route, 'utf8').replace("'ping'", "'PING'"))
    await expect(run({ apply: true, allowDirty: true, set: ['word=pong'] })).rejects.toMatchObject({
      message: expect.stringContaining('src/app/api/ping/route.ts was edited where the recipe'),
    })
    writeFileSync(route, readFileSync(route, 'utf8').replace("'PING'", "'ping'"))
    await undo(root)
    expect(digestOf(root)).toBe(kept)
    rmSync(join(root, 'src/app/api/ping'), { recursive: true })
    rmSync(join(root, '.backend-engineer'), { recursive: true })
    execFileSync('git', ['checkout', '-q', '.'], { cwd: root })
    execFileSync('git', ['clean', '-qfd', 'src', 'prisma'], { cwd: root })
    expect(execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' })).toBe('')
  }, 600_000)

  it('plants mistakes, and says who noticed them', async () => {
    const report = await run({ mutants: 5 })
    const [check] = (report.checks ?? []).filter(({ name }) => name === 'mutants')
    expect(check?.why.split('\n')).toEqual([
      expect.stringMatching(/^typed killed types: .*TS2/),
      expect.stringMatching(/^tested killed test: .*answers/),
      'attacked killed attack: ping/status',
      'harmless survived',
      'unloadable killed load: no endpoint answers',
    ])
    expect(report.phases?.some(({ name }) => name === 'attacks')).toBe(true)
  }, 600_000)

  it('writes nothing when something speaks against it, and says all of it', async () => {
    const before = digestOf(root)
    const report = await run({ apply: true, set: ['flaw=several'] })
    expect(verdicts(report)).toMatchObject({
      build: 'passed',
      migration: 'failed',
      biome: 'failed',
      tests: 'failed',
      'new tests': 'failed',
    })
    expect(objections(report).join('\n')).toMatch(/^migration: .* fails where there are rows: .*null values/m)
    // The same complaint about the line before is not counted.
    expect(objections(report).join('\n')).toMatch(
      /^biome: 1 error in the files of the change: src\/lib\/name\.ts:5 /m,
    )
    expect(report.attacks).toMatchObject([{ verdict: 'broken' }])
    expect(report.headline).toContain('5 proofs failed. Not applied; nothing was written.')
    expect(report.changes).toMatchObject([{ status: 'withheld' }])
    expect(JSON.stringify(report)).not.toContain(work)
    expect(digestOf(root)).toBe(before)
  }, 600_000)

  it('plans without the network, and says how to go on where packages cannot be fetched', async () => {
    // Nothing listens there.
    writeFileSync(join(root, '.npmrc'), 'registry=http://127.0.0.1:9/\n')
    const before = digestOf(root)
    const set = ['flaw=package']
    expect((await run({ plan: true, set })).changes).toMatchObject([{ status: 'planned' }])
    const report = await run({ apply: true, set })
    expect(report.headline).toBe('Answer to pings: planned, but it could not be tried. Nothing was written.')
    expect(report.problems).toMatchObject([{ effect: 'fatal' }])
    expect(report.problems[0]?.message).toMatch(
      /^The project does not have a-package-of-nobody yet, and npm could not fetch them: .*Install them in the project first \(`npm install a-package-of-nobody@\^1\.0\.0`\), then run again\.$/,
    )
    expect(digestOf(root)).toBe(before)
    rmSync(join(root, '.npmrc'))
  }, 120_000)

  it('writes as it reads the style where it does not know the formatter', async () => {
    const kept = readFileSync(join(root, 'package.json'), 'utf8')
    writeFileSync(join(root, 'package.json'), kept.replace('"prettier": "3.10.1"', '"dprint": "0.50.0"'))
    writeFileSync(join(root, 'dprint.json'), '{}\n')
    const report = await run({ plan: true, allowDirty: true })
    expect(report.checks).toMatchObject([{ name: 'dprint', verdict: 'skipped' }])
    expect(report.checks?.[0]?.why).toContain('dprint is not run here')
    expect(report.changes?.[0]?.diff).toContain('+export function GET')
    writeFileSync(join(root, 'package.json'), kept)
    rmSync(join(root, 'dprint.json'))
  }, 60_000)

  it('blames the change for a build that works without it', async () => {
    const report = await run({ set: ['flaw=build'] })
    expect(report.checks?.[0]).toMatchObject({
      name: 'build',
      verdict: 'failed',
      why: expect.stringMatching(/^Without the change .* with it it does not \(build\)/),
      log: expect.stringContaining('route.ts'),
    })
    expect(report.problems.filter(({ effect }) => effect === 'fatal')).toEqual([])
    expect(JSON.stringify(report)).not.toContain(work)
  }, 600_000)
})
