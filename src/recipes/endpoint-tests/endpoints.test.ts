import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadProject } from '../../project/load.ts'
import { recipes } from '../index.ts'
import { matchRecipe } from '../words.ts'
import { chosen, endpointIn } from './endpoints.ts'

const project = await loadProject(join(import.meta.dirname, '../../../examples/workshop'))
const labels = (text: string | undefined): string[] => chosen(project, text).map(({ label }) => label)

describe('the words of a request', () => {
  it.each([
    ['write tests for POST /api/work-orders', 'POST /api/work-orders'],
    ['test GET /api/notes/[id]', 'GET /api/notes/[id]'],
    ['add tests for the invoices endpoint', 'invoices'],
    ['tests for all endpoints of /api/notes', 'all endpoints of /api/notes'],
    ['tests for GET and POST /api/orgs please', 'GET and POST /api/orgs'],
    ['write some tests', undefined],
  ])('%s', (text, endpoint) => {
    expect(endpointIn(text)).toBe(endpoint)
    expect(matchRecipe(text, recipes)?.recipe.id).toBe('endpoint-tests')
  })

  it('leave tests of a browser to others', () => {
    expect(matchRecipe('write playwright tests for the login', recipes)).toBeUndefined()
  })
})

describe('the endpoint that is meant', () => {
  it('is found by its path, however parameters are called', () => {
    expect(labels('GET /api/work-orders/:id')).toEqual(['GET /api/work-orders/[workOrderId]'])
    expect(labels('get /api/orgs/{org}/projects/[p]')).toEqual(['GET /api/orgs/[orgId]/projects/[projectId]'])
    expect(labels('/api/me')).toEqual(['GET /api/me', 'PATCH /api/me'])
    expect(labels('GET and POST /api/orgs')).toEqual(['GET /api/orgs', 'POST /api/orgs'])
    expect(labels('all endpoints of /api/me')).toEqual(['GET /api/me', 'PATCH /api/me'])
    expect(labels('all endpoints of /api/orgs/:id/members').length).toBe(5)
  })

  it('is named when it is not clear', () => {
    expect(() => labels(undefined)).toThrow('It was not said which endpoint')
    expect(() => labels('POST /api/nothing')).toThrow('No endpoint is called "POST /api/nothing".')
    const remedy = (text: string): unknown => {
      try {
        return labels(text)
      } catch (error) {
        return error instanceof Error && 'remedy' in error ? error.remedy : error
      }
    }
    expect(remedy('work-orders')).toContain('  GET /api/orgs/[orgId]/work-orders\n')
    expect(remedy('work-orders')).toContain('  GET /api/v1/work-orders')
    expect(remedy('POST /api/nothing')).toMatch(/^Name one with its method, such as "write tests for /)
  })
})
