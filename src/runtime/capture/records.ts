/** Reads what the preload wrote. */
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const frame = z.tuple([z.string(), z.number(), z.number()])
const record = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('request'), id: z.string(), method: z.string(), url: z.string() }),
  z.object({ kind: z.literal('answered'), id: z.string() }),
  z.object({ kind: z.literal('route'), request: z.string(), route: z.string() }),
  z.object({ kind: z.literal('site'), site: z.number(), frames: z.array(frame) }),
  z.object({
    kind: z.literal('operation'),
    id: z.string(),
    request: z.string().optional(),
    model: z.string().optional(),
    action: z.string(),
    site: z.number().optional(),
  }),
  z.object({
    kind: z.literal('statement'),
    operation: z.string().optional(),
    request: z.string().optional(),
    sql: z.string(),
    params: z.array(z.unknown()),
    rows: z.number(),
    ms: z.number(),
    at: z.number(),
    error: z.string().optional(),
  }),
  z.object({
    kind: z.literal('inserts'),
    file: z.string(),
    inserts: z.array(z.tuple([z.number(), z.number(), z.number()])),
  }),
  z.object({ kind: z.literal('lost'), why: z.string() }),
])

export type CaptureRecord = z.infer<typeof record>

/** How far each file of records had come at a moment. */
export type Mark = ReadonlyMap<string, number>

/** The records of one process or thread, in order, and where in the file each begins. */
export interface ProcessRecords {
  name: string
  records: { value: CaptureRecord; offset: number }[]
  /** Lines that are no records. */
  broken: number
  /** By request: how often it came, and was answered. An application may send it on to itself. */
  times: Map<string, { came: number; answered: number }>
}

/** The end of all records now: what is read since then is what came later. */
export async function markRecords(folder: string): Promise<Mark> {
  const names = await recordFiles(folder)
  return new Map(
    await Promise.all(names.map(async (name) => [name, (await stat(join(folder, name))).size] as const)),
  )
}

/** Reads all records each time it is called; those that it read before it remembers. */
export function recordReader(folder: string): () => Promise<ProcessRecords[]> {
  const known = new Map<string, ProcessRecords & { end: number }>()
  const readAll = async (): Promise<ProcessRecords[]> =>
    Promise.all(
      (await recordFiles(folder)).map(async (name) => {
        const process = known.get(name) ?? { name, records: [], broken: 0, times: new Map(), end: 0 }
        known.set(name, process)
        addLines(process, await readFrom(join(folder, name), process.end))
        return process
      }),
    )
  let turn: Promise<unknown> = Promise.resolve()
  return () => {
    // One after the other: two at once would read the same lines.
    const next = turn.then(readAll)
    turn = next.catch(() => undefined)
    return next
  }
}

async function recordFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort()
}

async function readFrom(path: string, start: number): Promise<Buffer> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.max(0, size - start)), {
      position: start,
    })
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

function addLines(process: ProcessRecords & { end: number }, bytes: Buffer): void {
  let start = 0
  // What follows the last line break is being written.
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    const value = record.safeParse(json(bytes.toString('utf8', start, end))).data
    if (value) {
      process.records.push({ value, offset: process.end + start })
      count(process.times, value)
    } else process.broken += 1
    start = end + 1
  }
  process.end += start
}

function count(times: ProcessRecords['times'], value: CaptureRecord): void {
  if (value.kind !== 'request' && value.kind !== 'answered') return
  const known = times.get(value.id) ?? { came: 0, answered: 0 }
  if (value.kind === 'request') known.came += 1
  else known.answered += 1
  times.set(value.id, known)
}

/** `undefined` for a line that a full disk cut off. */
function json(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
