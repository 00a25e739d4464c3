/** The built server as a process, with a client of the official SDK at its other end. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'

/** The built server. */
export const server = join(import.meta.dirname, '../dist/cli/mcp.cjs')

/** The revisions that are served: the newest, and those that begin with `initialize`. */
export const revisions = ['2026-07-28', 'legacy'] as const

export interface Connected {
  client: Client
  pid: number
  /** Its cache folder. */
  cache: string
  /** What the server wrote beside the protocol. */
  errors(): string
  close(): Promise<void>
}

export async function connect(
  cwd: string,
  revision: (typeof revisions)[number] = '2026-07-28',
): Promise<Connected> {
  const cache = mkdtempSync(join(tmpdir(), 'mcp-cache-'))
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [server, '--cwd', cwd],
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', XDG_CACHE_HOME: cache },
    stderr: 'pipe',
  })
  let errors = ''
  transport.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString('utf8')
  })
  const client = new Client(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: revision === 'legacy' ? 'legacy' : { pin: revision } } },
  )
  await client.connect(transport)
  const { pid } = transport
  if (pid === null) throw new Error('The server was not started.')
  return {
    client,
    pid,
    cache,
    errors: () => errors,
    async close() {
      await client.close()
      rmSync(cache, { recursive: true, force: true })
    },
  }
}

/** The text of an answer, and whether it is one of something that went wrong. */
export async function call(
  { client }: Connected,
  name: string,
  args: Record<string, unknown> = {},
): Promise<{ text: string; isError: boolean }> {
  const { content, isError } = await client.callTool({ name, arguments: args })
  const [only, ...more] = content
  if (only?.type !== 'text' || more.length > 0) throw new Error('An answer is one text.')
  return { text: only.text, isError: isError === true }
}
