import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { isCodeChecked } from '../../../project/credentials.ts'
import { type Entity, secretFields } from '../../../project/data-model.ts'
import type { Access } from '../../../project/flow/events.ts'
import { isWrite } from '../../../project/flow/prisma.ts'
import { allDeps, isRole, trusted } from '../../../project/flow/value.ts'
import { isGuarded, isPasswordChecked, isVerified } from '../../../project/guards.ts'
import { isMeantForAll } from '../../../project/meant-for-all.ts'
import {
  argument,
  clientInputs,
  isOwned,
  keysFromClient,
  leaves,
  placeInHandler,
  traceTo,
} from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'
import { isScheduled } from '../../../project/schedules.ts'

/** The path says that it is for those who run the application: `/api/admin/email`. */
const isForAdministrators = ({ endpoint }: Run): boolean =>
  endpoint?.guard.level === 'none' &&
  /^(route|pages-api)$/.test(endpoint.kind) &&
  /\/(admin|back-?office)(\/|$)/i.test(endpoint.path)

/** Names of an endpoint at which people make an account for themselves. */
const SIGN_UP = /regist|sign-?up|join|create-?account/i

const fault: Fault<Project> = {
  id: 'authentication/missing-authentication',
  title: 'Endpoint without authentication',
  severity: 'error',
  tags: ['security'],
  cwe: [306, 862],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/',
    'https://nextjs.org/docs/app/guides/data-security',
  ],

  *find(project) {
    for (const run of project.runs) {
      const kind = run.endpoint?.kind
      if (!kind || kind === 'middleware' || kind === 'page' || kind === 'pages-ssr') continue
      const open = run.events.filter(
        (event): event is Access =>
          event.k === 'access' &&
          !isGuarded(event.facts) &&
          !isPasswordChecked(event.facts) &&
          !recordsRefusal(run, event) &&
          !isCodeChecked(run, event, keysSent(project, event)),
      )
      if (open.some((access) => isSignUp(project, run, access))) continue
      const hit =
        open.find((access) => touches(project, access)) ??
        open.find((access) => changesGlobal(project, access)) ??
        open.find((access) => exposes(project, access)) ??
        (isScheduled(project, run) ? open.find((access) => isWrite(access.operation)) : undefined) ??
        (isForAdministrators(run) ? open.find((access) => !looksForCaller(access)) : undefined)
      // Who is calling was asked, and the answer did not end the handler: a fault of its own.
      const refused = run.events.findIndex((event) => event.k === 'unstopped')
      const isRefused = hit !== undefined && refused >= 0 && run.events.indexOf(hit) > refused
      if (hit && !isRefused && !run.events.some((event) => event.k === 'decode'))
        yield draft(run, hit, project)
    }
  },
}

/**
 * The guard itself writes down whom it sends away: the same place runs where a credential was found to be wrong, and the
 * endpoint goes on only where one was right.
 */
function recordsRefusal(run: Run, { location, operation }: Access): boolean {
  if (operation !== 'create' || !run.events.some(({ k, facts }) => k === 'end' && isGuarded(facts)))
    return false
  return run.events.some(
    (event) =>
      event.k === 'access' &&
      event.location.file === location.file &&
      event.location.line === location.line &&
      event.location.column === location.column &&
      event.facts.some((fact) => fact.absent === true && trusted(fact.deps)),
  )
}

/** The inputs that say which rows are meant: those that pick them, and the keys that are written. */
function keysSent(project: Project, access: Access): string[] {
  const entity = project.entity(access.model)
  const keys = new Set([
    ...(entity?.relations.flatMap((relation) => relation.keys) ?? []),
    ...(entity?.fields.flatMap(({ name, unique, id }) => (unique && !id ? [name] : [])) ?? []),
  ])
  const written = ['data', 'create', 'update'].flatMap((name) => leaves(argument(access, name)))
  return [
    ...leaves(argument(access, 'where')),
    ...written.filter(({ path }) => keys.has(path) || path.includes('.connect.')),
  ].flatMap(({ value }) => clientInputs(allDeps(value)))
}

/** A write to a row that belongs to somebody, with values of the caller. */
function touches(project: Project, access: Access): boolean {
  const entity = project.entity(access.model)
  if (!isWrite(access.operation) || !entity || !isOwned(entity)) return false
  if (byCapability(access, entity) || byIdentity(access)) return false
  return clientInputs(allDeps(access.args)).length > 0 || access.operation.endsWith('Many')
}

/** A row that belongs to nobody, picked by the caller, is changed or removed: content, settings, events. Not a counter of it. */
function changesGlobal(project: Project, access: Access): boolean {
  const entity = project.entity(access.model)
  if (!/^(update|delete)/.test(access.operation) || entity?.role !== 'global') return false
  // Where nobody has an account, nobody can be asked.
  if (!project.dataModels.some(({ user }) => user !== undefined)) return false
  if (byCapability(access, entity) || byIdentity(access) || keysFromClient(access, entity).length === 0)
    return false
  const changed = leaves(argument(access, 'data')).map(({ path }) => path)
  return (
    access.operation.startsWith('delete') ||
    (changed.length > 0 && !changed.every((path) => /\.(increment|decrement)$/.test(path)))
  )
}

