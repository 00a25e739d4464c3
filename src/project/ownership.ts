/** Whose row does a query reach? Answers over one run of an endpoint. */
import type { Location, Step } from '../core/finding.ts'
import type { Entity } from './data-model.ts'
import type { Access, Event, Fact, Moment } from './flow/events.ts'
import { join } from './flow/facts.ts'
import { isWrite } from './flow/prisma.ts'
import { allDeps, type Sources, type Value } from './flow/value.ts'
import { isGuarded, isVerified, levelOf, tiedInputs } from './guards.ts'
import type { Project, Run } from './project.ts'

export interface Leaf {
  /** `id`, `project.orgId`, `OR.userId`. */
  path: string
  value: Value
}

/**
 * The scalar conditions of a `where`, nested relation filters and `AND`/`OR` included. Asked when all runs have ended: what
 * was found is kept with the value, which many faults ask about and replayed calls share.
 */
export function leaves(value: Value | undefined): readonly Leaf[] {
  if (!value) return []
  const known = conditions.get(value)
  if (known) return known
  const found = leavesIn(value, '', 5)
  conditions.set(value, found)
  return found
}

const conditions = new WeakMap<Value, readonly Leaf[]>()

function leavesIn(value: Value, path: string, depth: number): Leaf[] {
  const { shape } = value
  if (shape?.k === 'object' && depth > 0) {
    const fields = [...shape.fields].flatMap(([key, field]) =>
      leavesIn(field, path === '' ? key : `${path}.${key}`, depth - 1),
    )
    return [...fields, ...(shape.open ?? []).map((one) => ({ path: `${path}…`, value: one }))]
  }
  if (shape?.k === 'array' && depth > 0)
    return (shape.items ?? [shape.of]).flatMap((item) => leavesIn(item, path, depth - 1))
  return [{ path, value }]
}

export const argument = (access: Access, name: string): Value | undefined =>
  access.args.shape?.k === 'object' ? access.args.shape.fields.get(name) : undefined

/** True when part of the arguments could not be read: a spread, a variable from elsewhere. */
export const isOpen = (access: Access): boolean =>
  access.args.shape?.k !== 'object' || (access.args.shape.open ?? []).length > 0

export const clientInputs = (deps: Sources): string[] =>
  [...deps].filter((dep) => dep.startsWith('client:')).map((dep) => dep.slice(7))

/** A row that belongs to somebody: reading or changing it needs more than being signed in. */
export const isOwned = (entity: Entity | undefined): boolean =>
  entity !== undefined && entity.role !== 'global'

const last = (path: string): string =>
  path
    .split('.')
    .filter((part) => !/^(equals|in|AND|OR)$/.test(part))
    .at(-1) ?? ''

/** A unique column that only the right person knows the value of. */
export const CAPABILITY = /token|secret|code|hash|key|email|session/i

/** A unique column that names the row for other systems: `deviceId`, `publicId`. */
const NATURAL_ID = /(^u?u?id|(Id|_id|Uuid|_uuid))$/

/** The conditions that pick a row by a key that the caller sent. */
export function keysFromClient(access: Access, entity: Entity): Leaf[] {
  const ids = new Set([
    ...entity.fields.filter((field) => field.id).map((field) => field.name),
    ...entity.relations.flatMap((relation) => relation.keys),
    ...(entity.uniques.find((set) => set.length > 1 && set.every((name) => /id$/i.test(name))) ?? []),
    ...entity.fields
      .filter(
        ({ name, unique }) =>
          unique &&
          (NATURAL_ID.test(name) ||
            (isWrite(access.operation) && (name === 'key' || !CAPABILITY.test(name)))),
      )
      .map(({ name }) => name),
  ])
  return leaves(argument(access, 'where')).filter(
    (leaf) =>
      (ids.has(last(leaf.path)) || last(leaf.path) === 'id') &&
      (leaf.value.client !== undefined || clientInputs(leaf.value.deps).length > 0),
  )
}

/**
 * Is the row that the query reaches tied to the caller? Yes when its `where` holds a value that comes from a verified
 * identity, or a value that an earlier condition tied to one. For a read, a condition after it counts as well: the row
 * is compared before it leaves.
 */
export function isScoped(access: Access, later: readonly Fact[]): boolean {
  // That the row itself was found says nothing of whose it is; a part of it that was asked for may.
  const onlyFound = (fact: Fact): boolean =>
    fact.presence &&
    levelOf(fact) === 'none' &&
    fact.deps.has(`row:${access.model}`) &&
    ![...fact.deps].some((dep) => dep.startsWith('field:'))
  const said = later.filter((fact) => !onlyFound(fact))
  const tied = tiedInputs([...access.facts, ...said], !isWrite(access.operation))
  const isOwn = ({ value }: Leaf): boolean =>
    isVerified(allDeps(value)) || clientInputs(allDeps(value)).some((input) => isTied(tied, input))
  const conditions = leaves(argument(access, 'where'))
  // `{ in: [...ownIds, ...body.otherIds] }`: one of the list that is not the caller's is enough.
  const isMixed = ({ path }: Leaf): boolean =>
    path.endsWith('.in') &&
    conditions.some((one) => one.path === path && clientInputs(allDeps(one.value)).length > 0 && !isOwn(one))
  return conditions.some((one) => (isOwn(one) && !isMixed(one)) || isOfInstallation(one))
}

