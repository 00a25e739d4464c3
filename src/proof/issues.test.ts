import { expect, it } from 'vitest'
import { z } from 'zod'
import { issuesIn } from './issues.ts'

const schema = z.object({ name: z.string(), kind: z.enum(['a', 'b']), at: z.number(), mail: z.email() })
const failed = schema.safeParse({ mail: 'x' }).error ?? new z.ZodError([])
const wanted = [
  [['name'], 'string'],
  [['kind'], 'a'],
  [['at'], 'number'],
  [['mail'], 'email'],
]
const read = (body: unknown) =>
  issuesIn(body).map(({ path, expected, values, format }) => [path, values?.[0] ?? format ?? expected])

it('reads the issues of zod as a list, a tree, and by field', () => {
  expect(read({ error: { issues: failed.issues } })).toEqual(wanted)
  expect(read({ error: { status: 400, ...z.treeifyError(failed) } })).toEqual(wanted)
  expect(read({ details: z.flattenError(failed) })).toEqual(wanted)
  expect(read(z.formatError(failed))).toEqual(wanted)
  expect(read({ message: JSON.stringify(failed.issues) })).toEqual(wanted)
  const byField = Object.fromEntries(failed.issues.map(({ path, message }) => [path.join('.'), message]))
  expect(read({ code: 'bad_request', message: 'Invalid input', details: byField })).toEqual(wanted)
  const named = failed.issues.map(({ path, message }) => ({ name: path.join('.'), reason: message }))
  expect(read({ title: 'Bad Request', invalid_params: named })).toEqual(wanted)
  expect(read({ details: { 'items.0.name': 'Required' } })).toEqual([[['items', 0, 'name'], 'string']])
})

it('reads nothing out of other answers', () => {
  expect(read({ error: 'Unauthorized', errors: [] })).toEqual([])
  expect(read({ message: 'Required', title: 'Invalid input: expected string' })).toEqual([])
  expect(read([{ name: 'Anna', reason: 'Asked for it' }])).toEqual([])
  expect(read({ name: 'Anna', note: 'Requires care' })).toEqual([])
})

it('tells lists that are too short from texts', () => {
  const short = z.object({ options: z.array(z.string()).min(2) }).safeParse({ options: [] }).error
  expect(issuesIn(short?.issues)).toMatchObject([{ path: ['options'], origin: 'array', minimum: 2 }])
})
