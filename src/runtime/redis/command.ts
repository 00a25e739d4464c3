/** What commands are made of. */
import { RedisError, type Reply } from './protocol.ts'
import type { Store } from './store.ts'

export interface Command {
  /** Fewest words behind the name. */
  least: number
  /** Most; absent: any number. */
  most?: number
  run(store: Store, words: string[]): Reply
}

export type Commands = Record<string, Command>

export const command = (least: number, most: number | undefined, run: Command['run']): Command => ({
  least,
  ...(most === undefined ? {} : { most }),
  run,
})

export const syntaxError = (): RedisError => new RedisError('ERR syntax error')

export function whole(text: string | undefined): number {
  const value = Number(text)
  if (text === undefined || !/^-?\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new RedisError('ERR value is not an integer or out of range')
  return value
}

export function float(text: string | undefined): number {
  const named = /^([+-]?)inf(?:inity)?$/i.exec(text ?? '')
  if (named) return named[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  const value = Number(text)
  if (text === undefined || text.trim() === '' || Number.isNaN(value))
    throw new RedisError('ERR value is not a valid float')
  return value
}

/** Two at a time; throws when one is left over. */
export function pairs(words: string[]): [string, string][] {
  if (words.length % 2 !== 0) throw new RedisError('ERR wrong number of arguments')
  return words.flatMap((one, at): [string, string][] => (at % 2 === 0 ? [[one, words[at + 1] ?? '']] : []))
}

/** From `start` to `stop`, both included; negative ones count from the end. */
export function slice<T>(items: readonly T[], start: number, stop: number): T[] {
  const from = start < 0 ? Math.max(0, items.length + start) : start
  const to = stop < 0 ? items.length + stop : stop
  return items.slice(from, Math.max(from, to + 1))
}

/** The pattern of `KEYS`: `*`, `?`, `[a-z]` and `\` before a character that is meant. */
export function matcher(pattern: string): RegExp {
  const source = pattern.replace(/\\(.)|\[(\^?)([^\]]*)\]|[\s\S]/g, (one, meant, not, among) => {
    if (meant !== undefined) return literal(meant)
    if (among !== undefined) return `[${not}${among.replace(/[\\[\]]/g, '\\$&')}]`
    return one === '*' ? '[^]*' : one === '?' ? '[^]' : literal(one)
  })
  return new RegExp(`^${source}$`)
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')

/** `SCAN` in one step: everything that fits, and the cursor of the end. `words`: what is said behind the cursor. */
export function scanned<T>(items: readonly T[], nameOf: (item: T) => string, words: string[]): T[] {
  const options = new Map(pairs(words).map(([name, value]) => [name.toUpperCase(), value]))
  const pattern = options.get('MATCH')
  if (pattern === undefined) return [...items]
  const fits = matcher(pattern)
  return items.filter((one) => fits.test(nameOf(one)))
}
