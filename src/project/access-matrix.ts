/** Who may read and write what: every endpoint × model, as the conditions on the way to each Prisma call say. */
import type { AccessCell, AccessLevel, AccessMatrix, AccessRow } from '../core/access.ts'
import { weaker } from '../core/access.ts'
import type { Entity } from './data-model.ts'
import type { Access, Fact } from './flow/events.ts'
import { isWrite } from './flow/prisma.ts'
import { allDeps, isRole, type Sources, type Value } from './flow/value.ts'
import { isVerified, levelOf, tiedInputs } from './guards.ts'
import { argument, clientInputs, factsAfter, isPrivileged, type Leaf, leaves } from './ownership.ts'
import type { Project, Run } from './project.ts'
import { reachedModels } from './related.ts'

/** One row for each endpoint that reaches a model. Raw SQL is not in it: it names no model. */
export function accessMatrix(project: Project): AccessMatrix {
  return {
    rows: project.runs.flatMap((run) => {
      const row = run.endpoint?.kind === 'middleware' ? undefined : rowOf(project, run)
      return row && row.models.length > 0 ? [row] : []
    }),
  }
}

function rowOf(project: Project, run: Run): AccessRow | undefined {
  const { endpoint } = run
  if (!endpoint) return undefined
  const cells = new Map<string, { read?: AccessCell; write?: AccessCell }>()
  const put = (model: string, kind: 'read' | 'write', cell: AccessCell): void => {
    const known = cells.get(model) ?? {}
    const before = known[kind]
    cells.set(model, { ...known, [kind]: before === undefined ? cell : weaker(before, cell) })
  }
  for (const event of run.events) {
    if (event.k !== 'access') continue
    const cell = cellOf(project, run, event)
    const reached = reachedModels(event, project.entity)
    if (isShown(run, event)) for (const model of reached.reads) put(model, 'read', cell)
    for (const model of reached.writes) put(model, 'write', cell)
  }
  const models = [...cells].map(([model, cell]) => ({ model, ...cell }))
  return { endpoint: endpoint.id, guard: endpoint.guard.level, models }
}

/** What was read to decide is not read by the caller: only what an answer was made from is. A page shows what it reads. */
function isShown(run: Run, access: Access): boolean {
  if (run.endpoint?.kind === 'page' || run.endpoint?.kind === 'pages-ssr') return true
  const answers = run.events.filter((event) => event.k === 'response' && (event.status ?? 200) < 400)
  return answers.some((event) => event.k === 'response' && isMadeFrom(event.value, access))
}

/** A row that is in it, or a value that was computed from rows of the model. What only picked the row is not. */
function isMadeFrom(value: Value, access: Access, depth = 6): boolean {
  const { shape } = value
  if (depth === 0) return false
  const inside = (one: Value): boolean => isMadeFrom(one, access, depth - 1)
  switch (shape?.k) {
    case 'row':
      return shape.access === access || isSamePlace(shape.access, access)
    case 'object':
      return [...shape.fields.values(), ...(shape.open ?? [])].some(inside)
    case 'array':
      return [shape.of, ...(shape.items ?? [])].some(inside)
    case 'promise':
      return inside(shape.of)
    case 'response':
      return shape.body !== undefined && inside(shape.body)
    default:
      return value.deps.has(`row:${access.model}`)
  }
}

/** A call that was replayed is the same call. */
const isSamePlace = (a: Access, b: Access): boolean =>
  a.location.file === b.location.file && a.location.line === b.location.line && a.model === b.model

function cellOf(project: Project, run: Run, access: Access): AccessCell {
  const later = isWrite(access.operation) ? [] : factsAfter(run.events, access)
  const facts = [...access.facts, ...later]
  const level = levelFor(project, run, access, facts)
  const withRole = level !== 'role' && facts.some(isRoleFact)
  return { level, at: access.location, ...(withRole ? { role: true as const } : {}) }
}

const isRoleFact = (fact: Fact): boolean =>
  levelOf(fact) === 'permission' &&
  [...fact.deps].some((dep) => dep.startsWith('field:') && isRole(dep.slice(6)))

function levelFor(project: Project, run: Run, access: Access, facts: readonly Fact[]): AccessLevel {
  const entity = project.entity(access.model)
  const tie = entity && entity.role !== 'global' ? tieOf(project, entity, access, facts) : undefined
  if (tie !== undefined) return tie
  const levels = new Set(facts.map(levelOf))
  if (isPrivileged(facts)) return 'role'
  if (levels.has('session') || levels.has('permission')) return 'session'
  if (levels.has('signature') || levels.has('secret') || levels.has('api-key')) return 'key'
  const { proxy, sometimes } = run.endpoint?.guard ?? {}
  return proxy !== undefined && sometimes === undefined ? 'session' : 'none'
}

/** What ties the rows to the caller: themselves, or an organization that they belong to. */
function tieOf(
  project: Project,
  entity: Entity,
  access: Access,
  facts: readonly Fact[],
): 'own' | 'member' | undefined {
  const picked = pickedBy(access)
  const verified = picked.filter(({ value }) => isVerified(allDeps(value)))
  if (verified.some(({ path, value }) => isOwn(project, entity, path, allDeps(value)))) return 'own'
  if (verified.length > 0) return 'member'
  const tied = tiedInputs(facts)
  const inputs = picked.flatMap(({ value }) => clientInputs(allDeps(value)))
  if (!inputs.some((input) => tied.has(input) || tied.has(input.replace(/\[\]$/, '')))) return undefined
  // Compared with the caller after it was read: the row itself, or a membership in what it belongs to.
  const asked = facts.filter((fact) => levelOf(fact) === 'permission')
  return asked.some((fact) => [...fact.deps].some((dep) => dep.startsWith('member:'))) ? 'member' : 'own'
}

/** The rows that a call reaches are picked by its `where`; one that is made, by the keys that it gets. */
function pickedBy(access: Access): readonly Leaf[] {
  const where = leaves(argument(access, 'where'))
  return where.length > 0 || !/^(create|upsert)/.test(access.operation)
    ? where
    : leaves(argument(access, 'data'))
}

/** `userId: session.user.id`, or the user's own row; what leads through a membership is the organization's. */
function isOwn(project: Project, entity: Entity, path: string, deps: Sources): boolean {
  if ([...deps].some((dep) => dep.startsWith('member:'))) return false
  if (entity.role === 'user') return true
  const parts = path.split('.').filter((part) => !/^(AND|OR|is|equals|in|connect)$/.test(part))
  const [first = ''] = parts
  const relation = entity.relations.find(({ field, keys }) => field === first || keys.includes(first))
  const target = relation && project.entity(relation.model)
  if (target?.role === 'user') return true
  // A compound key: `userId_orgId: { userId, orgId }`.
  const last = parts.at(-1) ?? ''
  return (
    target === undefined &&
    parts.length > 1 &&
    entity.relations.some(({ keys, model }) => keys.includes(last) && project.entity(model)?.role === 'user')
  )
}
