/** Commands on keys, whatever is under them. */
import { type Command, type Commands, command, matcher, scanned, whole } from './command.ts'
import { OK, RedisError, type Reply } from './protocol.ts'
import type { Store } from './store.ts'
import { moment } from './texts.ts'

const counted = (work: (store: Store, key: string) => boolean): Command =>
  command(1, undefined, (store, keys) => keys.filter((key) => work(store, key)).length)

const expire = (unit: 'EX' | 'PX' | 'EXAT' | 'PXAT'): Command =>
  command(2, 3, (store, [key = '', time, condition]) => {
    const entry = store.entry(key)
    if (!entry) return 0
    const now = Date.now()
    const value = whole(time)
    const at = unit === 'EX' ? now + value * 1000 : unit === 'PX' ? now + value : moment(unit, String(value))
    if (!isWanted(condition?.toUpperCase(), entry.expires, at)) return 0
    entry.expires = at
    if (at <= now) store.delete(key)
    return 1
  })

function isWanted(condition: string | undefined, before: number | undefined, after: number): boolean {
  if (condition === 'NX') return before === undefined
  if (condition === 'XX') return before !== undefined
  if (condition === 'GT') return before !== undefined && after > before
  return condition !== 'LT' || before === undefined || after < before
}

const timeLeft = (unit: number): Command =>
  command(1, 1, (store, [key = '']) => {
    const entry = store.entry(key)
    if (!entry) return -2
    return entry.expires === undefined ? -1 : Math.round((entry.expires - Date.now()) / unit)
  })

const rename = (onlyNew: boolean): Command =>
  command(2, 2, (store, [from = '', to = '']) => {
    const entry = store.entry(from)
    if (!entry) throw new RedisError('ERR no such key')
    if (onlyNew && store.has(to)) return 0
    store.entries.delete(from)
    store.entries.set(to, entry)
    return onlyNew ? 1 : OK
  })

function scan(store: Store, [, ...words]: string[]): Reply {
  const kind = words.findIndex((word) => word.toUpperCase() === 'TYPE')
  const wanted = kind < 0 ? undefined : words[kind + 1]?.toLowerCase()
  const keys = store.keys().filter((key) => wanted === undefined || store.entry(key)?.value.k === wanted)
  return ['0', scanned(keys, (key) => key, words)]
}

export const keys: Commands = {
  DEL: counted((store, key) => store.delete(key)),
  UNLINK: counted((store, key) => store.delete(key)),
  EXISTS: counted((store, key) => store.has(key)),
  TOUCH: counted((store, key) => store.has(key)),
  EXPIRE: expire('EX'),
  PEXPIRE: expire('PX'),
  EXPIREAT: expire('EXAT'),
  PEXPIREAT: expire('PXAT'),
  TTL: timeLeft(1000),
  PTTL: timeLeft(1),
  PERSIST: command(1, 1, (store, [key = '']) => {
    const entry = store.entry(key)
    if (entry?.expires === undefined) return 0
    delete entry.expires
    return 1
  }),
  TYPE: command(1, 1, (store, [key = '']) => ({ simple: store.entry(key)?.value.k ?? 'none' })),
  KEYS: command(1, 1, (store, [pattern = '']) => store.keys().filter((key) => matcher(pattern).test(key))),
  SCAN: command(1, undefined, scan),
  DBSIZE: command(0, 0, (store) => store.keys().length),
  RENAME: rename(false),
  RENAMENX: rename(true),
  RANDOMKEY: command(0, 0, (store) => store.keys()[0] ?? null),
}