/**
 * `orgId: org.id` of an `org` that nothing of the caller has picked: the one tenant of the installation, or one that is written down.
 */
function isOfInstallation({ path, value }: Leaf): boolean {
  const deps = [...allDeps(value)]
  return (
    /(^|[._])\w+Id$/.test(path) &&
    deps.some((dep) => dep.startsWith('row:')) &&
    deps.every((dep) => /^(row|member|field|text):/.test(dep))
  )
}

/** Is a value the caller's own, or one that a condition tied to the caller? `isOpenEnough`: or that of a row that all may see. */
export function isValueTied(value: Value, facts: readonly Fact[], isOpenEnough = false): boolean {
  const deps = allDeps(value)
  if (isVerified(deps)) return true
  const tied = tiedInputs(facts, isOpenEnough)
  return clientInputs(deps).some((input) => isTied(tied, input))
}

/** `key.startsWith(`${teamId}/`)` held, and the tenant of that id was checked: what stands under its name is the tenant's. */
export function hasTiedPrefix({ client }: Value, facts: readonly Fact[]): boolean {
  if (client === undefined) return false
  const tied = tiedInputs(facts)
  return facts.some(
    ({ deps, presence, partial, terms }) =>
      !presence &&
      !partial &&
      deps.has(`client:${client}.startsWith`) &&
      terms.every((term) => term.endsWith('+')) &&
      clientInputs(deps).some((input) => input !== client && isTied(tied, input)),
  )
}

/** An input is tied when it was checked itself, or as part of something that was: `authorize(user, body)`. */
function isTied(tied: Set<string>, input: string): boolean {
  if (tied.has(input)) return true
  const end = Math.max(input.lastIndexOf('.'), input.lastIndexOf('['))
  return end > 0 && isTied(tied, input.slice(0, end))
}

/**
 * Whoever passes is the system itself: it holds the signing key or the cron secret, or a key whose row belongs to no user
 * and no tenant.
 */
export function isByMachine(project: Project, facts: readonly Fact[]): boolean {
  return facts.some((fact) => {
    const level = levelOf(fact)
    if (level === 'signature' || level === 'secret') return true
    if (level !== 'api-key') return false
    const named = [...fact.deps].flatMap((dep) => /^identity:(\w+) by header /.exec(dep)?.[1] ?? [])
    return named.length > 0 && named.every((name) => project.entity(name)?.role === 'global')
  })
}

/** Somebody is known to be signed in where a read happens, or at the latest where what was read leaves. */
export const isGuardedRead = (events: readonly Event[], access: Access): boolean =>
  isGuarded(access.facts) || isGuarded(factsAfter(events, access))

/** From so many endpoints on, one place in a service says more than a place in each of them. */
const MANY = 3

/**
 * Tells whether all endpoints that reach a place reach it wrongly: then the place is wrong. One that others reach with an
 * id of theirs is right, and the endpoint that does not is wrong.
 */
export function sharedPlaces(
  project: Project,
  hits: readonly { run: Run; access: Access }[],
): (access: Access) => boolean {
  const place = (access: Access): string => `${access.location.file}:${access.location.line}`
  const reached = new Map<string, Set<Run>>()
  for (const run of project.runs)
    for (const event of run.events)
      if (event.k === 'access')
        reached.set(place(event), (reached.get(place(event)) ?? new Set<Run>()).add(run))
  const wrong = new Map<string, Set<Run>>()
  for (const { run, access } of hits)
    wrong.set(place(access), (wrong.get(place(access)) ?? new Set<Run>()).add(run))
  return (access) => {
    const bad = wrong.get(place(access))?.size ?? 0
    return bad >= MANY && bad === reached.get(place(access))?.size
  }
}

/**
 * At an endpoint that is open to everybody: the model whose row the request names as well, by another input, and which the
 * row that `input` picks should belong to. Nothing when a condition holds the two against each other.
 */
export function parentNamedApart(
  project: Project,
  run: Run,
  access: Access,
  entity: Entity,
  input: string,
): string | undefined {
  const parents = new Set(entity.relations.filter(({ keys }) => keys.length === 1).map(({ model }) => model))
  const isOfParent = (model: string): boolean =>
    parents.has(model) ||
    (project.entity(model)?.relations.some((one) => one.keys.length === 1 && parents.has(one.model)) ?? false)
  const other = run.events.find(
    (event): event is Access =>
      event.k === 'access' &&
      event.model !== access.model &&
      isOfParent(event.model) &&
      picked(event).length > 0 &&
      !picked(event).some((one) => isSameInput(one, input)),
  )
  if (!other) return undefined
  const facts = [...access.facts, ...factsAfter(run.events, access)].filter(
    ({ count, ifSent, partial }) => !count && !ifSent && !partial,
  )
  const compared = facts.some(
    ({ deps }) =>
      clientInputs(deps).some((one) => isSameInput(one, input)) &&
      (deps.has(`row:${other.model}`) || clientInputs(deps).some((one) => picked(other).includes(one))),
  )
  return compared ? undefined : other.model
}

