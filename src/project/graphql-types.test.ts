import { expect, it } from 'vitest'
import { projectOf } from '../../test/project.ts'
import { isShown } from './graphql-types.ts'

const resolvers =
  'export const resolvers = { Query: { me: async () => ({}) } }\nmakeServer({ resolvers })\n// graphql\n'

it.each([
  [
    'SDL in a template',
    'lib/types.ts',
    'export const typeDefs = gql`type User {\n  id: ID!\n  email: String\n}`\n',
  ],
  ['a file of SDL', 'schema.graphql', 'type User {\n  id: ID!\n  email: String\n}\n'],
])('of what a resolver gives, only the fields of its types leave: %s', async (_, file, text) => {
  const project = await projectOf({ 'lib/resolvers.ts': resolvers, [file]: text })
  const run = project.runs.find(({ endpoint }) => endpoint?.kind === 'resolver')
  if (!run) throw new Error('No resolver was read.')
  expect(isShown(project, run, 'email')).toBe(true)
  expect(isShown(project, run, 'apiKeyHash')).toBe(false)
})

it('without types, and of other endpoints, anything may leave', async () => {
  const project = await projectOf({
    'lib/resolvers.ts': resolvers,
    'app/api/a/route.ts': 'export const GET = () => Response.json(1)\n',
  })
  expect(project.runs.map((run) => isShown(project, run, 'apiKeyHash'))).toEqual(project.runs.map(() => true))
})
