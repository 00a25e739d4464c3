/**
 * Keys of an API that the application gives out itself: whoever may, makes one as a user would, and reads it from the
 * answer. However a key is hashed before it is kept, the application has done it.
 */
import type { PartyName } from '../database/seed/world.ts'
import { type DataModel, type Entity, secretFields } from '../project/data-model.ts'
import type { Run } from '../project/project.ts'
import { control, type Shot, shoot } from './attempts.ts'
import { type Actor, type Bench, changesOf, type Seen } from './bench.ts'
import { keyText } from './key-text.ts'
import { templateOf } from './request.ts'

const CALLABLE = /^(route|pages-api|hono|procedure|action)$/
const MAKERS = 3
const PROBES = 4

/** Makes keys for both parties. Rows are left as they were, but for those of the keys. */
export async function keysOf(bench: Bench): Promise<Actor[]> {
  const makers = makersOf(bench.project.runs, bench.dataModel).slice(0, MAKERS)
  for (const { run, entity } of makers) {
    const template = templateOf(run, bench.dataModel)
    if (!template) continue
    const good = (party: PartyName) => (seen: Seen) => keyIn(seen, entity, party) !== undefined
    const shots: [PartyName, Shot, Actor][] = []
    for (const party of ['b', 'a'] as const) {
      const made = await control(bench, template, {
        party,
        about: undefined,
        writes: true,
        good: good(party),
        actors: bench.actors
          .filter((one) => one.party === party && one.user?.administrator !== true)
          .toReversed(),
      })
      if ('seen' in made) shots.push([party, made.shot, made.seen.actor])
    }
    if (shots.length === 0) continue
    await bench.reset()
    const keys: Actor[] = []
    for (const [party, shot, actor] of shots) {
      const seen = await shoot(bench, shot, actor, { party })
      const key = seen && keyIn(seen, entity, party)
      if (key !== undefined) keys.push(actorOf(key, party, bench.project.runs))
    }
    if (await isAccepted(bench, keys)) return keys
    await bench.reset()
  }
  return []
}

/** Endpoints that write a row with a secret of which the name says that it is a key, those of few words first. */
function makersOf(runs: readonly Run[], dataModel: DataModel): { run: Run; entity: Entity }[] {
  const found = runs.flatMap((run) => {
    const { endpoint, events } = run
    if (!endpoint || !CALLABLE.test(endpoint.kind)) return []
    const access = events.find(
      (one) => one.k === 'access' && one.operation === 'create' && isKeyModel(dataModel.model(one.model)),
    )
    const entity = access?.k === 'access' ? dataModel.model(access.model) : undefined
    return entity ? [{ run, entity }] : []
  })
  return found.toSorted((a, b) => a.run.events.length - b.run.events.length)
}

const isKeyModel = (entity: Entity | undefined): boolean =>
  entity !== undefined &&
  /key|token/i.test(entity.name) &&
  !/session|account|verif|refresh|reset|invit|oauth|push|device|csrf|calendar|webhook/i.test(entity.name) &&
  (secretFields(entity).length > 0 || entity.fields.some(({ name }) => /hash/i.test(name)))

/** The text that the answer gives for the new row, other than what is kept in it. */
function keyIn(seen: Seen, { table }: Entity, party: PartyName): string | undefined {
  const rows = changesOf(seen, party).filter(
    (one) => one.kind === 'new' && one.table.split('.').at(-1) === table,
  )
  if (!seen.ok || rows.length === 0) return undefined
  const kept = new Set(rows.flatMap(({ columns }) => columns.map(({ after }) => after)))
  return keyText(seen.response.body, kept)
}

/** In every header that it could be in: how a key is carried is rarely read from the code. */
function actorOf(key: string, party: PartyName, runs: readonly Run[]): Actor {
  const names = new Set(
    runs
      .flatMap(({ events }) => events.flatMap(({ facts }) => facts.flatMap(({ deps }) => [...deps])))
      .flatMap((dep) => /^credential:header ([\w-]*(?:key|token)[\w-]*)$/i.exec(dep)?.[1] ?? []),
  )
  const plain = Object.fromEntries([...names, 'x-api-key'].map((name) => [name.toLowerCase(), key]))
  return {
    name: `an API key of ${party.toUpperCase()}`,
    party,
    headers: { ...plain, authorization: `Bearer ${key}` },
  }
}

/** Somewhere the key leads further than nobody comes. */
async function isAccepted(bench: Bench, keys: readonly Actor[]): Promise<boolean> {
  const [key] = keys
  if (!key?.party) return false
  const asks = bench.project.runs.filter(
    ({ endpoint }) =>
      endpoint &&
      /^(api-key|session|permission)$/.test(endpoint.guard.level) &&
      // A key notes when it was used last.
      (endpoint.writes.length === 0 || endpoint.method === 'GET'),
  )
  const routes = asks.filter(({ endpoint }) => /^(route|pages-api|hono)$/.test(endpoint?.kind ?? ''))
  const first = routes.toSorted((a, b) => rank(a) - rank(b)).slice(0, PROBES)
  for (const run of first) {
    const template = templateOf(run, bench.dataModel)
    if (!template) continue
    const nobody = await shoot(bench, { template }, bench.nobody, { party: key.party })
    const known = await shoot(bench, { template }, key, { party: key.party })
    const refused = nobody?.response.status === 401 || nobody?.response.status === 403
    if (refused && known && known.response.status > 0 && !/^40[13]$/.test(String(known.response.status)))
      return true
  }
  return false
}

const rank = ({ endpoint }: Run): number => (endpoint?.guard.level === 'api-key' ? 0 : 1)
