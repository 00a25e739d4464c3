/** What the application tried to reach, as its preload and the stub wrote it down. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'

const attempt = z.object({
  /** `connect`: refused. `lookup`: a name was asked for. `request`: answered by the stub. `process`: another program was started. */
  kind: z.enum(['connect', 'lookup', 'datagram', 'request', 'process']),
  /** Name or address; of a process, the program. */
  host: z.string(),
  port: z.number().optional(),
  /** Of requests that the stub answered. */
  method: z.string().optional(),
  url: z.string().optional(),
  /** The first 1,000 characters. */
  body: z.string().optional(),
  /** First frame outside of Node.js and the packages, as the process sees it: a path in the build, line and column. */
  frame: z.string().optional(),
  /** Milliseconds since 1970. */
  at: z.number(),
})

export type EgressAttempt = z.infer<typeof attempt>

/** Attempts in the order of time; lines that a killed process left unfinished are passed over. */
export function readAttempts(file: string): EgressAttempt[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return []
  }
  return text
    .split('\n')
    .flatMap((line) => attempt.safeParse(parsed(line)).data ?? [])
    .sort((a, b) => a.at - b.at)
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
