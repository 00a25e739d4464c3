/** Commands on values that are texts or numbers. */
import { type Command, type Commands, command, float, pairs, slice, syntaxError, whole } from './command.ts'
import { OK, RedisError, type Reply } from './protocol.ts'
import type { Store } from './store.ts'

/** Milliseconds since 1970, from a unit and a number that say when. */
export function moment(unit: string, text: string | undefined): number {
  const value = whole(text)
  if (value <= 0 && /^(?:EX|PX)$/.test(unit)) throw new RedisError("ERR invalid expire time in 'set' command")
  if (unit === 'EX') return Date.now() + value * 1000
  if (unit === 'PX') return Date.now() + value
  return unit === 'EXAT' ? value * 1000 : value
}

const isUnit = (word: string): boolean => /^(?:EX|PX|EXAT|PXAT)$/.test(word)

function set(store: Store, [key = '', value = '', ...words]: string[]): Reply {
  let expires: number | undefined
  const said = new Set<string>()
  for (let at = 0; at < words.length; at++) {
    const word = words[at]?.toUpperCase() ?? ''
    if (isUnit(word)) expires = moment(word, words[++at])
    else if (/^(?:NX|XX|GET|KEEPTTL)$/.test(word)) said.add(word)
    else throw syntaxError()
  }
  const before = said.has('GET') ? (store.text(key) ?? null) : null
  const left = (said.has('NX') && store.has(key)) || (said.has('XX') && !store.has(key))
  if (!left) store.setText(key, value, said.has('KEEPTTL') ? store.entry(key)?.expires : expires)
  if (said.has('GET')) return before
  return left ? null : OK
}

const setFor = (unit: 'EX' | 'PX'): Command =>
  command(3, 3, (store, [key = '', time, value = '']) => {
    store.setText(key, value, moment(unit, time))
    return OK
  })

/** Keeps the time of the key. */
function rewrite(store: Store, key: string, text: string): void {
  store.setText(key, text, store.entry(key)?.expires)
}

const count = (sign: 1 | -1, by?: 1): Command =>
  command(by === undefined ? 2 : 1, by === undefined ? 2 : 1, (store, [key = '', amount]) => {
    const next = whole(store.text(key) ?? '0') + sign * (by ?? whole(amount))
    if (!Number.isSafeInteger(next)) throw new RedisError('ERR increment or decrement would overflow')
    rewrite(store, key, String(next))
    return next
  })

function getAndTime(store: Store, [key = '', ...words]: string[]): Reply {
  const text = store.text(key)
  const entry = store.entry(key)
  const word = words[0]?.toUpperCase()
  if (entry && word === 'PERSIST') delete entry.expires
  else if (entry && word !== undefined && isUnit(word)) entry.expires = moment(word, words[1])
  else if (word !== undefined && word !== 'PERSIST' && !isUnit(word)) throw syntaxError()
  return text ?? null
}

function getAndDelete(store: Store, [key = '']: string[]): Reply {
  const text = store.text(key)
  store.delete(key)
  return text ?? null
}

function setMany(store: Store, words: string[]): void {
  for (const [key, value] of pairs(words)) store.setText(key, value)
}

export const texts: Commands = {
  SET: command(2, undefined, set),
  GET: command(1, 1, (store, [key = '']) => store.text(key) ?? null),
  SETEX: setFor('EX'),
  PSETEX: setFor('PX'),
  SETNX: command(2, 2, (store, [key = '', value = '']) => {
    if (store.has(key)) return 0
    store.setText(key, value)
    return 1
  }),
  GETSET: command(2, 2, (store, [key = '', value = '']) => {
    const before = store.text(key)
    store.setText(key, value)
    return before ?? null
  }),
  GETDEL: command(1, 1, getAndDelete),
  GETEX: command(1, 3, getAndTime),
  MGET: command(1, undefined, (store, keys) =>
    keys.map((key) => {
      const kind = store.entry(key)?.value.k
      return kind === undefined || kind === 'string' ? (store.text(key) ?? null) : null
    }),
  ),
  MSET: command(2, undefined, (store, words) => {
    setMany(store, words)
    return OK
  }),
  MSETNX: command(2, undefined, (store, words) => {
    if (pairs(words).some(([key]) => store.has(key))) return 0
    setMany(store, words)
    return 1
  }),
  APPEND: command(2, 2, (store, [key = '', more = '']) => {
    const text = (store.text(key) ?? '') + more
    rewrite(store, key, text)
    return text.length
  }),
  STRLEN: command(1, 1, (store, [key = '']) => (store.text(key) ?? '').length),
  GETRANGE: command(3, 3, (store, [key = '', start, stop]) =>
    slice([...(store.text(key) ?? '')], whole(start), whole(stop)).join(''),
  ),
  INCR: count(1, 1),
  INCRBY: count(1),
  DECR: count(-1, 1),
  DECRBY: count(-1),
  INCRBYFLOAT: command(2, 2, (store, [key = '', amount]) => {
    const next = String(float(store.text(key) ?? '0') + float(amount))
    rewrite(store, key, next)
    return next
  }),
}
