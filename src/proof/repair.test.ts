import { expect, it } from 'vitest'
import { projectOf } from '../../test/project.ts'
import type { Seen } from './bench.ts'
import { repaired } from './repair.ts'
import { callOf, templateOf } from './request.ts'

/** What a server action of a builder answers when it is called with nothing. */
const answer = (validationErrors: unknown): string =>
  `0:{"a":"$@1","f":"","b":"x"}\n1:${JSON.stringify({ validationErrors })}\n`

it('learns the input of a server action from its result', async () => {
  const project = await projectOf({
    'app/actions.ts':
      "'use server'\nimport { client } from '../lib/client'\nexport const rename = client.action(async () => ({ done: true }))\n",
    'lib/client.ts':
      "import { createSafeActionClient } from 'next-safe-action'\nexport const client = createSafeActionClient()\n",
  })
  const [run] = project.runs.filter(({ endpoint }) => endpoint?.kind === 'action')
  const [dataModel] = project.dataModels
  const template = run && dataModel && templateOf(run, dataModel)
  if (!template) throw new Error('No action was found.')
  const fill = { unique: 'u', bind: () => undefined }
  const call = callOf(template, fill)
  if (!call) throw new Error('It cannot be called.')
  const seen = (body: string): Seen => ({
    actor: { name: 'somebody', headers: {} },
    call,
    request: { method: 'POST', url: '/', headers: {} },
    response: { status: 200, headers: {}, body },
    ok: true,
    shown: [],
    changes: [],
    operations: [],
    statements: [],
    ms: 1,
  })
  const whole = repaired(
    { template },
    seen(answer({ _errors: ['Invalid input: expected object, received undefined'] })),
  )
  expect(whole && callOf(template, { ...fill, ...whole })).toMatchObject({ args: [{}] })
  const field = answer({ muted: { _errors: ['Invalid input: expected boolean, received undefined'] } })
  const filled = whole && repaired(whole, seen(field))
  expect(filled && callOf(template, { ...fill, ...filled })).toMatchObject({ args: [{ muted: true }] })
  expect(repaired({ template }, seen('0:{"a":"$@1"}\n1:{"data":1}\n'))).toBeUndefined()
})

it('sends what a refusal names, and one of several where it wants one', async () => {
  const project = await projectOf({
    'app/api/report/route.ts': `
      import { z } from 'zod'
      const schema = z.object({ startAt: z.number().optional(), endAt: z.number().optional(), note: z.string().optional() })
      export async function POST(request: Request) {
        return Response.json(schema.parse(await request.json()))
      }`,
  })
  const run = project.runs.find(({ endpoint }) => endpoint?.kind === 'route')
  const [dataModel] = project.dataModels
  const template = run && dataModel && templateOf(run, dataModel)
  if (!template) throw new Error('No route was found.')
  const shot = { template, bare: true }
  const call = callOf(template, { unique: 'u', bind: () => undefined, bare: true })
  if (!call) throw new Error('It cannot be called.')
  expect(call).toMatchObject({ json: {} })
  const seen = (message: string): Seen => ({
    actor: { name: 'somebody', headers: {} },
    call,
    request: { method: 'POST', url: '/', headers: {} },
    response: { status: 400, headers: {}, body: JSON.stringify({ errors: [message] }) },
    ok: false,
    shown: [],
    changes: [],
    operations: [],
    statements: [],
    ms: 1,
  })
  const setOf = (message: string) => [...(repaired(shot, seen(message))?.set?.keys() ?? [])]
  expect(setOf('startAt and endAt must be provided')).toEqual(['body.startAt', 'body.endAt'])
  expect(setOf('Exactly one of startAt or endAt must be provided')).toEqual(['body.startAt'])
  expect(setOf('Something is missing')).toEqual([])
})
