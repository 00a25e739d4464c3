// Makes dist/cli/mcp.js one file that holds the protocol and the list of tools, so that an agent's host has its answer at
// once: what does the work (dist/mcp/session.js and all below it) is read when the first call comes.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, posix, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { root } from './build.mjs'

const dist = join(root, 'dist')

export async function bundle() {
  const { metafile } = await build({
    entryPoints: [join(dist, 'cli/mcp.js')],
    outfile: join(dist, 'cli/mcp.js'),
    allowOverwrite: true,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    metafile: true,
    absWorkingDir: root,
    plugins: [parts(await tools())],
  })
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

/**
 * The session stays outside, the list of tools is a value. Two parts of packages that cost a third of the start and are
 * never asked stay out: the words of zod in other languages, and a validator for answers to questions that we do not ask.
 */
const parts = (list) => ({
  name: 'parts',
  setup({ onResolve, onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js'",
      resolveDir: join(root, 'node_modules/zod/v4/locales'),
    }))
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
