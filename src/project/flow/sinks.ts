/**
 * Calls of packages, of Node.js and of the language that act on a value: which argument, and as what. A wrong entry
 * makes false alarms in every project, so each names the packages that it is about.
 */
import type { Syntax } from '../../source/syntax.ts'
import type { SinkKind } from './events.ts'
import type { Machine } from './machine.ts'
import { composed } from './text.ts'
import { textOf, unknown, type Value, visibleFields } from './value.ts'

interface Entry {
  from: RegExp
  /** Of the function, or of the last method. */
  name: RegExp
  sink: SinkKind
  /** Which argument; `url` where it may be a field of that name in it. */
  at: number
  field?: RegExp
  /** The argument itself is nothing of the kind: only its field is. */
  inside?: true
}

const CLIENTS =
  /^(axios|got|ky|ofetch|node-fetch|cross-fetch|isomorphic-fetch|undici|superagent|needle|request|request-promise|phin|wretch)(\/|$)/
/** Clients of services that are told where the service is: models, search, storage. */
const SERVICES =
  /^(openai|ollama|groq-sdk|@langchain\/|@anthropic-ai\/|@ai-sdk\/|@mistralai\/|@aws-sdk\/client-|@elastic\/|meilisearch$|typesense$)/
const ADDRESS = /^(base_?url|endpoint|node|host|api_?url)$/i
const VERBS =
  /^(\(\)|default|fetch|\$fetch|ofetch|request|stream|pipeline|get|post|put|patch|delete|head|options)$/
/** Packages that open files by their path. */
export const FILES = /^(node:)?fs(\/promises)?$|^fs-extra$|^graceful-fs$/

