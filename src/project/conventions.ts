import { posix } from 'node:path'
import { parse as parseYaml } from 'yaml'
import type { Location } from '../core/finding.ts'
import type { Convention } from '../core/map.ts'
import { plural } from '../core/wording.ts'
import { isRecord, readJsonc } from '../source/config.ts'
import type { Packages, Read } from './packages.ts'

interface Sources {
  files: string[]
  packages: Packages
  read: Read
}

const maxRules = 60
const code = /(?<!\.d)\.[cm]?[jt]sx?$/
const testFile = /(?:\.|\/|^)(?:test|spec|e2e)\.[cm]?[jt]sx?$|\.(?:test|spec)-d\.ts$/

const runners: [dependency: string, name: string][] = [
  ['vitest', 'vitest'],
  ['jest', 'jest'],
  ['@playwright/test', 'playwright'],
  ['cypress', 'cypress'],
  ['mocha', 'mocha'],
]

const validators = [
  'zod',
  'valibot',
  'yup',
  'joi',
  'arktype',
  'superstruct',
  'typebox',
  '@sinclair/typebox',
  'class-validator',
  'io-ts',
  'ajv',
]

const authentication = [
  'next-auth',
  '@auth/core',
  'better-auth',
  '@clerk/nextjs',
  'lucia',
  'iron-session',
  '@supabase/ssr',
  '@supabase/auth-helpers-nextjs',
  '@auth0/nextjs-auth0',
  '@kinde-oss/kinde-auth-nextjs',
  '@workos-inc/authkit-nextjs',
  '@stackframe/stack',
  'supertokens-node',
  'passport',
  'jose',
  'jsonwebtoken',
]

const at = (file: string, text?: string, offset = 0): Location => {
  const before = text === undefined ? '' : text.slice(0, offset)
  const lastBreak = before.lastIndexOf('\n')
  return { file, line: before.split('\n').length, column: before.length - lastBreak }
}

const base = (file: string): string => posix.basename(file)

function shallowFirst(a: string, b: string): number {
  return a.split('/').length - b.split('/').length || (a < b ? -1 : a > b ? 1 : 0)
}

/** Most frequent first; equal counts in order of appearance. */
function ranked<Value>(counts: Map<string, { count: number; value: Value }>): [string, number, Value][] {
  return [...counts]
    .map(([key, { count, value }]): [string, number, Value] => [key, count, value])
    .sort((a, b) => b[1] - a[1])
}

function tally<Value>(
  counts: Map<string, { count: number; value: Value }>,
  key: string,
  value: () => Value,
): void {
  const known = counts.get(key)
  if (known === undefined) counts.set(key, { count: 1, value: value() })
  else known.count += 1
}

const manifestOf = (folder: string): string => (folder === '.' ? 'package.json' : `${folder}/package.json`)

function dependencyIn({ packages }: Sources, name: string): Location | undefined {
  const owner = packages.packages.find((item) => item.dependencies[name] !== undefined)
  return owner && at(manifestOf(owner.folder))
}

function* layout({ files, packages, read }: Sources): Generator<Convention> {
  for (const item of packages.packages) {
    if (item.dependencies.next === undefined) continue
    const inside = item.folder === '.' ? '' : `${item.folder}/`
    const holds = (folder: string): boolean => files.some((file) => file.startsWith(`${inside}${folder}/`))
    const where = item.folder === '.' ? '' : ` in ${item.folder}`
    if (holds('src/app') || holds('src/pages')) yield { topic: 'source folder', value: `src/${where}` }
    else if (holds('app') || holds('pages')) yield { topic: 'source folder', value: `no src/ folder${where}` }
  }
  for (const file of files) {
    if (!/^(?:ts|js)config(?:\.base)?\.json$/.test(base(file))) continue
    const folder = posix.dirname(file)
    if (packages.packageOf(file)?.folder !== folder) continue
    const text = read(file) ?? ''
    const { value } = readJsonc(text)
    const options = isRecord(value) ? value.compilerOptions : undefined
    const paths = isRecord(options) ? options.paths : undefined
    if (!isRecord(paths)) continue
    for (const [pattern, targets] of Object.entries(paths).slice(0, 12)) {
      const target = Array.isArray(targets) ? targets.filter((one) => typeof one === 'string').join(', ') : ''
      const place = folder === '.' ? '' : ` (${folder})`
      const offset = Math.max(0, text.indexOf(JSON.stringify(pattern)))
      yield { topic: 'alias', value: `${pattern} → ${target}${place}`, location: at(file, text, offset) }
    }
  }
  if (packages.manager !== undefined) {
    const scope = packages.workspace ? `, workspace of ${packages.packages.length} packages` : ''
    yield { topic: 'package manager', value: `${packages.manager}${scope}` }
  }
}

