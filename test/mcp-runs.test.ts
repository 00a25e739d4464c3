/** The tools that run the application, through the built server, on a copy of the example. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { isRunning } from './child.ts'
import { type Connected, call, connect, server as program } from './mcp-client.ts'
import { digestOf } from './tree.ts'

const repository = join(import.meta.dirname, '..')
// Below the repository, so that its packages are found.
const root = join(repository, 'fixtures/.build/mcp')
const fault = 'response/secret-field'

let server: Connected
let before: string

beforeAll(() => {
  rmSync(root, { recursive: true, force: true })
  cpSync(join(repository, 'examples/workshop'), root, { recursive: true })
  before = digestOf(root)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))
beforeEach(async () => {
  server = await connect(root)
})
afterEach(() => server.close())

/** The same call until its run is over. */
async function patiently(tool: string, args: Record<string, unknown>): Promise<string> {
  for (;;) {
    const { text, isError } = await call(server, tool, args)
    expect(isError, text).toBe(false)
    if (!text.startsWith(`${tool} is still running after `)) return text
    expect(text).toContain(`next: ${tool} ${JSON.stringify(args)}\n`)
  }
}

/** Folders of runs that were not removed. */
const leftBehind = (): string[] => {
  const folder = join(server.cache, 'backend-engineer/runs')
  return existsSync(folder) ? readdirSync(folder) : []
}

describe('the tools that run the application', () => {
  it('prove, repair, write what was shown, and take it back', { timeout: 900_000 }, async () => {
    expect(await patiently('prove', { only: [fault] })).toContain(`error proven ${fault}`)
    const shown = await patiently('fix', { only: [fault] })
    const [, plan] = /next: fix \{"apply":true,"plan_id":"([0-9a-f]{8})"\}/.exec(shown) ?? []
    expect(plan, shown).toBeDefined()
    expect(shown).toContain('\n+++ b/')
    expect(digestOf(root)).toBe(before)

    expect(await patiently('fix', { apply: true, plan_id: plan })).toContain('1 repair applied')
    expect(digestOf(root)).not.toBe(before)
    const review = await call(server, 'review', { only: [fault] })
    expect(review.text).toContain('Found nothing likely to be wrong')

    const { text } = await call(server, 'undo')
    const [, id] = /next: undo \{"id":"(\d+)"\}/.exec(text) ?? []
    expect((await call(server, 'undo', { id })).text).toContain('as before')
    expect(digestOf(root)).toBe(before)
    expect(leftBehind()).toEqual([])
  })

  it('plan a capability without running anything', { timeout: 120_000 }, async () => {
    const task = 'a login API that validates user credentials and returns a JWT token'
    const { text } = await call(server, 'build', { task, plan: true })
    expect(text).toContain('decided ')
    expect(text).toMatch(/^next: build \{"task":"a login API that validates/m)
    expect(digestOf(root)).toBe(before)
  })

  it.each([
    ['optimize', { rows: 100 }],
    ['audit', {}],
  ])(
    'end %s when its call is cancelled, with all that it started',
    { timeout: 300_000 },
    async (tool, args) => {
      const stop = new AbortController()
      const steps: string[] = []
      const running = server.client.callTool(
        { name: tool, arguments: args },
        {
          signal: stop.signal,
          timeout: 200_000,
          onprogress: ({ message = '' }) => {
            steps.push(message)
            // The copy is there, and something in it was started.
            if (/build|generate|database/i.test(message)) stop.abort()
          },
        },
      )
      await expect(running).rejects.toThrow()
      expect(steps.length).toBeGreaterThan(0)
      await expect.poll(leftBehind, { timeout: 30_000 }).toEqual([])
      expect(isRunning(server.pid)).toBe(true)
      expect((await call(server, 'explain', { id: fault })).isError).toBe(false)
    },
  )

  it('end when the client closes stdin', { timeout: 300_000 }, async () => {
    const child = spawn(process.execPath, [program, '--cwd', root], {
      env: { ...process.env, XDG_CACHE_HOME: server.cache },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const envelope = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    }
    const params = { name: 'prove', arguments: { only: [fault], budget_s: 5 }, _meta: envelope }
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })}\n`)
    expect((await lines.next()).value).toContain('prove is still running after')
    expect(leftBehind()).not.toEqual([])
    const gone = once(child, 'exit')
    child.stdin.end()
    expect(await gone).toEqual([0, null])
    expect(leftBehind()).toEqual([])
  })
})
