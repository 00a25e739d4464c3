import { expect, it } from 'vitest'
import { projectOf } from '../../../test/project.ts'
import { serverOf } from './procedure-server.ts'

const manifest = (name: string): string => `{"dependencies":{"next":"16.0.0","${name}":"1.0.0"}}`

it('is oRPC at the route of its handler', async () => {
  const project = await projectOf({
    'package.json': manifest('@orpc/server'),
    'app/api/openapi/[[...rest]]/route.ts': `
      import { OpenAPIHandler } from '@orpc/openapi/fetch'
      export const GET = (request: Request) => new OpenAPIHandler({}).handle(request)`,
    'app/rpc/[[...rest]]/route.ts': `
      import { RPCHandler } from '@orpc/server/fetch'
      export const POST = (request: Request) => new RPCHandler({}).handle(request, { prefix: '/rpc' })`,
  })
  expect(serverOf(project)).toEqual({ mount: '/rpc', library: 'orpc' })
})

it('is tRPC at the route that has its adapter', async () => {
  const project = await projectOf({
    'package.json': manifest('@trpc/server'),
    'app/api/call/[procedure]/route.ts': `
      import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
      export const GET = (req: Request) => fetchRequestHandler({ endpoint: '/api/call', req })`,
  })
  expect(serverOf(project)).toEqual({ mount: '/api/call', library: 'trpc' })
})