const isSameInput = (a: string, b: string): boolean => a.replace(/\[\]$/, '') === b.replace(/\[\]$/, '')

/** The inputs that pick the rows of a query. */
const picked = (access: Access): string[] =>
  leaves(argument(access, 'where')).flatMap(({ value }) => clientInputs(value.deps))

/** Conditions under which what was read leaves: what held where the endpoint answered after the event, or ended. */
export function factsAfter(events: readonly Event[], event: Event): Fact[] {
  return [...new Set(endsAfter(events, event).flatMap((end) => end.facts))]
}

/** What holds at the next query: a check of what was read, inside of a branch that both are in. */
export function factsNext(events: readonly Event[], access: Access): readonly Fact[] {
  const next = events.slice(events.indexOf(access) + 1).find(({ k }) => k === 'access' || k === 'raw')
  return next?.facts ?? []
}

/** What held on all ways out of the branches and functions in which the row was read, after it was. */
export function factsLeft(events: readonly Event[], access: Access): readonly Fact[] {
  const at = events.indexOf(access)
  return events.flatMap((event, i) => {
    if (event.k !== 'left' || i < at || i - event.length > at) return []
    const [first, ...others] = event.ways.filter(({ after }) => after > at - (i - event.length))
    return first ? others.reduce((facts, one) => join(facts, one.facts), first.facts) : []
  })
}

/** `if (taken) throw`: wherever the endpoint ends well, there was no such row, and none is shown. */
export function isAbsentAfter(events: readonly Event[], access: Access): boolean {
  const ends = endsAfter(events, access)
  const isMissing = (fact: Fact): boolean =>
    fact.missing === true && fact.deps.has(`row:${access.model}`) && !access.facts.includes(fact)
  return ends.length > 0 && ends.every((end) => end.facts.some(isMissing))
}

function endsAfter(events: readonly Event[], event: Event): Event[] {
  const later = events.slice(events.indexOf(event) + 1)
  const ends = later.filter(
    (other) => other.k === 'end' || (other.k === 'response' && (other.status ?? 200) < 300),
  )
  // A redirect may refuse; where nothing else ends the endpoint, the last one is where it goes.
  const redirect = later.findLast((other) => other.k === 'response' && other.status === 307)
  return ends.length > 0 || !redirect ? ends : [redirect]
}

/**
 * Where the handler reaches for something: the place itself, or the call out of the handler that leads there. The
 * handler goes as deep as the request is handed on as a whole; a function that is given ids serves other callers too.
 */
export function placeInHandler(moment: Moment): Location {
  const handler = Math.max(
    0,
    moment.via.findLastIndex((call) => call.whole && !call.bare),
  )
  // A service that is told who is calling and does not ask is wrong itself.
  if (moment.via.length > handler + 1 && moment.via.at(-1)?.told) return moment.location
  const places = [...moment.via.slice(handler + 1), moment].map(({ location }) => location)
  // A wrapper that stands elsewhere calls back into the endpoint's own file.
  const file = moment.via[0]?.location.file
  return places.find((place) => place.file === file) ?? places[0] ?? moment.location
}

/**
 * Where an endpoint hands its input on: the call in its own file that leads to a moment. Of a procedure whose function
 * stands elsewhere, the call out of that, or the moment itself.
 */
export function placeInEndpoint(run: Run, moment: Moment): Location {
  const own = moment.via.findLastIndex((call) => call.framed)
  if (own < 0) return placeInHandler(moment)
  const after = moment.via.slice(own + 1)
  const here = after.findLast(({ location }) => location.file === run.endpoint?.location.file)
  return (here ?? after[0] ?? moment).location
}

/** A condition on the role of the caller alone, in the session or in the caller's own row, or on the one tenant of those who run the application: whoever passes may reach every row. */
export const isPrivileged = (facts: readonly Fact[]): boolean =>
  facts.some((fact) => {
    const has = (kind: RegExp): boolean => [...fact.deps].some((dep) => kind.test(dep))
    if (levelOf(fact) !== 'permission' || clientInputs(fact.deps).length > 0) return false
    const asksRole = has(/^field:is_?(super_?)?admin$/i) || (has(/^field:\w*role$/i) && has(/^text:/))
    return has(/^operator:/) || !has(/^row:/) || (asksRole && !has(/^member:/))
  })

/** The path to a moment: the endpoint, the calls in between, and what stands at the end. */
export function traceTo(run: Run, moment: Moment, note: string): { kind: 'trace'; steps: Step[] } {
  const start = run.endpoint?.location ?? moment.via[0]?.location ?? moment.location
  const calls = moment.via
    .filter(({ note, location }) => !/^calls (a function|handler|default)$/.test(note) && location.line > 1)
    .map(({ location, note }) => ({ location, note }))
  return {
    kind: 'trace',
    steps: [{ location: start, note: `${run.label} starts` }, ...calls, { location: moment.location, note }],
  }
}
