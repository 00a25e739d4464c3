/** What Next.js says was built: the list of what can be reached, better than any guess from the source. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'
import { z } from 'zod'

/** The folders of a copy, as `stageApp` gives them. */
interface Copy {
  folder: string
  root: string
  top: string
}

export interface BuiltAction {
  /** What the header `next-action` carries; another one after each build. */
  id: string
  /** Source file relative to the project's root; absent where the manifest does not name it (before Next.js 15.2). */
  file?: string
  /** Exported name; `$$RSC_SERVER_ACTION_0` for a function inside of a component. Absent as `file` is. */
  name?: string
  /** URL paths of the pages whose bundle has it, with their parameters: `/orgs/[orgId]`. */
  pages: string[]
  runtime: 'node' | 'edge'
}

export interface BuiltManifests {
  /** Put before every URL path; `` or `/base`. */
  basePath: string
  actions: BuiltAction[]
  /** App Router handlers, `/api/invoices/[invoiceId]`, with the compiled module (absolute). */
  handlers: { path: string; module: string }[]
  /** App Router pages as URL paths. */
  pages: string[]
  /** Paths of `pages/` that are answered or rendered per request, `/api/calendar`. */
  legacy: string[]
  /** Patterns that the proxy runs on, as written in the source. */
  matchers: string[]
}

const text = z.record(z.string(), z.string())
const worker = z.record(z.string(), z.unknown())
const reference = z.object({
  workers: worker,
  filename: z.string().optional(),
  exportedName: z.string().optional(),
})
const references = z.object({
  node: z.record(z.string(), reference).default({}),
  edge: z.record(z.string(), reference).default({}),
})
const matcher = z.object({ originalSource: z.string() })
const functions = z.object({
  functions: z.record(z.string(), z.object({ matchers: z.array(matcher).optional() })).default({}),
})
const middleware = z.object({
  middleware: z.record(z.string(), z.object({ matchers: z.array(matcher).optional() })).default({}),
})
const routes = z.object({ basePath: z.string().default('') })

/**
 * Reads the manifests of a build, or of a development server, which knows only what was asked for so far. What is not
 * there is empty.
 */
export async function readManifests(copy: Copy, mode: 'build' | 'dev'): Promise<BuiltManifests> {
  const output = await outputOf(copy.folder, mode)
  const server = join(output, 'server')
  const appPaths = await read(join(server, 'app-paths-manifest.json'), text)
  const urls = await read(join(output, 'app-path-routes-manifest.json'), text)
  const urlOf = (path: string): string => urls[path] ?? toUrl(path)
  const known = await read(join(server, 'server-reference-manifest.json'), references)
  const legacy = await read(join(server, 'pages-manifest.json'), text)
  const node = await read(join(server, 'functions-config-manifest.json'), functions)
  const edge = await read(join(server, 'middleware-manifest.json'), middleware)
  const actions = (['node', 'edge'] as const).flatMap((runtime) =>
    Object.entries(known[runtime]).map(([id, one]): BuiltAction => {
      const file = one.filename === undefined ? undefined : sourceOf(copy, one.filename)
      return {
        id,
        ...(file === undefined ? {} : { file }),
        ...(one.exportedName === undefined ? {} : { name: one.exportedName }),
        pages: [
          ...new Set(Object.keys(one.workers).map((page) => urlOf(page.replace(/^app(?=\/)/, '')))),
        ].sort(),
        runtime,
      }
    }),
  )
  return {
    basePath: (await read(join(output, 'routes-manifest.json'), routes)).basePath,
    actions,
    handlers: Object.entries(appPaths).flatMap(([path, file]) =>
      path.endsWith('/route') ? [{ path: urlOf(path), module: join(server, file) }] : [],
    ),
    pages: Object.keys(appPaths).flatMap((path) =>
      path.endsWith('/page') && !/^\/_(?:not-found|global-error)\//.test(path) ? [urlOf(path)] : [],
    ),
    legacy: Object.entries(legacy).flatMap(([path, file]) =>
      file.endsWith('.js') && !/^\/_(?:app|document|error)$/.test(path) ? [path] : [],
    ),
    matchers: [...Object.values(node.functions), ...Object.values(edge.middleware)].flatMap((one) =>
      (one.matchers ?? []).map((pattern) => pattern.originalSource),
    ),
  }
}

async function outputOf(folder: string, mode: 'build' | 'dev'): Promise<string> {
  const own = join(folder, '.next/dev')
  return mode === 'dev' && existsSync(own) ? own : join(folder, '.next')
}

async function read<Schema extends z.ZodType>(file: string, schema: Schema): Promise<z.infer<Schema>> {
  const value: unknown = existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : {}
  return schema.parse(value)
}

/** `/(group)/orgs/[orgId]/@slot/page` → `/orgs/[orgId]`. */
function toUrl(path: string): string {
  const parts = path
    .replace(/\/(?:page|route)$/, '')
    .split('/')
    .filter((part) => part !== '' && !/^\([^)]*\)$/.test(part) && !part.startsWith('@'))
  return `/${parts.join('/')}`
}

/** Turbopack names files from the uppermost folder, webpack from the folder of the application. */
function sourceOf({ folder, root, top }: Copy, name: string): string | undefined {
  const places = isAbsolute(name) ? [name] : [top, folder, root].map((base) => join(base, name))
  const found = places.find((path) => existsSync(path))
  return found === undefined ? undefined : relative(root, found).replaceAll('\\', '/')
}
