// How long a host waits for the list of tools: from starting the process to the answer, beside a Node that does nothing.
// `npm run build && node bench/mcp-start.mjs [runs]`
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const server = join(import.meta.dirname, '../dist/cli/mcp.cjs')
const runs = Number(process.argv[2] ?? 15)
const _meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

async function listed() {
  const began = performance.now()
  const child = spawn(process.execPath, [server], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta } })}\n`)
  await once(child.stdout, 'data')
  const took = performance.now() - began
  child.stdin.end()
  await once(child, 'exit')
  return took
}

async function bare() {
  const began = performance.now()
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit')
  return performance.now() - began
}

// One after the other in turn: a busy machine slows both.
const times = { 'tools/list': [], 'node -e 0': [] }
for (let run = 0; run < runs; run++) {
  times['tools/list'].push(await listed())
  times['node -e 0'].push(await bare())
}
for (const [name, taken] of Object.entries(times)) {
  const sorted = taken.sort((a, b) => a - b).map(Math.round)
  console.log(
    `${name.padEnd(10)}  median ${sorted[Math.floor(runs / 2)]} ms, ${sorted[0]} to ${sorted.at(-1)}, ${runs} runs`,
  )
}
