import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { parseSync } from 'oxc-parser'
import { describe, expect, it } from 'vitest'

/** Who may import whom, besides itself. A new folder of `src` gets a line here. */
const borders: Record<string, string[]> = {
  core: [],
  source: ['core'],
  project: ['core', 'source'],
  sandbox: ['core'],
  database: ['core', 'source', 'project', 'sandbox'],
  runtime: ['core', 'source', 'project', 'sandbox', 'database'],
  workload: ['core', 'source', 'project', 'database', 'runtime'],
  changes: ['core', 'source', 'project'],
  setup: ['core', 'changes'],
  proof: ['core', 'source', 'project', 'sandbox', 'database', 'runtime', 'workload', 'changes'],
  repair: ['core', 'source', 'project', 'database', 'changes', 'proof'],
  faults: ['core', 'source', 'project', 'database', 'runtime', 'workload', 'changes', 'proof', 'repair'],
  causes: ['core', 'project'],
  recipes: ['core', 'source', 'project', 'database', 'runtime', 'changes', 'proof'],
  knowledge: ['core', 'source', 'project'],
  operations: [
    'core',
    'source',
    'project',
    'causes',
    'sandbox',
    'database',
    'runtime',
    'workload',
    'changes',
    'proof',
    'faults',
    'recipes',
    'knowledge',
    'setup',
  ],
  report: ['core'],
  mcp: ['core', 'operations', 'report'],
  cli: ['core', 'operations', 'report', 'mcp'],
  'index.ts': ['core', 'operations'],
}

/** The folders that may import a package. A package that is not here may be imported by none. */
const owners: Record<string, string[]> = {
  'oxc-parser': ['source'],
  'jsonc-parser': ['source', 'changes'],
  'path-to-regexp': ['project'],
  picomatch: ['project'],
  yaml: ['project'],
  zod: [
    'core',
    'sandbox',
    'database',
    'runtime',
    'workload',
    'changes',
    'setup',
    'proof',
    'recipes',
    'knowledge',
    'operations',
    'mcp',
    'cli',
    'project',
  ],
  '@modelcontextprotocol/server': ['mcp'],
  pg: ['database'],
  'pg-copy-streams': ['database'],
  '@prisma/schema-engine-wasm': ['database'],
  '@jridgewell/trace-mapping': ['runtime'],
  diff: ['changes'],
  prettier: ['changes'],
}

const root = join(import.meta.dirname, '../src')

interface Import {
  from: string
  specifier: string
  typeOnly: boolean
}

interface Source {
  file: string
  text: string
  imports: Import[]
}

function readSource(file: string): Source {
  const text = readFileSync(join(root, file), 'utf8')
  const { module } = parseSync(file, text)
  const imports: Import[] = module.staticImports.map(({ moduleRequest, entries }) => ({
    from: file,
    specifier: moduleRequest.value,
    typeOnly: entries.length > 0 && entries.every((entry) => entry.isType),
  }))
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest, isType } of entries) {
      if (moduleRequest) imports.push({ from: file, specifier: moduleRequest.value, typeOnly: isType })
    }
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const specifier = text.slice(moduleRequest.start + 1, moduleRequest.end - 1)
    imports.push({ from: file, specifier, typeOnly: false })
  }
  return { file, text, imports }
}

const everything = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
const sources = everything.filter((file) => /(?<!\.test)\.ts$/.test(file)).map(readSource)
const files = new Set(sources.map(({ file }) => file))
const imports = sources.flatMap((source) => source.imports)
const inside = imports.filter(({ specifier }) => specifier.startsWith('.'))
const packages = imports.filter(({ specifier }) => !/^(\.|node:)/.test(specifier))

const house = (file: string): string => file.split('/')[0] ?? file
const resolved = ({ from, specifier }: Import): string => posix.join(dirname(from), specifier)
const arrow = (one: Import, to: string): string => `${one.from} → ${to}`

function isAllowed(from: string, to: string): boolean {
  return house(from) === house(to) || (borders[house(from)]?.includes(house(to)) ?? false)
}

