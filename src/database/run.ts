/** Runs a program to its end. */
import type { SpawnOptions } from 'node:child_process'
import type { Workplace } from '../sandbox/workplace.ts'

export interface Outcome {
  code: number | null
  /** What it wrote to both of its streams. */
  output: string
}

/** @throws when the program cannot be started */
export function run(
  workplace: Workplace,
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = workplace.start(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const read = (chunk: Buffer): void => {
      output += chunk.toString('utf8')
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}
