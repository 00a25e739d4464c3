/**
 * What a project puts into the context of its procedures and resolvers, read from the function that makes it: services, clients,
 * and who is calling, under the project's own names.
 */
import { posix } from 'node:path'
import type { Expr, Syntax } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import { holdsFunction } from '../flow/any-of.ts'
import type { Flow } from '../flow/flow.ts'
import { unwrap } from '../flow/forms.ts'
import { requestValue } from '../flow/request.ts'
import { shaped, unknown, type Value } from '../flow/value.ts'

/**
 * Where a handler or a server is told how to make the context: https://trpc.io/docs/server/context,
 * https://www.apollographql.com/docs/apollo-server/data/context, https://the-guild.dev/graphql/yoga-server/docs/features/context
 */
const MAKERS: { text: RegExp; key: string }[] = [
  { text: /trpc/i, key: 'createContext' },
  { text: /ApolloServer|startServerAndCreateNextHandler|createYoga/, key: 'context' },
]

export type Context = ReadonlyMap<string, Value>

/** Gives what is in the context of an endpoint of a file: of several contexts, the one that is made nearest to it. */
export function contextsOf(
  files: readonly string[],
  syntaxOf: (file: string) => Syntax | undefined,
  textOf: (file: string) => string | undefined,
  flow: () => Flow,
): (file: string) => Context {
  const made = files.flatMap((file) => {
    const text = textOf(file) ?? ''
    const keys = MAKERS.filter((one) => text.includes(one.key) && one.text.test(text)).map(({ key }) => key)
    const syntax = keys.length > 0 ? syntaxOf(file) : undefined
    return syntax
      ? makersIn(syntax, keys).map((maker) => ({ file, fields: fieldsOf(syntax, maker, flow()) }))
      : []
  })
  return (file) => {
    const near = Math.max(...made.map((one) => shared(one.file, file)))
    const fields = made.filter((one) => shared(one.file, file) === near).map((one) => one.fields)
    return new Map(fields.flatMap((one) => [...one]))
  }
}

function makersIn(syntax: Syntax, keys: readonly string[]): Expr[] {
  const found: Expr[] = []
  walk(syntax, (expr) => {
    if (expr.k === 'object')
      for (const { key, value } of expr.props) if (key !== undefined && keys.includes(key)) found.push(value)
  })
  return found
}

function fieldsOf(syntax: Syntax, maker: Expr, flow: Flow): Context {
  const value = flow.value(syntax, maker)
  if (value.shape?.k !== 'closure') return new Map()
  const request = requestValue()
  const given = new Map([
    ['req', request],
    ['request', request],
    ['res', unknown()],
    ['resHeaders', unknown()],
  ])
  const { shape } = unwrap(
    flow.call(value, [shaped({ k: 'object', fields: given }), request], syntax, maker.at, 'context'),
  )
  return new Map(shape?.k === 'object' ? [...shape.fields].filter(([, field]) => tells(field)) : [])
}

/** A service or a client that can be asked, or what says who is calling. An object of a class is mostly a logger or a tracker. */
const tells = (value: Value): boolean =>
  holdsFunction(value) ||
  value.shape?.k === 'prisma' ||
  [...value.deps].some((dep) => dep.startsWith('identity:'))

/** How many folders two files share. */
function shared(one: string, other: string): number {
  const [a, b] = [posix.dirname(one).split('/'), posix.dirname(other).split('/')]
  const at = a.findIndex((part, i) => part !== b[i])
  return at < 0 ? a.length : at
}
