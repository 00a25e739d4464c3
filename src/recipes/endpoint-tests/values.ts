/** Answers and rows as code: what is the same every time as it is, what belongs to a row by its name, the rest by its type. */
import type { Round } from './observe.ts'
import type { Runner } from './runner.ts'
import { keyed, literal, member } from './text.ts'

/** A value of the answer in both rounds. */
type Pair = [unknown, unknown]

export interface Told {
  code: string
  /** Where a value is that differs each time, with its type: for a runner whose comparison takes no types. */
  loose: { path: string; type: 'string' | 'number' | 'object' }[]
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const dateOf = (value: unknown): string | undefined =>
  isRecord(value) && typeof value.$date === 'string' ? value.$date : undefined

/** Expected code for a value at `path`, told by the rows of the two parties. `stored`: it is a row, where times are dates. */
export function told(
  pair: Pair,
  rounds: readonly [Round, Round],
  path: string,
  runner: Runner,
  stored = false,
): Told {
  const loose: Told['loose'] = []
  const go = ([a, b]: Pair, here: string, key: string): string => {
    if (Array.isArray(a) && Array.isArray(b) && a.length === b.length)
      return `[${a.map((one, i) => go([one, b[i]], `${here}[${i}]`, key)).join(', ')}]`
    const [date, other] = [dateOf(a), dateOf(b)]
    if (date !== undefined && other !== undefined) {
      if (date === other) return `new Date(${literal(date)})`
      return reference([date, other], rounds, key, 'date') ?? any(here, 'object')
    }
    if (isRecord(a) && isRecord(b) && same(Object.keys(a).sort(), Object.keys(b).sort())) {
      if (typeof a.$bigint === 'string' && same(a, b)) return `${a.$bigint}n`
      const parts = Object.keys(a).map((name) => {
        const at = `${here}${member(name)}`
        return `${keyed(name)}: ${go([a[name], b[name]], at, name)}`
      })
      return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`
    }
    if (same(a, b) && !(isKeyName(key) && typeof a === 'number')) return shortened(a)
    const known = reference([a, b], rounds, key, stored ? 'value' : 'json')
    if (known !== undefined) return known
    if (same(a, b)) return literal(a)
    return any(here, typeof a === 'number' ? 'number' : 'string')
  }
  const any = (here: string, type: Told['loose'][number]['type']): string => {
    loose.push({ path: here, type })
    if (runner.name === 'node:test') return here
    return `expect.any(${type === 'object' ? 'Date' : type === 'number' ? 'Number' : 'String'})`
  }
  return { code: go(pair, path, ''), loose }
}

const isKeyName = (key: string): boolean => /^id$|Id$|_id$/.test(key)

/** `'x'.repeat(160)` for one letter many times. */
function shortened(value: unknown): string {
  const [, head = '', letter, tail = ''] =
    typeof value === 'string' ? (/^([^`$\\]*?)(?:([a-z])\2{39,})([^`$\\]*)$/s.exec(value) ?? []) : []
  if (letter === undefined || typeof value !== 'string') return literal(value)
  const many = `${literal(letter)}.repeat(${value.length - head.length - tail.length})`
  return head + tail === '' ? many : `\`${head}\${${many}}${tail}\``
}

/** The member of a row that has this value in both rounds: `north.album.id`. */
function reference(
  pair: Pair,
  rounds: readonly [Round, Round],
  key: string,
  as: 'json' | 'value' | 'date',
): string | undefined {
  const found: { code: string; rank: number }[] = []
  for (const party of ['north', 'south'] as const) {
    const [first, second] = [rounds[0][party], rounds[1][party]]
    for (const [variable, row] of Object.entries(first ?? {})) {
      const twin = second?.[variable]
      if (!isRecord(row) || !isRecord(twin)) continue
      for (const [field, value] of Object.entries(row)) {
        const date = dateOf(value)
        const [one, two] = [date ?? value, dateOf(twin[field]) ?? twin[field]]
        if (one === null || !textual(one, pair[0]) || !textual(two, pair[1])) continue
        const bare = `${party}.${variable}${member(field)}`
        const code =
          date !== undefined && as !== 'date'
            ? `${bare}.toISOString()`
            : typeof one !== typeof pair[0] && as === 'json'
              ? `String(${bare})`
              : bare
        const rank =
          (field === key ? 2 : 0) +
          (`${variable}Id` === key && field === 'id' ? 3 : 0) +
          (field === 'id' ? 1 : 0)
        found.push({ code, rank })
      }
    }
  }
  return found.sort((a, b) => b.rank - a.rank)[0]?.code
}

const textual = (one: unknown, other: unknown): boolean =>
  one === other || (typeof one === 'number' && typeof other === 'string' && String(one) === other)

/** A value that is the same in all rounds, at a path of the answer. */
export function atPath(value: unknown, path: readonly (string | number)[]): unknown {
  let here = value
  for (const key of path) {
    if (Array.isArray(here) && typeof key === 'number') here = here[key]
    else if (isRecord(here) && typeof key === 'string') here = here[key]
    else return undefined
  }
  return here
}

/** Where in an answer a list stands: `[]` for the answer itself. */
export function listIn(value: unknown, path: (string | number)[] = []): (string | number)[] | undefined {
  if (Array.isArray(value)) return path
  if (!isRecord(value) || path.length > 2) return undefined
  for (const [key, one] of Object.entries(value)) {
    const found = listIn(one, [...path, key])
    if (found) return found
  }
  return undefined
}

/** Where an answer says what went wrong, shortest first: a code, else a text. */
export function failureIn(value: unknown): (string | number)[] | undefined {
  const paths: (string | number)[][] = []
  const go = (one: unknown, path: (string | number)[]): void => {
    if (typeof one === 'string') paths.push(path)
    else if (isRecord(one) && path.length < 3)
      for (const [key, inner] of Object.entries(one)) go(inner, [...path, key])
  }
  go(value, [])
  const named = (name: RegExp): (string | number)[] | undefined =>
    paths.find((path) => name.test(String(path.at(-1))))
  return named(/^code$|^errorCode$|^type$/i) ?? named(/^error$|^message$|^title$|^detail$/i)
}
