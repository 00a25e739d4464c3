#!/usr/bin/env node
import { run } from './run.ts'

// A reader that has seen enough (`| head`) closes the pipe; that is no failure of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

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
  signal: stop.signal,
})
