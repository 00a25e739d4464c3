import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, it } from 'vitest'
import type { Endpoint, Model, ProjectMap, Query } from '../core/map.ts'
import type { Report } from '../core/report.ts'
import { agent } from './agent.ts'
import { markdown } from './markdown.ts'
import { text } from './text.ts'
import { guardText } from './wording.ts'

const at = (file: string, line: number) => ({ file, line, column: 1 })

const lookup: Query = {
  location: at('lib/orders.ts', 20),
  model: 'WorkOrder',
  operation: 'findMany',
  within: 'listOrders',
  where: '{ orgId: orgId }',
  select: '{ id: true }',
  include: '{ lines: true }',
  data: '{ a: b }',
  orderBy: '{ createdAt: "desc" }',
  take: '50',
  inLoop: true,
  inTransaction: true,
}
const raw: Query = {
  location: at('lib/orders.ts', 40),
  operation: '$queryRaw',
  within: 'module',
  inLoop: false,
  inTransaction: false,
}

const endpoint: Endpoint = {
  id: 'GET /api/orders',
  kind: 'route',
  method: 'GET',
  path: '/api/orders',
  location: at('app/api/orders/route.ts', 6),
  guard: {
    level: 'permission',
    by: [
      { name: 'requireSession', location: at('lib/session.ts', 12) },
      { name: 'requireMember', location: at('lib/members.ts', 15) },
    ],
    proxy: 'proxy.ts (session)',
  },
  validation: ['zod: listSchema'],
  reads: ['WorkOrder'],
  writes: [],
  queries: [
    {
      query: 0,
      via: [
        { location: at('app/api/orders/route.ts', 6), note: 'calls GET' },
        { location: at('app/api/orders/route.ts', 9), note: 'calls listOrders' },
      ],
    },
    { query: 1, via: [] },
  ],
  unknown: [],
}

const model: Model = {
  name: 'WorkOrder',
  table: 'work_orders',
  location: at('schema.prisma', 3),
  fields: [
    { name: 'id', type: 'String', list: false, optional: false, id: true, unique: false },
    { name: 'orgId', type: 'String', list: false, optional: false, id: false, unique: false },
    { name: 'code', type: 'String', list: false, optional: true, id: false, unique: true },
    { name: 'tags', type: 'String', list: true, optional: false, id: false, unique: false },
    { name: 'org', type: 'Org', list: false, optional: false, id: false, unique: false },
  ],
  relations: [{ field: 'org', model: 'Org', list: false, optional: false, keys: ['orgId'] }],
  indexes: [
    { fields: ['id'], unique: true, id: true },
    { fields: ['code'], unique: true, id: false },
    { fields: ['orgId', 'id'], unique: false, id: false },
  ],
  tenantPath: ['org'],
  role: 'owned',
}

const map: ProjectMap = {
  name: 'shop',
  stack: ['Next.js 16'],
  packages: [],
  endpoints: [endpoint],
  queries: [lookup, raw],
  models: [model],
  conventions: [{ topic: 'rule', value: 'No default exports', checkable: true }],
}

const reportOf = (one: ProjectMap): Report => ({
  operation: 'understand',
  headline: 'shop.',
  findings: [],
  problems: [],
  coverage: { files: 1, lines: 1, endpoints: 1, queries: 2, models: 1, faults: 0 },
  map: one,
  elapsedMs: 0,
})

const formats: [string, (one: ProjectMap) => string][] = [
  ['text', (one) => text(reportOf(one))],
  ['agent', (one) => agent(reportOf(one))],
  ['markdown', (one) => markdown(reportOf(one))],
]

