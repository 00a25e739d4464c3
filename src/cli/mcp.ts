/** `backend-engineer mcp`: the tools for a coding agent, over the standard streams. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { serve } from '../mcp/server.ts'
import { contextFor } from './context.ts'

const help = `Serves the operations as tools of the Model Context Protocol, on stdin and stdout.

  backend-engineer mcp [--cwd <folder>]   the project, where a call names no other (default: the current folder)
`

/** Runs until the client closes stdin or a signal comes; then ends everything that it started. */
async function main(argv: readonly string[]): Promise<void> {
  const values = flags(argv)
  if (values === undefined) return
  if (values.help) {
    process.stdout.write(help)
    return
  }
  const cwd = path.resolve(values.cwd ?? '.')
  const server = serve(await version(), { cwd, contextOf: (root) => contextFor(root, process.env) })
  const end = (): void => {
    server.close().catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
      process.exitCode = 1
    })
  }
  process.stdin.once('end', end)
  process.stdin.once('close', end)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end)
}

/** `undefined` when they are not understood: it was said on stderr, because stdout belongs to the protocol. */
function flags(argv: readonly string[]): { cwd?: string; help?: boolean } | undefined {
  try {
    return parseArgs({
      args: [...argv],
      options: { cwd: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    }).values
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    process.stderr.write(`${error.message}\n${help}`)
    process.exitCode = 2
    return undefined
  }
}

async function version(): Promise<string> {
  const file = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  const read: unknown = JSON.parse(file)
  // No schema: for one field the whole of zod would be kept in the bundle.
  if (typeof read === 'object' && read !== null && 'version' in read && typeof read.version === 'string')
    return read.version
  throw new Error('The package.json of backend-engineer has no version.')
}

const words = process.argv.slice(2)
/** Done when the server listens. Not awaited here: the bundle is CommonJS, which starts quicker (bench/mcp-start.mjs). */
export const listening: Promise<void> = main(words[0] === 'mcp' ? words.slice(1) : words)
