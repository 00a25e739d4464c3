// Broken projects for `bench/mutated-inputs.mjs` and its test: our own fixtures, damaged the way that disks, editors, merges and
// strangers damage projects. The same seed gives the same projects.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'

const repository = join(import.meta.dirname, '..')
const SEEDS = [
  'fixtures/conventions/clinic',
  'fixtures/conventions/depot',
  'fixtures/conventions/gallery',
  'fixtures/conventions/journal',
  'fixtures/apps/actions-only',
  'fixtures/apps/pages-and-actions',
  'fixtures/apps/trpc-monorepo',
  'examples/workshop',
]
const CODE = /\.(tsx?|jsx?|mjs)$/
const TEST = /\.(test|spec|stories|d)\.\w+$|(^|\/)(__tests__|__mocks__|e2e)\//
/** Larger files are skipped; `source/files.ts` has the same number. */
const LIMIT = 4 * 1024 * 1024

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
function numbers(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

function filesOf(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return new Map(
    entries
      .filter((entry) => entry.isFile() && !/node_modules|\.next/.test(entry.parentPath))
      .map((entry) => {
        const path = join(entry.parentPath, entry.name)
        return [relative(folder, path).split(sep).join('/'), readFileSync(path)]
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

const known = new Map()
function seedFiles(name) {
  if (!known.has(name)) known.set(name, filesOf(join(repository, name)))
  return known.get(name)
}

const TOKENS = [
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '`',
  '${',
  '/*',
  '*/',
  '//',
  '"',
  "'",
  '<',
  '</',
  '>',
  '@',
  '#',
  '\\',
  '=>',
  '...',
  '\u2028',
  '?.',
  'await ',
  'export * from "./',
  'import(',
  'class extends ',
  '@@map(',
  '@relation(',
  'model ',
]
const nested = (open, inner, close, depth) => open.repeat(depth) + inner + close.repeat(depth)
const DEEP = [
  (n) => `export const deep = ${nested('(', '1', ')', n)}\n`,
  (n) => `export const deep = ${nested('[', '1', ']', n)}\n`,
  (n) => `export const deep = ${nested('{a:', '1', '}', n)}\n`,
  (n) => `export const deep = ${nested('() => ', '1', '', n)}\n`,
  (n) => `export const deep = ${nested('f(', '1', ')', n)}\n`,
  (n) => `export const deep = a${'.b'.repeat(n)}\n`,
  (n) => `export const deep = a${'.b()'.repeat(n)}\n`,
  (n) => `export const deep = ${'a + '.repeat(n)}a\n`,
  (n) => `export const deep = ${'a && '.repeat(n)}a\n`,
  (n) => `export const deep = ${'a ? b : '.repeat(n)}c\n`,
  (n) => `export const deep = ${nested('!', 'a', '', n)}\n`,
  (n) => `export const deep = ${nested('`${', 'a', '}`', n)}\n`,
  (n) => `export function deep(a) { ${nested('if (a) {', 'a()', '}', n)} }\n`,
  (n) => `export function deep(a) { ${'if (a) { a() } else '.repeat(n)} a() }\n`,
  (n) => `export function deep() { ${nested('{', '', '}', n)} }\n`,
  (n) => `export type Deep = ${nested('Array<', 'string', '>', n)}\n`,
  (n) => `export const deep = ${'await '.repeat(n)}a\n`,
]
const CYCLES = [
  {
    'lib/a.ts': "export * from './b'\nexport const a = b\nimport { b } from './b'\n",
    'lib/b.ts': "export * from './a'\nimport { a } from './a'\nexport const b = a\n",
  },
  { 'lib/a.ts': "import { a } from './a'\nexport { a }\nexport default a\n" },
  {
    'lib/a.ts': "export * from '.'\nexport * from './a'\n",
    'lib/index.ts': "export * from './a'\nexport { x } from './index'\n",
  },
  {
    'lib/a.ts': "import { b } from './b'\nexport const a = () => b()\n",
    'lib/b.ts': "import { a } from './a'\nexport const b = () => a()\n",
  },
  {
    'lib/a.ts': "import { B } from './b'\nexport class A extends B {}\n",
    'lib/b.ts': "import { A } from './a'\nexport class B extends A { static make() { return new B() } }\n",
  },
]
const MANIFESTS = [
  '',
  '[]',
  'null',
  '7',
  '"x"',
  '{',
  '{"name":5}',
  '{"name":"","dependencies":[]}',
  '{"dependencies":"next"}',
  '{"dependencies":{"next":7}}',
  '{"dependencies":null,"devDependencies":{"prisma":{}}}',
  '{"workspaces":"**"}',
  '{"workspaces":["../*","/","*","[","{a,","!**"],"dependencies":{"next":"1"}}',
  '{"workspaces":{"packages":5}}',
  '{"name":"a","exports":{".":{".":{".":"./a"}}},"imports":{"#a":"#a"},"dependencies":{"next":"16","a":"workspace:*"}}',
  '{"dependencies":{"next":"16","__proto__":"1","constructor":"1"}}',
  '{"name":"__proto__","dependencies":{"next":"16","@prisma/client":"7"}}',
  '{"prisma":{"schema":"../../.."},"dependencies":{"next":"16","prisma":"7"}}',
  `{"dependencies":${nested('{"next":', '1', '}', 4000)}}`,
]
const CONFIGS = [
  '',
  '[]',
  'null',
  '{',
  '{"extends":"./tsconfig.json"}',
  '{"extends":["./tsconfig.json","./tsconfig.json"]}',
  '{"extends":7,"compilerOptions":[]}',
  '{"compilerOptions":{"paths":{"@/*":"./*"}}}',
  '{"compilerOptions":{"paths":{"*":["*"],"**":["**"]},"baseUrl":"/"}}',
  '{"compilerOptions":{"baseUrl":"../../..","paths":{"@/*":["../*",7,null]}}}',
  '{"references":[{"path":"."},{"path":5},null]}',
  '{"compilerOptions":{"paths":{"__proto__":["./a"]}}}',
  '// only a comment',
  `{"compilerOptions":${nested('{"paths":', '{}', '}', 4000)}}`,
]
const SCHEMAS = [
  'model',
  'model A {',
  'model A {}\n',
  'model A {\n id\n}\n',
  'model A {\n id Int @id\n id Int @id\n}\nmodel A {\n id Int @id\n}\n',
  'model A {\n id Int @id\n a A @relation(fields: [id], references: [id])\n b A[]\n}\n',
  'model A {\n id Int @id\n b Missing @relation(fields: [bId, cId], references: [x])\n}\n',
  'model __proto__ {\n constructor Int @id\n hasOwnProperty String?\n}\n',
  'enum {\n}\ntype T {\n a T\n}\n',
  'datasource db {\n provider = \n url = env(\n}\n',
  'model A {\n id Int @id @default(dbgenerated("',
  '@@@@\n}}}}\n',
  'model A {\n id Int @id\n @@index([missing(sort: Wrong), , id\n @@map(\n}\n',
  'generator client {\n output = "../../../.."\n}\n',
  `model A {\n id Int @id\n${' x String @db.VarChar(1)\n'.repeat(3000)}}\n`,
  `model A {\n a String @default(${nested('f(', '1', ')', 3000)})\n}\n`,
]
const YAMLS = [
  'packages: 5\n',
  'packages:\n  - "**"\n  - "["\n',
  ':\n\t- x: [',
  'a: &a [x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\npackages: *d\n',
  '%YAML 9.9\n---\n!!js/function x\n',
  `packages: ${nested('[', '', ']', 2000)}\n`,
]
const NAMES = [
  'app/api/a b/route.ts',
  'app/api/[[...x]]/route.ts',
  'app/api/(.)x/route.ts',
  'app/api/@slot/[id]/route.ts',
  'app/api/__proto__/route.ts',
  'app/api/constructor/route.ts',
  'app/api/ü\u{1F600}/route.ts',
  'app/api/[/route.ts',
  'app/api/x\ny/route.ts',
  `app/api/${'n'.repeat(200)}/route.ts`,
  'app/api/%5Bid%5D/route.ts',
  'middleware.ts',
  'pages/api/[...all].ts',
  'app/$&/route.ts',
]
const REFERENCES =
  "import { prisma } from '@/lib/prisma'\nexport async function POST(request) { const b = await request.json(); await prisma.__proto__.create({ data: b }); return Response.json(await prisma.constructor.findMany(b.hasOwnProperty)) }\n"

/** What one mutation may do to the files: `files` is changed in place, `links` are made when all is written. */
const MUTATIONS = {
  truncate: (m) => m.edit((bytes) => bytes.subarray(0, m.below(bytes.length + 1))),
  cut: (m) => m.edit((bytes) => m.splice(bytes, Buffer.alloc(0))),
  repeat: (m) => m.edit((bytes) => m.splice(bytes, (span) => Buffer.concat([span, span, span]))),
  tokens: (m) => m.edit((bytes) => m.insert(bytes, Buffer.from(m.some(8, () => m.pick(TOKENS)).join('')))),
  utf16le: (m) => m.edit((bytes) => Buffer.from(`\uFEFF${bytes.toString('utf8')}`, 'utf16le')),
  utf16be: (m) => m.edit((bytes) => Buffer.from(`\uFEFF${bytes.toString('utf8')}`, 'utf16le').swap16()),
  'utf16 without mark': (m) =>
    m.edit((bytes) => Buffer.from(`${bytes.toString('utf8')} `, 'utf16le'), 'skipped'),
  'odd utf16': (m) =>
    m.edit((bytes) => Buffer.concat([Buffer.from([0xff, 0xfe]), bytes.subarray(0, bytes.length | 1)])),
  'two marks': (m) => m.edit((bytes) => Buffer.concat([Buffer.from('\uFEFF\uFEFF'), bytes])),
  nul: (m) => m.edit((bytes) => m.insert(bytes, Buffer.from([0])), 'skipped'),
  'invalid utf8': (m) => m.edit((bytes) => m.insert(bytes, Buffer.from([0xc3, 0x28, 0xf0, 0x9f, 0xff]))),
  'line ends': (m) =>
    m.edit((bytes) =>
      Buffer.from(bytes.toString('utf8').replaceAll('\n', m.pick(['\r', '\r\n', '\u2028', '']))),
    ),
  empty: (m) => m.edit(() => Buffer.from(m.pick(['', ' ', '\n\n\n', '\uFEFF']))),
  giant: (m) => m.edit((bytes) => Buffer.alloc(LIMIT + 1, bytes.length === 0 ? 'x' : bytes), 'skipped'),
  'long line': (m) => m.add(m.code(), Buffer.from(`export const list = [${'1,'.repeat(100_000)}]\n`)),
  deep: (m) => m.add(m.code(), Buffer.from(m.pick(DEEP)(m.pick([100, 1_000, 5_000, 20_000])))),
  cycle: (m) => {
    for (const [file, text] of Object.entries(m.pick(CYCLES))) m.files.set(file, Buffer.from(text))
    m.add(
      m.code(),
      Buffer.from(
        "import * as all from '@/lib/a'\nimport { a } from '../../lib/a'\nexport { b } from '@/lib/b'\nexport const GET = () => a(all.b)\n",
      ),
    )
  },
  manifest: (m) =>
    m.files.set(m.named(/(^|\/)package\.json$/, 'package.json'), Buffer.from(m.pick(MANIFESTS))),
  tsconfig: (m) =>
    m.files.set(m.named(/(^|\/)tsconfig\.json$/, 'tsconfig.json'), Buffer.from(m.pick(CONFIGS))),
  schema: (m) => m.files.set(m.named(/\.prisma$/, 'prisma/schema.prisma'), Buffer.from(m.pick(SCHEMAS))),
  'schema added': (m) =>
    m.add(m.named(/\.prisma$/, 'prisma/schema.prisma'), Buffer.from(`\n${m.pick(SCHEMAS)}`)),
  yaml: (m) =>
    m.files.set(
      m.pick(['pnpm-workspace.yaml', 'docker-compose.yml', '.prettierrc']),
      Buffer.from(m.pick(YAMLS)),
    ),
  config: (m) =>
    m.files.set(
      m.pick([
        '.backend-engineer/baseline.json',
        '.prettierrc.json',
        'biome.json',
        '.eslintrc.json',
        'prisma.config.ts',
        'AGENTS.md',
      ]),
      Buffer.from(m.pick([...MANIFESTS, ...CONFIGS])),
    ),
  name: (m) => m.files.set(m.pick(NAMES), m.chance() ? Buffer.from(REFERENCES) : m.files.get(m.code())),
  folder: (m) => {
    const file = m.any()
    m.files.delete(file)
    m.files.set(`${file}/inside.ts`, Buffer.from('export {}\n'))
  },
  missing: (m) => m.files.delete(m.any()),
  'link to itself': (m) => m.link('app/api/loop/route.ts', 'route.ts'),
  'link to nothing': (m) => m.link('app/api/nothing/route.ts', '../../../gone.ts'),
  'link to a folder above': (m) =>
    m.link(m.pick(['app/loop', 'lib/up', 'prisma/up']), m.pick(['..', '../..', '.'])),
  'link out': (m) => m.link('app/api/out/route.ts', '/etc/hostname'),
  mixed: (m) => {
    const [a, b] = [m.code(), m.any()]
    m.files.set(a, Buffer.concat([m.files.get(a), m.files.get(b)]))
  },
}

/** The names of all mutations. */
export const kinds = Object.keys(MUTATIONS)

/**
 * The broken project of a number. `skipped`: code files that cannot be read as text, which a report has to name.
 *
 * @param number each number has its own project; the same number has the same one
 */
export function mutant(number) {
  const next = numbers(number * 7919 + 1)
  const below = (count) => Math.floor(next() * count)
  const pick = (list) => list[below(list.length)]
  const seed = pick(SEEDS)
  const files = new Map(seedFiles(seed))
  const links = new Map()
  const skipped = new Set()
  const code = () => pick([...files.keys()].filter((file) => CODE.test(file))) ?? 'lib/only.ts'
  const any = () => pick([...files.keys()]) ?? 'lib/only.ts'
  const m = {
    files,
    below,
    pick,
    code,
    any,
    chance: () => next() < 0.5,
    some: (most, make) => Array.from({ length: 1 + below(most) }, make),
    named: (pattern, otherwise) => pick([...files.keys()].filter((file) => pattern.test(file))) ?? otherwise,
    insert: (bytes, more) => {
      const at = below(bytes.length + 1)
      return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)])
    },
    splice: (bytes, more) => {
      const from = below(bytes.length + 1)
      const to = Math.min(bytes.length, from + below(400))
      const put = typeof more === 'function' ? more(bytes.subarray(from, to)) : more
      return Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(to)])
    },
    edit: (change, effect) => {
      const file = next() < 0.7 ? code() : any()
      files.set(file, change(files.get(file) ?? Buffer.alloc(0)))
      if (effect === 'skipped') skipped.add(file)
    },
    add: (file, more) => files.set(file, Buffer.concat([files.get(file) ?? Buffer.alloc(0), more])),
    link: (file, to) => {
      files.delete(file)
      links.set(file, to)
    },
  }
  // Every kind comes first equally often.
  const done = [kinds[number % kinds.length]]
  while (done.length < 3 && next() < 0.4) done.push(pick(kinds))
  for (const kind of done) MUTATIONS[kind](m)
  const unreadable = [...skipped].filter((file) => {
    const bytes = files.get(file)
    const marked = bytes !== undefined && /^(fffe|feff)/.test(bytes.subarray(0, 2).toString('hex'))
    return (
      bytes !== undefined &&
      CODE.test(file) &&
      !TEST.test(file) &&
      !marked &&
      (bytes.length > LIMIT || bytes.includes(0))
    )
  })
  return { number, seed, kinds: done, files, links, skipped: unreadable }
}

/** Writes a project into a folder of its own, and gives the folder and what removes it. */
export function written({ files, links }) {
  const root = mkdtempSync(join(tmpdir(), 'mutant-'))
  const put = (file, work) => {
    try {
      mkdirSync(dirname(join(root, file)), { recursive: true })
      work(join(root, file))
    } catch (error) {
      // A mutation may have put a file where another needs a folder, or made a name that this disk does not take.
      if (!['EEXIST', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG', 'EINVAL'].includes(error.code)) throw error
    }
  }
  for (const [file, bytes] of files) put(file, (path) => writeFileSync(path, bytes))
  for (const [file, to] of links) put(file, (path) => symlinkSync(to, path))
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) }
}
