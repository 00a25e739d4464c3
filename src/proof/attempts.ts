/** Trying a call until it does what it is for, as its legitimate caller: the control that every proof stands on. */
import type { PartyName } from '../database/seed/world.ts'
import { type Actor, type Bench, changesOf, isEffective, type Seen } from './bench.ts'
import { meaningByName } from './by-name.ts'
import type { Input } from './inputs.ts'
import { callsFromPage, pagePath } from './page-form.ts'
import { type Setting, settingsFor } from './ready.ts'
import { repaired } from './repair.ts'
import { type Call, callOf, type Fill, isKey, type Template } from './request.ts'
import { castOf } from './rows.ts'
import { type Plain, ZONE } from './sample.ts'

export interface Side {
  /** Whose rows the call is about. */
  party: PartyName
  /** Inputs whose rows are of the other party. */
  foreign?: (input: Input) => boolean
}

export interface Shot {
  template: Template
  /** Model whose row is in question, if any. */
  about?: string | undefined
  /** Values at exact paths, over everything else. */
  set?: ReadonlyMap<string, Plain>
  turn?: number
  /** Nothing is sent that may be left out. */
  bare?: boolean
  /** Rows that refer to the one in question are removed first. */
  isolate?: boolean
  /** Rows are in another state than they were seeded in. */
  ready?: readonly Setting[]
  /** Who opens the page, for a caller who has nothing but what was on it. */
  opener?: Actor
}

/** Sends one call as somebody, about rows of one side. `undefined`: this kind of endpoint cannot be called. */
export async function shoot(bench: Bench, shot: Shot, actor: Actor, side: Side): Promise<Seen | undefined> {
  const { template, about } = shot
  const turn = shot.turn ?? 0
  const user = actor.party === side.party ? actor.user : undefined
  const own = castOf(bench.world, bench.dataModel, side.party, { about, user, turn })
  const other: PartyName = side.party === 'a' ? 'b' : 'a'
  const foreign = castOf(bench.world, bench.dataModel, other, { about, turn })
  const fill: Fill = {
    unique: bench.unique(),
    language: bench.language,
    ...(shot.set ? { set: shot.set } : {}),
    ...(shot.bare ? { bare: true } : {}),
    bind: (input) => {
      if (!binds(template, input)) return undefined
      return (side.foreign?.(input) ? foreign : own).value(input)
    },
  }
  const call = callOf(template, fill)
  if (!call) return undefined
  const prepared = async (): Promise<void> => {
    const row = shot.isolate && about !== undefined ? own.row(about) : undefined
    if (row) await bench.isolate(row)
    if (shot.ready) await bench.makeReady(shot.ready)
  }
  await prepared()
  if (call.k !== 'action') return bench.perform(call, actor)
  if (!call.inline) return bench.perform(await posted(bench, call, template, fill), actor)
  const opener = actor.party === undefined ? (shot.opener ?? actor) : actor
  const others = side.foreign !== undefined || opener.party !== side.party
  const opening = {
    actor,
    opener,
    party: side.party,
    foreign: others,
    about,
    turn,
    call,
    fill,
    set: shot.set,
  }
  const [first, ...rest] = await callsFromPage(bench, template, opening)
  let seen = await bench.perform(first, actor)
  for (const next of rest) {
    if (reaches(seen, side.party)) break
    if (seen.changes.length > 0 || isPrepared(shot)) await bench.reset()
    await prepared()
    seen = await bench.perform(next, actor)
  }
  return seen
}

const reaches = (seen: Seen, party: PartyName): boolean =>
  changesOf(seen, party).length > 0 || seen.shown.some(({ row }) => row.party === party)

/** An action is posted to a page that has it, with the parameters that the page wants. */
async function posted(
  bench: Bench,
  call: Call & { k: 'action' },
  template: Template,
  fill: Fill,
): Promise<Call> {
  const [page] = await bench.pagesOf(call)
  return page === undefined ? call : { ...call, page: pagePath(bench, template, page, fill) }
}

/** Rows are picked by what the caller sends; a column that is merely written gets a sample, unless it is a key. */
const binds = (template: Template, input: Input): boolean =>
  input.meaning !== undefined &&
  !(ZONE.test(input.path) && /(At|_at|[Tt]ime|[Dd]ate|[Ss]tart|[Ee]nd)$/.test(input.meaning.field)) &&
  (input.use === 'picks' || (isKey(template.dataModel, input) && !isOwnUnique(template, input)))

/** `slug` of an organisation that is created: a seeded one is taken. */
function isOwnUnique({ dataModel }: Template, { meaning }: Input): boolean {
  const field = meaning && dataModel.model(meaning.model)?.fields.find((one) => one.name === meaning.field)
  return field?.unique === true && !field.id
}

export interface Control {
  seen: Seen
  /** The template with what was learnt: method, and values that the endpoint insisted on. */
  shot: Shot
}

/** Of a handler that answers several methods, those that fit what it should do. */
function methodsFor(template: Template, writes: boolean): (string | undefined)[] {
  if (template.endpoint.method !== undefined && template.endpoint.method !== 'ANY') return [undefined]
  if (template.endpoint.kind !== 'pages-api' && template.endpoint.kind !== 'hono') return [undefined]
  return writes ? ['POST', 'PUT', 'PATCH', 'DELETE', 'GET'] : ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
}

