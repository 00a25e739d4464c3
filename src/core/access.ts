/** The static authorization matrix: what each endpoint may read and write, and what it asks before. */
import type { Location } from './finding.ts'
import type { GuardLevel } from './map.ts'

/**
 * Whose rows somebody reaches. `none`: anybody, all rows. `session`: whoever is signed in, all rows. `member`: rows of an
 * organization that the caller belongs to. `own`: the caller's own. `role`: callers with a role, all rows. `key`: whoever
 * holds a key of the system.
 */
export type AccessLevel = 'none' | 'session' | 'member' | 'own' | 'role' | 'key'

export interface AccessCell {
  level: AccessLevel
  /** A role is asked for as well. */
  role?: true
  /** The Prisma call that reaches it under this condition. */
  at: Location
}

export interface AccessRow {
  endpoint: string
  guard: GuardLevel
  models: { model: string; read?: AccessCell; write?: AccessCell }[]
}

export interface AccessMatrix {
  rows: AccessRow[]
}

/** `opened`: more callers or more rows than before. `changed`: neither more nor less, as from a role to a key. */
export interface AccessChange {
  endpoint: string
  model: string
  use: 'read' | 'write'
  was?: AccessCell
  is?: AccessCell
  effect: 'new' | 'opened' | 'closed' | 'changed' | 'gone'
}

/** How open a condition is. Members and callers with a role reach different rows: of them, neither is the more open. */
const openness: Record<AccessLevel, number> = { none: 4, session: 3, role: 2, member: 2, own: 1, key: 0 }

const opennessOf = ({ level, role }: AccessCell): number => openness[level] - (role ? 0.5 : 0)

/** The more open of two conditions, the first where neither is. */
export const weaker = (a: AccessCell, b: AccessCell): AccessCell => (opennessOf(b) > opennessOf(a) ? b : a)

/** What became reachable for whom, the most open first. */
export function accessChanges(before: AccessMatrix, now: AccessMatrix): AccessChange[] {
  const old = cellsOf(before)
  const current = cellsOf(now)
  const changes: AccessChange[] = []
  for (const [key, { cell: is, ...place }] of current) {
    const was = old.get(key)?.cell
    if (!was) changes.push({ ...place, is, effect: 'new' })
    else if (was.level !== is.level || was.role !== is.role)
      changes.push({ ...place, was, is, effect: effectOf(was, is) })
  }
  for (const [key, { cell: was, ...place }] of old)
    if (!current.has(key)) changes.push({ ...place, was, effect: 'gone' })
  return changes.sort((a, b) => rank(a) - rank(b))
}

function effectOf(was: AccessCell, is: AccessCell): AccessChange['effect'] {
  const by = opennessOf(is) - opennessOf(was)
  if (by === 0) return 'changed'
  return by > 0 ? 'opened' : 'closed'
}

const effects: AccessChange['effect'][] = ['opened', 'new', 'changed', 'closed', 'gone']
const rank = ({ effect, is }: AccessChange): number =>
  effects.indexOf(effect) * 10 - (is ? opennessOf(is) : 0)

type Placed = Pick<AccessChange, 'endpoint' | 'model' | 'use'> & { cell: AccessCell }

function cellsOf({ rows }: AccessMatrix): Map<string, Placed> {
  const cells = new Map<string, Placed>()
  for (const { endpoint, models } of rows)
    for (const { model, read, write } of models)
      for (const [use, cell] of [
        ['read', read],
        ['write', write],
      ] as const)
        if (cell) cells.set([endpoint, model, use].join('\0'), { endpoint, model, use, cell })
  return cells
}
