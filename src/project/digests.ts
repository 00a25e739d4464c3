/**
 * Digests of files by content, kept between runs outside of the project: a file that looks as it did is not read again. It
 * looks the same when size, both times and inode are the same, and when it had not been changed shortly before it was looked
 * at: a second change within the same tick of the clock would not show. Git has the same rule for its index.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isRecord } from '../source/config.ts'

/** The coarsest clock of a file system that is in use ticks every two seconds (FAT). */
const TICK = 2000
/** Projects whose digests are kept; the oldest go first. */
const KEPT = 40

/** Size, both times, inode and digest of a file. */
type Entry = [size: number, changed: number, touched: number, inode: number, digest: string]

interface Kept {
  begun: number
  files: Record<string, Entry>
}

export interface Digests {
  /** The digest of what is in a file, or a name for why it cannot be read. */
  of(file: string): string
  /** Keeps what was found, for the next run. */
  keep(): void
}

/**
 * @param root absolute path that files are relative to
 * @param cacheFolder without it, every file is read
 */
export function digestsOf(root: string, cacheFolder: string | undefined): Digests {
  const place =
    cacheFolder && join(cacheFolder, 'digests', `${createHash('sha1').update(root).digest('hex')}.json`)
  const begun = Date.now()
  const before = place === undefined ? undefined : recall(place)
  const now = new Map<string, Entry>()
  let changed = false

  function of(file: string): string {
    const path = join(root, file)
    try {
      const { size, mtimeMs, ctimeMs, ino } = statSync(path)
      const known = before?.files[file]
      const same = known?.[0] === size && known[1] === mtimeMs && known[2] === ctimeMs && known[3] === ino
      const settled = before !== undefined && Math.max(mtimeMs, ctimeMs) < before.begun - TICK
      if (known && same && settled) {
        now.set(file, known)
        return known[4]
      }
      const digest = createHash('sha1').update(readFileSync(path)).digest('hex')
      now.set(file, [size, mtimeMs, ctimeMs, ino, digest])
      changed = true
      return digest
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    }
  }

  function keep(): void {
    if (place === undefined || (!changed && now.size === Object.keys(before?.files ?? {}).length)) return
    store(place, { begun, files: Object.fromEntries(now) })
  }

  return { of, keep }
}

const sum = (text: string): string => createHash('sha1').update(text).digest('hex')

/** The first line is the checksum of the rest: what was cut off or edited is not believed. */
function recall(place: string): Kept | undefined {
  let text: string
  try {
    text = readFileSync(place, 'utf8')
  } catch {
    // Not looked at before.
    return undefined
  }
  const body = text.slice(41)
  if (text.slice(0, 40) !== sum(body)) return undefined
  const read: unknown = JSON.parse(body)
  return isKept(read) ? read : undefined
}

/** Enough to tell it: the checksum has shown that it is what was kept. */
const isKept = (value: unknown): value is Kept =>
  isRecord(value) && typeof value.begun === 'number' && isRecord(value.files)

function store(place: string, value: Kept): void {
  const body = JSON.stringify(value)
  const part = `${place}.${process.pid}.part`
  const folder = dirname(place)
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(part, `${sum(body)}\n${body}`)
    renameSync(part, place)
    const all = readdirSync(folder).map((name) => ({ name, age: statSync(join(folder, name)).mtimeMs }))
    for (const { name } of all.sort((a, b) => b.age - a.age).slice(KEPT))
      rmSync(join(folder, name), { force: true })
  } catch {
    // A cache that cannot be written costs time, nothing else.
    rmSync(part, { force: true })
  }
}