/** The fault that a file belongs to, `topic/fault`. */
const faultOf = (file: string): string | undefined => /^faults\/([^/]+\/[^/]+)\//.exec(file)?.[1]

describe('architecture', () => {
  it('saw every file, and understood every import', () => {
    const strange = everything.filter((file) => !/\.(ts|md)$/.test(file))
    expect(strange).toEqual([])
    expect(sources.length).toBe(everything.filter((file) => /(?<!\.test)\.ts$/.test(file)).length)
    expect(sources.length).toBeGreaterThan(50)
    // Every file but the leaves imports something: a reader of imports that sees none would pass the rest.
    expect(inside.length).toBeGreaterThan(sources.length)
    expect(inside.filter((one) => !files.has(resolved(one))).map((one) => arrow(one, one.specifier))).toEqual(
      [],
    )
  })

  it('has a border for every folder', () => {
    expect([...new Set([...files].map(house))].sort()).toEqual(Object.keys(borders).sort())
  })

  it('imports only across the borders that are open', () => {
    const forbidden = inside.filter((one) => !isAllowed(one.from, resolved(one)))
    expect(forbidden.map((one) => arrow(one, resolved(one)))).toEqual([])
  })

  it('has faults that do not know each other', () => {
    const forbidden = inside.filter((one) => {
      const [from, to] = [faultOf(one.from), faultOf(resolved(one))]
      return from !== undefined && to !== undefined && from !== to
    })
    expect(forbidden.map((one) => arrow(one, resolved(one)))).toEqual([])
  })

  it('has no cycle of imports', () => {
    const next = new Map<string, string[]>()
    for (const one of inside) {
      if (!one.typeOnly) next.set(one.from, [...(next.get(one.from) ?? []), resolved(one)])
    }
    expect(cycles(next)).toEqual([])
  })

  it('keeps each package in the folders that own it', () => {
    const name = (specifier: string): string =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/')
    const forbidden = packages.filter(
      ({ from, specifier }) => !owners[name(specifier)]?.includes(house(from)),
    )
    expect(forbidden.map((one) => arrow(one, one.specifier))).toEqual([])
    const used = new Set(packages.map(({ specifier }) => name(specifier)))
    expect([...used].sort()).toEqual(Object.keys(owners).sort())
  })

  it('does not talk its way around the compiler or the linter', () => {
    const dodge = /@ts-(ignore|expect-error|nocheck)|biome-ignore|\bas unknown as\b|[:<]\s*any\b|\bas any\b/
    // These look for the very words in other people's code.
    const searchers = /^(faults\/types\/|project\/calls\/assertions\.ts)/
    const caught = sources
      .filter(({ file }) => !searchers.test(file))
      .flatMap(({ file, text }) =>
        text
          .split('\n')
          .flatMap((line, index) =>
            dodge.test(stripped(line)) ? [`${file}:${index + 1} ${line.trim()}`] : [],
          ),
      )
    expect(caught).toEqual([])
  })

  it('would notice: the checks above fail on planted mistakes', () => {
    expect(isAllowed('core/finding.ts', 'report/text.ts')).toBe(false)
    expect(isAllowed('project/load.ts', 'faults/index.ts')).toBe(false)
    expect(isAllowed('mcp/server.ts', 'project/load.ts')).toBe(false)
    const planted = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['a']],
    ])
    expect(cycles(planted)).toEqual(['a → b → c → a'])
  })
})

/** Prose in a comment may say `any`; directives are comments and stay. */
function stripped(line: string): string {
  return /@ts-|biome-ignore/.test(line)
    ? line
    : line.replace(/\/\/.*$|^\s*\/?\*.*$/, '').replace(/'[^']*'/g, "''")
}

/** One path for each cycle that a walk in depth meets. */
function cycles(next: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): void => {
    const at = path.indexOf(file)
    if (at >= 0) found.push([...path.slice(at), file].join(' → '))
    if (at >= 0 || done.has(file)) return
    path.push(file)
    for (const one of next.get(file) ?? []) visit(one)
    path.pop()
    done.add(file)
  }
  for (const file of next.keys()) visit(file)
  return found
}
