/** Which Prisma schemas a repository has: what its configuration names, Prisma's defaults, or every file there is. */
import { posix } from 'node:path'
import type { Problem } from '../core/report.ts'
import { isRecord } from '../source/config.ts'
import { type PrismaSchema, readPrismaSchema } from '../source/prisma-schema.ts'
import { readSyntax } from '../source/read-syntax.ts'
import type { Expr, Syntax } from '../source/syntax.ts'
import { buildDataModel, type DataModel } from './data-model.ts'
import type { Packages, Read } from './packages.ts'

interface Sources {
  files: string[]
  packages: Packages
  read: Read
  /** Models that the policy calls tenants. */
  tenants?: readonly string[]
}

/** Lower comes first when two schemas say the same. */
type Rank = 'named' | 'default' | 'found' | 'sample'
const ranks: Rank[] = ['named', 'default', 'found', 'sample']

interface Candidate {
  rank: Rank
  /** Folder of the package that the schema belongs to. */
  owner: string
  schema: PrismaSchema
}

interface Naming {
  /** File with the setting. */
  by: string
  /** Files or folders that it may mean, likeliest first. */
  targets: string[]
  /** One call of Prisma is told so, in a script. Where it makes a client of its own, the default is another schema. */
  script?: true
}

const configFile = /^(?:prisma\d*\.config|\.config\/prisma\d*)\.[cm]?[jt]s$/
const neverSchema = /(?:^|\/)(?:migrations|node_modules)\//
const sample = /(?:^|\/)(?:__tests__|__fixtures__|fixtures|docs)\//

/** One data model per Prisma schema, the largest first. What is left out although it may be meant is a problem. */
export function readDataModels(sources: Sources, problems: Problem[]): DataModel[] {
  const { kept, problems: found } = chosen(candidates(sources, problems))
  problems.push(...found)
  const models: DataModel[] = []
  for (const { schema } of kept) {
    for (const error of schema.errors)
      problems.push({
        where: `${error.file}:${error.line}`,
        message: `Prisma schema: ${error.message}`,
        effect: 'partial',
      })
    models.push(buildDataModel(schema, sources.tenants))
  }
  return models.sort((a, b) => b.models.length - a.models.length)
}

function candidates(sources: Sources, problems: Problem[]): Candidate[] {
  const { packages, read } = sources
  const schemas = sources.files.filter((file) => file.endsWith('.prisma') && !neverSchema.test(file))
  const ownerOf = (file: string): string => packages.packageOf(file)?.folder ?? '.'
  const text = (file: string): string => read(file) ?? ''
  const parse = (files: string[]): PrismaSchema =>
    readPrismaSchema(files.map((file) => ({ file, text: text(file) })))
  const result: Candidate[] = []
  const taken = new Set<string>()
  const take = (rank: Rank, owner: string, files: string[]): void => {
    if (files.every((file) => taken.has(file))) return
    for (const file of files) taken.add(file)
    result.push({ rank, owner, schema: parse(files) })
  }
  const below = (folder: string): string[] =>
    schemas.filter((file) => folder === '.' || file.startsWith(`${folder}/`))
  /** A folder is one schema; so was a file of it while folders were a preview of Prisma 5 and 6. */
  const schemaAt = (target: string): string[] => {
    if (!schemas.includes(target)) return below(target)
    return text(target).includes('prismaSchemaFolder') ? below(posix.dirname(target)) : [target]
  }

  const configured = new Set<string>()
  /** Nothing but scripts names their schemas: a script that names none means another one. */
  const byScripts = new Set<string>()
  const folders = new Set(['.', ...packages.packages.map((one) => one.folder)])
  for (const folder of folders) {
    const namings = namingsOf(folder, sources)
    if (namings.every(({ script }) => script)) byScripts.add(folder)
    for (const naming of namings) {
      const files = naming.targets.map(schemaAt).find((one) => one.length > 0)
      if (files !== undefined) {
        if (!naming.script || !hasOwnClient(parse(files))) configured.add(folder)
        take('named', folder, files)
        continue
      }
      const [target = ''] = naming.targets
      problems.push({
        where: naming.by,
        message: `The Prisma schema that it names, ${target}, is not there. It may be generated: the other schemas were read instead.`,
        effect: 'partial',
      })
      // What a missing schema is generated from usually stands beside it.
      for (const file of schemas.filter((one) => posix.dirname(one) === posix.dirname(target)))
        take('default', folder, [file])
    }
  }
  for (const folder of folders) {
    if (configured.has(folder) && !(byScripts.has(folder) && generatesDefault(folder, packages))) continue
    const inside = (path: string): string => posix.join(folder, path)
    const file = ['prisma/schema.prisma', 'schema.prisma'].map(inside).find((one) => schemas.includes(one))
    const files = file === undefined ? below(inside('prisma/schema')) : wholeOf(file, schemas, text)
    if (files.length === 0) continue
    configured.add(folder)
    take('default', folder, files)
  }

  const untaken = schemas.filter((file) => !taken.has(file))
  for (const files of grouped(untaken, text)) {
    const owner = ownerOf(files[0] ?? '.')
    // Beside the schema that Prisma uses, another one is in use only if it makes a client of its own, elsewhere.
    if (configured.has(owner) && !hasOwnClient(parse(files))) continue
    take(files.every((file) => sample.test(file)) ? 'sample' : 'found', owner, files)
  }
  return result.filter(
    ({ schema }) => schema.models.length + schema.views.length > 0 || schema.errors.length > 0,
  )
}

