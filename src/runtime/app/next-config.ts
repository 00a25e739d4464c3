/** Wraps the Next.js configuration of the copy, so that what only concerns a deployment does not stop a run. */
import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const names = ['next.config.js', 'next.config.mjs', 'next.config.ts', 'next.config.mts', 'next.config.cjs']
const OWN = 'next.config.of-project'

/** An error of the type check that is about the configuration of ours, not the project's. */
export const isAboutWrapper = (error: string): boolean => /^next\.config\.[cm]?[jt]s\(/.test(error)

interface Wrapping {
  /** Absolute: the copied application, and the folder that holds it and its packages. */
  folder: string
  top: string
  /** Version of the installed Next.js. */
  next: string
}

/**
 * Types and lint are the business of other checks. `output` only changes what is packed. Server code gets source maps,
 * which lead from a statement to its line. The root is told, since lock files outside of the copy would mislead.
 */
const override = ({ top, next }: Wrapping): string => {
  const major = Number.parseInt(next, 10)
  return `async (phase, context) => {
  const given = typeof theirs === 'function' ? await theirs(phase, context) : await theirs
  const config = { ...given }
  delete config.output
  config.distDir = '.next'
  config.typescript = { ...config.typescript, ignoreBuildErrors: true }
  ${major < 16 ? 'config.eslint = { ...config.eslint, ignoreDuringBuilds: true }' : 'delete config.eslint'}
  config.experimental = { ...config.experimental, serverSourceMaps: true }
  ${major < 15 ? '' : `config.outputFileTracingRoot = ${JSON.stringify(top)}`}
  ${major < 16 ? '' : `config.turbopack = { ...config.turbopack, root: ${JSON.stringify(top)} }`}
  return config
}`
}

/** Renames the copy's own configuration and writes one that calls it. Gives the name of the file that was written. */
export async function wrapConfig(wrapping: Wrapping): Promise<string> {
  const { folder } = wrapping
  const own = names.find((name) => existsSync(join(folder, name)))
  if (own === undefined) {
    await writeFile(
      join(folder, 'next.config.mjs'),
      `const theirs = {}\nexport default ${override(wrapping)}\n`,
    )
    return 'next.config.mjs'
  }
  const extension = own.slice('next.config'.length)
  const isModule = extension !== '.cjs' && (extension !== '.js' || (await isModulePackage(folder)))
  const other = `${OWN}${extension}`
  if (existsSync(join(folder, other))) return own
  await rename(join(folder, own), join(folder, other))
  // Next.js compiles a configuration in TypeScript and finds what it imports without an extension.
  const typed = extension === '.ts' || extension === '.mts'
  const head = isModule
    ? `import * as module from './${typed ? OWN : other}'`
    : `const module_ = require('./${other}')`
  const theirs = `const theirs = ((one) => one.default?.default ?? one.default ?? one)(${isModule ? 'module' : 'module_'})`
  const text = `${head}\n${theirs}\n${isModule ? 'export default' : 'module.exports ='} ${override(wrapping)}\n`
  await writeFile(join(folder, own), text)
  return own
}

const manifest = z.object({ type: z.string().optional() })

async function isModulePackage(folder: string): Promise<boolean> {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return false
  return manifest.safeParse(JSON.parse(await readFile(file, 'utf8'))).data?.type === 'module'
}
