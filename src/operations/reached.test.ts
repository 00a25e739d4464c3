import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { UserError } from '../core/error.ts'
import { faults } from '../faults/index.ts'
import { loadProject } from '../project/load.ts'
import { endpointsNamed, findingsOn } from './reached.ts'
import { runFaults } from './run-faults.ts'

const project = await loadProject(join(import.meta.dirname, '../../examples/workshop'), {})
const slow = faults.filter(({ tags }) => tags.includes('performance'))
const { findings } = runFaults(project, slow)
const on = (...only: string[]) =>
  findingsOn(findings, endpointsNamed(project.map, only), project.map).map(
    ({ fault, subject }) => `${fault} ${subject}`,
  )

describe('what the source shows of some endpoints', () => {
  it('is what stands in their handlers, and the indexes of what they read', () => {
    const shown = on('/api/orgs/[orgId]/projects')
    expect(shown).toContain('queries/n-plus-one GET /api/orgs/[orgId]/projects → workOrder.count')
    expect(shown.join('\n')).not.toMatch(/InvoiceLine|invoice\.findMany|calendar/)
  })

  it('is of several, and less than of all', () => {
    const both = on('/api/orgs/[orgId]/projects', '/api/orgs/[orgId]/invoices')
    expect(both).toContain('queries/unbounded-list GET /api/orgs/[orgId]/invoices → invoice.findMany')
    expect(both.length).toBeLessThan(findings.length)
    expect(on('/').length).toBe(findings.length)
  })

  it('is nothing of an endpoint that is not there, and says which one is near', () => {
    expect(() => endpointsNamed(project.map, ['/api/orgs/[orgId]/project'])).not.toThrow()
    expect(() => endpointsNamed(project.map, ['/api/orgs/[orgId]/projekts'])).toThrow(UserError)
  })
})
