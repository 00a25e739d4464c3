import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../src/cli/run.ts'
import { operations } from '../src/operations/index.ts'
import { isRunning } from './child.ts'
import { largeProject } from './large-project.ts'
import { type Connected, call, connect, revisions } from './mcp-client.ts'

const workshop = join(import.meta.dirname, '../examples/workshop')
const tokens = (text: string): number => encode(text).length

/** The call that the last line of an answer names. */
function nextOf(text: string): { tool: string; input: Record<string, unknown> } {
  const [, tool = '', input = ''] =
    /^next: ([a-z]+) (\{.*\})(?: \([^)]*\))?$/.exec(text.trimEnd().split('\n').at(-1) ?? '') ?? []
  return { tool, input: JSON.parse(input) }
}

describe.each(revisions)('the server, to a client of %s', (revision) => {
  let server: Connected
  beforeAll(async () => {
    server = await connect(workshop, revision)
  })
  afterAll(() => server.close())

  it('lists a tool for every operation, and undo, in their order', async () => {
    const { tools } = await server.client.listTools()
    expect(tools.map(({ name }) => name)).toEqual([...operations.map(({ name }) => name), 'undo'])
    for (const tool of tools) {
      const operation = operations.find(({ name }) => name === tool.name)
      expect(tool.annotations?.readOnlyHint === true).toBe(operation?.effects === 'reads')
      expect(tool.outputSchema).toBeUndefined()
    }
  })

  it.each([
    ['checkup', {}],
    ['understand', {}],
    ['understand', { focus: 'Invoice' }],
    ['review', { only: 'authorization' }],
    ['explain', { id: 'queries/n-plus-one' }],
    ['guide', { question: 'how should I paginate /api/invoices?' }],
    [
      'diagnose',
      { text: 'P2003 Foreign key constraint violated on the constraint: `Invoice_customerId_fkey`' },
    ],
    ['prove', { help: true }],
    ['fix', { help: true }],
    ['optimize', { help: true }],
    ['audit', { help: true }],
    ['undo', {}],
  ])('answers %s %j with text, and names the next call', async (tool, input) => {
    const { text, isError } = await call(server, tool, input)
    expect(isError).toBe(false)
    expect(text.match(/^next: /gm)).toHaveLength(1)
    expect([...operations.map(({ name }) => name), 'undo']).toContain(nextOf(text).tool)
  })

  it.each([
    ['review', { only: ['authorisation'] }, 'There is no fault and no topic "authorisation".'],
    ['review', { onyl: ['input'] }, 'review has no input "onyl".'],
    ['review', { all: 'yes' }, 'review: all: '],
    ['review', { root: 'no/such/folder' }, 'The folder no/such/folder does not exist.'],
    ['review', { failOn: 'error' }, 'review has no input "failOn".'],
    ['explain', {}, 'explain: id: '],
    ['explain', { id: 'ffffffff' }, 'There is no fault and no finding "ffffffff" here.'],
    ['fix', { apply: true }, 'fix writes only a plan that was shown.'],
    ['fix', { apply: true, plan_id: '12345678' }, 'No plan "12345678" of fix was shown in this session.'],
    ['undo', { nr: 1 }, 'undo takes an id and a root'],
    ['undo', { id: '0001' }, 'No change "0001" was shown in this session.'],
    ['build', { task: 'a rocket' }, 'It is not clear what "a rocket" should add.'],
  ])('says of %s %j what is wrong and what to call', async (tool, input, message) => {
    const { text, isError } = await call(server, tool, input)
    expect(isError).toBe(true)
    expect(text).toContain(message)
    expect(text).not.toMatch(/^\s+at /m)
    expect(nextOf(text).tool).not.toBe('')
  })

  it('refuses a tool that it does not have, as the protocol says', async () => {
    await expect(call(server, 'rewiev')).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining('There is no tool "rewiev". Tools: checkup, understand, review,'),
    })
  })

  it('answers two calls at once', async () => {
    const [one, other] = await Promise.all([
      call(server, 'explain', { id: 'input/raw-sql' }),
      call(server, 'understand', { focus: 'Invoice' }),
    ])
    expect(one.text).toContain('input/raw-sql')
    expect(other.text).toContain('Invoice in workshop')
  })

  it('lists all inputs of a tool when asked', async () => {
    const { text } = await call(server, 'fix', { help: true })
    for (const word of ['databaseUrl', 'plan_id', 'budget_s', 'root', 'cursor'])
      expect(text).toContain(`${word}`)
    expect(text).not.toContain('command line')
  })

  it('writes nothing beside the protocol', () => {
    expect(server.errors()).toBe('')
  })
})

describe('the server, when its client goes', () => {
  it('ends by itself', async () => {
    const server = await connect(workshop)
    await call(server, 'understand')
    expect(isRunning(server.pid)).toBe(true)
    const began = performance.now()
    await server.close()
    expect(isRunning(server.pid)).toBe(false)
    // The client would send a signal after two seconds.
    expect(performance.now() - began).toBeLessThan(1_900)
  })
})

describe('what a conversation has to hold', () => {
  const large = largeProject(120)
  afterAll(() => rmSync(large, { recursive: true }))

  it('is a list of tools of 800 tokens at most', async () => {
    const server = await connect(workshop)
    const { tools } = await server.client.listTools()
    await server.close()
    expect(tokens(JSON.stringify(tools))).toBeLessThanOrEqual(800)
  })

  it.each([
    ['the example', () => workshop],
    ['a project of 240 endpoints', () => large],
  ])('are answers of 1,500 tokens at most, of %s', async (_, folder) => {
    const server = await connect(folder())
    for (const tool of ['checkup', 'understand', 'review']) {
      const { text } = await call(server, tool)
      expect(tokens(text), text).toBeLessThanOrEqual(1_500)
    }
    await server.close()
  })

  it('leaves nothing out for good: the cursor goes on to the last finding', async () => {
    const server = await connect(large)
    const ids = new Set<string>()
    let cursor: number | undefined = 0
    let pages = 0
    while (cursor !== undefined && pages < 200) {
      const { text } = await call(server, 'review', { cursor })
      expect(tokens(text)).toBeLessThanOrEqual(1_500)
      for (const [, id] of text.matchAll(/\[([0-9a-f]{10})\]/g)) if (id) ids.add(id)
      const [, next] = /\(cursor (\d+)\)/.exec(text) ?? []
      cursor = next === undefined ? undefined : Number(next)
      pages++
    }
    await server.close()
    const found = JSON.parse(await printed('review', large, '--format', 'json')).findings
    const likely = found.filter((one: { certainty: string }) => one.certainty === 'likely')
    expect(likely.length).toBeGreaterThan(200)
    expect(ids.size).toBe(likely.length)
  })
})

async function printed(...argv: string[]): Promise<string> {
  let text = ''
  const write = (part: string): void => {
    text += part
  }
  await run([...argv, '--no-cache'], {
    cwd: workshop,
    env: {},
    stdout: { write, tty: false },
    stderr: { write: () => {}, tty: false },
  })
  return text
}

describe('the command line with --format agent', () => {
  it.each([[['understand']], [['review']], [['explain', 'input/raw-sql']]])(
    'prints the same, but for the next step, of %j',
    async (command) => {
      const server = await connect(workshop)
      const [tool = '', id] = command
      const { text } = await call(server, tool, id === undefined ? {} : { id })
      await server.close()
      const line = (await printed(...command, '--format', 'agent')).split('\n')
      expect(line.at(-2)).toMatch(/^next: backend-engineer /)
      expect(line.slice(0, -2)).toEqual(text.split('\n').slice(0, -2))
    },
  )
})
