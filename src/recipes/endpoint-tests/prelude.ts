/** What the tests of one endpoint stand on: rows, who is calling, and the request. */
import { posix } from 'node:path'
import type { Project } from '../../project/project.ts'
import type { Wanted } from './credential.ts'
import { createParty } from './party.ts'
import type { Runner } from './runner.ts'
import type { Subject } from './subject.ts'
import { keyed, quoted } from './text.ts'

export interface Prelude {
  imports: Wanted[]
  /** Before everything else: stand-ins. */
  mocks: string[]
  declarations: string[]
  /** How the tables are emptied before each test, as code of a function. */
  reset: string
}

/** The project's own function that tests call before each of them. */
interface Reset {
  file: string
  name: string
}

export function preludeOf(subject: Subject, runner: Runner): Prelude {
  const { credential, client, method, file, facts } = subject
  const own = ownReset(facts.project)
  const clientName = client.name === 'default' ? `default as ${client.local ?? 'it'}` : client.name
  return {
    imports: [
      { package: 'next/server', names: ['NextRequest'] },
      { file, names: [method] },
      { file: client.file, names: [clientName] },
      ...(own ? [{ file: own.file, names: [own.name] }] : []),
      ...(credential?.imports ?? []),
    ],
    mocks: mocksOf(subject, runner),
    declarations: [
      ...(credential?.setup.filter((line) => !line.includes('Party')) ?? []),
      handlerOf(subject),
      ...(subject.mocks.headers && !credential?.session
        ? [
            `/** The request that next/headers tells of. */\nlet mockRequest = new NextRequest('http://localhost')`,
          ]
        : []),
      ...(own ? [] : [emptyTables(subject)]),
      `/** Somebody, and the rows that the endpoint is about. */\n${createParty(subject.party, client.use)}`,
      'type Party = Awaited<ReturnType<typeof createParty>>',
      ...(credential?.setup.filter((line) => line.includes('Party')) ?? []),
      ...(credential?.headers === undefined
        ? []
        : [`const headersOf = async (party: Party) => (${credential.headers})`]),
      ...(credential?.session ? [`const sessionOf = (party: Party) => (${credential.session.of})`] : []),
      ...bodyFor(subject),
      callOf(subject),
      sendOf(subject, runner),
    ].map(withUse(credential?.headers)),
    reset: own?.name ?? 'emptyTables',
  }
}

/** `headersOf` is async only where it waits. */
const withUse =
  (headers: string | undefined) =>
  (text: string): string =>
    headers !== undefined && !headers.includes('await')
      ? text
          .replace('const headersOf = async (', 'const headersOf = (')
          .replace('(await headersOf(', '(headersOf(')
      : text.replace(/const tokenFor = async/, 'const tokenFor = async')

function mocksOf({ mocks, credential }: Subject, runner: Runner): string[] {
  return [
    ...(credential?.session
      ? [
          runner.mock(
            'next-auth',
            `{ ${credential.session.call}: ${runner.name === 'jest' ? 'jest' : 'vi'}.fn() }`,
          ),
        ]
      : mocks.headers
        ? [
            runner.mock(
              'next/headers',
              '{ cookies: async () => mockRequest.cookies, headers: async () => mockRequest.headers }',
            ),
          ]
        : []),
    ...(mocks.cache
      ? [
          runner.mock(
            'next/cache',
            '{ revalidatePath: () => {}, revalidateTag: () => {}, updateTag: () => {} }',
          ),
        ]
      : []),
  ]
}

const typeOfParam = (many: boolean): string => (many ? 'string[]' : 'string')

const paramsType = ({ params }: Subject): string =>
  params.length === 0
    ? '{}'
    : `{ ${params.map(({ name, many }) => `${keyed(name)}: ${typeOfParam(many)}`).join('; ')} }`

