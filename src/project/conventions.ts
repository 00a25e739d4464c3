import type { Location } from '../core/finding.ts'
import type { Convention } from '../core/map.ts'
import { plural } from '../core/wording.ts'
import { isRecord, readJsonc } from '../source/config.ts'
import { codeHabits } from './conventions/code-habits.ts'
import { style } from './conventions/code-style.ts'
import { at, base, code, ranked, type Sources, tally, testFile } from './conventions/sources.ts'
import { rules } from './conventions/written-rules.ts'

const runners: [dependency: string, name: string][] = [
  ['vitest', 'vitest'],
  ['jest', 'jest'],
  ['@playwright/test', 'playwright'],
  ['cypress', 'cypress'],
  ['mocha', 'mocha'],
]

export const validators = [
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

export const authentication = [
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

const manifestOf = (folder: string): string => (folder === '.' ? 'package.json' : `${folder}/package.json`)

function dependencyIn({ packages }: Sources, name: string): Location | undefined {
  const owner = packages.packages.find((item) => item.dependencies[name] !== undefined)
  return owner && at(manifestOf(owner.folder))
}

function* layout({ files, packages, read, aliasesFor }: Sources): Generator<Convention> {
  for (const item of packages.packages) {
    if (item.dependencies.next === undefined) continue
    const inside = item.folder === '.' ? '' : `${item.folder}/`
    const holds = (folder: string): boolean => files.some((file) => file.startsWith(`${inside}${folder}/`))
    const where = item.folder === '.' ? '' : ` in ${item.folder}`
    if (holds('src/app') || holds('src/pages')) yield { topic: 'source folder', value: `src/${where}` }
    else if (holds('app') || holds('pages')) yield { topic: 'source folder', value: `no src/ folder${where}` }
  }
  const told = new Set<string>()
  for (const { folder } of packages.packages) {
    const file = aliasesFor(folder)
    if (file === undefined || told.has(file)) continue
    told.add(file)
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

/** Where a test stands: `beside` its source, in a folder `__tests__`, or the folder of tests that it is in. */
export function placementOf(file: string, present: ReadonlySet<string>): string {
  const folders = file.split('/').slice(0, -1)
  if (folders.includes('__tests__')) return '__tests__'
  if (present.has(file.replace(/\.(?:test|spec)(\.[cm]?[jt]sx?)$/, '$1'))) return 'beside'
  const index = folders.findIndex((name) => /^(?:tests?|e2e|spec|playwright|cypress)$/.test(name))
  return index === -1 ? 'beside' : folders.slice(0, index + 1).join('/')
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
    const placed = placementOf(file, present)
    const habit =
      placed === '__tests__'
        ? 'in __tests__ folders'
        : placed === 'beside'
          ? 'beside the source'
          : `in ${base(placed)}/`
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

function* schema({ schemas, read }: Sources): Generator<Convention> {
  const ids = new Map<string, { count: number; value: Location }>()
  const maps = new Map<string, { count: number; value: Location }>()
  for (const file of schemas) {
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

export const besidesTheApp =
  /(?:^|\/)(?:seeds?|scripts?|tests?|e2e|integration|examples?|docs|__tests__)(?:[/.]|-)/

/** The exported name of the file that makes the client: `prisma` of `export const prisma = …`. */
export function clientName(text: string): string | undefined {
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
  yield* errors.slice(0, 15)
}

/** The habits of the project as its configuration, its text and its written rules show them. */
export function readConventions(sources: Sources): Convention[] {
  return [layout, tests, libraries, style, schema, habits, codeHabits, rules].flatMap((part) => [
    ...part(sources),
  ])
}
