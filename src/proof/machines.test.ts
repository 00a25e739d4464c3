import { expect, it } from 'vitest'
import { projectOf } from '../../test/project.ts'
import { machinesFor } from './machines.ts'

it('knows the secret that an endpoint compares, and in which header', async () => {
  const project = await projectOf({
    'app/api/cron/route.ts': `
      import { mailer } from '../../../lib/mailer'
      export async function GET(request: Request) {
        if (request.headers.get('x-cron-secret') !== process.env.CRON_SECRET) return new Response('no', { status: 401 })
        if (process.env.RESEND_API_KEY) await mailer()
        return Response.json({ done: true })
      }`,
    'lib/mailer.ts': 'export async function mailer() {}',
  })
  const run = project.runs.find(({ endpoint }) => endpoint?.path === '/api/cron')
  const env = { CRON_SECRET: 'of this run', RESEND_API_KEY: 're_1' }
  expect(run && machinesFor(run, env)).toEqual([
    {
      name: 'whoever knows CRON_SECRET',
      headers: {
        'x-cron-secret': 'of this run',
        'x-api-key': 'of this run',
        authorization: 'Bearer of this run',
      },
    },
  ])
  expect(run && machinesFor(run, {})).toEqual([])
})
