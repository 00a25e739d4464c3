/** Reads a project from disk and answers what can be asked of it. Runs nothing of the user's, writes nothing to it. */
import { posix } from 'node:path'
import type { Location } from '../core/finding.ts'
import type { Endpoint, Guard, Query } from '../core/map.ts'
import type { Problem } from '../core/report.ts'
import { type Instead, readText } from '../source/files.ts'
import { readSyntax } from '../source/read-syntax.ts'
import type { Pattern, Syntax } from '../source/syntax.ts'
import { readConventions } from './conventions.ts'
import { type DataModel, type Entity, postsIn, toMapModels } from './data-model.ts'
import { type Context, contextsOf } from './endpoints/context.ts'
import { credentialChecks } from './endpoints/credentials.ts'
import { discover, type Entry } from './endpoints/discover.ts'
import { applyInside } from './endpoints/inside.ts'
import { applyProxies, applyProxiesToMounted, matchersOf } from './endpoints/proxy.ts'
import { runEntry } from './endpoints/run.ts'
import { applyMounts } from './endpoints/servers.ts'
import { Calls } from './flow/calls.ts'
import { Flow } from './flow/flow.ts'
import type { Program } from './flow/program.ts'
import type { Globals } from './flow/run-state.ts'
import { guardOf, guardOfProxy } from './guards.ts'
import { inventory } from './inventory.ts'
import { type Package, type Packages, readPackages } from './packages.ts'
import { declaredBy } from './policy/guards.ts'
import { applyToModels } from './policy/models.ts'
import { acceptedBy, markPublic, tellPolicy } from './policy/policy.ts'
import { readPolicy } from './policy/read.ts'
import type { Project, Run } from './project.ts'
import { reachedModels } from './related.ts'
import { createResolver } from './resolver.ts'
import { readDataModels } from './schemas.ts'
import { listScope } from './scope.ts'

