/** Commands on hashes, sets and lists. */
import { type Command, type Commands, command, float, pairs, scanned, slice, whole } from './command.ts'
import { OK, RedisError, type Reply } from './protocol.ts'
import type { Store } from './store.ts'

const fieldsOf = (store: Store, key: string): Map<string, string> =>
  store.read(key, 'hash')?.fields ?? new Map()
const membersOf = (store: Store, key: string): Set<string> => store.read(key, 'set')?.members ?? new Set()
const itemsOf = (store: Store, key: string): string[] => store.read(key, 'list')?.items ?? []

const changeHash = <T>(store: Store, key: string, work: (fields: Map<string, string>) => T): T =>
  store.change(key, 'hash', { k: 'hash', fields: new Map() }, ({ fields }) => work(fields))
const changeSet = <T>(store: Store, key: string, work: (members: Set<string>) => T): T =>
  store.change(key, 'set', { k: 'set', members: new Set() }, ({ members }) => work(members))
const changeList = <T>(store: Store, key: string, work: (items: string[]) => T): T =>
  store.change(key, 'list', { k: 'list', items: [] }, ({ items }) => work(items))

function setFields(store: Store, key: string, words: string[]): number {
  const given = pairs(words)
  return changeHash(store, key, (fields) => {
    const before = fields.size
    for (const [name, value] of given) fields.set(name, value)
    return fields.size - before
  })
}

export const hashes: Commands = {
  HSET: command(3, undefined, (store, [key = '', ...words]) => setFields(store, key, words)),
  HMSET: command(3, undefined, (store, [key = '', ...words]) => {
    setFields(store, key, words)
    return OK
  }),
  HSETNX: command(3, 3, (store, [key = '', name = '', value = '']) =>
    fieldsOf(store, key).has(name) ? 0 : setFields(store, key, [name, value]),
  ),
  HGET: command(2, 2, (store, [key = '', name = '']) => fieldsOf(store, key).get(name) ?? null),
  HMGET: command(2, undefined, (store, [key = '', ...names]) =>
    names.map((name) => fieldsOf(store, key).get(name) ?? null),
  ),
  HGETALL: command(1, 1, (store, [key = '']) => ({ map: [...fieldsOf(store, key)] })),
  HDEL: command(2, undefined, (store, [key = '', ...names]) =>
    changeHash(store, key, (fields) => names.filter((name) => fields.delete(name)).length),
  ),
  HEXISTS: command(2, 2, (store, [key = '', name = '']) => (fieldsOf(store, key).has(name) ? 1 : 0)),
  HKEYS: command(1, 1, (store, [key = '']) => [...fieldsOf(store, key).keys()]),
  HVALS: command(1, 1, (store, [key = '']) => [...fieldsOf(store, key).values()]),
  HLEN: command(1, 1, (store, [key = '']) => fieldsOf(store, key).size),
  HINCRBY: command(3, 3, (store, [key = '', name = '', by]) => {
    const next = whole(fieldsOf(store, key).get(name) ?? '0') + whole(by)
    setFields(store, key, [name, String(next)])
    return next
  }),
  HINCRBYFLOAT: command(3, 3, (store, [key = '', name = '', by]) => {
    const next = String(float(fieldsOf(store, key).get(name) ?? '0') + float(by))
    setFields(store, key, [name, next])
    return next
  }),
  HSCAN: command(2, undefined, (store, [key = '', , ...words]) => [
    '0',
    scanned([...fieldsOf(store, key)], ([name]) => name, words).flat(),
  ]),
}

const combined = (work: (all: Set<string>[]) => string[]): Command =>
  command(1, undefined, (store, keys) => ({ set: work(keys.map((key) => membersOf(store, key))) }))

/** Without a number one member or nothing, with one a list. */
const some = (remove: boolean): Command =>
  command(1, 2, (store, [key = '', amount]) => {
    const chosen = [...membersOf(store, key)].slice(0, amount === undefined ? 1 : Math.abs(whole(amount)))
    if (remove) changeSet(store, key, (members) => chosen.map((one) => members.delete(one)))
    return amount === undefined ? (chosen[0] ?? null) : chosen
  })