describe.each(formats)('%s', (_name, render) => {
  const plain = (one: ProjectMap): string =>
    render(one)
      .replace(/[`*\\]/g, '')
      .replace(/ +/g, ' ')

  it('shows all of an endpoint that was asked for', () => {
    const page = plain({
      ...map,
      focus: { kind: 'endpoint', names: [endpoint.id] },
      conventions: [],
    })
    for (const fact of ['GET /api/orders', 'route', 'app/api/orders/route.ts:6', 'zod: listSchema'])
      expect(page).toContain(fact)
    expect(page).toContain('requireSession lib/session.ts:12')
    expect(page).toContain('requireMember lib/members.ts:15')
    expect(page).toContain('proxy.ts (session)')
    expect(page).toContain('workOrder.findMany lib/orders.ts:20 in listOrders')
    expect(page).toMatch(/in a loop, in a transaction/)
    for (const part of ['where', 'select', 'include', 'data', 'orderBy', 'take'] as const)
      expect(page).toContain(`${part} ${lookup[part]}`)
    expect(page).toContain('app/api/orders/route.ts:9 calls listOrders')
    expect(page.indexOf('$queryRaw lib/orders.ts:40')).toBeGreaterThan(page.indexOf('workOrder.findMany'))
    expect(page).not.toContain('onventions')
  })

  it('shows all of a model that was asked for', () => {
    const page = plain({
      ...map,
      focus: { kind: 'model', names: ['WorkOrder'] },
      queries: [lookup],
      conventions: [],
    })
    expect(page).toContain('work_orders')
    expect(page).toContain('tenant by org')
    const rows = page.replace(/ ?\| ?/g, ' ')
    for (const field of ['id String id', 'orgId String', 'code String? unique', 'tags String[]'])
      expect(rows).toContain(field)
    expect(rows).toMatch(/org Org (by )?orgId/)
    expect(rows).toMatch(/\(?orgId, id\)? index/)
    expect(rows).toContain('workOrder.findMany lib/orders.ts:20')
    expect(rows).toContain('where { orgId: orgId }')
    expect(rows).toContain('in a loop, in a transaction')
    expect(rows).toContain('reads')
    expect(rows).toContain('GET /api/orders')
  })

  it('counts the calls of a whole map instead of listing them, and says how to see them', () => {
    const whole = plain(map)
    expect(whole).toMatch(/2 Prisma calls, 1 of them in a loop.*understand --focus/)
    expect(whole).not.toContain('orgId: orgId')
  })

  it('marks the rules that can be checked', () => {
    expect(plain(map)).toMatch(/rule \(checkable\)/)
  })

  it('lists where too many endpoints fit the words', () => {
    const endpoints = Array.from({ length: 20 }, () => endpoint)
    const list = plain({ ...map, endpoints, focus: { kind: 'endpoint', names: [] } })
    expect(list).not.toContain('where { orgId')
  })
})

describe('text', () => {
  it('has a column for the queries only where no line has to wrap for it', () => {
    expect(text(reportOf(map), { width: 200 })).toMatch(/writes +queries +at\n.*2, 1 in a loop/)
    expect(text(reportOf(map), { width: 100 })).not.toContain('queries  at')
  })
})

describe('the guard', () => {
  const by = (...names: string[]) => names.map((name) => ({ name, location: at('a.ts', 1) }))

  it.each([
    [{ level: 'session', by: by('handler', 'requireUser', 'GET', 'requireUser') }, 'session: requireUser'],
    [{ level: 'session', by: by('handler', 'a function') }, 'session: handler'],
    [{ level: 'none', by: [], proxy: 'src/proxy.ts (session)' }, 'proxy only: src/proxy.ts (session)'],
    [{ level: 'none', by: [], sometimes: 'session' }, 'session on some paths'],
    [{ level: 'none', by: [] }, 'none'],
    [
      { level: 'session', by: by('own'), proxy: 'proxy.ts (session)' },
      'session: own; proxy proxy.ts (session)',
    ],
  ] as const)('%j', (guard, words) => {
    expect(guardText({ ...guard, by: [...guard.by] })).toBe(words)
  })
})

const numbered = (count: number, of: (index: number) => Endpoint): Endpoint[] =>
  Array.from({ length: count }, (_, index) => of(index))

describe('a large map', () => {
  const large: ProjectMap = {
    ...map,
    endpoints: numbered(400, (index) => {
      const path = `/api/${index < 300 ? 'a' : 'b'}/${index}`
      const guard: Endpoint['guard'] = index === 399 ? { level: 'none', by: [] } : endpoint.guard
      return { ...endpoint, id: `GET ${path}`, path, guard }
    }),
    models: Array.from({ length: 80 }, (_, index) => ({ ...model, name: `Model${index}` })),
    conventions: Array.from({ length: 200 }, (_, index) => ({ topic: 'rule', value: `Rule ${index}` })),
  }

  it('gives each part of the agent format its share, what nothing guards first, and says what is left out', () => {
    const lines = agent(reportOf(large)).split('\n')
    expect(encode(lines.join('\n')).length).toBeLessThanOrEqual(1_500)
    for (const start of ['endpoint ', 'model ', 'convention '])
      expect(lines.filter((line) => line.startsWith(start)).length).toBeGreaterThan(5)
    expect(lines.find((line) => line.startsWith('endpoint '))).toContain('GET /api/b/399 ')
    const left = lines.filter((line) => line.startsWith('… '))
    expect(left).toHaveLength(3)
    expect(left[0]).toMatch(
      /^… \d+ more endpoints: \/api\/a \d+, \/api\/b \d+ \(.*understand --focus.*\) \(cursor \d+\)$/,
    )
    expect(left[1]).toMatch(/^… \d+ more models \(cursor \d+\)$/)
    expect(left[2]).toMatch(/^… \d+ more conventions \(cursor \d+\)$/)
  })

  it('leaves nothing out where there is room', () => {
    expect(agent(reportOf(large), { limit: 1_000_000 })).not.toContain('… ')
  })

  it('is drawn in several charts, and what none can show is named', () => {
    const endpoints = [
      ...numbered(50, (index) => ({ ...endpoint, id: `a${index}`, path: `/a/${index}` })),
      ...numbered(40, (index) => ({ ...endpoint, id: `b${index}`, path: `/b/${index}` })),
      ...numbered(90, (index) => ({ ...endpoint, id: `c${index}`, path: '/c' })),
    ]
    const drawn = markdown(reportOf({ ...map, endpoints }))
    expect(drawn.match(/flowchart LR/g)).toHaveLength(2)
    expect(drawn).toContain('**/a**')
    expect(drawn).toContain('**/b**')
    expect(drawn).toContain('Too many arrows to draw: /c (90 arrows).')
  })

  it('is drawn in one chart where that can be read', () => {
    expect(markdown(reportOf(map)).match(/flowchart LR/g)).toHaveLength(1)
  })
})

describe('the diagram of the models', () => {
  const list = (field: string, of: string) => ({ field, model: of, list: true, optional: false, keys: [] })
  const bare: Model = { ...model, fields: [], relations: [], indexes: [] }
  const draw = (...models: Model[]): string => markdown(reportOf({ ...map, models }))

  it('has the relations that no side holds a key of', () => {
    const drawn = draw(
      { ...bare, name: 'Post', relations: [list('tags', 'Tag')] },
      { ...bare, name: 'Tag', relations: [list('posts', 'Post')] },
    )
    expect(drawn).toContain('  Post }o--o{ Tag : "tags / posts"')
  })

  it('has no relation among the columns, not even to a model that is not drawn', () => {
    expect(draw(model)).not.toContain('Org org')
  })

  it('takes the back of a relation with a key for what it is', () => {
    const back = { field: 'post', model: 'Post', list: false, optional: false, keys: ['postId'] }
    const drawn = draw(
      { ...bare, name: 'Post', relations: [list('comments', 'Comment')] },
      { ...bare, name: 'Comment', relations: [back] },
    )
    expect(drawn).not.toContain('}o--o{')
    expect(drawn).toContain('Post ||--o{ Comment : "post"')
  })
})
