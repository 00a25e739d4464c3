// Makes dist/cli/main.js and dist/cli/mcp.cjs quick to start: few files in place of hundreds. What the command line needs is in
// main.js and the chunks beside it. mcp.cjs holds the protocol and the list of tools, so that an agent's host has its answer
// at once: what does the work (dist/mcp/session.js and all below it) is read when the first call comes.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { root } from './build.mjs'

const dist = join(root, 'dist')

const shared = {
  allowOverwrite: true,
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  metafile: true,
  absWorkingDir: root,
}

export async function bundle() {
  const list = await tools()
  await commandLine()
  await server(list)
}

/** Packages stay packages, but for those of a hundred files. */
const inlined = ['yaml', 'zod']
const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const packages = Object.keys({ ...dependencies, ...optionalDependencies }).filter(
  (name) => !inlined.includes(name),
)

async function commandLine() {
  const { metafile } = await build({
    ...shared,
    entryPoints: [join(dist, 'cli/main.js')],
    outdir: join(dist, 'cli'),
    chunkNames: 'chunk-[hash]',
    splitting: true,
    // Stacks of errors that users send name our functions.
    minify: false,
    minifySyntax: true,
    minifyWhitespace: true,
    external: [...packages, './mcp.js'],
    // The build of it that is made of modules.
    alias: { yaml: join(root, 'node_modules/yaml/browser/index.js') },
    plugins: [english, placed],
  })
  writeFileSync(join(dist, 'cli/main.LICENSES.txt'), licences(Object.keys(metafile.inputs)))
}

async function server(list) {
  const { metafile } = await build({
    ...shared,
    entryPoints: [join(dist, 'cli/mcp.js')],
    // CommonJS, which Node compiles lazily: what is a module it reads whole before it begins.
    format: 'cjs',
    outfile: join(dist, 'cli/mcp.cjs'),
    define: { 'import.meta.url': 'ownUrl' },
    banner: { js: "const ownUrl = require('node:url').pathToFileURL(__filename).href" },
    plugins: [english, parts(list)],
  })
  writeFileSync(
    join(dist, 'cli/mcp.js'),
    "import { createRequire } from 'node:module'\n" +
      "export const { listening } = createRequire(import.meta.url)('./mcp.cjs')\n",
  )
  // They are in the file now, and would ask for packages that a user does not have.
  for (const name of ['server', 'tool-list'])
    for (const end of ['.js', '.d.ts']) rmSync(join(dist, 'mcp', name + end))
  writeFileSync(join(dist, 'cli/mcp.LICENSES.txt'), licences(Object.keys(metafile.inputs)))
}

async function tools() {
  const load = (file) => import(pathToFileURL(join(dist, file)).href)
  const [{ operations }, { listTools }] = await Promise.all([
    load('operations/index.js'),
    load('mcp/tools.js'),
  ])
  return listTools(operations)
}

/** The words of zod in other languages are never asked for. */
const english = {
  name: 'english',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js'",
      resolveDir: join(root, 'node_modules/zod/v4/locales'),
    }))
  },
}

/** A file that asks where it is gets the place that it had before it went into a chunk: files that are beside it are still there. */
const placed = {
  name: 'placed',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]dist[\\/].*\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      if (path.includes('node_modules') || !/\bimport\.meta\b/.test(text)) return undefined
      const own = relative(join(dist, 'cli'), path).split(sep).join(posix.sep)
      const url = `new URL(${JSON.stringify(own)}, import.meta.url)`
      return {
        contents: `import { fileURLToPath as toPath } from 'node:url'
          const ownUrl = ${url}.href
          const ownFolder = toPath(new URL('.', ownUrl)).replace(/[\\\\/]$/, '')
          ${text.replaceAll('import.meta.url', 'ownUrl').replaceAll('import.meta.dirname', 'ownFolder')}`,
        resolveDir: dirname(path),
      }
    })
  },
}

/**
 * The session stays outside, the list of tools is a value. A validator for answers to questions that we do not ask stays out: it
 * costs a fifth of the start.
 */
const parts = (list) => ({
  name: 'parts',
  setup({ onResolve, onLoad }) {
    onLoad({ filter: /[\\/]server[\\/]dist[\\/]shimsNode\.mjs$/ }, () => ({
      contents: `export { default as process } from 'node:process'
        export class DefaultJsonSchemaValidator {
          getValidator() { throw new Error('This server asks its clients nothing.') }
        }`,
    }))
    onResolve({ filter: /\/session\.js$/ }, () => ({ path: '../mcp/session.js', external: true }))
    onLoad({ filter: /[\\/]mcp[\\/]tool-list\.js$/ }, () => ({
      contents: `const list = ${JSON.stringify(list)}; export const toolList = async () => list`,
    }))
  },
})

/** The licences of the packages of which something is in the file. */
function licences(files) {
  const packages = new Set(
    files.flatMap((file) => {
      const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file.split(sep).join(posix.sep)) ?? []
      return folder ?? []
    }),
  )
  return [...packages]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
      return `${name} ${version} (${license})\n\n${readFileSync(join(root, folder, 'LICENSE'), 'utf8')}\n`
    })
    .join('\n')
}

if (process.argv[1] === import.meta.filename) await bundle()
