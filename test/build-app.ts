/** Builds an app of this repository with its own Next.js, in a copy, and reads what Next.js says was built. */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'

const root = join(import.meta.dirname, '..')
const run = promisify(execFile)

export interface App {
  /** Folder in this repository. */
  from: string
  /** Folder below it with the Next.js application. */
  next: string
  /** Folder below it with the Prisma schema. */
  prisma: string
  /** Of the folder of the copy, where two tests build the same app. */
  name?: string
}

export interface Built {
  /** The copy that was built. */
  folder: string
  /** App Router handlers: path as in the manifest (`/api/(internal)/reports`) and the methods that the module answers. */
  handlers: { path: string; methods: string[] }[]
  /** App Router pages, as in the manifest. */
  pages: string[]
  /** Paths in `pages/` that are rendered or answered per request. */
  legacy: string[]
  /** Server actions: the file below `folder`, and the exported name (`$$RSC_…` for functions inside components). */
  actions: { file: string; name: string }[]
  /** Patterns that the proxy runs on. */
  matchers: string[]
}

const paths = z.record(z.string(), z.string())
const references = z.object({
  node: z.record(z.string(), z.object({ filename: z.string(), exportedName: z.string() })),
})
const functions = z.object({
  functions: z.record(
    z.string(),
    z.object({ matchers: z.array(z.object({ originalSource: z.string() })).optional() }),
  ),
})

/** Next.js loads the module of a route when it is first asked: the methods are the verbs among its exports. */
const METHODS_OF = `
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const answer = {}
for (const file of process.argv.slice(1)) {
  const { routeModule } = require(file)
  await routeModule.ensureUserland()
  answer[file] = Object.keys(routeModule.userland).filter((key) => methods.includes(key))
}
process.stdout.write(JSON.stringify(answer))
process.exit(0)
`

/** Loopback, a port that nothing listens on: a build must not need a database. */
const env = {
  ...process.env,
  NEXT_TELEMETRY_DISABLED: '1',
  NODE_ENV: 'production',
  DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
  // `prisma generate` only asks that this file exists; its real engine would be a download.
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
} as const

export async function buildApp(app: App): Promise<Built> {
  const name = app.name ?? app.from.split('/').at(-1) ?? app.from
  const folder = join(root, 'fixtures/.build', name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  cpSync(join(root, app.from), folder, {
    recursive: true,
    filter: (file) => !/[/\\](node_modules|\.next|generated|dist)$/.test(file),
  })
  const node = (cwd: string, ...args: string[]) =>
    run(process.execPath, args, { cwd, env, maxBuffer: 64 << 20 })
  await node(join(folder, app.prisma), join(root, 'node_modules/prisma/build/index.js'), 'generate')
  const next = join(folder, app.next)
  await node(next, join(root, 'node_modules/next/dist/bin/next'), 'build')

  const server = join(next, '.next/server')
  const read = (file: string): unknown =>
    existsSync(join(server, file)) ? JSON.parse(readFileSync(join(server, file), 'utf8')) : {}
  const appPaths = paths.parse(read('app-paths-manifest.json'))
  const files = Object.entries(appPaths).flatMap(([path, file]) =>
    path.endsWith('/route') ? [{ path: path.slice(0, -'/route'.length), file: join(server, file) }] : [],
  )
  const { stdout } = await node(
    next,
    '--input-type=module',
    '-e',
    `import { createRequire } from 'node:module'\nconst require = createRequire(${JSON.stringify(`${next}/`)})\n${METHODS_OF}`,
    ...files.map(({ file }) => file),
  )
  const methods = z.record(z.string(), z.array(z.string())).parse(JSON.parse(stdout))
  const proxy = functions.parse(read('functions-config-manifest.json')).functions['/_middleware']
  return {
    folder,
    handlers: files.map(({ path, file }) => ({ path, methods: (methods[file] ?? []).sort() })),
    pages: Object.keys(appPaths).flatMap((path) =>
      path.endsWith('/page') && !/\/_(not-found|global-error)\//.test(path)
        ? [path.slice(0, -'/page'.length) || '/']
        : [],
    ),
    legacy: Object.entries(paths.parse(read('pages-manifest.json'))).flatMap(([path, file]) =>
      file.endsWith('.js') && !/^\/_(app|document|error)$/.test(path) ? [path] : [],
    ),
    actions: Object.values(references.parse(read('server-reference-manifest.json')).node).map((one) => ({
      file: relative(folder, join(root, one.filename)).replaceAll('\\', '/'),
      name: one.exportedName,
    })),
    matchers: (proxy?.matchers ?? []).map((one) => one.originalSource),
  }
}