const CODE = /\.(tsx?|jsx?|mjs|mts|cts|cjs)$/
const TEST = /\.(test|spec|stories|d)\.[cm]?[tj]sx?$|(^|\/)(__tests__|__mocks__|e2e|cypress)\//
const CALLS =
  /\.(find(Unique|First|Many)|create|update|upsert|delete|count|aggregate|groupBy)\w*\(|\$(queryRaw|executeRaw)/

interface Options {
  progress?: (step: string) => void
  /** Files as they are read in place of those on disk: the project at another commit. */
  instead?: Instead
}

export async function loadProject(asked: string, options: Options = {}): Promise<Project> {
  const { progress, instead } = options
  progress?.('listing files')
  const { root, folder, files, problems } = await listScope(asked, instead)
  const texts = new Map<string, string | undefined>()
  const read = (file: string): string | undefined => {
    if (!texts.has(file)) texts.set(file, readText(root, file, problems, instead))
    return texts.get(file)
  }
  const packages = readPackages(root, files, read)
  problems.push(...packages.problems)
  const { policy, file: policyPath, found: hasPolicy } = readPolicy(folder, read, problems)
  const declared = declaredBy(policy)
  const tenants = policy.tenants.map(({ model }) => model)
  const dataModels = readDataModels({ files, packages, read, tenants }, problems)
  applyToModels(dataModels, policy)
  const delegates = new Map(
    dataModels.flatMap((one) => one.models.map((model) => [model.delegate, model.name] as const)),
  )

  const memberships = new Set(
    dataModels.flatMap((one) =>
      one.models
        .filter((model) => model.role === 'membership' || model.role === 'tenant')
        .map((model) => model.name),
    ),
  )

  const posts = new Set(dataModels.flatMap(postsIn))

  progress?.('reading source')
  const resolver = createResolver(files, packages, read)
  const parsed = new Map<string, Syntax | undefined>()
  const syntax = (file: string): Syntax | undefined => {
    if (!parsed.has(file)) parsed.set(file, parse(file, read, problems))
    return parsed.get(file)
  }
  const program: Program = {
    delegates,
    memberships,
    posts,
    declared,
    syntax,
    resolve: (from, specifier) => resolver.resolve(from, specifier),
  }
  const code = files.filter((file) => CODE.test(file) && !TEST.test(file))
  const queries: Query[] = []
  let lines = 0
  for (const file of code) {
    const text = read(file) ?? ''
    lines += countLines(text)
    const one = CALLS.test(text) ? syntax(file) : undefined
    if (one) queries.push(...inventory(one, delegates))
  }

  progress?.('following endpoints')
  const globals: Globals = new Map()
  const calls = new Calls()
  const folders = packages.packages.filter((one) => 'next' in one.dependencies).map((one) => one.folder)
  const namer = new Flow(program, globals)
  const entries = discover(
    code,
    folders.sort((a, b) => b.length - a.length),
    syntax,
    (file) => read(file) ?? '',
    namer,
  )
  const numbers = numbersOf(queries)
  const entity = (name: string): Entity | undefined =>
    dataModels.map((one) => one.model(name)).find((one) => one !== undefined)
  const begin = (): Flow => new Flow(program, globals, calls)
  const contextOf = entries.some(({ kind }) => kind === 'procedure' || kind === 'resolver')
    ? contextsOf(code, syntax, read, begin)
    : () => new Map()
  const runs = entries.map((entry) => {
    const given = contextOf(entry.location.file)
    return runOf(entry, begin(), program.syntax(entry.location.file), numbers, entity, problems, given)
  })
  applyMounts(entries, runs)
  unique(runs)
  const proxies = new Map(
    entries.flatMap((entry) => (entry.kind === 'middleware' ? [[entry.location.file, entry] as const] : [])),
  )
  const matchers = new Map([...proxies.keys()].map((file) => [file, matchersOf(namer, file)]))
  const endpoints = runs.flatMap((run) => (run.endpoint ? [run.endpoint] : []))
  const passed: { file: string; guard: Guard; tests: Flow['pathTests'] }[] = []
  applyProxies(endpoints, matchers, ({ location: { file }, guard }, path) => {
    const same = passed.find(
      (one) => one.file === file && one.tests.every(({ test, outcome }) => test(path) === outcome),
    )
    const entry = proxies.get(file)
    if (same || !entry) return same?.guard ?? guard
    const flow = begin()
    flow.path = path
    follow(entry, flow, program.syntax(file), problems)
    const one = { file, guard: guardOfProxy(flow.events), tests: flow.pathTests }
    passed.push(one)
    return one.guard
  })
  applyProxiesToMounted(endpoints, read)
  applyInside(runs, read)
  runs.push(...credentialChecks(code, syntax, read, begin))

  // Only a map shows them, and they need files that no endpoint reaches.
  const conventions = once(() =>
    readConventions({
      files,
      packages,
      read,
      program,
      schemas: dataModels.flatMap((one) => one.files),
      handlers: new Set(
        entries.flatMap(({ kind, location }) => (kind === 'middleware' ? [] : [location.file])),
      ),
      aliasesFor: resolver.aliasesFor,
    }),
  )
  markPublic({ policy, runs })
  const told = tellPolicy({ policy, file: policyPath, declared, runs, dataModels })
  problems.push(...told.problems)

  return {
    root,
    folder,
    files,
    packages,
    aliases: resolver.aliases,
    problems,
    coverage: { files: code.length, lines },
    dataModels,
    runs,
    program,
    code,
    entity,
    sourceText: read,
    accepts: (draft, cwe) => acceptedBy({ policy, runs }, draft, cwe),
    map: {
      ...(hasPolicy ? { policy: { file: policyPath, entries: told.entries } } : {}),
      name: nameOf(packages, root, folder),
      stack: stackOf(packages, folder, dataModels),
      packages: packages.packages.map(summary),
      endpoints,
      queries,
      models: dataModels.flatMap((one) => toMapModels(one)),
      get conventions() {
        return conventions()
      },
    },
  }
}

function once<T>(work: () => T): () => T {
  let known: { value: T } | undefined
  return () => {
    known ??= { value: work() }
    return known.value
  }
}

function parse(
  file: string,
  read: (file: string) => string | undefined,
  problems: Problem[],
): Syntax | undefined {
  const text = CODE.test(file) ? read(file) : undefined
  if (text === undefined) return undefined
  const syntax = readSyntax(file, text)
  const error = syntax.errors[0]
  if (error)
    problems.push({
      where: `${file}:${error.line}`,
      message: `Syntax error: ${error.message.replace(/\.?$/, '.')} What follows it in this file was not read.`,
      effect: 'partial',
    })
  return syntax
}

function countLines(text: string): number {
  let lines = 0
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) lines++
  return lines
}

function follow(
  entry: Entry,
  flow: Flow,
  syntax: Syntax | undefined,
  problems: Problem[],
  given?: Context,
): void {
  try {
    if (syntax) runEntry(flow, entry, syntax, given)
  } catch (error) {
    const where = labelOf(entry)
    if (problems.some((one) => one.where === where && one.effect === 'partial')) return
    problems.push({
      where,
      message: `Could not be followed: ${error instanceof Error ? error.message : String(error)}. The rest was read.`,
      effect: 'partial',
    })
  }
}

function runOf(
  entry: Entry,
  flow: Flow,
  syntax: Syntax | undefined,
  queries: ReadonlyMap<string, number>,
  entity: (model: string) => Entity | undefined,
  problems: Problem[],
  given: Context,
): Run {
  const label = labelOf(entry)
  follow(entry, flow, syntax, problems, given)
  const run: Run = { endpoint: endpointOf(entry, label, flow, queries, entity), label, events: flow.events }
  if (entry.kind === 'action' && entry.value.shape?.k === 'closure')
    run.parameters = entry.value.shape.fn.params.map(parameterOf)
  if (entry.inline) run.inline = entry.inline
  return run
}

