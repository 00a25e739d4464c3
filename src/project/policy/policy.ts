/** What a policy changed: which findings it accepts, which of its entries match something, and how it is told. */
import type { Draft } from '../../core/finding.ts'
import { trailsOf } from '../../core/finding.ts'
import type { Endpoint, PolicyEntry } from '../../core/map.ts'
import { nearest } from '../../core/nearest.ts'
import type { Policy } from '../../core/policy.ts'
import type { Problem } from '../../core/report.ts'
import { plural } from '../../core/wording.ts'
import type { DataModel } from '../data-model.ts'
import { isWrite } from '../flow/prisma.ts'
import type { Run } from '../project.ts'
import type { Declared } from './guards.ts'
import { holdsKey } from './models.ts'

interface Scene {
  policy: Policy
  file: string
  declared: Declared
  runs: readonly Run[]
  dataModels: readonly DataModel[]
}

/** Weaknesses of which "anybody may call it" is the answer: missing authentication, missing or wrong authorization. */
export const callable: ReadonlySet<number> = new Set([306, 862, 285])
/** And those of which "anybody may read it" is: an id that is not the caller's. */
export const readable: ReadonlySet<number> = new Set([306, 862, 863, 639, 284, 285])

/** The reason for which the policy accepts a finding; nothing where it does not. `cwe`: of its fault. */
export function acceptedBy(
  { policy, runs }: Pick<Scene, 'policy' | 'runs'>,
  draft: Draft,
  cwe: readonly number[],
): string | undefined {
  const run = runs.find((one) => one.endpoint?.id === draft.endpoint)
  const open = run?.endpoint && policy.publicEndpoints.find(({ endpoint }) => matches(endpoint, run.endpoint))
  if (open && cwe.some((one) => callable.has(one))) return open.reason
  if (!run || !cwe.some((one) => readable.has(one))) return undefined
  const end = trailsOf(draft.evidence).at(-1)?.steps.at(-1)?.location
  const access = run.events.find(
    (event) => event.k === 'access' && event.location.file === end?.file && event.location.line === end.line,
  )
  if (access?.k !== 'access' || isWrite(access.operation)) return undefined
  return policy.publicModels.find(({ model }) => model === access.model)?.reason
}

/** Marks the endpoints that the policy calls public, where nothing is asked of their callers. */
export function markPublic({ policy, runs }: Pick<Scene, 'policy' | 'runs'>): void {
  for (const { endpoint: pattern, reason } of policy.publicEndpoints)
    for (const { endpoint } of runs)
      if (endpoint?.guard.level === 'none' && matches(pattern, endpoint)) endpoint.guard.public = reason
}

/** `*` stands for anything; everything else, brackets of a route included, for itself. */
function matches(pattern: string, endpoint: Endpoint | undefined): boolean {
  if (!endpoint) return false
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'))
  const test = new RegExp(`^${parts.join('.*')}$`)
  return [endpoint.id, endpoint.path, `${endpoint.method ?? ''} ${endpoint.path}`].some((one) =>
    test.test(one),
  )
}

/** Every entry with what it changed, for people; and what to do about those that change nothing. */
export function tellPolicy(scene: Scene): { entries: PolicyEntry[]; problems: Problem[] } {
  const told = [...endpointEntries(scene), ...modelEntries(scene), ...callerEntries(scene)]
  return {
    entries: told.map(({ idle: _, ...entry }) => entry),
    problems: told.flatMap(({ kind, name, idle }): Problem[] =>
      idle === undefined
        ? []
        : [{ where: scene.file, message: `${kind} "${name}" changes nothing: ${idle}`, effect: 'notice' }],
    ),
  }
}

/** `idle`: why it changes nothing, and what to do. */
type Told = PolicyEntry & { idle?: string }

function endpointEntries({ policy, runs }: Scene): Told[] {
  return policy.publicEndpoints.map(({ endpoint: name, reason }) => {
    const found = runs.flatMap(({ endpoint }) => (endpoint && matches(name, endpoint) ? [endpoint] : []))
    const open = found.filter(({ guard }) => guard.level === 'none')
    const [guarded] = found
    const idle =
      found.length === 0
        ? `no endpoint is called so. ${guess(
            name,
            runs.flatMap(({ endpoint }) => (endpoint ? [endpoint.id, endpoint.path] : [])),
          )}`
        : open.length === 0
          ? `${guarded?.id ?? 'it'} asks for ${guarded?.guard.level ?? 'a guard'}. Remove the entry, or the guard.`
          : undefined
    const effect = `${plural(open.length, 'endpoint')} without a guard: anybody may call ${open.length === 1 ? 'it' : 'them'}`
    return { kind: 'publicEndpoints', name, reason, effect, ...(idle === undefined ? {} : { idle }) }
  })
}

function modelEntries({ policy, dataModels }: Scene): Told[] {
  const names = dataModels.flatMap(({ models }) => models.map((one) => one.name))
  const missing = (name: string): { idle?: string } =>
    names.includes(name) ? {} : { idle: `the schema has no such model. ${guess(name, names)}` }
  const isParty = (name: string): boolean =>
    dataModels.some(({ user, tenant }) => name === user || name === tenant)
  const open = policy.publicModels.map(
    ({ model, reason }): Told => ({
      kind: 'publicModels',
      name: model,
      reason,
      effect: 'anybody may read its rows',
      ...missing(model),
    }),
  )
  const shared = policy.sharedModels.map(
    ({ model, reason }): Told => ({
      kind: 'sharedModels',
      name: model,
      reason,
      effect: 'its rows belong to nobody',
      ...(isParty(model)
        ? { idle: 'it stands for a person or an organization. Remove the entry.' }
        : missing(model)),
    }),
  )
  const tenants = policy.tenants.map(({ model, key, reason = '' }): Told => {
    const holders =
      key === undefined
        ? []
        : dataModels.flatMap(({ models }) => models.filter((one) => holdsKey(one, model, key)))
    const by =
      key === undefined
        ? ''
        : `; ${plural(holders.length, 'model')} with ${key} ${holders.length === 1 ? 'is' : 'are'} its own`
    const none =
      key !== undefined && holders.length === 0
        ? { idle: `no model has a column ${key}. Correct the key.` }
        : {}
    return { kind: 'tenants', name: model, reason, effect: `it is a tenant${by}`, ...none, ...missing(model) }
  })
  return [...open, ...shared, ...tenants]
}

function callerEntries({ policy, declared }: Scene): Told[] {
  const roles = policy.roles.map(
    ({ field, reason }): Told => ({
      kind: 'roles',
      name: field,
      reason,
      effect: 'it says what the caller may do',
      ...(declared.used.has(field) ? {} : { idle: 'no condition on a caller reads it. Correct the name.' }),
    }),
  )
  const guards = policy.guards.map(
    (guard): Told => ({
      kind: 'guards',
      name: `${guard.function} of ${guard.package}`,
      reason: guard.reason,
      effect: `it asks for ${guard.asks}`,
      ...(declared.used.has(guard) ? {} : { idle: 'no endpoint calls it. Correct the names, or remove it.' }),
    }),
  )
  return [...roles, ...guards]
}

function guess(name: string, known: readonly string[]): string {
  const near = nearest(name, [...known])
  return near === undefined ? 'Correct the name, or remove the entry.' : `Did you mean "${near}"?`
}
