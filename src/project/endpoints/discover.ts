/** Where requests enter, by the file conventions of Next.js 13–16 and the builders of tRPC, oRPC and action clients. */
import { posix } from 'node:path'
import type { Location } from '../../core/finding.ts'
import type { EndpointKind } from '../../core/map.ts'
import { type Fn, placeOf, type Syntax } from '../../source/syntax.ts'
import type { Flow } from '../flow/flow.ts'
import type { Value } from '../flow/value.ts'
import { functionsAround } from '../names.ts'
import type { InlinePlace } from '../project.ts'
import { connectRoutes } from './connect.ts'
import { type Guard, honoRoutes, resolvers } from './servers.ts'

export interface Entry {
  kind: EndpointKind
  method?: string
  path: string
  name: string
  location: Location
  value: Value
  /** Middlewares that run before it, outermost first (Hono, next-connect). */
  before?: Value[]
  /** It is added to an application that it was handed: its base path is not known (Hono). */
  somewhere?: true
  /** Of an action that is declared inside of a function, or beside other code. */
  inline?: InlinePlace
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const SOURCE = /\.(tsx?|jsx?|mjs|mts)$/
const OTHER = /\.(test|spec|stories|d)\.[tj]sx?$|(^|\/)(__tests__|__mocks__)\//
const TERMINAL: Record<string, string> = {
  query: 'query',
  mutation: 'mutation',
  subscription: 'subscription',
  handler: '',
}

/** Files that answer with metadata: https://nextjs.org/docs/app/api-reference/file-conventions/metadata */
const METADATA = /^(robots|sitemap|manifest|(icon|apple-icon|opengraph-image|twitter-image)\d?)$/
const METADATA_NAMES: Record<string, string> = {
  robots: 'robots.txt',
  sitemap: 'sitemap.xml',
  manifest: 'manifest.webmanifest',
}

const metadataPath = (folder: string, base: string): string =>
  `${folder === '/' ? '' : folder}/${METADATA_NAMES[base] ?? base}`

/** URL path of a file below `app/`: groups, slots and interception marks do not show. */
export function appPath(file: string): string | undefined {
  const match = /(?:^|\/)app\/((?:.*\/)?)([\w-]+)\.(?:tsx?|jsx?|mjs)$/.exec(file)
  if (!match || !(/^(route|page|layout|default)$/.test(match[2] ?? '') || METADATA.test(match[2] ?? '')))
    return undefined
  const parts = (match[1] ?? '')
    .split('/')
    .filter((part) => part !== '' && !/^\(.*\)$/.test(part) && !part.startsWith('@'))
  if (parts.some((part) => part.startsWith('_'))) return undefined
  return `/${parts.map((part) => part.replace(/^\(\.{1,3}\)+/, '')).join('/')}`
}

export function pagesPath(file: string): string | undefined {
  const match = /(?:^|\/)pages\/(.*?)(?:\/index)?\.(?:tsx?|jsx?|mjs)$/.exec(file)
  return match ? `/${(match[1] ?? '').replace(/^index$/, '')}` : undefined
}

/** `folders`: packages that depend on Next.js; routes elsewhere are not routes. */
export function discover(
  files: string[],
  folders: string[],
  syntaxOf: (file: string) => Syntax | undefined,
  textOf: (file: string) => string,
  flow: Flow,
): Entry[] {
  const entries: Entry[] = []
  const add = (file: string, name: string, kind: EndpointKind, path: string, method?: string): void => {
    const value = flow.exported(file, name)
    const syntax = syntaxOf(file)
    if (!value || !syntax) return
    const routed = kind === 'pages-api' ? connectRoutes(syntax, flow, value, { kind, path }) : undefined
    if (routed && routed.length > 0) {
      entries.push(...routed)
      return
    }
    const at = syntax.exports.find((one) => one.name === name)?.at ?? 0
    const location =
      value.shape?.k === 'closure' && value.shape.syntax === syntax
        ? placeOf(syntax, value.shape.fn.at)
        : placeOf(syntax, at)
    entries.push(
      method === undefined
        ? { kind, path, name, location, value }
        : { kind, method, path, name, location, value },
    )
  }
  const folderOf = (file: string): string | undefined =>
    folders.find((folder) => folder === '.' || file.startsWith(`${folder}/`))
  for (const file of files) {
    if (!SOURCE.test(file) || OTHER.test(file)) continue
    const folder = folderOf(file)
    if (folder !== undefined) {
      const inside = folder === '.' ? file : file.slice(folder.length + 1)
      const rooted = inside.replace(/^src\//, '')
      if (rooted.startsWith('app/')) appFile(file, rooted, syntaxOf, add)
      else if (rooted.startsWith('pages/')) pagesFile(file, rooted, syntaxOf, add)
      else if (/^(proxy|middleware)\.[tj]s$/.test(rooted)) {
        const syntax = syntaxOf(file)
        const name = syntax?.exports.some((one) => one.name === 'proxy')
          ? 'proxy'
          : syntax?.exports.some((one) => one.name === 'middleware')
            ? 'middleware'
            : 'default'
        add(file, name, 'middleware', posix.basename(file))
      }
    }
    const text = textOf(file)
    if (/['"]use server['"]/.test(text)) actions(file, syntaxOf, add, entries)
    if (/\.(query|mutation|subscription|handler)\(/.test(text)) procedures(file, syntaxOf, flow, entries)
  }
  return named([...entries, ...servers(files, syntaxOf, textOf, flow)])
}

function servers(
  files: string[],
  syntaxOf: (file: string) => Syntax | undefined,
  textOf: (file: string) => string,
  flow: Flow,
): Entry[] {
  const hono: Entry[] = []
  const guards: Guard[] = []
  const entries: Entry[] = []
  for (const file of files) {
    if (!SOURCE.test(file) || OTHER.test(file)) continue
    const text = textOf(file)
    const graph =
      /\bresolvers\b|\b(query|mutation|subscription)Fields?\(/.test(text) &&
      /graphql|apollo|pothos|yoga|builder/i.test(text)
    const app = /['"](@hono\/[\w-]+|hono)(\/[\w-]+)?['"]/.test(text) || /\.openapi\(\s*\w+\s*,/.test(text)
    const syntax = graph || app ? syntaxOf(file) : undefined
    if (!syntax || syntax.directive === 'client') continue
    // A map of resolvers is often handed on twice: to the schema, and to a server or a test.
    if (graph)
      entries.push(...resolvers(syntax, flow).filter((one) => !entries.some((other) => isSame(one, other))))
    if (app) {
      const found = honoRoutes(syntax, flow)
      hono.push(...found.entries)
      guards.push(...found.guards)
    }
  }
  // An application without a base path may be the one that the others are mounted in.
  const bases = new Set(guards.map(({ base }) => base))
  const before = ({ path, somewhere }: Entry): Value[] =>
    guards
      .filter(
        ({ base }) => base === '' || path.startsWith(`${base}/`) || (somewhere === true && bases.size === 1),
      )
      .map(({ value }) => value)
  return [...entries, ...hono.map((entry) => ({ ...entry, before: before(entry) }))]
}

const isSame = (a: Entry, b: Entry): boolean =>
  a.path === b.path && a.location.file === b.location.file && a.location.line === b.location.line

type Add = (file: string, name: string, kind: EndpointKind, path: string, method?: string) => void

function appFile(
  file: string,
  rooted: string,
  syntaxOf: (file: string) => Syntax | undefined,
  add: Add,
): void {
  const path = appPath(rooted)
  if (path === undefined) return
  const base = posix.basename(file).replace(SOURCE, '')
  if (base === 'route') {
    for (const method of METHODS)
      if (exports(file, method, syntaxOf)) add(file, method, 'route', path, method)
  } else if (METADATA.test(base)) {
    if (exports(file, 'default', syntaxOf)) add(file, 'default', 'route', metadataPath(path, base), 'GET')
  } else if (base === 'page' || base === 'layout') {
    for (const name of ['default', 'generateMetadata']) {
      const syntax = syntaxOf(file)
      if (
        syntax &&
        syntax.directive !== 'client' &&
        exports(file, name, syntaxOf) &&
        (readsRequest(syntax, name) || isFromElsewhere(syntax, name))
      )
        add(file, name, 'page', path)
    }
  }
}

function pagesFile(
  file: string,
  rooted: string,
  syntaxOf: (file: string) => Syntax | undefined,
  add: Add,
): void {
  const path = pagesPath(rooted)
  if (path === undefined) return
  if (path.startsWith('/api/') || path === '/api') add(file, 'default', 'pages-api', path, 'ANY')
  else if (exports(file, 'getServerSideProps', syntaxOf)) add(file, 'getServerSideProps', 'pages-ssr', path)
}

const exports = (file: string, name: string, syntaxOf: (file: string) => Syntax | undefined): boolean => {
  const syntax = syntaxOf(file)
  return (
    syntax?.exports.some((one) => one.name === name) === true ||
    (syntax !== undefined && syntax.stars.length > 0 && name !== 'default')
  )
}

/** It reads its parameters, or waits for something: data, the session. */
function readsRequest(syntax: Syntax, name: string): boolean {
  const value = syntax.exports.find((one) => one.name === name)?.value
  const binding = value?.k === 'name' ? syntax.bindings[value.b] : undefined
  const fn =
    value?.k === 'fn'
      ? syntax.functions[value.fn]
      : binding?.k === 'fn'
        ? syntax.functions[binding.fn]
        : binding?.k === 'const' && binding.init?.k === 'fn'
          ? syntax.functions[binding.init.fn]
          : undefined
  return fn ? fn.isAsync || mentionsParams(fn) : value !== undefined && value !== null && value.k !== 'name'
}

/** `export default ProjectPage` of an imported function: what it reads is seen when it is followed. */
function isFromElsewhere(syntax: Syntax, name: string): boolean {
  const one = syntax.exports.find((entry) => entry.name === name)
  if (one?.from !== undefined) return true
  return one?.value?.k === 'name' && syntax.bindings[one.value.b]?.k === 'import'
}

function mentionsParams(fn: Fn): boolean {
  const first = fn.params[0]
  if (!first) return false
  if (first.k === 'object')
    return (
      first.rest !== undefined ||
      first.props.some((prop) => prop.key === 'params' || prop.key === 'searchParams')
    )
  const body = JSON.stringify(fn.body)
  return /"key":"(params|searchParams)"/.test(body) || (first.k === 'bind' && handsOn(body, first.b))
}

/** `PricingPage(props)`, `<Dashboard {...props} />`: what is handed on whole may be read there. */
function handsOn(body: string, b: number): boolean {
  const name = `"k":"name","name":"[^"]+","b":${b}[,}]`
  const all = body.match(new RegExp(name, 'g'))?.length ?? 0
  const parts = body.match(new RegExp(`"k":"member","of":\\{[^{}]*${name}`, 'g'))?.length ?? 0
  return all > parts
}

function actions(
  file: string,
  syntaxOf: (file: string) => Syntax | undefined,
  add: Add,
  entries: Entry[],
): void {
  const syntax = syntaxOf(file)
  if (!syntax) return
  if (syntax.directive === 'server') {
    for (const one of syntax.exports) add(file, one.name, 'action', one.name)
    return
  }
  // Numbered, so that the name of an action survives moved lines.
  let inline = 0
  const all = syntax.functions.filter((fn) => fn.useServer)
  const order = all.toSorted((a, b) => a.at - b.at)
  for (const fn of all) {
    const name = fn.name || `inline ${++inline}`
    entries.push({
      kind: 'action',
      path: name,
      name,
      location: placeOf(syntax, fn.at),
      inline: {
        at: order.indexOf(fn),
        of: all.length,
        nested: functionsAround(syntax, fn.at).some((one) => one !== fn),
      },
      value: {
        deps: new Set(),
        ctl: new Set(),
        shape: { k: 'closure', fn, syntax, env: { own: new Map(), up: null } },
      },
    })
  }
}

/** Exported procedures, and the procedures inside exported routers, nested ones included. */
function procedures(
  file: string,
  syntaxOf: (file: string) => Syntax | undefined,
  flow: Flow,
  entries: Entry[],
): void {
  const syntax = syntaxOf(file)
  if (!syntax) return
  for (const one of syntax.exports) {
    if (!one.value) continue
    const value = flow.exported(file, one.name)
    if (value)
      collect(value, one.name === 'default' ? posix.basename(file).replace(SOURCE, '') : one.name, entries, 0)
  }
}

function collect(value: Value, name: string, entries: Entry[], depth: number): void {
  const shape = value.shape
  if (depth > 6 || !shape) return
  if (shape.k === 'object') {
    for (const [key, field] of shape.fields) collect(field, `${name}.${key}`, entries, depth + 1)
    return
  }
  if (shape.k !== 'chain') return
  const last = shape.steps.at(-1)
  if (!last) return
  const method = TERMINAL[last.name]
  const builder =
    /trpc|orpc/.test(shape.from) ||
    shape.steps.some((step) => /^(procedure|input|use|inputSchema|route)$/.test(step.name))
  if (method !== undefined && builder && last.args.length > 0) {
    entries.push({
      kind: 'procedure',
      ...(method ? { method } : {}),
      path: name,
      name,
      location: placeOf(last.syntax, last.at),
      value,
    })
    return
  }
  for (const step of shape.steps) {
    if (/^(router|mergeRouters|createTRPCRouter|\(\))$/.test(step.name))
      for (const arg of step.args) collect(arg, name, entries, depth + 1)
  }
}

/** A procedure is listed once, under its longest path; the names of router variables are shortened. */
function named(entries: Entry[]): Entry[] {
  const best = new Map<string, Entry>()
  const out: Entry[] = []
  for (const entry of entries) {
    if (entry.kind !== 'procedure') {
      out.push(entry)
      continue
    }
    const key = `${entry.location.file}:${entry.location.line}:${entry.location.column}`
    const old = best.get(key)
    const depth = entry.path.split('.').length
    if (!old || depth > old.path.split('.').length) best.set(key, entry)
  }
  for (const entry of best.values()) {
    const [head = '', ...rest] = entry.path.split('.')
    const path =
      rest.length === 0
        ? head
        : [...(/^(app|root|_app)?Router$/i.test(head) ? [] : [head.replace(/Router$/, '')]), ...rest].join(
            '.',
          )
    out.push({ ...entry, path })
  }
  return out
}