/** As the sources of its parts are named: `client:orgId`, `client:input1`. */
function parameterOf(param: Pattern, at: number): { name: string; form: boolean } {
  const to = param.k === 'default' ? param.to : param
  return to.k === 'bind'
    ? { name: to.name, form: to.form === true }
    : { name: `input${at || ''}`, form: false }
}

function labelOf(entry: Entry): string {
  if (entry.kind === 'route' || entry.kind === 'pages-api' || entry.kind === 'hono')
    return `${entry.method ?? 'ANY'} ${entry.path}`
  if (entry.kind === 'action') return `action ${entry.path} (${entry.location.file})`
  if (entry.kind === 'page')
    return `${entry.name === 'generateMetadata' ? 'metadata' : posix.basename(entry.location.file).replace(CODE, '')} ${entry.path}`
  return `${entry.kind} ${entry.path}`
}

const place = ({ location, operation }: { location: Location; operation: string }): string =>
  `${location.file}:${location.line} ${operation}`

/** The number of the first query at each place: events of a run name their query by it. */
function numbersOf(queries: readonly Query[]): Map<string, number> {
  const numbers = new Map<string, number>()
  for (const [number, query] of queries.entries())
    if (!numbers.has(place(query))) numbers.set(place(query), number)
  return numbers
}

function endpointOf(
  entry: Entry,
  label: string,
  flow: Flow,
  queries: ReadonlyMap<string, number>,
  entity: (model: string) => Entity | undefined,
): Endpoint {
  const reads = new Set<string>()
  const writes = new Set<string>()
  const validation = new Set<string>()
  const reached = new Map<number, Endpoint['queries'][number]>()
  for (const event of flow.events) {
    if (event.k === 'access') {
      const reachedBy = reachedModels(event, entity)
      for (const model of reachedBy.reads) reads.add(model)
      for (const model of reachedBy.writes) writes.add(model)
    }
    if (event.k === 'parse')
      validation.add(
        event.schema && event.schema !== 'z' ? `${event.library}: ${event.schema}` : event.library,
      )
    if (event.k !== 'access' && event.k !== 'raw') continue
    const query = queries.get(place(event))
    if (query !== undefined && !reached.has(query))
      reached.set(query, { query, via: event.via.map(({ location, note }) => ({ location, note })) })
  }
  return {
    id: label,
    kind: entry.kind,
    ...(entry.method === undefined ? {} : { method: entry.method }),
    path: entry.path,
    location: entry.location,
    guard: entry.kind === 'middleware' ? guardOfProxy(flow.events) : guardOf(flow.events),
    validation: [...validation],
    reads: [...reads],
    writes: [...writes],
    queries: [...reached.values()],
    unknown: [...flow.unknown],
  }
}

/** Two endpoints of the same name (in two apps of a monorepo) are told apart by their file. */
function unique(runs: Run[]): void {
  const counts = new Map<string, number>()
  const seen = new Map<string, number>()
  for (const run of runs) counts.set(run.label, (counts.get(run.label) ?? 0) + 1)
  for (const run of runs) {
    if ((counts.get(run.label) ?? 0) < 2 || !run.endpoint) continue
    const named = `${run.label} (${run.endpoint.location.file})`
    const before = seen.get(named) ?? 0
    seen.set(named, before + 1)
    run.label = before === 0 ? named : `${named} #${before + 1}`
    run.endpoint.id = run.label
  }
}

const summary = (one: Package) => ({
  name: one.name,
  folder: one.folder,
  next: 'next' in one.dependencies,
  prisma: 'prisma' in one.dependencies || '@prisma/client' in one.dependencies,
})

function nameOf(packages: Packages, root: string, folder: string): string {
  return (
    packages.packages.find((one) => one.folder === folder)?.name || posix.basename(root.replaceAll('\\', '/'))
  )
}

function stackOf({ packages, packageOf }: Packages, folder: string, dataModels: DataModel[]): string[] {
  const version = (name: string): string | undefined =>
    packageOf(folder)?.dependencies[name] ??
    packages.map((one) => one.dependencies[name]).find((one) => one !== undefined)
  const stack: string[] = []
  const next = version('next')
  if (next !== undefined) stack.push(`Next.js ${next}`)
  const prisma = version('@prisma/client') ?? version('prisma')
  const providers = [
    ...new Set(dataModels.flatMap((one) => (one.provider === undefined ? [] : [one.provider]))),
  ]
  if (prisma !== undefined || dataModels.length > 0)
    stack.push(
      `Prisma ${prisma ?? ''}${providers.length > 0 ? ` (${providers.join(', ')})` : ''}`.replace('  ', ' '),
    )
  if (packages.length > 1) stack.push(`${packages.length} packages`)
  return stack
}