/** Its client is written somewhere else than where Prisma puts the one of the default schema. */
const hasOwnClient = ({ generators }: PrismaSchema): boolean =>
  generators.some((one) => isClient(one) && one.output)

const isClient = ({ provider }: { provider?: string }): boolean => /^prisma-client/.test(provider ?? '')

/** The default file, and the files without a datasource below its folder that add models to it. */
function wholeOf(file: string, schemas: string[], text: Read): string[] {
  const folder = posix.dirname(file)
  if (folder === '.') return [file]
  const own = grouped(
    schemas.filter((one) => one === file || one.startsWith(`${folder}/`)),
    text,
  ).find((group) => group.includes(file))
  const known = new Set(modelNames(text(file) ?? ''))
  return (own ?? [file]).filter(
    (one) => one === file || !modelNames(text(one) ?? '').some((name) => known.has(name)),
  )
}

const modelNames = (text: string): string[] =>
  [...text.matchAll(/^\s*(?:model|view)\s+(\w+)/gm)].map((match) => match[1] ?? '')

/** A file with a datasource and those without one below its folder; without any datasource, the files of a folder. */
function grouped(schemas: string[], text: Read): string[][] {
  const heads = schemas.filter((file) => /^\s*datasource\s/m.test(text(file) ?? ''))
  const groups = new Map<string, string[]>()
  for (const file of schemas) {
    const head = heads
      .filter((one) => file === one || file.startsWith(`${posix.dirname(one)}/`))
      .sort((a, b) => b.length - a.length)
    const own = heads.includes(file) ? file : (head[0] ?? posix.dirname(file))
    groups.set(own, [...(groups.get(own) ?? []), file])
  }
  return [...groups.values()]
}

/** Of schemas that say the same, the one that the application uses. */
function chosen(all: Candidate[]): { kept: Candidate[]; problems: Problem[] } {
  const kept: Candidate[] = []
  const problems: Problem[] = []
  for (const one of [...all].sort(preference)) {
    const twin = kept.find((other) => saysTheSame(one, other))
    if (twin === undefined) {
      // Schemas of documentation and of tests count only where there is no other.
      if (one.rank !== 'sample' || kept.every(({ rank }) => rank === 'sample')) kept.push(one)
      continue
    }
    problems.push({
      where: placeOf(one),
      message: `Not read: defines the same models as ${placeOf(twin)}.`,
      effect: 'partial',
    })
  }
  return { kept, problems }
}

function preference(a: Candidate, b: Candidate): number {
  const score = ({ rank, schema }: Candidate): number[] => [
    ranks.indexOf(rank),
    schema.generators.some(isClient) ? 0 : 1,
    schema.datasource?.provider?.startsWith('postgres') ? 0 : 1,
    -schema.models.length,
  ]
  const right = score(b)
  const difference = score(a).map((value, index) => value - (right[index] ?? 0))
  return difference.find((value) => value !== 0) ?? (placeOf(a) < placeOf(b) ? -1 : 1)
}

/**
 * `one` is a variant or a reduced copy of `other`. By fields, because two applications of a repository may both have
 * users, sessions and accounts without being the same; by names within a package, where one client serves all.
 */
function saysTheSame(one: Candidate, other: Candidate): boolean {
  const names = ({ schema }: Candidate): string[] => schema.models.map(({ name }) => name)
  const fields = ({ schema }: Candidate): string[] =>
    schema.models.flatMap((model) => model.fields.map((field) => `${model.name}.${field.name}`))
  const smallerPart = shareOf(fields(one), fields(other))
  if (smallerPart >= 0.8) return true
  if (one.rank === 'named' || one.rank === 'default') return false
  if (one.owner === other.owner && shareOf(names(one), names(other)) >= 0.5) return true
  return shareOf(fields(other), fields(one)) >= 0.8
}

function shareOf(part: string[], whole: string[]): number {
  const known = new Set(whole)
  return part.length === 0 ? 0 : part.filter((one) => known.has(one)).length / part.length
}

/** The file, or the folder of several. */
function placeOf({ schema }: Candidate): string {
  const [first = '', ...others] = schema.files
  if (others.length === 0) return first
  let folder = posix.dirname(first)
  while (folder !== '.' && !others.every((file) => file.startsWith(`${folder}/`)))
    folder = posix.dirname(folder)
  return folder
}

