/**
 * Secrets that the one who is answered is meant to hold, or has just sent: the key that an outgoing webhook is signed with,
 * the password of a link that a tenant has chosen for others, a token that was removed.
 */
import { type Entity, type EntityField, secretFields } from './data-model.ts'
import type { HeldRow, HeldSecret } from './exposure.ts'
import type { Access } from './flow/events.ts'
import { HASHED_PASSWORD } from './flow/package-calls.ts'
import { namesPath } from './flow/passage.ts'
import { isWrite } from './flow/prisma.ts'
import { allDeps, type Sources, type Value, visibleFields } from './flow/value.ts'
import { isGuarded } from './guards.ts'
import { argument, factsAfter, isValueTied, leaves } from './ownership.ts'
import type { Project, Run } from './project.ts'
import { words } from './words.ts'
import { wholeInputs } from './written-input.ts'

/** `meant`: nothing is given away; `maybe`: it may be shown to its owner on purpose. */
export type Meaning = 'meant' | 'maybe'

/** What is known of a secret in an answer beyond that it is one; nothing for most. */
export function meaningOf(
  project: Project,
  run: Run,
  row: HeldRow,
  { path, model, named }: HeldSecret,
): Meaning | undefined {
  const column = path.at(-1) ?? ''
  const field = model.fields.find(({ name }) => name === column)
  const { access } = row
  if (!field || isPerson(model)) return undefined
  const isHook = signsForTenant(model, column)
  if (access.operation === 'delete' && path.length === 1 && (isHook || isDead(field))) return 'meant'
  const sent = access.operation === 'create' && path.length === 1 && isAsSent(access, column)
  const chosen = isChosenForOthers(project, model, column)
  if (!isHook && !chosen) return sent ? 'maybe' : undefined
  if (!isOfCaller(project, run, access, path)) return undefined
  const isShown = named || sent || row.sieves.some((sieve) => isNamedBy(sieve, path))
  return isShown ? 'meant' : 'maybe'
}

const isNamedBy = (sieve: HeldRow['sieves'][number], path: readonly string[]): boolean =>
  sieve !== 'unknown' && ('schema' in sieve ? namesPath(sieve.schema, path) : sieve.keys.has(path[0] ?? ''))

/** Rows by which somebody signs in, here or elsewhere: what they hold is never for others. */
const LOGIN = /^(e ?mail( address)?|user ?name|login|phone( number)?|user|host ?name|host|provider( id)?)$/
const PERSON = /(^| )(user|account|credential|login|member|identity|admin|customer)s?( |$)/

const isPerson = (model: Entity): boolean =>
  model.role === 'user' ||
  PERSON.test(words(model.name).join(' ')) ||
  model.fields.some(({ name, relation }) => !relation && LOGIN.test(words(name).join(' ')))

/**
 * The key by which the receiver of an outgoing webhook tells real calls from forged ones (`secret` in the specification of
 * Standard Webhooks): the tenant who registered the address has to hold it as well.
 */
const signsForTenant = (model: Entity, column: string): boolean =>
  /(^| )(web ?)?hooks?( |$)|(^| )endpoints?( |$)/.test(words(model.name).join(' ')) &&
  /^((signing|webhook|hook|endpoint) )?(secret|signing key|webhook key)$/.test(words(column).join(' ')) &&
  model.fields.some(
    ({ name, type }) => type === 'String' && /(^| )(url|uri|endpoint|target)$/.test(words(name).join(' ')),
  )

/** A token that its row was found by: without the row it opens nothing. */
const isDead = ({ name, unique }: EntityField): boolean => unique && !/passw/i.test(name)

const PASSWORD = /(^| )(password|passphrase|passcode|pin)$/
const KEPT_SAFE = /hash|digest|salt/i

/** The password of a thing that its owner hands on to others, kept so that it can be shown to them again. */
const isChosenForOthers = (project: Project, model: Entity, column: string): boolean =>
  PASSWORD.test(words(column).join(' ')) &&
  !KEPT_SAFE.test(column) &&
  !hashedColumns(project).has(`${model.name}.${column}`)

/** The columns that some endpoint writes a hash into. */
function hashedColumns(project: Project): ReadonlySet<string> {
  const known = hashed.get(project)
  if (known) return known
  const found = new Set<string>()
  for (const { events } of project.runs)
    for (const event of events) {
      if (event.k !== 'access' || !isWrite(event.operation)) continue
      for (const name of secretsOf(project.entity(event.model)))
        if (written(event, name).some((value) => isHashed(allDeps(value))))
          found.add(`${event.model}.${name}`)
    }
  hashed.set(project, found)
  return found
}

const secretsOf = (model: Entity | undefined): readonly string[] => (model ? secretFields(model) : [])

const isHashed = (deps: Sources): boolean => deps.has('derived:hash') || deps.has(HASHED_PASSWORD)

const hashed = new WeakMap<Project, ReadonlySet<string>>()

/** What a call writes into a column of its own row. */
const written = (access: Access, column: string): Value[] =>
  ['data', 'create', 'update'].flatMap((name) => visibleFields(argument(access, name)).get(column) ?? [])

/** A row that was just made holds what its maker sent, letter by letter. */
const isAsSent = (access: Access, column: string): boolean =>
  written(access, column).some((value) => value.client !== undefined) ||
  wholeInputs(access).some(({ keys }) => keys === undefined || keys.includes(column))

/** The row was made by whoever is answered, or is tied to them; what it brings along are rows that belong to it. */
function isOfCaller(project: Project, run: Run, access: Access, path: readonly string[]): boolean {
  const facts = [...access.facts, ...factsAfter(run.events, access)]
  if (!isGuarded(facts)) return false
  let model = project.entity(access.model)
  for (const name of path.slice(0, -1)) {
    const relation: Entity['relations'][number] | undefined = model?.relations.find(
      ({ field }) => field === name,
    )
    if (!relation || relation.keys.length > 0) return false
    model = project.entity(relation.model)
  }
  if (access.operation === 'create') return true
  return leaves(argument(access, 'where')).some(({ value }) => isValueTied(value, facts))
}
