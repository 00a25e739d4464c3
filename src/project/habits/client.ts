/** The Prisma client that the project shares, and where the generated code is. */
import { posix } from 'node:path'
import { type Expr, placeOf, type Syntax } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import { importers, keyOf } from '../conventions/exported.ts'
import { clientName } from '../conventions.ts'
import { OPERATIONS } from '../flow/prisma.ts'
import { findExport } from '../flow/program.ts'
import type { Habits, Import } from './habits.ts'
import { importOf } from './imports.ts'
import type { Reading } from './reading.ts'
import type { SchemaReading } from './schema-reading.ts'
import { best, type Votes, vote } from './votes.ts'

/** The export that queries go through; where they all go through a context, the export that makes a client. */
export function readClient(reading: Reading): Habits['client'] {
  return clientOfQueries(reading) ?? clientMade(reading)
}

const READS = /^(?:find|count|aggregate|groupBy)/

function clientOfQueries(reading: Reading): Habits['client'] {
  const { own, project } = reading
  // Where a replica is read from, the client that writes is the one that can do both.
  const writing: Votes<Root> = new Map()
  const using: Votes<Root> = new Map()
  const isOurs = new Set(own.files.map(({ file }) => file))
  const files = new Set(project.map.queries.map(({ location }) => location.file))
  for (const file of files) {
    const syntax = isOurs.has(file) ? own.program.syntax(file) : undefined
    if (!syntax) continue
    const seen = new Set<string>()
    const roots = new Map<string, Root | undefined>()
    const rootOf = (client: Expr): Root | undefined => {
      // The same name is the same client all over a file.
      const name = client.k === 'name' ? String(client.b) : undefined
      if (name === undefined) return importedRoot(reading, syntax, client)
      if (!roots.has(name)) roots.set(name, importedRoot(reading, syntax, client))
      return roots.get(name)
    }
    walk(syntax, (expr) => {
      const client = expr.k === 'call' ? clientOf(reading, expr) : undefined
      const root = client && rootOf(client)
      if (!root) return
      const writes = expr.k === 'call' && expr.callee.k === 'member' && !READS.test(expr.callee.key)
      for (const [kind, votes] of [
        ['using', using],
        ...(writes ? [['writing', writing] as const] : []),
      ] as const) {
        if (seen.has(`${kind} ${root.key}`)) continue
        seen.add(`${kind} ${root.key}`)
        vote(votes, root.key, () => ({ value: root, at: root.at }))
      }
    })
  }
  const found = best(writing) ?? best(using)
  if (!found) return undefined
  const value = importOf(reading, found.value.from)
  return { ...found, value: { ...value, use: `${value.local ?? value.name}${found.value.path}` } }
}

/** `prisma` of `prisma.user.findMany()` */
function clientOf({ project }: Reading, { callee }: Expr & { k: 'call' }): Expr | undefined {
  const delegate = callee.k === 'member' && OPERATIONS.has(callee.key) ? callee.of : undefined
  if (delegate?.k !== 'member' || !project.program.delegates.has(delegate.key)) return undefined
  return delegate.of
}

interface Root {
  key: string
  from: { file: string; name: string }
  at: ReturnType<typeof placeOf>
  /** What follows the imported name: `.client`, `()`. */
  path: string
}

function importedRoot({ own }: Pick<Reading, 'own'>, syntax: Syntax, client: Expr): Root | undefined {
  let path = ''
  let expr = client
  for (let depth = 0; depth < 6; depth++) {
    if (expr.k === 'member') {
      path = `.${expr.key}${path}`
      expr = expr.of
    } else if (expr.k === 'call' && expr.args.length === 0 && !expr.isNew) {
      path = `()${path}`
      expr = expr.callee
    } else break
  }
  const binding = expr.k === 'name' ? syntax.bindings[expr.b] : undefined
  if (binding?.k === 'const' && binding.to.k === 'bind' && binding.init && path === '') {
    const init = binding.init.k === 'await' ? binding.init.of : binding.init
    return init.k === 'call' ? importedRoot({ own }, syntax, init) : undefined
  }
  if (binding?.k !== 'import') return undefined
  const target = findExport(own.program, syntax.file, binding.from, binding.imported)
  if (!target || !('entry' in target)) return undefined
  const from = { file: target.syntax.file, name: target.entry.name }
  return {
    key: `${keyOf(from.file, from.name)}${path}`,
    from,
    at: placeOf(target.syntax, target.entry.at),
    path,
  }
}