export const sets: Commands = {
  SADD: command(2, undefined, (store, [key = '', ...added]) =>
    changeSet(store, key, (members) => {
      const before = members.size
      for (const one of added) members.add(one)
      return members.size - before
    }),
  ),
  SREM: command(2, undefined, (store, [key = '', ...removed]) =>
    changeSet(store, key, (members) => removed.filter((one) => members.delete(one)).length),
  ),
  SMEMBERS: command(1, 1, (store, [key = '']) => ({ set: [...membersOf(store, key)] })),
  SISMEMBER: command(2, 2, (store, [key = '', one = '']) => (membersOf(store, key).has(one) ? 1 : 0)),
  SMISMEMBER: command(2, undefined, (store, [key = '', ...all]) =>
    all.map((one) => (membersOf(store, key).has(one) ? 1 : 0)),
  ),
  SCARD: command(1, 1, (store, [key = '']) => membersOf(store, key).size),
  SPOP: some(true),
  SRANDMEMBER: some(false),
  SUNION: combined((all) => [...new Set(all.flatMap((one) => [...one]))]),
  SINTER: combined(([first = new Set(), ...rest]) =>
    [...first].filter((one) => rest.every((other) => other.has(one))),
  ),
  SDIFF: combined(([first = new Set(), ...rest]) =>
    [...first].filter((one) => !rest.some((other) => other.has(one))),
  ),
  SSCAN: command(2, undefined, (store, [key = '', , ...words]) => [
    '0',
    scanned([...membersOf(store, key)], (one) => one, words),
  ]),
}

const push = (end: 'left' | 'right', onlyThere = false): Command =>
  command(2, undefined, (store, [key = '', ...added]) => {
    if (onlyThere && itemsOf(store, key).length === 0) return 0
    return changeList(store, key, (items) => {
      for (const one of added) end === 'left' ? items.unshift(one) : items.push(one)
      return items.length
    })
  })

const pop = (end: 'left' | 'right'): Command =>
  command(1, 2, (store, [key = '', amount]) => {
    const wanted = amount === undefined ? 1 : whole(amount)
    const taken = changeList(store, key, (items) =>
      end === 'left' ? items.splice(0, wanted) : items.splice(Math.max(0, items.length - wanted)).reverse(),
    )
    if (amount === undefined) return taken[0] ?? null
    return taken.length === 0 ? null : taken
  })

function removeItems(store: Store, [key = '', amount, what = '']: string[]): Reply {
  const wanted = whole(amount)
  return changeList(store, key, (items) => {
    let left = wanted === 0 ? items.length : Math.abs(wanted)
    const ordered = wanted < 0 ? items.toReversed() : [...items]
    const kept = ordered.filter((one) => one !== what || left-- <= 0)
    const removed = items.length - kept.length
    items.splice(0, items.length, ...(wanted < 0 ? kept.reverse() : kept))
    return removed
  })
}

export const lists: Commands = {
  LPUSH: push('left'),
  RPUSH: push('right'),
  LPUSHX: push('left', true),
  RPUSHX: push('right', true),
  LPOP: pop('left'),
  RPOP: pop('right'),
  LLEN: command(1, 1, (store, [key = '']) => itemsOf(store, key).length),
  LRANGE: command(3, 3, (store, [key = '', start, stop]) =>
    slice(itemsOf(store, key), whole(start), whole(stop)),
  ),
  LINDEX: command(2, 2, (store, [key = '', at]) => itemsOf(store, key).at(whole(at)) ?? null),
  LSET: command(3, 3, (store, [key = '', at, value = '']) => {
    const items = itemsOf(store, key)
    const place = whole(at) < 0 ? items.length + whole(at) : whole(at)
    if (items[place] === undefined) throw new RedisError('ERR index out of range')
    items[place] = value
    return OK
  }),
  LREM: command(3, 3, removeItems),
  LTRIM: command(3, 3, (store, [key = '', start, stop]) => {
    changeList(store, key, (items) =>
      items.splice(0, items.length, ...slice(items, whole(start), whole(stop))),
    )
    return OK
  }),
}
