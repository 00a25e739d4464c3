/** Who the users of each party are: one for each role. */
import type { Column, Table } from '../catalog.ts'
import { literalOf } from './literal.ts'
import { wordsOf } from './meaning.ts'
import type { SeedHints } from './world.ts'

export interface People {
  /** Role of each user of a party, least rights first; `undefined` where there are no roles. */
  roles: (string | undefined)[]
  /** Where the role is written, and the value for each user. */
  column?: { table: string; name: string; values: unknown[] }
}

const MOST = 8

export function peopleOf(hints: SeedHints, tables: ReadonlyMap<string, Table>): People {
  if (hints.user === undefined || !tables.has(hints.user)) return { roles: [] }
  const alone = hints.tenant === undefined || !tables.has(hints.tenant)
  for (const name of [hints.membership, hints.user]) {
    const table = name === undefined ? undefined : tables.get(name)
    const column = table?.columns.find((one) => one.name === hints.tables[table.name]?.roleColumn)
    if (!table || !column || table.foreignKeys.some(({ columns }) => columns.includes(column.name))) continue
    const roles = rolesOf(column, name === hints.user)
    const values = roles.map((role) => (column.type.array ? [role] : role))
    if (roles.length > 0) return { roles, column: { table: table.name, name: column.name, values } }
  }
  const user = tables.get(hints.user)
  const flag = user?.columns.find(
    ({ name, type }) =>
      type.base === 'bool' && /^(is )?(super ?)?(admin|moderator|superuser|staff)$/.test(wordsOf(name)),
  )
  if (user && flag)
    return { roles: ['user', 'admin'], column: { table: user.name, name: flag.name, values: [false, true] } }
  return { roles: alone ? [undefined] : [undefined, undefined] }
}

/** The default, which someone gets who was given no more, then by what the names promise. */
function rolesOf(column: Column, ofUser: boolean): string[] {
  const fixed = literalOf(column.default)
  const usual = typeof fixed === 'string' && !column.type.array ? fixed : undefined
  const values = column.type.values
    ? column.type.values.slice(0, MOST)
    : column.type.base === 'text' || column.type.base === 'varchar'
      ? guessed(ofUser, usual)
      : []
  const others = values.filter((role) => role !== usual).sort((a, b) => rightsOf(a) - rightsOf(b))
  return usual === undefined ? others : [usual, ...others]
}

function rightsOf(role: string): number {
  if (/owner|super|root/i.test(role)) return 3
  if (/admin/i.test(role)) return 2
  return /manager|editor|moderator|maintainer|lead/i.test(role) ? 1 : 0
}

/** What text columns hold is not written in the schema: the usual words, in the case of the default. */
function guessed(ofUser: boolean, usual: string | undefined): string[] {
  const words = ofUser ? ['user', 'admin'] : ['member', 'admin', 'owner']
  const upper = usual !== undefined && usual === usual.toUpperCase()
  const spelled = words.map((word) => (upper ? word.toUpperCase() : word))
  return usual === undefined ? spelled : spelled.slice(1)
}
