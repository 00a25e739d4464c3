export interface Place {
  cache: string
  tmp: string
}

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  /** The step at which the signal was sent; undefined when it was not. */
  sent: string | undefined
  ms: number
  /** How many processes were seen below it, and how many ports of the machine they listened on when the signal was sent. */
  processes: number
  ports: number
  /** Of those, the ones that are there now. */
  running(): string[]
  listening(): number[]
}

export const tool: string
export function writeNotes(folder: string): void
export function hashOf(folder: string): string
export function openPlace(folder: string): Place
export function leftIn(place: Place): string[]
export function runTool(
  args: readonly string[],
  options: Place & {
    at?: RegExp
    nth?: number
    delay?: number
    signal?: NodeJS.Signals
    wrap?: readonly string[]
    env?: Record<string, string>
  },
): Promise<Ended>
export function untilEmpty<T>(list: () => T[], limit: number): Promise<T[]>
