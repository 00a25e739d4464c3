/** Commands on sorted sets. */
import {
  type Command,
  type Commands,
  command,
  float,
  pairs,
  scanned,
  slice,
  syntaxError,
  whole,
} from './command.ts'
import { decimal, RedisError, type Reply } from './protocol.ts'
import type { Store } from './store.ts'

type Scored = [member: string, score: number]

const scoresOf = (store: Store, key: string): Map<string, number> =>
  store.read(key, 'zset')?.scores ?? new Map()
const changeScores = <T>(store: Store, key: string, work: (scores: Map<string, number>) => T): T =>
  store.change(key, 'zset', { k: 'zset', scores: new Map() }, ({ scores }) => work(scores))

/** By score, then by bytes. */
const sorted = (store: Store, key: string): Scored[] =>
  [...scoresOf(store, key)].sort(([a, m], [b, n]) => m - n || (a < b ? -1 : a > b ? 1 : 0))

function add(store: Store, [key = '', ...words]: string[]): Reply {
  const said = new Set<string>()
  while (/^(?:NX|XX|GT|LT|CH|INCR)$/i.test(words[0] ?? '')) said.add((words.shift() ?? '').toUpperCase())
  const given = pairs(words).map(([score, member]): Scored => [member, float(score)])
  return changeScores(store, key, (scores) => {
    let [added, changed] = [0, 0]
    let last: number | null = null
    for (const [member, value] of given) {
      const before = scores.get(member)
      const score = said.has('INCR') ? (before ?? 0) + value : value
      const left =
        before === undefined
          ? said.has('XX')
          : said.has('NX') || (said.has('GT') && score <= before) || (said.has('LT') && score >= before)
      last = left ? null : score
      if (left) continue
      scores.set(member, score)
      if (before === undefined) added += 1
      else if (before !== score) changed += 1
    }
    if (said.has('INCR')) return last === null ? null : { double: last }
    return said.has('CH') ? added + changed : added
  })
}

/** `5`, `(5` for more than 5, `-inf`. */
function bound(text: string | undefined): { value: number; open: boolean } {
  const open = text?.startsWith('(') ?? false
  try {
    return { value: float(open ? text?.slice(1) : text), open }
  } catch {
    throw new RedisError('ERR min or max is not a float')
  }
}

function between(all: Scored[], low: string | undefined, high: string | undefined): Scored[] {
  const [min, max] = [bound(low), bound(high)]
  return all.filter(
    ([, score]) =>
      (min.open ? score > min.value : score >= min.value) &&
      (max.open ? score < max.value : score <= max.value),
  )
}

interface Order {
  byScore: boolean
  reverse: boolean
}

function range(store: Store, [key = '', first, last, ...words]: string[], order: Order): Reply {
  let { byScore, reverse } = order
  let limit: [number, number] | undefined
  let scores = false
  for (let at = 0; at < words.length; at++) {
    const word = words[at]?.toUpperCase()
    if (word === 'BYSCORE') byScore = true
    else if (word === 'REV') reverse = true
    else if (word === 'WITHSCORES') scores = true
    else if (word === 'LIMIT') limit = [whole(words[++at]), whole(words[++at])]
    else throw syntaxError()
  }
  const all = sorted(store, key)
  const ordered = reverse ? all.reverse() : all
  const chosen = !byScore
    ? slice(ordered, whole(first), whole(last))
    : reverse
      ? between(ordered, last, first)
      : between(ordered, first, last)
  const [skip, most] = limit ?? [0, -1]
  const taken = chosen.slice(skip, most < 0 ? undefined : skip + most)
  return scores ? { scored: taken } : taken.map(([member]) => member)
}

const ranged = (byScore: boolean, reverse: boolean): Command =>
  command(3, undefined, (store, words) => range(store, words, { byScore, reverse }))

function remove(store: Store, key: string, members: string[]): number {
  return changeScores(store, key, (scores) => members.filter((one) => scores.delete(one)).length)
}

const rank = (reverse: boolean): Command =>
  command(2, 2, (store, [key = '', member]) => {
    const all = sorted(store, key)
    const at = (reverse ? all.reverse() : all).findIndex(([one]) => one === member)
    return at < 0 ? null : at
  })

const pop = (reverse: boolean): Command =>
  command(1, 2, (store, [key = '', amount]) => {
    const all = sorted(store, key)
    const taken = (reverse ? all.reverse() : all).slice(0, amount === undefined ? 1 : whole(amount))
    remove(
      store,
      key,
      taken.map(([member]) => member),
    )
    return { scored: taken }
  })

const score = (value: number | undefined): Reply => (value === undefined ? null : { double: value })
const names = (all: Scored[]): string[] => all.map(([member]) => member)

export const sortedSets: Commands = {
  ZADD: command(3, undefined, add),
  ZREM: command(2, undefined, (store, [key = '', ...members]) => remove(store, key, members)),
  ZCARD: command(1, 1, (store, [key = '']) => scoresOf(store, key).size),
  ZSCORE: command(2, 2, (store, [key = '', member = '']) => score(scoresOf(store, key).get(member))),
  ZMSCORE: command(2, undefined, (store, [key = '', ...members]) =>
    members.map((one) => score(scoresOf(store, key).get(one))),
  ),
  ZCOUNT: command(3, 3, (store, [key = '', low, high]) => between(sorted(store, key), low, high).length),
  ZINCRBY: command(3, 3, (store, [key = '', by = '', member = '']) => add(store, [key, 'INCR', by, member])),
  ZRANK: rank(false),
  ZREVRANK: rank(true),
  ZRANGE: ranged(false, false),
  ZREVRANGE: ranged(false, true),
  ZRANGEBYSCORE: ranged(true, false),
  ZREVRANGEBYSCORE: ranged(true, true),
  ZREMRANGEBYSCORE: command(3, 3, (store, [key = '', low, high]) =>
    remove(store, key, names(between(sorted(store, key), low, high))),
  ),
  ZREMRANGEBYRANK: command(3, 3, (store, [key = '', start, stop]) =>
    remove(store, key, names(slice(sorted(store, key), whole(start), whole(stop)))),
  ),
  ZPOPMIN: pop(false),
  ZPOPMAX: pop(true),
  ZSCAN: command(2, undefined, (store, [key = '', , ...words]) => [
    '0',
    scanned(sorted(store, key), ([member]) => member, words).flatMap(([member, value]) => [
      member,
      decimal(value),
    ]),
  ]),
}
