/** Everybody who was seeded, signed in: with the way to make sessions that the application accepts. */

import type { SeedUser } from '../database/seed/world.ts'
import type { Client } from '../database/server.ts'
import type { Run } from '../project/project.ts'
import type { RunningApp } from '../runtime/app/bring-up.ts'
import { findMinter } from '../runtime/sessions/find.ts'
import type { Minter } from '../runtime/sessions/minter.ts'
import { shoot } from './attempts.ts'
import type { Actor, Bench, Seen } from './bench.ts'
import { forgedHeaders } from './forge.ts'
import { templateOf } from './request.ts'

export interface People {
  actors: Actor[]
  forged?: (user: SeedUser) => Record<string, string>[]
  limits: string[]
}

/** Endpoints that are asked to tell a good session from a bad one. */
const PROBES = 8
/** Cheapest first: in development a page takes many times as long to compile as a route. */
const KINDS = ['route', 'pages-api', 'procedure', 'pages-ssr', 'page']

export async function findActors(bench: Bench & { app: RunningApp }, client: Client): Promise<People> {
  const { redis } = bench.app
  const found = await findMinter(bench.project, {
    env: bench.app.env,
    folder: bench.app.staged.folder,
    workplace: bench.app.staged.workplace,
    ...(redis ? { plant: redis.plant } : {}),
    sql: async (text, params) => (await client.query<Record<string, unknown>>(text, params)).rows,
  })
  if ('missing' in found) return { actors: [], limits: [found.missing] }
  const ways = [found, ...found.alternatives]
  let best: { way: Minter; actors: Actor[]; accepted: boolean } | undefined
  for (const way of ways) {
    const actors = await signedIn(bench, way)
    // A session may be there as well as in the rows: what signing in left is what `reset` goes back to.
    redis?.keep()
    const accepted = await isAccepted(bench, actors)
    if (!best || accepted) best = { way, actors, accepted }
    if (accepted) break
  }
  if (!best) return { actors: [], limits: ['No way to make a session was found.'] }
  const { actors, way } = best
  const limits = best.accepted
    ? []
    : [`Sessions made with ${way.library} (${way.how}) were accepted by no endpoint that was asked.`]
  const headers = new Map(actors.map((actor) => [actor.user, actor.headers]))
  const forged = (user: SeedUser): Record<string, string>[] => forgedHeaders(headers.get(user) ?? {})
  return {
    actors,
    limits,
    ...(actors.some((one) => forgedHeaders(one.headers).length > 0) ? { forged } : {}),
  }
}

/** One after the other: sessions that are rows are written through one connection. */
async function signedIn({ world }: Bench, way: Minter): Promise<Actor[]> {
  const actors: Actor[] = []
  for (const user of world.users)
    actors.push({
      name: `${user.role ?? 'user'} of ${user.party.toUpperCase()}`,
      party: user.party,
      user,
      headers: await way.mint(user),
    })
  return actors
}

/** A guarded endpoint answers a signed-in reader other than nobody. Asked are the first of them until one does. */
async function isAccepted(bench: Bench, actors: Actor[]): Promise<boolean> {
  const guarded = bench.project.runs.filter(
    ({ endpoint }) =>
      endpoint &&
      /^(session|permission)$/.test(endpoint.guard.level) &&
      endpoint.writes.length === 0 &&
      KINDS.includes(endpoint.kind),
  )
  const reader = actors.at(-1)
  if (!reader?.party) return false
  for (const run of mixed(guarded).slice(0, PROBES)) {
    const template = templateOf(run, bench.dataModel)
    if (!template) continue
    const shot = { template }
    const as = await shoot(bench, shot, reader, { party: reader.party })
    const nobody = await shoot(bench, shot, bench.nobody, { party: reader.party })
    if (as && nobody && isTold(as, nobody)) return true
  }
  return false
}

/** Somebody who is signed in got further than nobody: an answer, more rows, or another refusal than that of a stranger. */
function isTold(as: Seen, nobody: Seen): boolean {
  if (as.ok) return !nobody.ok || as.shown.length > nobody.shown.length
  const { status } = as.response
  return nobody.response.status === 401 && status >= 400 && status < 500 && status !== 401 && status !== 403
}

/** One of each kind in turn: what keeps all pages from being reached must not hide that procedures answer. */
function mixed(runs: readonly Run[]): Run[] {
  const nth = new Map<string, number>()
  const placed = runs.map((run) => {
    const kind = run.endpoint?.kind ?? ''
    const turn = nth.get(kind) ?? 0
    nth.set(kind, turn + 1)
    return { run, turn }
  })
  const rank = (run: Run): number => KINDS.indexOf(run.endpoint?.kind ?? '')
  return placed.sort((a, b) => a.turn - b.turn || rank(a.run) - rank(b.run)).map(({ run }) => run)
}