/**
 * Somebody makes an account, with a password of their own: nobody can ask who they are before. Only where the name says
 * so, and where they do not say themselves what they may do or whose they are: those stay findings.
 */
function isSignUp(project: Project, run: Run, access: Access): boolean {
  const entity = project.entity(access.model)
  if (access.operation !== 'create' || entity?.role !== 'user') return false
  if (!SIGN_UP.test(`${run.label} ${run.endpoint?.location.file ?? ''}`)) return false
  const sent = leaves(argument(access, 'data')).filter(({ value }) => clientInputs(allDeps(value)).length > 0)
  const names = sent.map(({ path }) => path.split('.').at(-1) ?? '')
  const keys = entity.relations.flatMap((relation) => relation.keys)
  const related = entity.relations.flatMap(({ model }) => project.entity(model) ?? [])
  const secrets = new Set([entity, ...related].flatMap(secretFields))
  return names.some((name) => secrets.has(name)) && !names.some((name) => isRole(name) || keys.includes(name))
}

function exposes(project: Project, access: Access): boolean {
  const entity = project.entity(access.model)
  if (isWrite(access.operation) || !entity || entity.role !== 'owned' || access.operation === 'count')
    return false
  return !byCapability(access, entity) && keysFromClient(access, entity).length > 0
}

/** A session, a key or a person is looked up to find out who is calling. */
const looksForCaller = (access: Access): boolean =>
  byIdentity(access) ||
  [...allDeps(access.args, 6)].some((dep) => dep.startsWith('credential:') || dep.startsWith('identity:'))

/** The secret of a person who is found by an id alone: whatever the endpoint is for, this is how accounts are taken over. */
function takesOver(project: Project, access: Access): boolean {
  const entity = project.entity(access.model)
  if (!access.operation.startsWith('update') || entity?.role !== 'user') return false
  const secrets = new Set(secretFields(entity))
  return (
    keysFromClient(access, entity).some(({ value }) => value.client !== undefined) &&
    leaves(argument(access, 'data')).some(
      ({ path, value }) => secrets.has(path) && clientInputs(allDeps(value)).length > 0,
    )
  )
}

/** Prisma rejects `undefined` as the key of one row: without a session, nothing is picked. */
const byIdentity = (access: Access): boolean =>
  !access.operation.endsWith('Many') &&
  leaves(argument(access, 'where')).some(({ value }) => isVerified(allDeps(value)))

/** Picked by a secret that only the right person has been given; `key` is one where keys are kept, not of settings. */
const byCapability = (access: Access, { name }: Entity): boolean =>
  leaves(argument(access, 'where')).some(({ path }) =>
    path === 'key' && isWrite(access.operation)
      ? /key|token|secret|invit|link|licen[cs]e|access/i.test(name)
      : /token|secret|code|hash|slug|key$|email|identifier/i.test(path),
  )

function draft(run: Run, access: Access, project: Project): Draft {
  const endpoint = run.endpoint
  const write = isWrite(access.operation)
  const delegate = project.entity(access.model)?.delegate ?? access.model
  const scheduled = isScheduled(project, run)
  const named = isMeantForAll(run) && !takesOver(project, access) && !(scheduled && write)
  return {
    location: placeInHandler(access),
    subject: run.label,
    certainty:
      named || access.listener || !(write || isForAdministrators(run)) || endpoint?.guard.proxy !== undefined
        ? 'possible'
        : 'likely',
    found: `${run.label} runs ${delegate}.${access.operation} and nothing before it asks who is calling.`,
    why: scheduled
      ? `vercel.json has it called by the clock, and anybody on the internet can call it as well, as often as they like: it ${write ? `changes rows of ${access.model}` : `reads rows of ${access.model}`} each time.`
      : `${whoCan(run)} can ${write ? 'change' : 'read'} rows of ${access.model}.`,
    remedy: scheduled
      ? 'Refuse what does not carry the secret of the schedule: set `CRON_SECRET`, compare it with the `Authorization` header in constant time, and answer 401 also where the variable is not set.'
      : 'Require a verified session first, with the guard that the other endpoints of this project use; if it is public on purpose, say so with `// backend-engineer-ignore authentication/missing-authentication <reason>`.',
    evidence: [traceTo(run, access, `${delegate}.${access.operation} without a guard`)],
    endpoint: run.label,
  }
}

/** A proxy that asks every caller lets only those through who are signed in. */
function whoCan({ endpoint }: Run): string {
  const { proxy, sometimes } = endpoint?.guard ?? {}
  if (proxy !== undefined && !sometimes) return `Whoever is signed in, which is all that ${proxy} asks,`
  return endpoint?.kind === 'action'
    ? 'A server action is a public HTTP endpoint: anybody on the internet'
    : 'Anybody on the internet'
}

export default fault
