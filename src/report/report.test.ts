import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../core/finding.ts'
import type { Report } from '../core/report.ts'
import { agent } from './agent.ts'
import { json } from './json.ts'
import { markdown } from './markdown.ts'
import { colour } from './paint.ts'
import { type FaultInfo, sarif } from './sarif.ts'
import { text } from './text.ts'

const unscoped: Finding = {
  id: '0123456789',
  fault: 'authorization/unscoped-access',
  severity: 'error',
  certainty: 'likely',
  location: { file: 'app/api/invoices/[id]/route.ts', line: 12, column: 3 },
  subject: 'PATCH /api/invoices/[id] → invoice.update',
  found: 'Any user can update any `Invoice`.',
  why: 'The id comes from the URL | unchecked.',
  remedy: 'Add `userId: session.user.id` to where.\nThen test it.',
  evidence: [
    {
      kind: 'trace',
      steps: [
        { location: { file: 'app/api/invoices/[id]/route.ts', line: 8, column: 1 }, note: 'id is read' },
        { location: { file: 'lib/invoices.ts', line: 30, column: 5 }, note: 'id reaches update' },
      ],
    },
  ],
  endpoint: 'PATCH /api/invoices/[id]',
}

const possible: Finding = {
  ...unscoped,
  id: 'aaaaaaaaaa',
  severity: 'info',
  certainty: 'possible',
  subject: 'a possible one',
  found: 'Perhaps something.',
  evidence: [],
}

const suppressed: Finding = {
  ...unscoped,
  id: 'bbbbbbbbbb',
  subject: 'a suppressed one',
  found: 'Known already.',
  suppressed: { by: 'comment', reason: 'public by design' },
}

const report: Report = {
  operation: 'review',
  headline: 'Found 1 error in 1 endpoint.',
  findings: [unscoped, possible, suppressed],
  problems: [{ where: 'lib/broken.ts', message: 'Does not parse.', effect: 'partial' }],
  coverage: { files: 3, lines: 1234, endpoints: 1, queries: 1, models: 2, faults: 5 },
  map: {
    name: 'shop',
    stack: ['Next.js 16.4.5 (App Router)', 'Prisma 7.10.0 (postgresql)'],
    packages: [{ name: 'shop', folder: '.', next: true, prisma: true }],
    endpoints: [
      {
        id: 'PATCH /api/invoices/[id]',
        kind: 'route',
        method: 'PATCH',
        path: '/api/invoices/[id]',
        location: { file: 'app/api/invoices/[id]/route.ts', line: 6, column: 1 },
        guard: {
          level: 'session',
          by: [{ name: 'requireUser', location: { file: 'lib/auth.ts', line: 12, column: 1 } }],
        },
        validation: ['zod: patchSchema'],
        reads: ['User'],
        writes: ['Invoice'],
        queries: [],
        unknown: [],
      },
    ],
    queries: [],
    models: [
      {
        name: 'User',
        table: 'users',
        location: { file: 'prisma/schema.prisma', line: 10, column: 1 },
        fields: [{ name: 'id', type: 'String', list: false, optional: false, id: true, unique: false }],
        relations: [{ field: 'invoices', model: 'Invoice', list: true, optional: false, keys: [] }],
        indexes: [{ fields: ['id'], unique: true, id: true }],
        userPath: [],
        role: 'user',
      },
      {
        name: 'Invoice',
        table: 'Invoice',
        location: { file: 'prisma/schema.prisma', line: 20, column: 1 },
        fields: [
          { name: 'id', type: 'String', list: false, optional: false, id: true, unique: false },
          { name: 'userId', type: 'String', list: false, optional: false, id: false, unique: false },
          { name: 'user', type: 'User', list: false, optional: false, id: false, unique: false },
        ],
        relations: [{ field: 'user', model: 'User', list: false, optional: false, keys: ['userId'] }],
        indexes: [
          { fields: ['id'], unique: true, id: true },
          { fields: ['userId', 'id'], unique: false, id: false },
        ],
        userPath: ['user'],
        role: 'owned',
      },
    ],
    conventions: [
      { topic: 'alias', value: '@/* → src/*' },
      { topic: 'rule', value: 'No `any`', checkable: true },
    ],
  },
  elapsedMs: 420,
}

