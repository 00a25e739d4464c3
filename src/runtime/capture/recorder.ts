/** Writes what was seen inside of the app, a line of JSON for each record. Runs in the app's process. */
import { openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread, threadId } from 'node:worker_threads'

export interface Settings {
  /** The folder that gets the records; it exists. */
  folder: string
  /** Records of a process; what comes later is counted and not kept. */
  records: number
  /** Characters of one parameter that are kept. */
  length: number
  /** Parameters of one statement that are kept. */
  params: number
}

export interface Recorder {
  readonly settings: Settings
  /** Unique among all processes and threads of a run. */
  id(kind: string): string
  write(record: Record<string, unknown>): void
  /** Says once that, and why, something is not captured. */
  lost(why: string, error?: unknown): void
  flush(): void
}

const FLUSH_AT = 64 * 1024

export function openRecorder(settings: Settings): Recorder {
  let file: number | undefined
  let broken = false
  let waiting: string[] = []
  let size = 0
  let written = 0
  let scheduled = false
  let ids = 0
  const said = new Set<string>()
  // Workers of tests and builds are ended from outside, without a last turn of their event loop.
  const atOnce = !isMainThread || process.env.VITEST !== undefined || process.send !== undefined

  const flush = (): void => {
    scheduled = false
    if (waiting.length === 0 || broken) return
    const text = waiting.join('')
    waiting = []
    size = 0
    try {
      file ??= openFile(settings.folder)
      writeAll(file, text)
    } catch {
      // A full disk or a folder that is gone: the app goes on, and the reader misses the end of the file.
      broken = true
    }
  }
  const push = (record: Record<string, unknown>): void => {
    const line = `${JSON.stringify(record, plain)}\n`
    waiting.push(line)
    size += line.length
    if (atOnce || size > FLUSH_AT) {
      flush()
      return
    }
    if (scheduled) return
    scheduled = true
    setImmediate(flush).unref()
  }
  const lost = (why: string, error?: unknown): void => {
    const text =
      error === undefined ? why : `${why}: ${error instanceof Error ? error.message : String(error)}`
    if (said.has(text) || said.size > 100) return
    said.add(text)
    push({ kind: 'lost', why: text })
  }
  process.on('exit', flush)
  return {
    settings,
    id: (kind) => `${kind}${process.pid}-${threadId}-${++ids}`,
    write(record) {
      if (written >= settings.records)
        return lost(`more than ${settings.records} records of one process; later ones were not kept`)
      written += 1
      try {
        push(record)
      } catch (error) {
        lost('a record could not be written', error)
      }
    },
    lost,
    flush,
  }
}

/** A process of the same number may have written here before. */
function openFile(folder: string): number {
  for (let n = threadId; ; n += 1000) {
    try {
      return openSync(join(folder, `${process.pid}-${n}.jsonl`), 'ax', 0o600)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
  }
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
}

const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)

/** Parameters cut to what the settings allow, binary ones by their length. */
export function cutParams(params: unknown, settings: Settings): unknown[] {
  if (!Array.isArray(params)) return []
  const kept = params.slice(0, settings.params).map((one: unknown) => cut(one, settings.length))
  const left = params.length - kept.length
  return left > 0 ? [...kept, `… ${left} more parameters`] : kept
}

function cut(value: unknown, length: number): unknown {
  if (typeof value === 'string')
    return value.length > length
      ? `${value.slice(0, length)}… ${value.length - length} more characters`
      : value
  if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  const text = JSON.stringify(value, plain) ?? ''
  return text.length > length ? `${text.slice(0, length)}… ${text.length - length} more characters` : value
}
