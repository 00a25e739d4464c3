import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Finding, Plans } from '../core/finding.ts'
import type { Report } from '../core/report.ts'
import { optimize } from './optimize.ts'

const root = join(import.meta.dirname, '../../examples/workshop')

let folder: string
let report: Report

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'be-optimize-'))
  // Few rows, so that it is quick: enough for an index of the foreign key to pay, not for the others.
  const input = { only: [], rows: 5000, budget: 0.5, all: false, dev: false, seed: 7 }
  report = await optimize.run(input, { root, workFolder: folder, cacheFolder: folder })
}, 600_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

const of = (fault: string): Finding[] => report.findings.filter((one) => one.fault === fault)

describe('optimize on the example', () => {
  it('proves what grows with the rows, on the lines of the static findings', () => {
    expect(of('queries/n-plus-one')).toMatchObject([
      {
        certainty: 'proven',
        location: { file: 'src/app/api/orgs/[orgId]/projects/route.ts', line: 18 },
        evidence: [expect.anything(), { kind: 'series', unit: 'statements' }],
      },
    ])
    const lists = of('queries/unbounded-list').map(({ location, certainty }) => [location.file, certainty])
    expect(lists).toContainEqual(['src/app/api/orgs/[orgId]/invoices/route.ts', 'proven'])
    // The twins: pages with a LIMIT.
    expect(lists.map(([file]) => file)).not.toContain('src/app/api/orgs/[orgId]/work-orders/route.ts')
    expect(lists.map(([file]) => file)).not.toContain('src/app/api/orgs/[orgId]/customers/route.ts')
  })

  it('finds the index of the foreign key, with plans before and after', () => {
    const [finding] = of('schema/missing-foreign-key-index')
    expect(finding).toMatchObject({ certainty: 'proven', subject: 'InvoiceLine.invoiceId' })
    const plans = finding?.evidence.filter((one): one is Plans => one.kind === 'plan') ?? []
    const [plan] = plans
    expect(plan?.data).toBe('InvoiceLine: 5,000 rows')
    expect(plan?.before.buffers).toBeGreaterThan(4 * (plan?.after?.buffers ?? Number.POSITIVE_INFINITY))
  })

  it('shows each change as a diff that held when the same requests were sent again', () => {
    const changes = report.changes ?? []
    const added = changes.find(({ title }) => title === 'Add @@index([invoiceId]) to InvoiceLine')
    expect(added).toMatchObject({
      status: 'proven',
      findings: [of('schema/missing-foreign-key-index')[0]?.id],
    })
    expect(added?.diff).toContain('+  @@index([invoiceId])')
    expect(added?.why).toMatch(/requests? that reads? InvoiceLine answers? the same .* blocks, whole request/)
    const dropped = changes.find(({ title }) => title === 'Remove @@index([orgId]) from WorkOrder')
    expect(dropped).toMatchObject({ status: 'proven', reason: expect.stringContaining('DROP INDEX') })
  })

  it('says in figures what it did, and what it could not call', () => {
    expect(report.headline).toMatch(/^\d+ slow quer(y|ies) at [\d,]+ rows; .*1 N\+1; /)
    expect(report.problems.filter(({ effect }) => effect === 'fatal')).toEqual([])
    expect(report.problems.find(({ where }) => where === 'endpoints')?.message).toContain(
      'could not be called',
    )
    expect(report.phases?.map(({ name }) => name)).toContain('trying the changes')
  })
})
