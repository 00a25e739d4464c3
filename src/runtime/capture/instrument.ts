/** Rewrites the text of Prisma's client runtime, alone or inside a bundle, before Node.js compiles it. */

/** Text that was put into a line. `line` is 1-based, `column` 0-based, both in the text as it was. */
export type Insert = [line: number, column: number, length: number]

export interface Instrumented {
  text: string
  /** How often each place was found. A whole runtime has each once, a bundle as often as it holds a copy. */
  counts: { factory: number; transaction: number; client: number }
  /** What a frame of the compiled text must be moved back by. */
  inserts: Insert[]
}

/** The name under which the hooks wait for the code that was rewritten. */
export const HOOKS = '__backendEngineerCapture'

// Minifiers keep names of properties and of exports; the code around them is private to each version of Prisma.
const PLACES = {
  factory: /(_createPrismaPromise\s*=\s*)([\w$]+\(\))/g,
  transaction: /((["'])_createPrismaPromise\2\s*,\s*\(\)\s*=>\s*)([\w$]+\([\w$]+\))/g,
  client: /(\bgetPrismaClient:\s*\(\)\s*=>\s*)([\w$]+)/g,
} as const

/** Whether a text holds Prisma's client runtime. */
export const isRuntime = (text: string): boolean =>
  text.includes('_createPrismaPromise') && text.includes('getPrismaClient')

/** Wraps the factories of promises and the factory of the client class. Other text comes back as it was. */
export function instrument(text: string): Instrumented {
  const edits: { at: number; end: number; hook: string }[] = []
  const counts = { factory: 0, transaction: 0, client: 0 }
  for (const kind of ['factory', 'transaction', 'client'] as const) {
    for (const match of text.matchAll(PLACES[kind])) {
      const value = match.at(-1) ?? ''
      const end = match.index + match[0].length
      edits.push({ at: end - value.length, end, hook: kind === 'client' ? 'client' : 'factory' })
      counts[kind] += 1
    }
  }
  edits.sort((a, b) => a.at - b.at)
  const inserts: Insert[] = []
  const parts: string[] = []
  const lines = lineCounter(text)
  let done = 0
  for (const { at, end, hook } of edits) {
    // A bundle may run where the hooks are not, in a context of its own; it must run there as it was.
    const before = `(globalThis.${HOOKS}?.${hook}??(x=>x))(`
    parts.push(text.slice(done, at), before, text.slice(at, end), ')')
    inserts.push([...lines(at), before.length], [...lines(end), 1])
    done = end
  }
  parts.push(text.slice(done))
  return { text: parts.join(''), counts, inserts }
}

/** Each place once, or as often as there are copies. */
export const isWhole = ({ factory, transaction, client }: Instrumented['counts']): boolean =>
  factory > 0 && factory === transaction && factory === client

/** The column of the text as it was, for a place in the text that ran. `column` 0-based. */
export function columnBefore(inserts: readonly Insert[], line: number, column: number): number {
  let shift = 0
  for (const [at, from, length] of inserts) {
    if (at !== line || from + shift >= column) continue
    shift += Math.min(length, column - from - shift)
  }
  return column - shift
}

/** Asked in ascending order. */
function lineCounter(text: string): (offset: number) => [line: number, column: number] {
  let line = 1
  let start = 0
  return (offset) => {
    for (let next = text.indexOf('\n', start); next >= 0 && next < offset; next = text.indexOf('\n', start)) {
      line += 1
      start = next + 1
    }
    return [line, offset - start]
  }
}
