import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Finding } from '../core/finding.ts'
import { faults } from '../faults/index.ts'
import { loadProject } from '../project/load.ts'
import type { Project } from '../project/project.ts'
import { findingsAt } from './places.ts'
import { runFaults } from './run-faults.ts'

const root = join(import.meta.dirname, '../../examples/workshop')
let project: Project
let findings: readonly Finding[]

beforeAll(async () => {
  project = await loadProject(root)
  findings = runFaults(project, faults).findings
})

const at = (...places: string[]) => findingsAt(findings, places, project)

describe('findings at a place', () => {
  it('are all where none is named', () => {
    expect(at()).toEqual(findings)
  })

  it.each([
    ['an endpoint', '/api/invoices/[invoiceId]', ['GET /api/invoices/[invoiceId]']],
    [
      'an endpoint with its method',
      'delete /api/orgs/[orgId]/api-keys/[keyId]',
      ['DELETE /api/orgs/[orgId]/api-keys/[keyId]'],
    ],
    ['its file', 'src/app/api/invoices/[invoiceId]/route.ts', ['GET /api/invoices/[invoiceId]']],
  ])('%s', (_, place, endpoints) => {
    const found = at(place)
    expect(new Set(found.map(({ endpoint }) => endpoint))).toEqual(new Set(endpoints))
    expect(found.length).toBeLessThan(findings.length)
  })

  it('of a model: what reaches it, and its place in the schema', () => {
    const found = at('invoice')
    expect(found.map(({ subject }) => subject)).toContain(
      'GET /api/invoices/[invoiceId] → invoice.findUnique',
    )
    expect(found.some(({ subject }) => subject.includes('workOrder'))).toBe(false)
  })

  it('of a folder: of the files below it', () => {
    const found = at('src/app/api/invoices')
    expect(found.map(({ endpoint }) => endpoint)).toContain('GET /api/invoices/[invoiceId]')
    expect(found.length).toBeLessThan(findings.length)
  })

  it('of a path that is no endpoint: of the endpoints below it', () => {
    expect(at('/api/invoices').map(({ endpoint }) => endpoint)).toEqual(['GET /api/invoices/[invoiceId]'])
  })

  it('of a place that is not there: says which is near', () => {
    expect(() => at('/api/invoice/[invoiceId]')).toThrow(
      /no endpoint, file or model "\/api\/invoice\/\[invoiceId\]"/,
    )
  })
})