function handlerOf(subject: Subject): string {
  const type =
    subject.params.length === 0 ? 'Promise<Record<string, never>>' : `Promise<${paramsType(subject)}>`
  return `type Handler = (request: NextRequest, context: { params: ${type} }) => Response | Promise<Response>
const handler: Handler = ${subject.method}`
}

function emptyTables({ party, creates, dataModel, client }: Subject): string {
  const tables = new Set([
    ...party.rows.map(({ entity }) => entity.table),
    ...[...creates].flatMap((name) => dataModel.model(name)?.table ?? []),
  ])
  const named = [...tables].sort().map((table) => `"${table}"`)
  return `/** Only ever a database whose name says that it is one for tests. */
async function emptyTables() {
  const name = new URL(process.env.DATABASE_URL ?? 'postgresql://').pathname.slice(1)
  if (!name.includes('test')) throw new Error(\`These tests empty tables, and the database is called "\${name}"\`)
  await ${client.use}.$executeRaw\`TRUNCATE ${named.join(', ')} RESTART IDENTITY CASCADE\`
}`
}

function bodyFor({ body }: Subject): string[] {
  if (!body) return []
  const fields = body.fields.map(([key, code]) => `${keyed(key)}: ${code}`).join(', ')
  const parameter = body.fields.some(([, code]) => /\bparty\./.test(code)) ? 'party: Party' : '_party: Party'
  return [`const bodyFor = (${parameter}) => ({ ${fields} })`]
}

function callOf(subject: Subject): string {
  const { credential, params, query, body } = subject
  const members = [
    ...(credential ? ['/** Who asks, if not the party itself. */\nas?: Party | null'] : []),
    ...(credential?.headers === undefined ? [] : ['headers?: Record<string, string>']),
    ...(params.length === 0 ? [] : [`params?: Partial<${paramsType(subject)}>`]),
    ...(hasQuery(query) ? ['query?: Record<string, string | undefined>'] : []),
    ...(body
      ? [
          '/** What differs from the valid body; a text is sent as it is. */\nbody?: Record<string, unknown> | string',
        ]
      : []),
  ]
  return `interface Call {\n${members.join('\n')}\n}`
}

const hasQuery = ({ schemas, fields }: Subject['query']): boolean => schemas.size > 0 || fields.length > 0

/** Whether tests may give a query: it is read by a schema, or a key is in it. */
export const readsQuery = (subject: Subject): boolean =>
  hasQuery(subject.query) || subject.template.inputs.all.some(({ path }) => path.startsWith('query.'))

function sendOf(subject: Subject, runner: Runner): string {
  const { credential, params, body, query, method } = subject
  const asks = credential !== undefined
  const names = [
    ...(asks ? ['as = party'] : []),
    ...(credential?.headers === undefined ? [] : ['headers']),
    ...(params.length === 0 ? [] : ['params']),
    ...(readsQuery(subject) ? ['query'] : []),
    ...(body ? ['body = {}'] : []),
  ]
  const path = subject.run.endpoint.path
    .split('/')
    .filter((one) => !/^\([^.]*\)$/.test(one))
    .join('/')
    .replace(/\[{1,2}(?:\.\.\.)?([^\]]+)\]{1,2}/g, (_, name: string) => `\${at.${name}}`)
  const lines = [
    ...(params.length === 0
      ? []
      : [
          `const at = { ${params.map(({ name, code, many }) => `${keyed(name)}: ${many ? `[${code}]` : code}`).join(', ')}, ...params }`,
        ]),
    ...(readsQuery(subject)
      ? [
          `const search = new URLSearchParams()
for (const [key, value] of Object.entries({ ${[...query.fields.map(([key, code]) => `${keyed(key)}: ${code}`), '...query'].join(', ')} }))
  if (value !== undefined) search.set(key, value)`,
        ]
      : []),
    ...(credential?.session
      ? [`${runner.mocked(credential.session.call)}.mockResolvedValue(as && sessionOf(as))`]
      : []),
  ]
  const headers = credential?.headers?.includes('await') ? 'await headersOf(as)' : 'headersOf(as)'
  const given = `headers ?? (as ? ${headers} : {})`
  const sent = [
    `method: '${method}'`,
    ...(credential?.headers !== undefined
      ? [body ? `headers: { 'content-type': 'application/json', ...(${given}) }` : `headers: ${given}`]
      : body
        ? ["headers: { 'content-type': 'application/json' }"]
        : []),
    ...(body
      ? ["body: typeof body === 'string' ? body : JSON.stringify({ ...bodyFor(party), ...body })"]
      : []),
  ]
  const variable = subject.mocks.headers && !credential?.session ? 'mockRequest' : 'const request'
  const url = `${/\$\{/.test(path) || readsQuery(subject) ? `\`http://localhost${path}${readsQuery(subject) ? `?\${search}` : ''}\`` : quoted(`http://localhost${path}`)}`
  const context = `{ params: Promise.resolve(${params.length === 0 ? '{}' : 'at'}) }`
  const used = names.length === 0 ? '' : `, { ${names.join(', ')} }: Call = {}`
  const needsParty = [...lines, ...sent, ...names].some((one) => /\bparty\b/.test(one))
  return `/** The valid request of a party, but for what is said otherwise. */
