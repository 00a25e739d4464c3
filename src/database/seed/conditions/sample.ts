/** A text that a simple pattern accepts. */
import type { Random } from '../random.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const DIGITS = '0123456789'
/** How far an open repetition goes beyond its least. */
const SOME = 8

class Unreadable extends Error {}

/** `undefined` where the pattern holds what is not understood, such as a look-ahead. */
export function sampleOf(pattern: string, random: Random): string | undefined {
  try {
    const sampler = new Sampler(
      pattern.replaceAll(/\[:(\w+):\]/g, (_, name) => NAMED[name] ?? 'a'),
      random,
    )
    return sampler.whole()
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

const NAMED: Record<string, string> = {
  alpha: 'a-z',
  lower: 'a-z',
  upper: 'A-Z',
  digit: '0-9',
  alnum: 'a-z0-9',
  space: ' ',
  xdigit: '0-9a-f',
}

class Sampler {
  private at = 0
  private readonly pattern: string
  private readonly random: Random

  constructor(pattern: string, random: Random) {
    this.pattern = pattern
    this.random = random
  }

  whole(): string {
    const text = this.choice()
    if (this.at < this.pattern.length) throw new Unreadable()
    return text
  }

  private get next(): string {
    return this.pattern.charAt(this.at)
  }

  /** The first of the alternatives. */
  private choice(): string {
    const first = this.sequence()
    while (this.next === '|') {
      this.at++
      this.sequence()
    }
    return first
  }

  private sequence(): string {
    let text = ''
    while (this.at < this.pattern.length && this.next !== '|' && this.next !== ')') text += this.piece()
    return text
  }

  private piece(): string {
    if (this.next === '^' || this.next === '$') {
      this.at++
      return ''
    }
    const start = this.at
    let text = this.atom()
    const end = this.at
    const [least, most] = this.repetition()
    const times = most === 0 ? 0 : Math.max(least, Math.min(most, least + Math.floor(this.random() * SOME)))
    if (times === 0) return ''
    const after = this.at
    for (let i = 1; i < times; i++) {
      this.at = start
      text += this.atom()
      if (this.at !== end) throw new Unreadable()
    }
    this.at = after
    return text
  }

  private repetition(): [number, number] {
    const match = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(this.pattern.slice(this.at))
    if (!match) return [1, 1]
    this.at += match[0].length
    const [text, least = '0', comma, most] = match
    if (text.startsWith('*')) return [0, SOME]
    if (text.startsWith('+')) return [1, 1 + SOME]
    if (text.startsWith('?')) return [0, 1]
    return [Number(least), comma === '' ? Number(least) : most ? Number(most) : Number(least) + SOME]
  }

  private atom(): string {
    const char = this.next
    this.at++
    if (char === '(') {
      if (this.pattern.startsWith('?:', this.at)) this.at += 2
      else if (this.next === '?') throw new Unreadable()
      const text = this.choice()
      if (this.next !== ')') throw new Unreadable()
      this.at++
      return text
    }
    if (char === '[') return this.member()
    if (char === '.') return this.one(LETTERS)
    if (char !== '\\') return char
    const escaped = this.next
    this.at++
    return this.escape(escaped)
  }

  private escape(char: string): string {
    if (char === 'd') return this.one(DIGITS)
    if (char === 'w') return this.one(LETTERS + DIGITS)
    if (char === 's') return ' '
    if (/[A-Za-z\d]/.test(char)) throw new Unreadable()
    return char
  }

  private member(): string {
    if (this.next === '^') {
      this.at = this.pattern.indexOf(']', this.at + 2) + 1
      if (this.at === 0) throw new Unreadable()
      return 'a'
    }
    let members = ''
    for (let first = true; this.next !== ']' || first; first = false) {
      if (this.at >= this.pattern.length) throw new Unreadable()
      let char = this.next
      this.at++
      if (char === '\\') {
        char = this.next
        this.at++
        if (char === 'd' || char === 'w') {
          members += char === 'd' ? DIGITS : LETTERS + DIGITS
          continue
        }
        if (char === 's') char = ' '
      }
      const to = this.pattern.charAt(this.at + 1)
      if (this.next === '-' && to !== ']' && to !== '') {
        for (let code = char.charCodeAt(0); code <= to.charCodeAt(0); code++)
          members += String.fromCharCode(code)
        this.at += 2
      } else members += char
    }
    this.at++
    return this.one(members)
  }

  private one(alphabet: string): string {
    return alphabet.charAt(Math.floor(this.random() * alphabet.length))
  }
}
