/** Makes the schema of any Prisma version acceptable to the schema engine of Prisma 7. */
import { UserError } from '../core/error.ts'
import { type PrismaExpression, readPrismaSchema } from '../source/prisma-schema.ts'

export interface SchemaFile {
  path: string
  content: string
}

/** What the engine of Prisma 7 still has behind a switch, and what changes tables or only parses with it. */
const SWITCHES = '["views", "postgresqlExtensions", "partialIndexes"]'

const postgres = new Set(['postgresql', 'postgres'])

/** Whether our schema engine and database understand a schema of this `provider`. */
export const isPostgres = (provider: string | undefined): boolean =>
  provider !== undefined && postgres.has(provider)

/**
 * The same models with one datasource and one generator of ours: connection strings, which Prisma 7 rejects, and
 * generators, which do not matter to tables, are left out.
 *
 * @param withExtensions false to compare with a database that may lack some
 * @throws UserError when the schema is not for Postgres
 */
export function forEngine(files: readonly SchemaFile[], withExtensions = true): SchemaFile[] {
  const { datasource } = readPrismaSchema(files.map(({ path, content }) => ({ file: path, text: content })))
  const provider = datasource?.provider
  if (provider === undefined)
    throw new UserError(
      'The Prisma schema names no database provider.',
      'Give `datasource db` a `provider = "postgresql"`.',
    )
  if (!isPostgres(provider))
    throw new UserError(
      `The Prisma schema is for ${provider}; only Postgres can be run here.`,
      'What reads the source alone (understand, review) works without a database.',
    )
  const property = (name: string): PrismaExpression | undefined =>
    datasource?.properties.find((one) => one.name === name)?.value
  const lines = ['provider = "postgresql"']
  const mode = property('relationMode') ?? property('referentialIntegrity')
  if (mode?.kind === 'string') lines.push(`relationMode = ${JSON.stringify(mode.value)}`)
  for (const name of withExtensions ? ['schemas', 'extensions'] : ['schemas']) {
    const value = property(name)
    if (value !== undefined) lines.push(`${name} = ${written(value)}`)
  }
  const own = `datasource db {\n${lines.join('\n')}\n}\n\ngenerator client {\nprovider = "prisma-client"\noutput = "./client"\npreviewFeatures = ${SWITCHES}\n}\n`
  return [
    ...files.map(({ path, content }) => ({ path, content: withoutConfiguration(content) })),
    { path: 'backend-engineer.prisma', content: own },
  ]
}

function written(value: PrismaExpression): string {
  if (value.kind === 'list') return `[${value.items.map(written).join(', ')}]`
  if (value.kind === 'call') return `${value.name}(${value.args.map(argument).join(', ')})`
  if (value.kind === 'string') return JSON.stringify(value.value)
  if (value.kind === 'number') return value.value
  if (value.kind === 'name') return value.name
  return `{ ${value.entries.map(argument).join(', ')} }`
}

const argument = ({ name, value }: { name?: string; value: PrismaExpression }): string =>
  name === undefined ? written(value) : `${name}: ${written(value)}`

/** Lines stay where they are, so that the engine's messages name the user's lines. */
function withoutConfiguration(content: string): string {
  let rest = content
  for (const match of content.matchAll(/^[^\S\n]*(?:datasource|generator)\s+\w[\w-]*\s*\{/gm)) {
    const end = endOfBlock(content, match.index + match[0].length)
    const block = content.slice(match.index, end)
    rest = rest.slice(0, match.index) + block.replace(/[^\n]/g, ' ') + rest.slice(end)
  }
  return rest
}

/** Behind the `}` that closes the block; braces in strings and comments do not count. */
function endOfBlock(content: string, from: number): number {
  const tokens = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[{}]/g
  tokens.lastIndex = from
  let depth = 1
  for (let match = tokens.exec(content); match !== null; match = tokens.exec(content)) {
    if (match[0] === '{') depth++
    else if (match[0] === '}') depth--
    if (depth === 0) return tokens.lastIndex
  }
  return content.length
}
