/** Who the users of each party are: one for each role. */
import type { Column, Table } from '../catalog.ts'
import type { Draft } from './draft.ts'
import { literalOf } from './literal.ts'
import { wordsOf } from './meaning.ts'
import type { SeedHints } from './world.ts'

export interface People {
  /** Role of each user of a party, least rights first; `undefined` where there are no roles. */
  roles: (string | undefined)[]
  /** Roles that reach beyond a party, where nothing but the user has one and there are no tenants. */
  administrators?: string[]
  /** Where the role is written, and the value for each user. */
  column?: { table: string; name: string; values: unknown[] }
  /** Where it is written that somebody administers the whole installation, beside that role. */
  installation?: { table: string; name: string; usual: unknown; administrator: unknown }
}

const MOST = 8

export function peopleOf(hints: SeedHints, tables: ReadonlyMap<string, Table>): People {
  if (hints.user === undefined || !tables.has(hints.user)) return { roles: [] }
  const alone = hints.tenant === undefined || !tables.has(hints.tenant)
  for (const name of [hints.membership, hints.user]) {
    const table = name === undefined ? undefined : tables.get(name)
    const column = table?.columns.find((one) => one.name === hints.tables[table.name]?.roleColumn)
    if (!table || !column || table.foreignKeys.some(({ columns }) => columns.includes(column.name))) continue
    const roles = rolesOf(column, name === hints.user, hints.tables[table.name]?.words?.[column.name])
    const values = roles.map((role) => (column.type.array ? [role] : role))
    if (roles.length === 0) continue
    const people: People = { roles, column: { table: table.name, name: column.name, values } }
    if (alone) return { ...people, administrators: roles.filter((role) => rightsOf(role) > 1) }
    const installation = name === hints.user ? undefined : installationOf(hints, tables.get(hints.user))
    return installation ? { ...people, installation } : people
  }
  const user = tables.get(hints.user)
  const flag = user && flagOf(user)
  if (user && flag)
    return {
      roles: ['user', 'admin'],
      column: { table: user.name, name: flag.name, values: [false, true] },
      ...(alone ? { administrators: ['admin'] } : {}),
    }
  return { roles: alone ? [undefined] : [undefined, undefined] }
}

/**
 * Of the victim's side alone, the last: what an administrator of the whole installation may do is no fault, and so nobody
 * who attacks is one.
 */
export const isAdministrator = (
  { installation, roles }: People,
  { user }: SeedHints,
  { table, party, index }: Draft,
): boolean => installation !== undefined && table.name === user && party === 'b' && index === roles.length - 1

const flagOf = ({ columns }: Table): Column | undefined =>
  columns.find(
    ({ name, type }) =>
      type.base === 'bool' && /^(is )?(super ?)?(admin|moderator|superuser|staff)$/.test(wordsOf(name)),
  )

/** A role, or a flag, of the user's own where the one in the tenant is in the membership. */
function installationOf(hints: SeedHints, user: Table | undefined): People['installation'] {
  if (!user) return undefined
  const of = hints.tables[user.name]
  const column = user.columns.find(({ name }) => name === of?.roleColumn)
  if (
    column &&
    !column.type.array &&
    !user.foreignKeys.some(({ columns }) => columns.includes(column.name))
  ) {
    const roles = rolesOf(column, true, of?.words?.[column.name])
    const usual = roles.find((role) => rightsOf(role) === 0)
    const administrator = roles.findLast((role) => rightsOf(role) > 1)
    if (usual !== undefined && administrator !== undefined)
      return { table: user.name, name: column.name, usual, administrator }
  }
  const flag = flagOf(user)
  return flag && { table: user.name, name: flag.name, usual: false, administrator: true }
}

/** The default, which someone gets who was given no more, then by what the names promise. */
function rolesOf(column: Column, ofUser: boolean, words: readonly string[] = []): string[] {
  const fixed = literalOf(column.default)
  const usual = typeof fixed === 'string' && !column.type.array ? fixed : undefined
  const values = column.type.values
    ? column.type.values.slice(0, MOST)
    : column.type.base === 'text' || column.type.base === 'varchar'
      ? words.length > 1
        ? words.slice(0, MOST)
        : guessed(ofUser, usual)
      : []
  const others = values.filter((role) => role !== usual).toSorted((a, b) => rightsOf(a) - rightsOf(b))
  if (usual === undefined) return others
  const fewer = others.filter((role) => rightsOf(role) < Math.min(0, rightsOf(usual)))
  return [...fewer, usual, ...others.filter((role) => !fewer.includes(role))]
}

function rightsOf(role: string): number {
  if (/owner|super|root/i.test(role)) return 3
  if (/admin/i.test(role)) return 2
  if (/manager|editor|moderator|maintainer|lead/i.test(role)) return 1
  return /view|read|guest|anonymous|banned|none/i.test(role) ? -1 : 0
}

/** What text columns hold is not written in the schema: the usual words, in the case of the default. */
function guessed(ofUser: boolean, usual: string | undefined): string[] {
  const words = ofUser ? ['user', 'admin'] : ['member', 'admin', 'owner']
  const upper = usual !== undefined && usual === usual.toUpperCase()
  const spelled = words.map((word) => (upper ? word.toUpperCase() : word))
  return usual === undefined ? spelled : spelled.slice(1)
}
