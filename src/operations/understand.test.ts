import { expect, it, describe as suite } from 'vitest'
import type { Endpoint, Guard, ProjectMap, Query } from '../core/map.ts'
import { focusMap } from './focus.ts'
import { describe } from './understand.ts'

const location = { file: 'app/route.ts', line: 1, column: 1 }

function endpoint(id: string, guard: Guard, more: Partial<Endpoint> = {}): Endpoint {
  return {
    id,
    kind: 'route',
    path: id.split(' ')[1] ?? id,
    method: 'GET',
    location,
    guard,
    validation: [],
    reads: [],
    writes: [],
    queries: [],
    unknown: [],
    ...more,
  }
}

const query = (model: string): Query => ({
  location,
  model,
  operation: 'findMany',
  within: 'module',
  inLoop: false,
  inTransaction: false,
})

const model = (name: string): ProjectMap['models'][number] => ({
  name,
  table: name,
  location,
  fields: [],
  relations: [],
  indexes: [],
  role: 'global',
})

const map: ProjectMap = {
  name: 'shop',
  stack: ['Next.js 16'],
  packages: [],
  endpoints: [
    endpoint('GET /api/a', { level: 'none', by: [] }, { reads: ['Item'], queries: [{ query: 1, via: [] }] }),
    endpoint('GET /b', { level: 'none', by: [], proxy: 'proxy.ts (session)' }),
    endpoint('GET /api/c', { level: 'session', by: [], proxy: 'proxy.ts (session)' }),
    endpoint('/b', { level: 'none', by: [], sometimes: 'session' }, { kind: 'middleware' }),
  ],
  queries: [query('Other'), query('Item')],
  models: [model('Item'), model('Other')],
  conventions: [{ topic: 'alias', value: '@/* → src/*' }],
}

suite('the headline', () => {
  it('says that a proxy asks on some paths only', () => {
    const proxy = 'proxy.ts (session on some paths)'
    const guard: Guard = { level: 'none', by: [], proxy, sometimes: 'session' }
    const endpoints = map.endpoints.slice(0, 1).map((one) => ({ ...one, guard }))
    expect(describe({ ...map, endpoints })).toContain('1 only behind a proxy that asks on some paths')
  })

  it('tells endpoints behind the proxy from those without a guard, and counts no middleware as open', () => {
    expect(describe(map)).toBe(
      'shop is Next.js 16: 4 endpoints (1 without a guard, 1 only behind the proxy), 2 models.',
    )
  })

  it('says nothing of guards where all have one', () => {
    expect(describe({ ...map, endpoints: map.endpoints.slice(2) })).toContain(': 2 endpoints, 2 models.')
  })
})

suite('the focus', () => {
  it('is an endpoint by id, by path or by method and path', () => {
    const duplicate = endpoint('GET /api/a (app/other/route.ts:1)', { level: 'none', by: [] })
    const all = { ...map, endpoints: [...map.endpoints, { ...duplicate, path: '/api/a' }] }
    expect(focusMap(all, 'GET /api/a').focus?.names).toEqual(['GET /api/a', duplicate.id])
    expect(focusMap(all, '/API/C').focus).toEqual({ kind: 'endpoint', names: ['GET /api/c'] })
  })

  it('keeps what concerns an endpoint, its queries renumbered, and no habits', () => {
    const { models, queries, endpoints, conventions } = focusMap(map, '/api/a')
    expect({ models: models.map(({ name }) => name), queries, conventions }).toEqual({
      models: ['Item'],
      queries: [query('Item')],
      conventions: [],
    })
    expect(endpoints[0]?.queries).toEqual([{ query: 0, via: [] }])
    expect(describe(focusMap(map, '/api/a'), '/api/a')).toBe(
      '/api/a in shop: 1 endpoint (1 without a guard), 1 model, 1 Prisma call.',
    )
  })

  it('is a model, with the endpoints that use it', () => {
    const focused = focusMap(map, 'item')
    expect(focused.focus).toEqual({ kind: 'model', names: ['Item'] })
    expect(focused.endpoints.map(({ id }) => id)).toEqual(['GET /api/a'])
    expect(focused.queries).toHaveLength(1)
  })
})
