// Drives a real coding agent, Claude Code, with no network and no key: its model is a script on loopback that delegates to the
// agent of plugin/, which follows the `next:` line of each answer. What is shown is that the pieces fit (agent, tools, plans,
// proof); whether a model would choose so is not. Never a dependency; about 400 MB:
//
//   npm install --prefix /tmp/claude @anthropic-ai/claude-code-linux-x64
//   node bench/hosts.mjs /tmp/claude/node_modules/@anthropic-ai/claude-code-linux-x64/claude [slow|login]
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const tasks = {
  slow: {
    prompt: 'My Prisma queries are running slowly on the orders page',
    first: ['review', { only: ['queries'] }],
    through: ['review', 'prove', 'fix'],
  },
  login: {
    prompt: 'I need to create a login API that validates user credentials and returns a JWT token',
    first: ['build', { task: 'a login API that validates user credentials and returns a JWT token' }],
    through: ['build'],
  },
}

async function drive(name, task) {
  // Below the repository, so that the packages of the example are found.
  const project = join(root, 'fixtures/.build/hosts')
  const home = mkdtempSync(join(tmpdir(), 'hosts-'))
  rmSync(project, { recursive: true, force: true })
  cpSync(join(root, 'examples/workshop'), project, { recursive: true })
  const model = await scripted(task)
  const began = performance.now()
  try {
    const { code, out } = await run(binary, home, project, task.prompt, model.url)
    const seconds = Math.round((performance.now() - began) / 1000)
    console.log(`\n${name}: "${task.prompt}"`)
    for (const one of model.calls) console.log(`  ${one}`)
    console.log(`  exit ${code}, ${seconds} s, the agent said:\n${out.replace(/^/gm, '    ')}`)
    const tools = model.calls.map((one) => one.split(' ')[0])
    const missing = ['delegate', ...task.through].filter((one) => !tools.includes(one))
    const applied = model.calls.some((one) => one.includes('"apply":true'))
    if (code !== 0 || missing.length > 0 || !applied) {
      console.log(`  FAILED: missing ${missing.join(', ') || 'a plan that was applied'}`)
      process.exitCode = 1
    }
  } finally {
    model.close()
    rmSync(project, { recursive: true, force: true })
    rmSync(home, { recursive: true, force: true })
  }
}

function run(program, home, cwd, prompt, url) {
  const server = 'mcp__plugin_backend-engineer_backend-engineer'
  const args = [
    '-p',
    prompt,
    '--plugin-dir',
    join(root, 'plugin'),
    '--allowedTools',
    `${server},Agent,Task,ToolSearch`,
  ]
  const child = spawn(program, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      HOME: home,
      XDG_CACHE_HOME: join(home, 'cache'),
      ANTHROPIC_API_KEY: 'not-a-key',
      ANTHROPIC_BASE_URL: url,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1',
      DISABLE_AUTOUPDATER: '1',
    },
  })
  let out = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out })))
}

/** A model that does one thing at a time: what the last answer says is next. */
async function scripted(task) {
  const calls = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    if (!request.url?.startsWith('/v1/messages') || request.url.includes('count_tokens')) {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"input_tokens":1}')
      return
    }
    const body = JSON.parse(text)
    const block = turn(body, task, calls)
    if (body.stream) stream(response, block)
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(message(block)))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { calls, url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }
}

function turn({ system = [], messages, tools = [] }, task, calls) {
  const instructions = typeof system === 'string' ? system : system.map(({ text }) => text).join('\n')
  const isAgent = instructions.includes('senior backend engineer for Next.js and Prisma')
  const last = lastText(messages)
  if (!isAgent) {
    const delegate = tools.find(({ name }) => name === 'Agent' || name === 'Task')
    if (!delegate) return { type: 'text', text: 'Title' }
    const answered = messages.some(
      ({ content }) => Array.isArray(content) && content.some(({ type }) => type === 'tool_result'),
    )
    if (answered) return { type: 'text', text: last }
    calls.push('delegate backend-engineer')
    return use(delegate.name, {
      description: 'Backend task',
      prompt: task.prompt,
      subagent_type: 'backend-engineer:backend-engineer',
    })
  }
  const [name, input] = nextCall(messages, last, task)
  if (name === undefined)
    return { type: 'text', text: `Done. What the tools answered:\n${receipts(messages)}` }
  const full = tools.map((one) => one.name).find((one) => one.endsWith(`__${name}`))
  if (full === undefined) {
    const wanted = `mcp__plugin_backend-engineer_backend-engineer__${name}`
    return use('ToolSearch', { query: `select:${wanted}`, max_results: 5 })
  }
  calls.push(`${name} ${JSON.stringify(input)}`)
  return use(full, input)
}

/** The first call of the task, then what `next:` says, until something was applied and seen again. */
function nextCall(messages, last, task) {
  const applied = messages.some(
    ({ content }) =>
      JSON.stringify(content).includes('\\"apply\\":true') ||
      JSON.stringify(content).includes('"apply":true'),
  )
  const [, name, input] = /^next: ([a-z]+) (\{.*\})/m.exec(last) ?? []
  if (name === undefined) return task.first
  if (applied && /Applied as change|applied|written as change/.test(last)) return []
  return [name, JSON.parse(input)]
}

const contents = (messages) =>
  messages.flatMap(({ content }) =>
    typeof content === 'string' ? [{ type: 'text', text: content }] : content,
  )

/** What the last tool answered; the reminders that a host adds are left out. */
function lastText(messages) {
  const results = contents(messages).filter(({ type }) => type === 'tool_result')
  const content = results.at(-1)?.content ?? ''
  return typeof content === 'string' ? content : content.map(({ text = '' }) => text).join('\n')
}

/** The lines that are proof: verdicts, checks, what was applied. */
function receipts(messages) {
  const results = contents(messages).filter(({ type }) => type === 'tool_result')
  return results
    .flatMap(({ content }) =>
      (typeof content === 'string' ? content : content.map(({ text = '' }) => text).join('\n')).split('\n'),
    )
    .filter(
      (line) => /proven|Applied as change|written as change|applied/.test(line) && !line.startsWith('next:'),
    )
    .slice(-6)
    .join('\n')
}

const use = (name, input) => ({
  type: 'tool_use',
  id: `toolu_${Math.random().toString(36).slice(2)}`,
  name,
  input,
})

const message = (block, content = [block]) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'scripted',
  content,
  stop_reason: block.type === 'tool_use' ? 'tool_use' : 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 },
})

function stream(response, block) {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (type, data) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`)
  send('message_start', { message: { ...message(block, []), stop_reason: null } })
  const isText = block.type === 'text'
  const empty = isText ? { type: 'text', text: '' } : { ...block, input: {} }
  const delta = isText
    ? { type: 'text_delta', text: block.text }
    : { type: 'input_json_delta', partial_json: JSON.stringify(block.input) }
  send('content_block_start', { index: 0, content_block: empty })
  send('content_block_delta', { index: 0, delta })
  send('content_block_stop', { index: 0 })
  send('message_delta', {
    delta: { stop_reason: message(block).stop_reason, stop_sequence: null },
    usage: { output_tokens: 1 },
  })
  send('message_stop', {})
  response.end()
}

const [binary, only] = process.argv.slice(2)
if (binary === undefined) {
  console.error('Name the program: node bench/hosts.mjs <path of claude> [slow|login]')
  process.exit(2)
}
for (const [name, task] of Object.entries(tasks))
  if (only === undefined || only === name) await drive(name, task)