function clientMade(reading: Reading): Habits['client'] {
  const { own } = reading
  const made = own.files.flatMap(({ file, text }) => {
    if (!text.includes('new PrismaClient') || !/^export |\bexports\b/m.test(text)) return []
    const syntax = own.program.syntax(file)
    const wanted = clientName(text)
    const names = syntax?.exports.map(({ name }) => name) ?? []
    const name = names.find((one) => one === wanted) ?? (names.includes('default') ? 'default' : names[0])
    const entry = syntax?.exports.find((one) => one.name === name)
    return syntax && name && entry ? [{ file, name, at: placeOf(syntax, entry.at) }] : []
  })
  const counts = importers(own, new Set(made.map(({ file, name }) => keyOf(file, name))))
  const count = ({ file, name }: { file: string; name: string }): number =>
    counts.get(keyOf(file, name))?.length ?? 0
  const [most] = made.sort((a, b) => count(b) - count(a))
  if (!most) return undefined
  const value = importOf(reading, most)
  return {
    value: { ...value, use: value.local ?? value.name },
    at: most.at,
    of: { count: count(most), total: own.files.length },
  }
}

/** By the generator of the schema: `output`, or the package. Not by what is on disk: generated code is rarely committed. */
export function readGenerated({ generator, folder, at }: SchemaReading): Habits['generated'] {
  if (!generator) return undefined
  const seen = { at: generator.location ?? at }
  const { output, provider } = generator
  if (output === undefined) return { value: { package: '@prisma/client' }, ...seen }
  const path = posix.normalize(posix.join(folder, output)).replace(/(?<=.)\/$/, '')
  const installed = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]
  if (installed !== undefined)
    return { value: { package: installed === '.prisma' ? '@prisma/client' : installed }, ...seen }
  const file = provider === 'prisma-client' ? `${path}/client.ts` : `${path}/index.js`
  return { value: { file, name: 'PrismaClient' }, ...seen }
}

/** Where the application imports the generated types from: a package of the workspace may hand them on. */
export function generatedAsImported(
  reading: Reading,
  generated: NonNullable<Habits['generated']>,
): NonNullable<Habits['generated']> {
  const votes: Votes<Import | { package: string }> = new Map()
  const name = /import\s+(?:type\s+)?\{[^}]*\b(?:Prisma|PrismaClient)\b[^}]*\}\s*from\s*['"]([^'"]+)['"]/g
  for (const { file, text } of reading.own.files) {
    if (!file.startsWith(reading.inside)) continue
    for (const [, specifier = ''] of text.matchAll(name)) {
      const { file: target } = reading.own.program.resolve(file, specifier)
      const value = target ? { file: target, name: 'PrismaClient' } : { package: specifier }
      vote(votes, specifier, () => ({ value }))
    }
  }
  const found = best(votes)
  const isForeign = (file: string): boolean => !file.startsWith(reading.inside)
  if (found && 'file' in found.value && isForeign(found.value.file))
    return { ...found, ...(generated.at && { at: generated.at }) }
  if (!('file' in generated.value) || !isForeign(generated.value.file)) return generated
  const barrel = barrelOf(reading, generated.value.file)
  return barrel === undefined ? generated : { ...generated, value: { file: barrel, name: 'PrismaClient' } }
}

/** The file of the same package that exports all of the generated code, which need not be there. */
function barrelOf({ own, project }: Reading, generated: string): string | undefined {
  const owner = project.packages.packageOf(generated)
  const bare = generated.replace(/\.\w+$/, '')
  return own.files.find(({ file, text }) => {
    if (!text.includes('export *') || project.packages.packageOf(file) !== owner) return false
    return own.program.syntax(file)?.stars.some((star) => {
      const target = posix.join(posix.dirname(file), star.replace(/\.[cm]?[jt]s$/, ''))
      return target === bare || `${target}/index` === bare
    })
  })?.file
}
