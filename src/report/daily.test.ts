import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sarifErrors } from '../../test/sarif-schema.ts'
import { run } from '../cli/run.ts'
import type { Finding } from '../core/finding.ts'
import type { Report } from '../core/report.ts'
import { github } from './github.ts'
import { markdown } from './markdown.ts'
import { sarif } from './sarif.ts'

const workshop = join(import.meta.dirname, '../../examples/workshop')

async function asked(...argv: string[]): Promise<{ code: number; text: string }> {
  let text = ''
  const write = (part: string): void => {
    text += part
  }
  const io = {
    cwd: workshop,
    env: {},
    stdout: { write, tty: false },
    stderr: { write: () => {}, tty: false },
  }
  const code = await run([...argv, '--no-cache'], io)
  return { code, text }
}

const finding = (more: Partial<Finding> = {}): Finding => ({
  id: '0123456789',
  fault: 'input/raw-sql',
  severity: 'error',
  certainty: 'likely',
  location: { file: 'app/[id]/a, b.ts', line: 3, column: 1 },
  subject: 'GET /api/x',
  found: 'It is 100 % open:\n::error::not a command, see https://example.test and ask @somebody about #12',
  why: 'Because.',
  remedy: 'Close it.',
  evidence: [
    {
      kind: 'trace',
      steps: [
        { location: { file: 'lib/a.ts', line: 1, column: 1 }, note: 'starts' },
        { location: { file: 'app/[id]/a, b.ts', line: 3, column: 1 }, note: 'ends' },
      ],
    },
  ],
  ...more,
})

const report = (findings: Finding[], more: Partial<Report> = {}): Report => ({
  operation: 'review',
  headline: 'Found something.',
  findings,
  problems: [],
  coverage: { files: 1, lines: 1, endpoints: 1, queries: 1, models: 1, faults: 1 },
  elapsedMs: 1,
  ...more,
})

describe('SARIF', () => {
  it('of the example is valid by the official schema, with help, tags, paths and fingerprints', async () => {
    const { text } = await asked('review', '--format', 'sarif', '--all')
    expect(sarifErrors(text)).toEqual([])
    const log: unknown = JSON.parse(text)
    expect(log).toMatchObject({
      version: '2.1.0',
      runs: [{ tool: { driver: { name: 'backend-engineer' } } }],
    })
    expect(text).toContain('"external/owasp/api1-2023"')
    expect(text).toContain('"external/cwe/cwe-639"')
    expect(text).toContain('## How to repair')
    expect(text).not.toContain('## Examples')
    expect(text).toContain('"relatedLocations"')
    expect(text).toContain('"codeFlows"')
    expect(text).toContain('"partialFingerprints"')
  })

  it('is valid of everything that a report can hold', () => {
    const all = report(
      [
        finding({ brought: { since: 'main' } }),
        finding({ suppressed: { by: 'policy', reason: 'Public.' }, brought: { since: 'main' } }),
      ],
      {
        problems: (['fatal', 'partial', 'notice'] as const).map((effect) => ({
          where: 'a',
          message: 'b',
          effect,
        })),
      },
    )
    expect(sarifErrors(sarif(all, []))).toEqual([])
  })

  it('would not pass if it were not valid', () => {
    const broken = sarif(report([finding()]), []).replace('"startLine": 3', '"startLine": 0')
    expect(sarifErrors(broken).join()).toContain('/region/startLine must be >= 1')
  })
})

describe('workflow commands', () => {
  it('are one line for each finding, in the folder of the repository, and nothing of the project is a command', () => {
    const [first = '', ...rest] = github(report([finding()]), { folder: 'apps/web' })
      .trim()
      .split('\n')
    expect(first).toMatch(
      /^::error file=apps\/web\/app\/\[id\]\/a%2C b\.ts,line=3,col=1,title=input\/raw-sql::It is 100 %25 open:%0A::error::not/,
    )
    expect(first).toContain('Path: lib/a.ts:1 starts%0A')
    expect(rest).toEqual(['Found something.'])
  })

  it('name levels, leave out what is accepted, and give problems the lowest', () => {
    const text = github(
      report(
        [
          finding({ severity: 'info' }),
          finding({ severity: 'warning', certainty: 'possible' }),
          finding({ suppressed: { by: 'baseline', reason: 'x' } }),
        ],
        { problems: [{ where: 'lib/a.ts:7', message: 'Old.', effect: 'notice' }] },
      ),
    )
    expect(text.split('\n').map((line) => /^::(\w+)/.exec(line)?.[1])).toEqual([
      'notice',
      'notice',
      undefined,
      undefined,
    ])
    expect(text).toContain('::notice file=lib/a.ts,line=7,title=backend-engineer%3A left over::Old.')
    expect(github(report([finding({ severity: 'warning', certainty: 'possible' })]), { all: true })).toMatch(
      /^::warning .*title=input\/raw-sql \(possible\)/,
    )
  })

  it('come with the exit code of the review', async () => {
    const { code, text } = await asked('review', '--format', 'github')
    expect(code).toBe(1)
    expect(text).toMatch(/^::error file=src\/app\/api\//)
    expect((await asked('review', '--format', 'github', '--fail-on', 'never')).code).toBe(0)
    expect((await asked('review', '--format', 'github', '--only', 'schema/redundant-index')).code).toBe(0)
  })
})

describe('Markdown for a pull request', () => {
  it('folds what is more than a line, and holds no link and nobody to notify', () => {
    const text = markdown(report([finding()]))
    expect(text).toContain('<details><summary>error: GET /api/x</summary>')
    expect(text).not.toMatch(/\]\(|https?:\/\/|@somebody|#12/)
    expect(text.match(/<details>/g)).toHaveLength(text.match(/<\/details>/g)?.length ?? 0)
  })

  it('stays within what a comment holds, and counts the rest', () => {
    const many = Array.from({ length: 2000 }, (_, index) =>
      finding({ id: String(index), found: 'x'.repeat(200) }),
    )
    const problems = many.map(({ id }) => ({
      where: id,
      message: 'y'.repeat(300),
      effect: 'partial' as const,
    }))
    const text = markdown(report(many, { problems }))
    expect(text.length).toBeLessThan(65_000)
    expect(text).toMatch(/And 1,9\d\d more findings/)
    expect(text).toContain('- and 1970 more')
  })
})
