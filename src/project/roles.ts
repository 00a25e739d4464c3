/** What roles are above which, by their names, and which ones the conditions on the way ask the caller for. */
import type { Entity } from './data-model.ts'
import type { Access, Fact } from './flow/events.ts'
import { allDeps, isRole, textsOf } from './flow/value.ts'
import { isVerified, levelOf } from './guards.ts'
import { argument, type Leaf, leaves } from './ownership.ts'
import type { Project } from './project.ts'

/** Names of roles, the highest first, as products name them. */
const RANKS: readonly RegExp[] = [
  /^(super_?admin|root|system)$/i,
  /^owner$/i,
  /^(admin|administrator)$/i,
  /^(manager|maintainer|moderator)$/i,
  /^(editor|writer|developer|billing)$/i,
  /^(member|user|viewer|reader|guest)$/i,
]

/** 0 is the highest; -1 for a name that says nothing. */
export const rankOf = (name: string): number => RANKS.findIndex((rank) => rank.test(name))

/** The highest of some roles. Nothing where no two of them have an order. */
export function highest(roles: readonly string[]): string | undefined {
  const known = roles.filter((role) => rankOf(role) >= 0).toSorted((a, b) => rankOf(a) - rankOf(b))
  // A list without an order says nothing of what is above what.
  return new Set(known.map(rankOf)).size > 1 ? known[0] : undefined
}

/** Rank of the lowest of some roles. */
export const lowestRank = (roles: readonly string[]): number => Math.max(...roles.map(rankOf))

/** The roles that the conditions ask the caller for, as far as they have a rank. `undefined` when none asks for a role. */
export function rolesAsked(facts: readonly Fact[]): string[] | undefined {
  const asking = facts.filter(
    (fact) =>
      levelOf(fact) === 'permission' &&
      [...fact.deps].some((dep) => dep.startsWith('field:') && isRole(dep.slice(6))),
  )
  if (asking.length === 0)
    // A membership, or a row that the caller and the request name, may be the right of whoever has it.
    return facts.some((fact) => levelOf(fact) === 'permission' && !isMembership(fact)) ? [] : undefined
  const texts = asking.flatMap(({ deps }) =>
    [...deps].flatMap((dep) => (dep.startsWith('text:') ? [dep.slice(5)] : [])),
  )
  return texts.filter((text) => rankOf(text) >= 0)
}

/**
 * `where: { team: { members: { some: { userId: me.id, role: 'ADMIN' } } } }`: the write itself asks the caller for a role.
 * `undefined` when it does not.
 */
export function rolesInWhere(access: Access): string[] | undefined {
  const conditions = leaves(argument(access, 'where'))
  const asking = conditions.filter(({ path }) => {
    const [name = '', ...around] = path
      .split('.')
      .filter((part) => !/^(equals|in)$/.test(part))
      .toReversed()
    const beside = around.toReversed().join('.')
    const isOfCaller = (one: Leaf): boolean =>
      one.path.startsWith(`${beside}.`) &&
      !one.path.slice(beside.length + 1).includes('.') &&
      isVerified(allDeps(one.value))
    return isRole(name) && around.length > 0 && conditions.some(isOfCaller)
  })
  if (asking.length === 0) return undefined
  return asking.flatMap(({ value }) => textsOf(value)).filter((text) => rankOf(text) >= 0)
}

const isMembership = ({ deps }: Fact): boolean => [...deps].some((dep) => dep.startsWith('member:'))

/** The values of the enum that a column has. Empty for a text. */
export function rolesOf(project: Project, entity: Entity, field: string): string[] {
  const type = entity.fields.find(({ name }) => name === field)?.type
  const all = project.dataModels.flatMap(({ enums }) => enums).find(({ name }) => name === type)
  return all?.values.map(({ name }) => name) ?? []
}

/**
 * Whoever calls is a program with a key of an organization, which belongs to nobody in it, and what that key may do was asked: it
 * has no role of its own that one could be above.
 */
export const isByScopedKey = (project: Project, facts: readonly Fact[]): boolean =>
  facts.some((fact) => {
    if (levelOf(fact) !== 'api-key' || fact.presence) return false
    const deps = [...fact.deps]
    const keys = deps.flatMap((dep) => /^identity:(\w+) by header /.exec(dep)?.[1] ?? [])
    return (
      keys.length > 0 &&
      deps.some((dep) => dep.startsWith('field:') && isRole(dep.slice(6))) &&
      keys.every((name) => !isOfPerson(project.entity(name)))
    )
  })

/** Each row of it names a user. */
function isOfPerson(entity: Entity | undefined): boolean {
  const [field, ...more] = entity?.userPath ?? []
  if (!entity || field === undefined || more.length > 0) return entity?.role === 'user'
  return entity.relations.find((relation) => relation.field === field)?.optional !== true
}
