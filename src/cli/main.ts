#!/usr/bin/env node
import { createInterface } from 'node:readline/promises'
import { text } from 'node:stream/consumers'
import { optimiseLate } from './v8-flags.ts'

// A reader that has seen enough (`| head`) closes the pipe; that is no failure of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

optimiseLate()

if (process.argv[2] === 'mcp') await (await import('./mcp.ts')).listening
else await commandLine()

async function commandLine(): Promise<void> {
  const { run } = await import('./run.ts')
  const stop = new AbortController()
  // The first asks everything that was started to end; a second one ends this process at once.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => stop.abort(new Error(`Stopped by ${signal}.`)))
  process.exitCode = await run(process.argv.slice(2), {
    cwd: process.cwd(),
    env: process.env,
    stdout: {
      write: (text) => void process.stdout.write(text),
      tty: process.stdout.isTTY === true,
      columns: process.stdout.columns,
    },
    stderr: { write: (text) => void process.stderr.write(text), tty: process.stderr.isTTY === true },
    ...(process.stdin.isTTY ? process.stderr.isTTY && { prompt } : { stdin: () => text(process.stdin) }),
    signal: stop.signal,
  })
}

async function prompt(text: string, signal?: AbortSignal): Promise<string> {
  const reader = createInterface({ input: process.stdin, output: process.stderr })
  try {
    // Ctrl-C goes to the reader while it reads: it is passed on as the signal that it is elsewhere.
    reader.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    return await reader.question(text, signal ? { signal } : {})
  } finally {
    reader.close()
  }
}
