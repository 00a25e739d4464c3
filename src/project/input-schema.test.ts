import { describe, expect, it } from 'vitest'
import { projectOf } from '../../test/project.ts'
import { type InputSchema, readInputSchema } from './input-schema.ts'

const enums = (name: string) => (name === 'Role' ? ['OWNER', 'ADMIN'] : undefined)

/** The schema of what a route handler parses. */
async function schemaOf(source: string): Promise<InputSchema> {
  const project = await projectOf({
    'package.json': '{"dependencies":{"next":"16.0.0","zod":"4.0.0"}}',
    'app/api/a/route.ts': `import { z } from 'zod'
import { Role } from '@/generated/prisma/enums'
const schema = ${source}
export async function POST(request: Request) {
  return Response.json(schema.parse(await request.json()))
}`,
  })
  const event = project.runs.flatMap((run) => run.events).find((one) => one.k === 'parse')
  return readInputSchema(event?.k === 'parse' ? event.by : undefined, enums)
}

describe('input schemas', () => {
  it('are read from objects of strings, numbers, enums and dates', async () => {
    const schema = await schemaOf(`z.object({
  email: z.email().max(200),
  old: z.string().email().optional(),
  slug: z.string().regex(/^[a-z]{3,}$/i),
  count: z.coerce.number().int().min(2).max(9),
  role: z.enum([Role.ADMIN]),
  any: z.enum(Role),
  kind: z.enum(['a', 'b']).nullish(),
  due: z.coerce.date(),
  lines: z.array(z.object({ text: z.string().min(1) })).min(1),
})`)
    expect(schema).toEqual({
      k: 'object',
      loose: false,
      fields: new Map<string, InputSchema>([
        ['email', { k: 'string', format: 'email', max: 200 }],
        ['old', { k: 'string', format: 'email', optional: true }],
        ['slug', { k: 'string', pattern: { source: '^[a-z]{3,}$', flags: 'i' } }],
        ['count', { k: 'number', int: true, min: 2, max: 9 }],
        ['role', { k: 'values', values: ['ADMIN'] }],
        ['any', { k: 'values', values: ['OWNER', 'ADMIN'] }],
        ['kind', { k: 'values', values: ['a', 'b'], optional: true, nullable: true }],
        ['due', { k: 'date' }],
        [
          'lines',
          {
            k: 'array',
            min: 1,
            of: { k: 'object', loose: false, fields: new Map([['text', { k: 'string', min: 1 }]]) },
          },
        ],
      ]),
    })
  })

  it('follow pick, omit, partial and extend', async () => {
    const schema = await schemaOf(
      `z.object({ a: z.string(), b: z.boolean(), c: z.uuid() }).omit({ b: true }).partial().extend({ d: z.int() }).passthrough()`,
    )
    expect(schema).toEqual({
      k: 'object',
      loose: true,
      fields: new Map<string, InputSchema>([
        ['a', { k: 'string', optional: true }],
        ['c', { k: 'string', format: 'uuid', optional: true }],
        ['d', { k: 'number', int: true }],
      ]),
    })
  })

  it('join both sides of an intersection, for each choice', async () => {
    const schema = await schemaOf(
      `z.intersection(z.object({ a: z.string() }), z.discriminatedUnion('type', [
        z.object({ type: z.literal('x'), b: z.boolean() }),
        z.object({ type: z.literal('y') }),
      ]))`,
    )
    const options = schema.k === 'union' ? schema.options : []
    expect(options.map((one) => (one.k === 'object' ? [...one.fields.keys()] : []))).toEqual([
      ['a', 'type', 'b'],
      ['a', 'type'],
    ])
  })

  it.each([
    [
      'a refinement that a function of the handler makes',
      `import { z } from 'zod'`,
      'z.object({ a: z.string() }).superRefine((data, ctx) => { if (!data.a) ctx.addIssue({}) })',
    ],
    ['a namespace', `import * as z from 'zod'`, 'z.object({ a: z.string() })'],
    ['functions by their names', `import { object, string } from 'zod'`, 'object({ a: string() })'],
  ])('are read through %s', async (_name, imported, source) => {
    const project = await projectOf({
      'app/api/a/route.ts': `${imported}
function schemaOf() {
  return ${source}
}
export async function POST(request: Request) {
  const schema = schemaOf()
  return Response.json(schema.parse(await request.json()))
}`,
    })
    const event = project.runs.flatMap((run) => run.events).find((one) => one.k === 'parse')
    expect(readInputSchema(event?.k === 'parse' ? event.by : undefined, enums)).toEqual({
      k: 'object',
      loose: false,
      fields: new Map<string, InputSchema>([['a', { k: 'string' }]]),
    })
  })

  it('are unknown where nothing is known', async () => {
    expect(await schemaOf('z.lazy(() => schema)')).toEqual({ k: 'unknown' })
  })
})
