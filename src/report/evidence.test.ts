import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, it } from 'vitest'
import { evidenceReport, growing, open, proven, slow } from '../../test/evidence-report.ts'
import type { Report } from '../core/report.ts'
import { agent } from './agent.ts'
import { diffFiles, diffSize, gainText, millis } from './evidence.ts'
import { json } from './json.ts'
import { markdown } from './markdown.ts'
import { sarif } from './sarif.ts'
import { text } from './text.ts'

describe('text', () => {
  it('shows verdict, exchanges, growth and plans of a finding', () => {
    const result = text(evidenceReport)
    for (const line of [
      '  proof proven: A user of tenant A read the canary of tenant B, and both controls hold.',
      '  test  tests/invoices-unscoped-access.test.ts',
      '  sent  control as user of tenant A (role MEMBER): GET /api/invoices/cm3a0001 → 200; the answer holds',
      '        exploit as user of tenant A (role MEMBER): GET /api/invoices/cm3b0001 → 200; the answer holds the canary of',
      "  curl  curl -s -H 'cookie: session=…' \\",
      '  grows GET /api/projects: 7 statements at 5 rows, 52 at 50 rows, 502 at 500 rows',
      '  was   14.2 ms (13.9 to 16.0 in 7 runs), 2,841 buffers',
      '          Limit: 20 rows, 2,841 buffers',
      '              Seq Scan on Invoice: 42 rows, 99,958 removed, 2,841 buffers; ("organizationId" =',
      '  now   0.06 ms (0.05 to 0.11 in 7 runs), 6 buffers with @@index([organizationId, status, createdAt(sort: Desc)])',
      '  gain  474 × fewer buffers, 237 × less time',
      '  proof inconclusive: The handler needs `STRIPE_WEBHOOK_SECRET`, which no copy has.',
    ])
      expect(result).toContain(line)
  })

  it('shows changes with their diff, the matrix, what is refuted, and where the time went', () => {
    const result = text(evidenceReport)
    expect(result.indexOf('proven Tie `Invoice`')).toBeLessThan(result.indexOf('withheld Wrap'))
    expect(result).toContain('  +    where: { id, organizationId: session.user.organizationId },\n')
    expect(result).toMatch(/GET \/api\/invoices\/\[id\] +denied +reads others' +reads others' +reads others'/)
    expect(result).toContain(
      'DELETE /api/tags/[id] → tag.delete app/api/invoices/[id]/route.ts:12: A trigger',
    )
    expect(result).toContain('read 812 ms, build 31.2 s, prove 9.4 s\n')
  })

  it.each([60, 80, 120])('stays within %d columns, but for what is to be copied', (width) => {
    const copied = new Set([...diffLinesOf(evidenceReport), ...curlLinesOf(evidenceReport)])
    const long = text(evidenceReport, { width })
      .split('\n')
      .filter((line) => line.length > width && !copied.has(line.replace(/^ {2}(?:curl {2}| {6})?/, '')))
    expect(long).toEqual([])
  })

  it('lets no escape sequence of an answer through', () => {
    const evil = JSON.parse(
      JSON.stringify(evidenceReport).replaceAll('canary', '\\u001b[2J\\u009b'),
    ) as Report
    const shown = text(evil) + agent(evil) + markdown(evil)
    expect([...shown].filter((char) => char !== '\n' && /\p{Cc}/u.test(char))).toEqual([])
  })
})

describe('agent', () => {
  it('gives one line per fact, with the finding it belongs to', () => {
    const lines = agent(evidenceReport).split('\n')
    const starts = (start: string) => lines.find((line) => line.startsWith(start))
    expect(starts('error proven authorization/unscoped-access')).toContain(
      '[0123456789] proven: A user of tenant A',
    )
    expect(starts('[0123456789] exploit as')).toContain('→ 200; the answer holds the canary')
    expect(starts('[0123456789] reproduce: curl')).toBeDefined()
    expect(starts('[0123456789] test: tests/')).toBeDefined()
    expect(starts('[1111111111] plan on Invoice: 100,000 rows: 14.2 ms')).toContain(
      'Seq Scan on Invoice; after @@index',
    )
    expect(starts('[2222222222] grows')).toContain('502 at 500 rows')
    expect(starts('change proven: Tie')).toContain(
      '(lib/invoices.ts +1 -1; cures 0123456789): The exploit gets 404',
    )
    expect(lines).toContain('+    where: { id, organizationId: session.user.organizationId },')
    expect(starts('matrix GET /api/invoices/[id]')).toContain("A: MEMBER: reads others'")
    expect(starts('refuted authorization/unscoped-access')).toContain('[4444444444] A trigger')
  })

  it('stays bounded', () => {
    const many = Array.from({ length: 200 }, (_, index) => ({ ...proven, id: String(index) }))
    const result = agent({ ...evidenceReport, findings: many }, { limit: 1_500 })
    expect(encode(result).length).toBeLessThanOrEqual(1_500)
    expect(result).toMatch(/… \d+ more evidence lines/)
  })
})

describe('json and sarif', () => {
  it('hold it all', () => {
    expect(JSON.parse(json(evidenceReport))).toEqual(evidenceReport)
    const [run] = JSON.parse(sarif(evidenceReport, [])).runs
    const result = run.results.find((one: { partialFingerprints: object }) =>
      JSON.stringify(one).includes('0123456789'),
    )
    expect(result.properties).toMatchObject({ certainty: 'proven', proof: { verdict: 'proven' } })
    expect(result.message.text).toMatch(/Proven: A user of tenant A read the canary/)
    expect(result.webRequest).toMatchObject({ method: 'GET', target: '/api/invoices/cm3b0001' })
    expect(result.webResponse).toMatchObject({
      statusCode: 200,
      body: { text: expect.stringContaining('canary-91c2') },
    })
    expect(run.properties.changes).toHaveLength(2)
    expect(run.properties.matrix.rows).toHaveLength(3)
    const refuted = run.results.find((one: { kind: string }) => one.kind === 'pass')
    expect(refuted).toMatchObject({ level: 'none', properties: { proof: { verdict: 'refuted' } } })
    expect(refuted).not.toHaveProperty('webRequest')
  })
})

describe('markdown', () => {
  const result = markdown(evidenceReport)

  it('has a section for each finding that was tried', () => {
    for (const { subject, proof } of [proven, slow, growing, open]) {
      expect(result).toContain(`### ${subject.replace(/[[\]]/g, '\\$&')}`)
      expect(result).toContain(`**${proof?.verdict}**`)
    }
    expect(result).toContain("```sh\ncurl -s -H 'cookie: session=…' \\\n")
    expect(result).toContain('Measured on Invoice: 100,000 rows: **474 × fewer buffers, 237 × less time**')
    expect(result).toContain('```\nLimit: 20 rows, 2,841 buffers\n  Sort:')
  })

  it('shows changes, matrix, refuted findings and times', () => {
    expect(result).toContain('```diff\n--- a/lib/invoices.ts\n')
    expect(result).toContain("| `GET /api/invoices/[id]` | denied | reads others' |")
    expect(result).toContain('## Refuted\n\n- DELETE')
    expect(result).toContain('_read 812 ms, build 31.2 s, prove 9.4 s_')
  })

  it('lets no fence of an answer close its own', () => {
    const diff = '--- a/x.md\n+++ b/x.md\n@@ -1 +1 @@\n-a\n+```\n+<img src=x>\n'
    const [change] = evidenceReport.changes ?? []
    const shown = markdown({ ...evidenceReport, changes: change ? [{ ...change, diff }] : [] })
    expect(shown).toContain('````diff\n')
  })
})

describe('words', () => {
  it('says gains only where there are some', () => {
    const [plans] = slow.evidence
    if (plans?.kind !== 'plan' || !plans.after) throw new Error('The sample has no plan.')
    const { before, after } = plans
    expect(gainText({ ...plans, after: { ...before, change: 'nothing' } })).toBe('')
    expect(gainText({ ...plans, after: { ...after, buffers: 0, ms: before.ms } })).toBe('')
    expect(gainText({ ...plans, after: { ...after, buffers: 1_000 } })).toBe(
      '2.8 × fewer buffers, 237 × less time',
    )
    expect([0.0514, 3.149, 99.96, 1234.5].map(millis)).toEqual(['0.05', '3.1', '100.0', '1,235'])
  })

  it('counts the lines and files of a diff', () => {
    const diff =
      '--- a/x.ts\n+++ b/x.ts\n@@ -1,2 +1,3 @@\n a\n--- was\n+++ is\n+b\n\\ No newline at end of file\n--- /dev/null\n+++ b/y z.ts\t\n@@ -0,0 +1 @@\n+c\n'
    expect(diffFiles(diff)).toEqual(['x.ts', 'y z.ts'])
    expect(diffSize(diff)).toEqual({ added: 3, removed: 1 })
  })
})

const diffLinesOf = ({ changes = [] }: Report): string[] => changes.flatMap((one) => one.diff.split('\n'))
const curlLinesOf = ({ findings, changes = [] }: Report): string[] =>
  [...findings, ...changes].flatMap(({ evidence }) =>
    evidence.flatMap((one) => (one.kind === 'exchange' ? one.reproduce : [])),
  )