const info: FaultInfo = {
  id: 'authorization/unscoped-access',
  title: 'Access without a check of the owner',
  severity: 'error',
  tags: ['security'],
  cwe: [639, 79],
  references: ['OWASP API1', 'https://owasp.org/API-Security/'],
}

describe('text', () => {
  const result = text(report)

  it('shows the map, the finding with its path, and the counts', () => {
    expect(result).toContain('Next.js 16.4.5 (App Router) · Prisma 7.10.0 (postgresql)')
    expect(result).toMatch(
      /PATCH \/api\/invoices\/\[id\] +session: requireUser +zod: patchSchema +User +Invoice/,
    )
    expect(result).toMatch(/Invoice +owned +user by user +prisma\/schema\.prisma:20/)
    expect(result).toContain('app/api/invoices/[id]/route.ts:12')
    expect(result).toContain('path  app/api/invoices/[id]/route.ts:8 id is read')
    expect(result).toContain('        lib/invoices.ts:30 id reaches update')
    expect(result).toContain('lib/broken.ts: Does not parse.')
    expect(result).toContain(
      '1 error · 1 possible finding not shown (review --all), 1 suppressed · read 3 files (1,234 lines)',
    )
  })

  it('shows possible findings only when all are wanted, suppressed ones never', () => {
    expect(result).not.toContain('Perhaps something.')
    expect(text(report, { all: true })).toContain('Perhaps something.')
    expect(text(report, { all: true })).not.toContain('Known already.')
  })

  it('lets no escape sequence of the project through', () => {
    const evil = { ...unscoped, found: 'a\u001b[2Jb', subject: 'x\u001b]0;title\u0007', fault: 'f/\u009b' }
    const shown = text({ ...report, headline: 'h\u001b[31m', findings: [evil] })
    expect([...shown].filter((char) => char !== '\n' && /\p{Cc}/u.test(char))).toEqual([])
  })

  it('has no colour unless asked for', () => {
    expect(result).not.toContain('\u001b')
    const styles: string[] = []
    text(report, {
      paint: (style, words) => {
        styles.push(style)
        return words
      },
    })
    expect(styles).toContain('red')
    expect(colour('red', '')).toBe('')
  })
})

describe('agent', () => {
  it('gives one line per finding and a next step', () => {
    const lines = agent(report).split('\n')
    const line = lines.find((one) => one.startsWith('error likely'))
    expect(line).toContain(
      'app/api/invoices/[id]/route.ts:12 [0123456789] Any user can update any `Invoice`.',
    )
    expect(line).toContain('where. Then test it.')
    expect(lines).toContain('next: backend-engineer prove --only 0123456789 (is it real?)')
  })

  it('is bounded, and says what is missing', () => {
    const many = { ...report, findings: Array.from({ length: 500 }, () => unscoped) }
    const result = agent(many, { limit: 1_000 })
    expect(encode(result).length).toBeLessThanOrEqual(1_000)
    expect(result).toMatch(/… \d+ more findings \(cursor \d+\)\n/)
    expect(result).toContain('next: ')
  })

  it('goes on at the cursor, to the end', () => {
    const many = {
      ...report,
      findings: Array.from({ length: 500 }, (_, index) => ({
        ...unscoped,
        id: String(index).padStart(10, '0'),
      })),
    }
    const seen: string[] = []
    let cursor = 0
    for (;;) {
      const page = agent(many, { limit: 1_000, cursor })
      seen.push(...[...page.matchAll(/\[(\d{10})\]/g)].map(([, id = '']) => id))
      const more = /\(cursor (\d+)\)/.exec(page)?.[1]
      if (more === undefined) break
      expect(Number(more)).toBeGreaterThan(cursor)
      cursor = Number(more)
    }
    expect(seen).toEqual(many.findings.map(({ id }) => id))
    expect(agent(many, { cursor: 9_999 })).toContain('There is nothing from 9999 on')
  })
})

