import { isIPv4, isIPv6 } from 'node:net'
import type { Pool } from 'pg'
import type { Has } from './bugs.ts'
import { LIMITS } from './tables.ts'

/** The client as the limiter counts it: an IPv4 address, or a network of IPv6. */
export function clientOf(has: Has, forwarded: string | undefined): string {
  const list = (forwarded ?? '').split(',').map((one) => one.trim())
  const text = (has('first address counts') ? list[0] : list.at(-1)) ?? ''
  if (has('address as text')) return text
  if (isIPv4(text)) return text
  if (!isIPv6(text)) return 'unknown'
  const groups = expanded(text)
  const mapped = groups.slice(0, 5).every((one) => one === 0) && groups[5] === 0xffff
  if (mapped) return [6, 7].flatMap((i) => [(groups[i] ?? 0) >> 8, (groups[i] ?? 0) & 255]).join('.')
  return groups.slice(0, has('IPv6 as it is') ? 8 : 4).join(':')
}

function expanded(address: string): number[] {
  const plain = (address.split('%')[0] ?? '').replace(
    /(\d+)\.(\d+)\.(\d+)\.(\d+)$/,
    (_, ...parts: string[]) => {
      const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number)
      return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
    },
  )
  const [left = '', right = ''] = plain.split('::')
  const of = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((one) => Number.parseInt(one, 16))
  const [start, end] = [of(left), of(right)]
  return [...start, ...Array<number>(8 - start.length - end.length).fill(0), ...end]
}

export interface Budget {
  key: string
  most: number
}

export function budgets(has: Has, account: string, client: string): Budget[] {
  if (has('limit by account')) return [{ key: `account ${account}`, most: LIMITS.accountAndAddress }]
  return [
    { key: `both ${client} ${account}`, most: LIMITS.accountAndAddress },
    ...(has('no address budget') ? [] : [{ key: `client ${client}`, most: LIMITS.address }]),
    ...(has('no account budget') ? [] : [{ key: `account ${account}`, most: LIMITS.account }]),
  ]
}

const TAKE = `INSERT INTO "LoginLimit" VALUES ($1, 1, now() + $2 * interval '1 second')
  ON CONFLICT ("key") DO UPDATE SET
    "count" = CASE WHEN "LoginLimit"."ends" < now() THEN 1 ELSE "LoginLimit"."count" + 1 END,
    "ends" = CASE WHEN "LoginLimit"."ends" < now() THEN EXCLUDED."ends" ELSE "LoginLimit"."ends" END
  RETURNING "count"`

/** Takes one attempt from each budget; false when one of them is used up. */
export async function take(has: Has, pool: Pool, all: Budget[]): Promise<boolean> {
  if (has('no limit')) return true
  let free = true
  for (const { key, most } of all) {
    if (has('limit read first')) {
      const { rows } = await pool.query<{ count: number }>(
        'SELECT "count" FROM "LoginLimit" WHERE "key" = $1',
        [key],
      )
      free &&= (rows[0]?.count ?? 0) < most
      continue
    }
    const { rows } = await pool.query<{ count: number }>(TAKE, [key, LIMITS.windowSeconds])
    free &&= (rows[0]?.count ?? 0) <= most
  }
  return free
}

/** A login that succeeded is no attempt. */
export async function giveBack(has: Has, pool: Pool, all: Budget[], client: string): Promise<void> {
  for (const { key } of all)
    await pool.query('UPDATE "LoginLimit" SET "count" = greatest("count" - 1, 0) WHERE "key" = $1', [key])
  if (has('success forgives address'))
    await pool.query('DELETE FROM "LoginLimit" WHERE strpos("key", $1) > 0', [client])
}

export async function count(pool: Pool, all: Budget[]): Promise<void> {
  for (const { key } of all) await pool.query(TAKE, [key, LIMITS.windowSeconds])
}
