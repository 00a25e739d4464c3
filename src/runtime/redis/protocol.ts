/** The protocol of Redis, versions 2 and 3. Texts are bytes: one character (latin1) for each, so that nothing is lost. */

export type Reply =
  | string
  | number
  | null
  | Reply[]
  | { simple: string }
  | { error: string }
  | { map: [string, Reply][] }
  | { set: string[] }
  | { double: number }
  /** Members of a sorted set with their scores: flat in version 2, pairs in version 3. */
  | { scored: [string, number][] }
  /** Sent without having been asked for. */
  | { push: Reply[] }

export const OK: Reply = { simple: 'OK' }

/** An answer that ends a command: its text starts with the kind, `ERR` or `WRONGTYPE`. */
export class RedisError extends Error {}

const END = '\r\n'
/** Of one request; a client that sends more is cut off. */
const MAX_BYTES = 64 << 20

/** Collects what arrives and gives the requests that are whole: the words of each. Throws a `RedisError` on other bytes. */
export class Requests {
  private waiting: Buffer = Buffer.alloc(0)

  add(chunk: Buffer): string[][] {
    this.waiting = this.waiting.length === 0 ? chunk : Buffer.concat([this.waiting, chunk])
    if (this.waiting.length > MAX_BYTES) throw new RedisError('ERR Protocol error: too big a request')
    const whole: string[][] = []
    for (;;) {
      const read = requestIn(this.waiting)
      if (!read) return whole
      this.waiting = this.waiting.subarray(read.end)
      if (read.words.length > 0) whole.push(read.words)
    }
  }
}

function requestIn(bytes: Buffer): { words: string[]; end: number } | undefined {
  const first = lineAt(bytes, 0)
  if (!first) return undefined
  if (!first.text.startsWith('*')) return { words: first.text.split(/\s+/).filter(Boolean), end: first.end }
  const words: string[] = []
  let at = first.end
  for (let left = lengthOf(first.text); left > 0; left--) {
    const head = lineAt(bytes, at)
    if (!head) return undefined
    if (!head.text.startsWith('$')) throw new RedisError("ERR Protocol error: expected '$'")
    const end = head.end + lengthOf(head.text)
    if (bytes.length < end + END.length) return undefined
    words.push(bytes.toString('latin1', head.end, end))
    at = end + END.length
  }
  return { words, end: at }
}

function lineAt(bytes: Buffer, start: number): { text: string; end: number } | undefined {
  const at = bytes.indexOf('\n', start)
  if (at < 0) return undefined
  return { text: bytes.toString('latin1', start, at).replace(/\r$/, ''), end: at + 1 }
}

function lengthOf(head: string): number {
  const length = Number(head.slice(1))
  if (!Number.isInteger(length) || length > MAX_BYTES)
    throw new RedisError('ERR Protocol error: invalid length')
  return Math.max(0, length)
}

/** The bytes of an answer. */
export const written = (reply: Reply, version: 2 | 3): Buffer => Buffer.from(text(reply, version), 'latin1')

function text(reply: Reply, version: 2 | 3): string {
  const three = version === 3
  const list = (mark: string, count: number, items: Reply[]): string =>
    mark + count + END + items.map((one) => text(one, version)).join('')
  if (reply === null) return three ? `_${END}` : `$-1${END}`
  if (typeof reply === 'number') return `:${reply}${END}`
  if (typeof reply === 'string') return `$${reply.length}${END}${reply}${END}`
  if (Array.isArray(reply)) return list('*', reply.length, reply)
  if ('simple' in reply) return `+${reply.simple}${END}`
  if ('error' in reply) return `-${reply.error.replace(/[\r\n]+/g, ' ')}${END}`
  if ('double' in reply) return three ? `,${decimal(reply.double)}${END}` : text(decimal(reply.double), 2)
  if ('set' in reply) return list(three ? '~' : '*', reply.set.length, reply.set)
  if ('push' in reply) return list(three ? '>' : '*', reply.push.length, reply.push)
  if ('scored' in reply) {
    const pairs = reply.scored.map(([member, score]): Reply[] => [member, { double: score }])
    return text(three ? pairs : pairs.flat(), version)
  }
  return list(three ? '%' : '*', three ? reply.map.length : reply.map.length * 2, reply.map.flat())
}

/** A score as Redis writes it. */
export const decimal = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? 'inf' : value === Number.NEGATIVE_INFINITY ? '-inf' : String(value)
