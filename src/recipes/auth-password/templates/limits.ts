import type { NewFile } from '../../../core/change.ts'
import { fromExport, fromFile, fromPackage, written } from '../source.ts'
import type { Target } from '../target.ts'

export function rateLimit(t: Target): NewFile {
  const { limit, field, column } = t.tables
  const db = t.client.use
  return written(
    t.habits,
    t.part['rate-limit'],
    [
      fromPackage('node:crypto', 'createHash', 'randomInt'),
      fromFile(t.part['retry-later'], 'RetryLater'),
      fromExport(t.client),
    ],
    `
export type Budget = { key: string; limit: number; secondsLeft: number }

const DAY = 24 * 60 * 60 * 1000

/** So many attempts for a subject in a window of so many seconds. The key tells nobody who it is about. */
export function budget(subject: string[], limit: number, seconds: number): Budget {
  const now = Date.now() / 1000
  const window = Math.floor(now / seconds)
  const key = createHash('sha256').update(JSON.stringify([...subject, window])).digest('base64url')
  return { key, limit, secondsLeft: Math.ceil((window + 1) * seconds - now) }
}

/** Counts one attempt against each budget, and gives those that are used up. One statement: parallel requests add up. */
export async function spentOf(budgets: Budget[]): Promise<Budget[]> {
  // Always in the same order, or two requests could wait for each other.
  const keys = budgets.map(({ key }) => key).sort()
  const rows = await ${db}.$queryRaw<{ key: string; count: number }[]>\`
    INSERT INTO "${limit.table}" ("${column('key')}", "${column('count')}")
    SELECT key, 1 FROM unnest(\${keys}::text[]) AS key
    ON CONFLICT ("${column('key')}") DO UPDATE SET "${column('count')}" = "${limit.table}"."${column('count')}" + 1
    RETURNING "${column('key')}", "${column('count')}"\`
  if (randomInt(500) === 0) await forgetOld()
  const counts = new Map(rows.map(({ key, count }) => [key, count]))
  return budgets.filter(({ key, limit }) => (counts.get(key) ?? 0) > limit)
}

export async function restore({ key }: Budget): Promise<void> {
  await ${db}.${limit.delegate}.deleteMany({ where: { key } })
}

${
  t.register
    ? `/** Counts one attempt, and throws when there were too many. */
export async function spend(one: Budget): Promise<void> {
  const spent = await spentOf([one])
  if (spent.length > 0) throw tooMany(spent)
}

`
    : ''
}export function tooMany(spent: Budget[]): RetryLater {
  return new RetryLater(429, Math.max(...spent.map(({ secondsLeft }) => secondsLeft)))
}

/** What no window needs any more. */
export async function forgetOld(): Promise<void> {
  const yesterday = new Date(Date.now() - DAY)
  await ${db}.${limit.delegate}.deleteMany({ where: { ${field.createdAt}: { lt: yesterday } } })
}`,
  )
}

export function loginBudgets(t: Target): NewFile {
  const { session, field } = t.tables
  return written(
    t.habits,
    t.part['login-budgets'],
    [
      fromFile(t.part.events, 'recordEvent'),
      fromFile(t.part['rate-limit'], 'type Budget', 'budget', 'spentOf', 'tooMany'),
      fromFile(t.part['retry-later'], 'type RetryLater'),
      fromExport(t.client),
    ],
    `
const MINUTE = 60
const HOUR = 60 * MINUTE

/**
 * Counts an attempt to sign in, and throws when there were too many. Gives the budget that a success restores.
 *
 * A strict budget for an account alone would let anybody lock its owner out. So the strict one is for the account from
 * one network, and what it refuses does not count against the account.
 */
export async function spendLogin(account: string, network: string | undefined): Promise<Budget | undefined> {
  const everywhere = budget(['login', account], 100, HOUR)
  if (network === undefined) {
    await requireAll([everywhere])
    return undefined
  }
  const here = budget(['login', account, network], 10, 15 * MINUTE)
  await requireAll([here, budget(['login from', network], 100, 15 * MINUTE)])
  const spent = await spentOf([everywhere])
  if (spent.length > 0 && !(await hasSignedInFrom(network, account))) throw refusal(spent)
  return here
}

async function requireAll(budgets: Budget[]): Promise<void> {
  const spent = await spentOf(budgets)
  if (spent.length > 0) throw refusal(spent)
}

function refusal(spent: Budget[]): RetryLater {
  recordEvent('login.limited', { budget: spent[0]?.key.slice(0, 12) })
  return tooMany(spent)
}

/** Guesses from many networks do not keep the owner out where they have been before. */
async function hasSignedInFrom(network: string, account: string): Promise<boolean> {
  const session = await ${t.client.use}.${session.delegate}.findFirst({
    where: { network, ${field.user}: { ${t.user.email}: account } },
    select: { ${field.id}: true },
  })
  return session !== null
}`,
  )
}
