/** Where in the app a call came from, as the engine sees it: places in compiled files, mapped to sources later. */

/** `file` is a path or a URL as V8 names it; `line` and `column` are 1-based. */
export type Frame = [file: string, line: number, column: number]

const DEPTH = 24
const KEPT = 10
const own = import.meta.url.slice(0, import.meta.url.lastIndexOf('/') + 1)

/**
 * The frames above `below`, innermost first, without those of Node.js, of Prisma's own files and of the capture.
 *
 * Vitest compiles sources in memory and knows alone how to map them: there its own mapping is asked, and the frames
 * are places in sources.
 */
export function framesAbove(below: (...args: never[]) => unknown): Frame[] {
  const limit = Error.stackTraceLimit
  const prepare = Error.prepareStackTrace
  let frames: Frame[] = []
  try {
    Error.stackTraceLimit = DEPTH
    Error.prepareStackTrace = (error: Error, sites: NodeJS.CallSite[]) => {
      frames = toFrames(error, sites, process.env.VITEST === undefined ? undefined : prepare)
      return ''
    }
    const holder = new Error()
    Error.captureStackTrace(holder, below)
    // The stack is made when it is first read.
    void holder.stack
  } finally {
    Error.stackTraceLimit = limit
    Error.prepareStackTrace = prepare
  }
  return frames
}

type Prepare = (error: Error, sites: NodeJS.CallSite[]) => unknown

function toFrames(error: Error, sites: NodeJS.CallSite[], prepare: Prepare | undefined): Frame[] {
  const frames: Frame[] = []
  for (const site of sites) {
    const file = site.getFileName()
    if (!file || isOurs(file)) continue
    const mapped = prepare && mapsOf(prepare, error, site)
    frames.push(mapped ?? [file, site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0])
    if (frames.length === KEPT) break
  }
  return frames
}

const isOurs = (file: string): boolean =>
  file.startsWith('node:') || file.startsWith(own) || /[\\/]@prisma[\\/]client[\\/]runtime[\\/]/.test(file)

/** The line that the runner would print for one frame. */
function mapsOf(prepare: Prepare, error: Error, site: NodeJS.CallSite): Frame | undefined {
  const printed: unknown = prepare(error, [site])
  if (typeof printed !== 'string') return undefined
  const [, file, line, column] = /\(?([^\s()][^()\n]*):(\d+):(\d+)\)?\s*$/.exec(lastLine(printed)) ?? []
  return file === undefined ? undefined : [file.replace(/^at (async )?/, ''), Number(line), Number(column)]
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1)?.trim() ?? ''