describe('json', () => {
  it('holds the whole report', () => {
    expect(JSON.parse(json(report))).toEqual(report)
  })
})

describe('sarif', () => {
  const log = JSON.parse(sarif(report, [info], '0.1.0'))
  const [run] = log.runs

  it('describes the rules', () => {
    expect(log.version).toBe('2.1.0')
    expect(run.tool.driver.version).toBe('0.1.0')
    expect(run.tool.driver.rules).toHaveLength(1)
    expect(run.tool.driver.rules[0]).toMatchObject({
      id: 'authorization/unscoped-access',
      helpUri: 'https://owasp.org/API-Security/',
      properties: { tags: ['security', 'external/cwe/cwe-639', 'external/cwe/cwe-079'] },
    })
  })

  it('omits helpUri when there is no real one', () => {
    const bare = JSON.parse(sarif(report, [{ ...info, references: ['OWASP'] }]))
    expect(bare.runs[0].tool.driver.rules[0]).not.toHaveProperty('helpUri')
  })

  it('holds every finding with its place, path, certainty and suppression', () => {
    expect(run.results).toHaveLength(3)
    const [first, second, third] = run.results
    expect(first).toMatchObject({
      ruleId: 'authorization/unscoped-access',
      ruleIndex: 0,
      level: 'error',
      partialFingerprints: { 'backendEngineer/v1': '0123456789' },
      properties: { certainty: 'likely' },
    })
    const { artifactLocation, region } = first.locations[0].physicalLocation
    expect(decodeURIComponent(artifactLocation.uri)).toBe('app/api/invoices/[id]/route.ts')
    expect(artifactLocation.uri).not.toContain('[')
    expect(region).toEqual({ startLine: 12, startColumn: 3 })
    expect(first.codeFlows[0].threadFlows[0].locations).toHaveLength(2)
    expect(first).not.toHaveProperty('suppressions')
    expect(second).toMatchObject({ level: 'note', properties: { certainty: 'possible' } })
    expect(second).not.toHaveProperty('codeFlows')
    expect(third.suppressions).toEqual([
      { kind: 'inSource', status: 'accepted', justification: 'public by design' },
    ])
  })

  it('makes a rule for a fault that the catalogue does not know', () => {
    const other = JSON.parse(sarif({ ...report, findings: [{ ...unscoped, fault: 'x/y' }] }, [info]))
    expect(other.runs[0].results[0].ruleIndex).toBe(1)
    expect(other.runs[0].tool.driver.rules[1].id).toBe('x/y')
  })

  it('says when the run failed', () => {
    const fatal = {
      ...report,
      problems: [{ where: '.', message: 'Nothing here.', effect: 'fatal' as const }],
    }
    const [invocation] = JSON.parse(sarif(fatal, [])).runs[0].invocations
    expect(invocation.executionSuccessful).toBe(false)
    expect(invocation.toolExecutionNotifications[0].message.text).toBe('.: Nothing here.')
  })
})

describe('markdown', () => {
  const result = markdown(report)

  it('draws models and the way from endpoints to them', () => {
    expect(result).toContain('User ||--o{ Invoice : "user"')
    expect(result).toContain('    String userId FK')
    expect(result).not.toContain('User user')
    expect(result).toContain('e0["PATCH /api/invoices/[id]"]')
    expect(result).toContain('e0 --> m0')
    expect(result).toContain('e0 ==> m1')
  })

  it('keeps every finding on one row of the table', () => {
    const row = result.split('\n').find((line) => line.startsWith('| error'))
    expect(row).toContain('Any user can update any `Invoice`.')
    expect(row?.match(/(?<!\\)\|/g)).toHaveLength(5)
    expect(result).toContain('- **why** The id comes from the URL \\| unchecked.')
    expect(result).toContain('where. Then test it.')
  })

  it('lets no HTML of the project through', () => {
    const evil = { ...report, findings: [{ ...unscoped, found: '<img src=x> ` <b>' }] }
    expect(markdown(evil)).not.toMatch(/<img|<b>/)
  })
})