function* tests(sources: Sources): Generator<Convention> {
  const { files, packages, read } = sources
  const found = new Set<string>()
  for (const [dependency, name] of runners) {
    const location = dependencyIn(sources, dependency)
    const config = files.find((file) => new RegExp(`^${name}\\.config\\.`).test(base(file)))
    if (location === undefined && config === undefined) continue
    found.add(name)
    yield {
      topic: 'test runner',
      value: name,
      location: config === undefined ? (location ?? at('package.json')) : at(config),
    }
  }
  for (const item of packages.packages) {
    const scripts = isRecord(item.manifest.scripts) ? Object.values(item.manifest.scripts) : []
    const file = manifestOf(item.folder)
    for (const [name, mark] of [
      ['node:test', /(?:node|tsx)\s[^&|]*--test\b/],
      ['bun test', /(?:^|[&;]\s*)bun test\b/],
    ] as const) {
      if (found.has(name) || !scripts.some((script) => typeof script === 'string' && mark.test(script)))
        continue
      found.add(name)
      yield { topic: 'test runner', value: name, location: at(file) }
    }
  }
  const placement = new Map<string, { count: number; value: string }>()
  const present = new Set(files)
  for (const file of files) {
    if (!testFile.test(file)) continue
    const folders = file.split('/').slice(0, -1)
    const beside = present.has(file.replace(/\.(?:test|spec)(\.[cm]?[jt]sx?)$/, '$1'))
    const folder = folders.find((name) => /^(?:tests?|e2e|spec|playwright|cypress)$/.test(name))
    const habit = folders.includes('__tests__')
      ? 'in __tests__ folders'
      : beside || folder === undefined
        ? 'beside the source'
        : `in ${folder}/`
    tally(placement, habit, () => file)
  }
  const [first] = ranked(placement)
  if (first !== undefined) {
    const [habit, count, example] = first
    yield { topic: 'test placement', value: `${habit} (${plural(count, 'file')})`, location: at(example) }
  }
  if (found.size === 0 && first !== undefined && /from ['"]node:test['"]/.test(read(first[2]) ?? '')) {
    yield { topic: 'test runner', value: 'node:test', location: at(first[2]) }
  }
}

function* libraries(sources: Sources): Generator<Convention> {
  for (const [topic, names] of [
    ['validation', validators],
    ['authentication', authentication],
  ] as const) {
    for (const name of names) {
      const location = dependencyIn(sources, name)
      if (location !== undefined) yield { topic, value: name, location }
    }
  }
}

const quotesOf = (single: unknown): string => (single === true ? 'single quotes' : 'double quotes')

/** `module.exports = { singleQuote: true }` without running it. */
function looseSettings(text: string): Record<string, unknown> {
  const settings: Record<string, unknown> = {}
  for (const [, key, value] of text.matchAll(
    /["']?(singleQuote|semi|printWidth|useTabs)["']?\s*:\s*(true|false|\d+)/g,
  )) {
    if (key !== undefined) settings[key] = value === 'true' ? true : value === 'false' ? false : Number(value)
  }
  return settings
}

function prettierSettings(file: string, text: string): unknown {
  if (base(file) === 'package.json') {
    const { value } = readJsonc(text)
    return isRecord(value) ? value.prettier : undefined
  }
  if (code.test(file)) return looseSettings(text)
  try {
    return file.endsWith('json') || text.trimStart().startsWith('{') ? readJsonc(text).value : parseYaml(text)
  } catch {
    return undefined
  }
}

function* style({ files, read }: Sources): Generator<Convention> {
  const configs = files.filter((file) => !file.includes('node_modules/')).sort(shallowFirst)
  const prettier = configs.find((file) => /^\.prettierrc|^prettier\.config\.[cm]?[jt]s$/.test(base(file)))
  const manifest = configs.includes('package.json') ? 'package.json' : undefined
  for (const file of [prettier ?? manifest]) {
    const settings = file === undefined ? undefined : prettierSettings(file, read(file) ?? '')
    if (file === undefined || !isRecord(settings)) continue
    // A configuration that builds on another one says nothing about what it leaves out.
    const shared = code.test(file) && /\.\.\.|\brequire\(|^import /m.test(read(file) ?? '')
    const width = settings.printWidth
    const parts = [
      ...(shared && settings.singleQuote === undefined ? [] : [quotesOf(settings.singleQuote)]),
      ...(shared && settings.semi === undefined
        ? []
        : [settings.semi === false ? 'no semicolons' : 'semicolons']),
      ...(shared && width === undefined ? [] : [`width ${typeof width === 'number' ? width : 80}`]),
    ]
    const value = parts.length === 0 ? 'prettier (shared settings)' : `prettier: ${parts.join(', ')}`
    yield { topic: 'formatter', value, location: at(file) }
  }
  const biome = configs.find((file) => /^biome\.jsonc?$/.test(base(file)))
  if (biome !== undefined) {
    const { value } = readJsonc(read(biome) ?? '')
    const record = (parent: unknown, key: string): Record<string, unknown> => {
      const child = isRecord(parent) ? parent[key] : undefined
      return isRecord(child) ? child : {}
    }
    const general = record(value, 'formatter')
    const script = record(record(value, 'javascript'), 'formatter')
    if (general.enabled !== false) {
      const parts = [
        quotesOf(script.quoteStyle === 'single'),
        script.semicolons === 'asNeeded' ? 'no semicolons' : 'semicolons',
        `width ${script.lineWidth ?? general.lineWidth ?? 80}`,
      ]
      yield { topic: 'formatter', value: `biome: ${parts.join(', ')}`, location: at(biome) }
    }
    if (record(value, 'linter').enabled !== false)
      yield { topic: 'linter', value: 'biome', location: at(biome) }
  }
  for (const [name, mark] of [
    ['eslint', /^\.eslintrc|^eslint\.config\./],
    ['oxlint', /^\.?oxlint(?:rc)?\.(?:json|config)/],
  ] as const) {
    const file = configs.find((one) => mark.test(base(one)))
    if (file !== undefined) yield { topic: 'linter', value: name, location: at(file) }
  }
}

function* schema({ files, read }: Sources): Generator<Convention> {
  const ids = new Map<string, { count: number; value: Location }>()
  const maps = new Map<string, { count: number; value: Location }>()
  for (const file of files) {
    if (!file.endsWith('.prisma') || /(?:^|\/)(?:docs|examples?|templates?|fixtures)\//.test(file)) continue
    const text = read(file) ?? ''
    for (const match of text.matchAll(/^[ \t]*\w+[ \t]+\w+[^\n]*@id\b[^\n]*$/gm)) {
      const call = /@default\((?:dbgenerated\(["']([^"']+)["']\)|(\w+)\()/.exec(match[0])
      const kind = call === null ? 'given by the caller' : `@default(${call[1] ?? `${call[2]}()`})`
      tally(ids, kind, () => at(file, text, match.index + match[0].search(/\S/)))
    }
    for (const match of text.matchAll(/(@@map|(?<!@)@map)\((?:name:\s*)?["']([^"']+)["']\)/g)) {
      const name = match[2] ?? ''
      const naming = /^[a-z\d]+(?:_[a-z\d]+)*$/.test(name) ? 'snake_case' : 'other names'
      tally(maps, `${match[1]} ${naming}`, () => at(file, text, match.index))
    }
  }
  const [id] = ranked(ids)
  if (id !== undefined) yield { topic: 'id', value: `${id[0]} (${plural(id[1], 'model')})`, location: id[2] }
  for (const kind of ['@@map', '@map']) {
    const first = ranked(maps).find(([key]) => key.startsWith(`${kind} `))
    if (first !== undefined) {
      const what = kind === '@@map' ? 'tables' : 'columns'
      yield { topic: 'naming', value: `${what}: ${first[0]} (${first[1]})`, location: first[2] }
    }
  }
}

const besidesTheApp = /(?:^|\/)(?:seeds?|scripts?|tests?|e2e|integration|examples?|docs|__tests__)(?:[/.]|-)/

/** The exported name of the file that makes the client: `prisma` of `export const prisma = …`. */
function clientName(text: string): string | undefined {
  const names = [
    ...[...text.matchAll(/^export (?:const|let|var) (\w+)/gm)].map((match) => match[1]),
    ...[...text.matchAll(/^export default (?:\w+\.)?(\w+);?\s*$/gm)].map((match) => match[1]),
    ...[...text.matchAll(/^export \{([^}]*)\}(?!\s*from)/gm)].flatMap((match) =>
      (match[1] ?? '').split(',').map((part) => /(\w+)\s*$/.exec(part)?.[1]),
    ),
  ].filter((name): name is string => name !== undefined && !/^Prisma(?:Client)?$/.test(name))
  const maker = /(?:const|let|var) (\w+)[^=\n]*=[^=][^\n]*\n?[^\n]*\bnew PrismaClient\b/.exec(text)?.[1]
  return (
    names.find((name) => /^(?:prisma|db|client|database)$|prisma|client/i.test(name)) ??
    names.find((name) => name === maker) ??
    names[0]
  )
}

function* habits({ files, read }: Sources): Generator<Convention> {
  const envelopes = new Map<string, { count: number; value: Location }>()
  const failures = new Map<string, { count: number; value: Location }>()
  const clients: Convention[] = []
  const errors: Convention[] = []
  for (const file of files) {
    if (!code.test(file) || testFile.test(file)) continue
    const text = read(file)
    if (text === undefined) continue
    if (
      text.includes('new PrismaClient') &&
      !besidesTheApp.test(file) &&
      /^export |\bexports\b/m.test(text)
    ) {
      const offset = text.search(/\bnew PrismaClient\b/)
      if (offset !== -1) {
        const name = clientName(text)
        clients.push({
          topic: 'client',
          value: name === undefined ? `PrismaClient made in ${file}` : `${name} from ${file}`,
          location: at(file, text, offset),
        })
      }
    }
    if (text.includes('.json(')) {
      for (const match of text.matchAll(
        /\b(?:(?:Next)?Response|res(?:\.status\([^()]*\))?)\s*\.json\(\s*\{\s*["']?(\w+)["']?\s*[:,}]/g,
      )) {
        const key = match[1] ?? ''
        const group = /^(?:errors?|message|msg|detail|code|reason|title)$/i.test(key) ? failures : envelopes
        tally(group, key, () => at(file, text, match.index))
      }
    }
    if (text.includes('extends')) {
      for (const match of text.matchAll(
        /^[ \t]*(?:export (?:default )?)?(?:abstract )?class (\w+) extends (\w*Error|TRPCError|HTTPException)\b/gm,
      )) {
        errors.push({
          topic: 'error class',
          value: `${match[1]} extends ${match[2]}`,
          location: at(file, text, match.index + match[0].search(/\S/)),
        })
      }
    }
  }
  yield* clients.slice(0, 8)
  for (const [topic, counts] of [
    ['envelope', envelopes],
    ['error envelope', failures],
  ] as const) {
    const [first] = ranked(counts)
    if (first !== undefined && first[1] > 1) {
      yield { topic, value: `{ ${first[0]}: … } (${plural(first[1], 'time')})`, location: first[2] }
    }
  }
  yield* errors.slice(0, 15)
}

const ruleFile =
  /(?:^|\/)(?:CLAUDE|AGENTS|CONTRIBUTING)\.md$|(?:^|\/)\.cursorrules$|(?:^|\/)\.cursor\/rules\/.+\.mdc?$|^\.github\/copilot-instructions\.md$/i
const imperative =
  /^(?:(?:please|always|never|must|do not|don['’]t|avoid|use|prefer|keep|ensure|make sure|validate|check|run|write|add|put|place|store|return|throw|handle|name|follow|import|export|define|create|wrap|require|limit|only|no)\b)|\b(?:must(?: not)?|never|always|should(?: not|n['’]t)?|do not|don['’]t)\b/i
const checkable =
  /`any`|\bany\b(?= types?\b|[.,;]?$)|\b(?:no|avoid|never use|use of) any\b|\bas any\b|console\.|\bzod\b|\bvalidat|\bauth(?:enticat|oriz|\b)|\bsessions?\b|\bpermissions?\b|\bprisma\b|\bselect\b|\btransactions?\b|\braw (?:sql|quer)|\$queryraw|\bpaginat|\bcursor-based\b|\bindex(?:es)?\b(?!\.)|\benv\b|environment variable|process\.env|\bN\+1\b/i

function* rules({ files, read }: Sources): Generator<Convention> {
  const seen = new Set<string>()
  for (const file of files.filter((one) => ruleFile.test(one)).sort(shallowFirst)) {
    let fenced = false
    let line = 0
    for (const row of (read(file) ?? '').split('\n')) {
      line += 1
      if (/^\s*(?:```|~~~)/.test(row)) fenced = !fenced
      const bullet = fenced ? undefined : /^(\s*(?:[-*+]|\d+[.)])\s+)(?:\[[ x]\]\s+)?(.+)$/.exec(row)
      if (!bullet) continue
      const value = (bullet[2] ?? '').replace(/\*\*|__/g, '').trim()
      const core = value.replace(/^[^\p{L}`]+/u, '').replace(/^[\w /&-]{2,30}:\s+/, '')
      if (!imperative.test(core) || value.length < 8 || seen.has(value)) continue
      seen.add(value)
      yield {
        topic: 'rule',
        value: value.length > 300 ? `${value.slice(0, 299)}…` : value,
        location: { file, line, column: (bullet[1] ?? '').length + 1 },
        ...(checkable.test(value) && { checkable: true }),
      }
      if (seen.size >= maxRules) return
    }
  }
}

/** The habits of the project as its configuration, its text and its written rules show them. */
export function readConventions(sources: Sources): Convention[] {
  return [layout, tests, libraries, style, schema, habits, rules].flatMap((part) => [...part(sources)])
}