const TABLE: Entry[] = [
  { from: /^global$/, name: /^fetch$/, sink: 'request', at: 0, field: /^url$/ },
  { from: CLIENTS, name: VERBS, sink: 'request', at: 0, field: /^(url|uri|baseURL|prefixUrl)$/ },
  {
    from: /^(node:)?https?$/,
    name: /^(request|get)$/,
    sink: 'request',
    at: 0,
    field: /^(host|hostname)$/,
  },
  // What is shown of a link is asked for by the server.
  {
    from: /^(unfurl\.js|open-graph-scraper|link-preview-js|url-metadata|fetch-meta-tags|page-metadata-parser)$/,
    name: /^(\(\)|default|unfurl|ogs|getLinkPreview|urlMetadata)$/,
    sink: 'request',
    at: 0,
    field: /^url$/,
  },
  { from: /^(playwright|playwright-core|puppeteer|puppeteer-core)$/, name: /^goto$/, sink: 'request', at: 0 },
  { from: /^next\/(navigation|dist\/)|^next-intl/, name: /^(permanentR|r)edirect$/, sink: 'redirect', at: 0 },
  { from: /^next\/server$|^global$|^hono$/, name: /^redirect$/, sink: 'redirect', at: 0 },
  {
    from: FILES,
    name: /^(readFile|createReadStream|writeFile|appendFile|createWriteStream|truncate|unlink|rm|rmdir|opendir|readdir|mkdir|copyFile|cp|copy|rename|move|link|symlink|chmod|open|stat|lstat|readJson|readJSON|writeJson|writeJSON|outputFile|outputJson|emptyDir|ensureDir|ensureFile|remove)(Sync)?$/,
    sink: 'file',
    at: 0,
  },
  {
    from: /^(node:)?child_process$|^execa$|^shelljs$/,
    name: /^(exec|execSync|command|commandSync|execaCommand|execaCommandSync)$/,
    sink: 'command',
    at: 0,
  },
  {
    from: /^(node:)?child_process$|^execa$|^cross-spawn$/,
    name: /^(spawn|spawnSync|execFile|execFileSync|fork|execa|execaSync|sync|default)$/,
    sink: 'command',
    at: 0,
  },
  { from: /^@ai-sdk\//, name: /^create[A-Z]/, sink: 'request', at: 0, field: ADDRESS, inside: true },
  { from: /^global$/, name: /^eval$/, sink: 'code', at: 0 },
  { from: /^global$/, name: /^Function$/, sink: 'code', at: -1 },
  { from: /^global$/, name: /^RegExp$/, sink: 'regex', at: 0 },
  {
    from: /^(node:)?vm$/,
    name: /^(runInContext|runInNewContext|runInThisContext|compileFunction)$/,
    sink: 'code',
    at: 0,
  },
  // https://github.com/patriksimek/vm2: code gets out of it, and no more repairs are to come.
  { from: /^vm2$/, name: /^run$/, sink: 'code', at: 0 },
]

/** Of these, the second argument is a path as well. */
const TWO_PATHS = /^(copyFile|cp|copy|rename|move|link|symlink)(Sync)?$/
const SHELLS = /^(\/bin\/|\/usr\/bin\/)?(sh|bash|zsh|dash|cmd(\.exe)?|powershell(\.exe)?|pwsh)$/

/** Clients of databases: https://node-postgres.com, https://github.com/porsager/postgres, https://clickhouse.com/docs. */
const DATABASES =
  /^(pg|pg-pool|postgres|@neondatabase\/serverless|@vercel\/postgres|mysql2?|mysql2\/promise|mariadb|better-sqlite3|sqlite3?|@libsql\/client|@clickhouse\/client(-web)?|knex|kysely|drizzle-orm(\/.+)?|@planetscale\/database|mssql|duckdb)$/
const QUERIES = /^\$?(query|execute|exec|run|all|prepare|raw|unsafe|command|queryRaw)$/
const STATEMENT = /^(\s|--.*\n)*(SELECT|INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|WITH\s+\S+\s+AS)\b/i

/** What is made with `new`. */
const CONSTRUCTORS: Entry[] = [
  { from: /^global$/, name: /^Function$/, sink: 'code', at: -1 },
  { from: /^(node:)?vm$/, name: /^Script$/, sink: 'code', at: 0 },
  { from: /^global$/, name: /^RegExp$/, sink: 'regex', at: 0 },
  {
    from: /^@aws-sdk\/client-s3$/,
    name: /^(Get|Put|Delete|Copy|Head)ObjectCommand$|^CreateMultipartUploadCommand$/,
    sink: 'object-key',
    at: 0,
    field: /^Key$/,
  },
  { from: SERVICES, name: /^(?!.*Command$)/, sink: 'request', at: 0, field: ADDRESS, inside: true },
]

/** Notes that a call hands a value to a place where it acts. */
export function noteSink(machine: Machine, callee: Value, args: Value[], syntax: Syntax, at: number): void {
  if (machine.naming) return
  const { shape } = unpromised(callee)
  if (shape?.k !== 'external' && shape?.k !== 'chain') return
  const steps = shape.k === 'chain' ? shape.steps : []
  const name = shape.k === 'external' ? shape.name : (steps.at(-1)?.name ?? '')
  if (steps.at(-1)?.name === 'new') return
  const root = shape.k === 'chain' ? shape.root : shape.name
  if (steps.length > 0 && shape.from === 'global' && !/^(Response|globalThis)$/.test(root)) return
  if (DATABASES.test(shape.from) && QUERIES.test(name)) noteQuery(machine, name, args, syntax, at)
  for (const entry of TABLE) {
    if (!entry.from.test(shape.from) || !entry.name.test(name)) continue
    const called = nameIn(shape.from, name)
    const given = entry.sink === 'command' ? [commandIn(args)] : args
    emit(machine, entry, callee, called, given, syntax, at)
    if (entry.sink === 'file' && TWO_PATHS.test(name))
      emit(machine, { ...entry, at: 1 }, callee, called, args, syntax, at)
    return
  }
}

/** `promisify(exec)` is `exec`. */
function unpromised(callee: Value): Value {
  const { shape } = callee
  if (shape?.k !== 'chain' || !/^(node:)?util$/.test(shape.from)) return callee
  const step = [...shape.steps].reverse().find(({ args }) => args.length > 0)
  return step?.args[0] && [shape.root, step.name].includes('promisify') ? step.args[0] : callee
}

/** What a shell reads, where there is one; otherwise the program, whose arguments are only arguments. */
function commandIn(args: readonly Value[]): Value {
  const [program = unknown(), ...rest] = args
  const list = rest.find(({ shape }) => shape?.k === 'array')
  const options = rest.find(({ shape }) => shape?.k === 'object')
  const shell = visibleFields(options).get('shell')?.shape
  const asked = shell?.k === 'literal' && Boolean(shell.value)
  const isShell = program.shape?.k === 'literal' && SHELLS.test(String(program.shape.value))
  return list && (asked || isShell) ? composed([program, ' ', list]) : program
}

const nameIn = (from: string, name: string): string =>
  from === 'global' || name === 'redirect'
    ? name
    : /^(\(\)|default)$/.test(name)
      ? from
      : `${from.replace(/^node:/, '')}.${name}`

/** A method of an object that no package is known of: the response of `pages/api`. */
export function noteMethod(
  machine: Machine,
  name: string,
  of: Value,
  args: Value[],
  syntax: Syntax,
  at: number,
): void {
  if (machine.naming || of.shape || of.client !== undefined) return
  if (QUERIES.test(name) && STATEMENT.test(textOf(statementIn(args) ?? unknown()).lead))
    noteQuery(machine, name, args, syntax, at)
  if (name !== 'redirect') return
  const value = args.at(-1)
  if (value) machine.emit({ ...machine.moment(syntax, at), k: 'sink', sink: 'redirect', name, value })
}

/** `return { redirect: { destination } }` of `getServerSideProps`. */
export function noteReturned(machine: Machine, value: Value, syntax: Syntax, at: number): void {
  if (machine.naming || value.shape?.k !== 'object') return
  const destination = visibleFields(visibleFields(value).get('redirect')).get('destination')
  if (destination)
    machine.emit({
      ...machine.moment(syntax, at),
      k: 'sink',
      sink: 'redirect',
      name: 'redirect',
      value: destination,
    })
}

/** The header `Location` of a response. */
export function noteLocation(machine: Machine, value: Value, syntax: Syntax, at: number): void {
  if (!machine.naming)
    machine.emit({ ...machine.moment(syntax, at), k: 'sink', sink: 'redirect', name: 'Location', value })
}

const statementIn = ([first]: readonly Value[]): Value | undefined =>
  first?.shape?.k === 'object'
    ? [...first.shape.fields].find(([key]) => /^(query|text|sql)$/.test(key))?.[1]
    : first

function noteQuery(machine: Machine, operation: string, args: Value[], syntax: Syntax, at: number): void {
  const statement = statementIn(args)
  if (statement?.text)
    machine.emit({ ...machine.moment(syntax, at), k: 'raw', operation, spliced: [statement] })
}

/**
 * A tagged template of SQL whose tag is not known. A piece of SQL that was put together before can only be meant to
 * become SQL: a tag that binds what stands in `${}` would make a string of it.
 */
export function noteTagged(
  machine: Machine,
  tag: string,
  parts: readonly string[],
  items: readonly Value[],
  syntax: Syntax,
  at: number,
): void {
  if (machine.naming || !STATEMENT.test(parts[0] ?? '')) return
  const spliced = items.filter(({ client, text }) => client === undefined && text !== undefined)
  const operation = tag.split('.').at(-1) ?? tag
  if (spliced.length > 0) machine.emit({ ...machine.moment(syntax, at), k: 'raw', operation, spliced })
}

/** The same for `new`. */
export function noteConstructor(
  machine: Machine,
  { from, name }: { from: string; name: string },
  args: Value[],
  syntax: Syntax,
  at: number,
): void {
  if (machine.naming) return
  const entry = CONSTRUCTORS.find((one) => one.from.test(from) && one.name.test(name))
  if (entry) emit(machine, entry, unknown(), `new ${name}`, args, syntax, at)
}

function emit(
  machine: Machine,
  entry: Entry,
  callee: Value,
  name: string,
  args: Value[],
  syntax: Syntax,
  at: number,
): void {
  const value = acted(entry, args)
  if (!value) return
  if (entry.sink === 'request') throughOwnFetch(machine, callee, value, syntax, at)
  machine.emit({ ...machine.moment(syntax, at), k: 'sink', sink: entry.sink, name, value })
}

function acted({ at, field, inside }: Entry, args: Value[]): Value | undefined {
  const value = args.at(at)
  const { shape } = value ?? {}
  // A client that is given a `fetch` of the project's own asks through it.
  if (inside && (shape?.k !== 'object' || shape.fields.has('fetch'))) return undefined
  if (!field || shape?.k !== 'object' || (value?.text && !inside)) return value
  // `new ChatOpenAI({ configuration: { baseURL } })`
  const inner = [...shape.fields].flatMap(([, one]) =>
    one.shape?.k === 'object' ? [...one.shape.fields] : [],
  )
  const fields = [...shape.fields, ...inner].filter(([key]) => field.test(key))
  return fields[0]?.[1]
}

/** `ky.create({ fetch: checkedFetch })`: what the function checks is checked for each request. */
function throughOwnFetch(machine: Machine, { shape }: Value, url: Value, syntax: Syntax, at: number): void {
  if (shape?.k !== 'chain') return
  for (const step of shape.steps) {
    if (!/^(create|extend|defaults)$/.test(step.name === '()' ? shape.root : step.name)) continue
    const options = step.args[0]?.shape
    const own = options?.k === 'object' ? options.fields.get('fetch') : undefined
    if (own?.shape?.k === 'closure') machine.attempt(own, [url], syntax, at, 'fetch')
  }
}

const CHECK =
  /verif|captcha|2fa|mfa|otp|two_?factor|auth|permission|signature|rate_?limit|approv|admin|paid|payment/i
const OUTCOME =
  /^(skip|bypass|disable|ignore|no|without|is)(?=[A-Z_])|(disabled|skipped|bypass(ed)?|verified|off)$/i

/** A flag of the caller by which the code decides whether a check takes place: `skipVerification`, `isAdmin`. */
export function noteDecision(machine: Machine, value: Value, syntax: Syntax, at: number): void {
  const name = value.client?.split('.').at(-1) ?? ''
  if (machine.naming || !CHECK.test(name) || !OUTCOME.test(name)) return
  machine.emit({ ...machine.moment(syntax, at), k: 'sink', sink: 'decision', name, value })
}
