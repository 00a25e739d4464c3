/** Random values that depend on a seed alone, and the formats of ids. */
import type { IdFormat } from './world.ts'

/** Gives numbers from 0 up to, and without, 1. */
export type Random = () => number

/** A generator of its own for each list of keys: a value does not change when another is added. (cyrb128, sfc32) */
export function randomFor(...keys: (string | number | undefined)[]): Random {
  const text = keys.join('\u0000')
  let [a, b, c, d] = [1779033703, 3144134277, 1013904242, 2773480762]
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i)
    a = b ^ Math.imul(a ^ k, 597399067)
    b = c ^ Math.imul(b ^ k, 2869860233)
    c = d ^ Math.imul(c ^ k, 951274213)
    d = a ^ Math.imul(d ^ k, 2716044179)
  }
  const next = (): number => {
    const t = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    return (t >>> 0) / 4294967296
  }
  for (let i = 0; i < 12; i++) next()
  return next
}

/** From `low` to `high`, both included. */
export function integer(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1))
}

const HEX = '0123456789abcdef'
const BASE36 = '0123456789abcdefghijklmnopqrstuvwxyz'
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const URL_SAFE = 'useandom-26T198340PX75pxJACKVERYMINDBUSHWOLF_GQZbfghjklqvwyzrict'

function letters(random: Random, alphabet: string, length: number): string {
  let text = ''
  for (let i = 0; i < length; i++) text += alphabet.charAt(Math.floor(random() * alphabet.length))
  return text
}

export const hex = (random: Random, length: number): string => letters(random, HEX, length)
export const base36 = (random: Random, length: number): string => letters(random, BASE36, length)

export const CANARY = 'cnry'

/** Characters of the shortest canary: 32 random bits. */
export const SHORTEST = CANARY.length + 8

/** A text that nothing else holds: 64 random bits. */
export const token = (random: Random): string => CANARY + hex(random, 16)

/** An id as the client or the database would have made it at `time` (milliseconds). */
export function idOf(format: IdFormat, random: Random, time: number): string {
  switch (format.format) {
    case 'cuid':
      return `c${time.toString(36).slice(-8).padStart(8, '0')}${base36(random, 16)}`
    case 'cuid2':
      return letters(random, BASE36.slice(10), 1) + base36(random, 23)
    case 'uuid4':
      return uuid(hex(random, 12), '4', random)
    case 'uuid7':
      return uuid(time.toString(16).padStart(12, '0'), '7', random)
    case 'ulid': {
      let text = ''
      for (let i = 0, left = time; i < 10; i++, left = Math.floor(left / 32))
        text = CROCKFORD.charAt(left % 32) + text
      return text + letters(random, CROCKFORD, 16)
    }
    case 'nanoid':
      return letters(random, URL_SAFE, format.length)
  }
}

function uuid(first: string, version: string, random: Random): string {
  const variant = HEX.charAt(8 + Math.floor(random() * 4))
  return `${first.slice(0, 8)}-${first.slice(8, 12)}-${version}${hex(random, 3)}-${variant}${hex(random, 3)}-${hex(random, 12)}`
}