/** What a package says its schemas are: its Prisma configuration or package.json, and the schemas its scripts generate from. */
function namingsOf(folder: string, { files, packages, read }: Sources): Naming[] {
  const inside = folder === '.' ? '' : `${folder}/`
  const result: Naming[] = []
  for (const file of files) {
    if (!file.startsWith(inside) || !configFile.test(file.slice(inside.length))) continue
    const target = schemaOfConfig(readSyntax(file, read(file) ?? ''))
    if (target === undefined) continue
    const places = [posix.dirname(file), folder].map((place) => posix.join(place, target))
    result.push({ by: file, targets: [...new Set(places)].map(tidy) })
  }
  const manifest = packages.packages.find((one) => one.folder === folder)?.manifest
  if (manifest === undefined) return result
  const by = `${inside}package.json`
  const setting = isRecord(manifest.prisma) ? manifest.prisma.schema : undefined
  // Prisma does not look into package.json when there is a configuration file.
  if (typeof setting === 'string' && result.length === 0)
    result.push({ by, targets: [tidy(posix.join(folder, setting))] })
  const scripts = isRecord(manifest.scripts) ? Object.values(manifest.scripts) : []
  for (const script of scripts) {
    for (const [, target = ''] of String(script).matchAll(
      /\bprisma generate\b[^&|;]*?--schema[= ]["']?([^\s"'$]+)["']?(?=[\s"']|$)/g,
    ))
      result.push({ by, targets: [tidy(posix.join(folder, target))], script: true })
  }
  return result
}

/** A script generates without saying from what, beside others that do: `prisma generate && prisma generate --schema=logs`. */
function generatesDefault(folder: string, { packages }: Packages): boolean {
  const scripts = packages.find((one) => one.folder === folder)?.manifest.scripts
  return (
    isRecord(scripts) &&
    Object.values(scripts).some((script) => /\bprisma generate\b(?![^&|;]*--schema)/.test(String(script)))
  )
}

const tidy = (path: string): string => posix.normalize(path).replace(/(?<=.)\/$/, '')

/** `schema` of the object that is exported by default, given to `defineConfig` or not. */
function schemaOfConfig(syntax: Syntax): string | undefined {
  const exported = syntax.exports.find((one) => one.name === 'default')?.value ?? commonExport(syntax)
  const config = settingsOf(exported, syntax)
  const value = config?.props.findLast((prop) => prop.key === 'schema')?.value
  return value && pathOf(value, syntax)
}

function commonExport(syntax: Syntax): Expr | undefined {
  for (const stmt of syntax.body) {
    if (stmt.k !== 'expr' || stmt.expr.k !== 'assign' || stmt.expr.target.k !== 'place') continue
    const target = stmt.expr.target.expr
    if (target.k === 'member' && target.key === 'exports') return stmt.expr.value
  }
  return undefined
}

function settingsOf(expr: Expr | undefined, syntax: Syntax, depth = 4): (Expr & { k: 'object' }) | undefined {
  if (expr === undefined || depth === 0) return undefined
  if (expr.k === 'object') return expr
  if (expr.k === 'call') return settingsOf(expr.args[0], syntax, depth - 1)
  return settingsOf(constant(expr, syntax), syntax, depth - 1)
}

function constant(expr: Expr, syntax: Syntax): Expr | undefined {
  const binding = expr.k === 'name' ? syntax.bindings[expr.b] : undefined
  return (binding?.k === 'const' && binding.to.k === 'bind' && binding.init) || undefined
}

/** A path of literals, relative to the folder of the file; the ways to write that folder are empty. */
function pathOf(expr: Expr, syntax: Syntax, depth = 6): string | undefined {
  if (depth === 0) return undefined
  const all = (items: Expr[]): (string | undefined)[] => items.map((item) => pathOf(item, syntax, depth - 1))
  switch (expr.k) {
    case 'literal':
      return typeof expr.value === 'string' ? expr.value : undefined
    case 'template': {
      const items = all(expr.items)
      if (items.includes(undefined)) return undefined
      return expr.parts
        .map((part, index) => part + (items[index] ?? ''))
        .join('')
        .replace(/^\/+/, '')
    }
    case 'binary': {
      const [left, right] = all([expr.left, expr.right])
      return expr.op === '+' && left !== undefined && right !== undefined
        ? (left + right).replace(/^\/+/, '')
        : undefined
    }
    // `process.env.SCHEMA ?? 'prisma'`
    case 'logic':
      return pathOf(expr.right, syntax, depth - 1)
    case 'member':
      return expr.key === 'dirname' ? '' : undefined
    case 'name': {
      if (expr.name === '__dirname') return ''
      const init = constant(expr, syntax)
      return init && pathOf(init, syntax, depth - 1)
    }
    case 'call': {
      const name =
        expr.callee.k === 'member' ? expr.callee.key : expr.callee.k === 'name' ? expr.callee.name : ''
      if (name === 'cwd' || name === 'dirname') return ''
      if (name !== 'join' && name !== 'resolve') return undefined
      const parts = all(expr.args)
      return parts.includes(undefined) ? undefined : posix.join(...parts.map((part) => part ?? ''))
    }
    default:
      return undefined
  }
}