async function send(${needsParty ? 'party' : '_party'}: Party${used}) {
${lines.join('\n')}
${variable} = new NextRequest(${url}, { ${sent.join(', ')} })
const response = await handler(${variable.replace('const ', '')}, ${context})
const text = await response.text()
return { status: response.status, body: /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text }
}`
}

/** What the project's tests call before each of them, where they agree on one. */
function ownReset(project: Project): Reset | undefined {
  const counts = new Map<string, { reset: Reset; count: number }>()
  for (const file of project.files.filter((one) => /\.(?:test|spec)\.[cm]?tsx?$/.test(one))) {
    const text = project.sourceText(file) ?? ''
    const [, name] = /\bbeforeEach\((\w+)\)/.exec(text) ?? []
    if (name === undefined) continue
    const from = [...text.matchAll(/import\s*\{([^}]*)\}\s*from\s*['"]([^'"]+)['"]/g)].find(
      ([, names = '']) => names.split(',').some((one) => one.trim() === name),
    )?.[2]
    const found = from === undefined ? undefined : project.program.resolve(file, from).file
    if (found === undefined) continue
    const known = counts.get(`${found}#${name}`)
    counts.set(`${found}#${name}`, { reset: { file: found, name }, count: (known?.count ?? 0) + 1 })
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.reset
}

/** Specifier of an import, for the reader of a file. */
export function importLines(subject: Subject, from: string, imports: readonly Wanted[]): string {
  const merged = new Map<string, Set<string>>()
  for (const one of imports) {
    if (one.names.length === 0) continue
    const specifier =
      one.package ??
      (one.file !== undefined && posix.dirname(one.file) === posix.dirname(from)
        ? `./${posix.basename(one.file).replace(/\.tsx?$/, '')}`
        : subject.habits.specifier(from, one.file ?? ''))
    merged.set(specifier, new Set([...(merged.get(specifier) ?? []), ...one.names]))
  }
  return [...merged]
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([specifier, names]) => {
      const initial = [...names].find((name) => name.startsWith('default as '))?.slice('default as '.length)
      const rest = [...names]
        .filter((name) => !name.startsWith('default as '))
        .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
      const parts = [
        ...(initial === undefined ? [] : [initial]),
        ...(rest.length > 0 ? [`{ ${rest.join(', ')} }`] : []),
      ]
      return `import ${parts.join(', ')} from '${specifier}'`
    })
    .join('\n')
}

/** As formatters sort: packages of Node first, then others, then the project's own. */
function rank(from: string): number {
  if (from.startsWith('node:')) return 0
  if (from.startsWith('..')) return 3
  if (from.startsWith('.')) return 4
  return /^[@~#]\//.test(from) ? 2 : 1
}