const REPAIRS = 4
const TURNS = 3

/**
 * Finds a call that works for somebody of `party`. `good` says when it did what it is for; without it, rows must have
 * been shown or changed. `writes`: the line in question changes rows. Leaves the rows as they were seeded.
 * Gives the last refusal when nothing worked.
 */
export async function control(
  bench: Bench,
  template: Template,
  options: ControlOptions & { actors?: Actor[] },
): Promise<Control | { refused: Seen | undefined }> {
  if (options.actors) return controlBy(bench, template, options, options.actors, TURNS)
  const users = bench.actors.filter((one) => one.party === options.party).toReversed()
  const found = await controlBy(bench, template, options, users, TURNS)
  if ('seen' in found || !strange.has(found.refused?.response.status ?? 0)) return found
  const known = await controlBy(
    bench,
    template,
    options,
    bench.machines?.(template.run, options.party) ?? [],
    1,
  )
  return 'seen' in known ? known : found
}

/** To be a stranger is what a user and a scheduler can be told. */
const strange: ReadonlySet<number> = new Set([401, 403])

interface ControlOptions {
  party: PartyName
  about?: string | undefined
  writes: boolean
  good?: (seen: Seen) => boolean
}

async function controlBy(
  bench: Bench,
  template: Template,
  options: ControlOptions,
  actors: readonly Actor[],
  turns: number,
): Promise<Control | { refused: Seen | undefined }> {
  const good = options.good ?? isEffective
  let refused: Seen | undefined
  for (const method of methodsFor(template, options.writes)) {
    for (const turn of Array.from({ length: turns }, (_, i) => i)) {
      for (const actor of actors) {
        const own = castOf(bench.world, bench.dataModel, options.party, {
          about: options.about,
          user: actor.user,
          turn,
        })
        const rows = (name: string): Plain | undefined => {
          const meaning = meaningByName(bench.dataModel, name)
          return meaning && own.value({ path: name, meaning, use: 'picks' })
        }
        let shot: Shot = {
          template: method === undefined ? template : { ...template, method },
          about: options.about,
          turn,
        }
        for (let round = 0; round <= REPAIRS; round++) {
          const seen = await shoot(bench, shot, actor, { party: options.party })
          if (!seen) return { refused }
          if (seen.changes.length > 0 || isPrepared(shot)) await bench.reset()
          if (good(seen)) return { seen, shot: { ...shot, opener: actor } }
          if (!refused || refused.response.status >= seen.response.status) refused = seen
          const better =
            repaired(shot, seen, rows) ??
            isolated(shot, seen, options.writes) ??
            bared(shot, seen) ??
            madeReady(shot, seen)
          if (!better) break
          shot = better
        }
      }
    }
  }
  return { refused }
}

/** Rows were changed before the request, so that they have to be seeded again after it. */
export const isPrepared = (shot: Shot): boolean => shot.isolate === true || shot.ready !== undefined

/** It went well and there was nothing to do. */
function madeReady(shot: Shot, seen: Seen): Shot | undefined {
  if (!seen.ok || isEffective(seen) || shot.ready || seen.operations.length === 0) return undefined
  const ready = settingsFor(shot.template)
  return ready.length > 0 ? { ...shot, ready } : undefined
}

/** A row that others refer to is not removed: `409`, or the error of the database. */
function isolated(shot: Shot, { response }: Seen, writes: boolean): Shot | undefined {
  const refused = response.status === 409 || response.status === 500 || response.status === 400
  return writes && refused && !shot.isolate && shot.about !== undefined
    ? { ...shot, isolate: true }
    : undefined
}

/** Parts that exclude each other, or filters that no query was meant to take together: the least that is accepted. */
function bared(shot: Shot, { ok, response: { status }, call }: Seen): Shot | undefined {
  const refused = status === 400 || status === 422 || status >= 500 || (call.k === 'action' && !ok)
  const body = call.k === 'http' ? call.json !== undefined : call.k !== 'action' || call.args.length > 0
  return refused && body && !shot.bare ? { ...shot, bare: true } : undefined
}

/** Why a control failed, in words. */
export function refusal(seen: Seen | undefined): string {
  if (!seen) return 'this kind of endpoint cannot be called from outside'
  const { status, body } = seen.response
  const text = body.replace(/\s+/g, ' ').slice(0, 160)
  if (carriesPassword(seen))
    return `a legitimate request needs the password of a seeded user, who has a mark where its hash would be: ${seen.actor.name} was answered ${status}${text ? ` "${text}"` : ''}`
  if (isEffective(seen))
    return `the legitimate request of ${seen.actor.name} was accepted (${status}), but never came to this line`
  if (seen.ok)
    return `the legitimate request of ${seen.actor.name} was accepted (${status}), but showed and changed none of the seeded rows`
  return `no legitimate request got through: ${seen.actor.name} was answered ${status}${text ? ` "${text}"` : ''}`
}

/** A sign-in: nobody knows what password would fit to what was seeded. */
const carriesPassword = ({ call }: Seen): boolean =>
  /"(password|passwd|passphrase)"/i.test(
    JSON.stringify(call.k === 'http' ? call.json : call.k === 'procedure' ? call.input : call.args) ?? '',
  )
