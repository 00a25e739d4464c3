/** Can somebody reach rows of the other party? The question behind every fault of authorization. */
import type { PartyName } from '../database/seed/world.ts'
import { type Control, control, isPrepared, refusal, type Shot, type Side, shoot } from './attempts.ts'
import {
  type Actor,
  type Bench,
  type Cited,
  cameTo,
  changesOf,
  exchanges,
  isEffective,
  type Seen,
  sawOf,
} from './bench.ts'
import { inconclusive, type Outcome } from './prover.ts'
import { isKey, type Template } from './request.ts'

export interface Question {
  template: Template
  /** Model of the row in question. */
  about: string | undefined
  writes: boolean
  /** The query in question: other queries of the same endpoint prove nothing about it. */
  at?: { file: string; line: number } | undefined
}

/** The victim's own request works; then others send it, about the victim's rows. */
export async function proveForeign(bench: Bench, question: Question): Promise<Outcome> {
  const owner = await control(bench, question.template, { party: 'b', ...question, good: goodFor(question) })
  if ('refused' in owner) return inconclusive(refusal(owner.refused))
  const near = await nearMiss(bench, question, owner)
  if (!near)
    return inconclusive(
      'the attacker cannot make the same request about own rows, so a refusal would mean nothing',
    )
  const { opener } = near.shot
  const attackers = opener && !opener.user ? [opener] : attackersOf(bench)
  const tries: Seen[] = []
  for (const actor of attackers) {
    for (const side of sidesOf(owner.shot.template, question.about, bench)) {
      const seen = await shoot(bench, owner.shot, actor, side)
      if (!seen) continue
      if (seen.changes.length > 0 || isPrepared(owner.shot)) await bench.reset()
      tries.push(seen)
      const spoils = cameTo(seen, question.at) && spoilsOf(seen, near.seen, 'b')
      if (!spoils) continue
      if (await isPublic(bench, owner.shot, side, spoils))
        return inconclusive(
          `anybody gets the same without a session, as if it were public: ${sawOf(spoils, 'b')}`,
        )
      return {
        verdict: 'proven',
        reason: `${actor.name} reached rows of B: ${sawOf(spoils, 'b')}.`,
        evidence: [
          exchanges(
            [
              cite('pre-control', owner.seen, 'b'),
              cite('exploit', spoils, 'b'),
              cite('near-miss', near.seen, 'a'),
            ],
            bench,
          ),
        ],
      }
    }
  }
  const last = tries.at(-1)
  const refused = tries.map(notOpened)
  if (refused.every((why) => why !== undefined) && last)
    return {
      verdict: 'refuted',
      reason: `What the action closes over is encrypted, and A gets none of it that is about rows of B: ${notOpened(last)}.`,
      evidence: [exchanges([cite('pre-control', owner.seen, 'b'), cite('near-miss', near.seen, 'a')], bench)],
    }
  const cited = [
    cite('pre-control', owner.seen, 'b'),
    ...(last ? [cite('exploit' as const, last, 'b')] : []),
    cite('near-miss', near.seen, 'a'),
  ]
  return {
    verdict: 'refuted',
    reason: `${tries.length} requests of A about rows of B showed and changed none of them, while the owner's own request worked.`,
    evidence: [exchanges(cited, bench)],
  }
}

/** There was nothing to call the action with. */
const notOpened = ({ call }: Seen): string | undefined =>
  call.k === 'action' ? call.form?.missing : undefined

/** The control did what it is for, at the query in question. */
const goodFor =
  ({ at }: Question) =>
  (seen: Seen): boolean =>
    isEffective(seen) && cameTo(seen, at)

/** What is shown to everybody, and counted for everybody, says nothing about who may reach whose rows. */
async function isPublic(bench: Bench, shot: Shot, side: Side, spoils: Seen): Promise<boolean> {
  const open = await shoot(bench, shot, bench.nobody, side)
  if (!open) return false
  if (open.changes.length > 0 || isPrepared(shot)) await bench.reset()
  const tokens = new Set(open.shown.map(({ token }) => token))
  const changed = new Set(changesOf(open, 'b').map(({ kind, table }) => `${kind} ${table}`))
  return (
    spoils.shown.every(({ token }) => tokens.has(token)) &&
    spoils.changes.every(({ kind, table }) => changed.has(`${kind} ${table}`))
  )
}

const cite = (role: Cited['role'], seen: Seen, party: PartyName): Cited => ({
  role,
  seen,
  saw: sawOf(seen, party),
})

async function nearMiss(bench: Bench, question: Question, owner: Control): Promise<Control | undefined> {
  const { template, about, writes } = question
  const method = owner.shot.template.method
  const asked = method === undefined ? template : owner.shot.template
  const options = { party: 'a', about, writes, good: goodFor(question) } as const
  const found = await control(bench, asked, { ...options, actors: attackersOf(bench) })
  if ('seen' in found) return found
  // What only a key leads to is attacked with a key of A.
  const keys = (bench.machines?.(asked.run, 'a') ?? []).filter(({ party }) => party === 'a')
  const keyed = keys.length > 0 ? await control(bench, asked, { ...options, actors: keys }) : found
  return 'refused' in keyed ? undefined : keyed
}

/** Those of A with the most rights first. Who administers the installation may reach rows of others, and is none. */
const attackersOf = (bench: Bench): Actor[] =>
  actorsOf(bench, 'a')
    .filter(({ user }) => user?.administrator !== true)
    .toReversed()

/**
 * Whose rows stand where: the row in question alone is the other party's (`/orgs/<own>/invoices/<foreign>`), then
 * every other key alone, then all.
 */
export function sidesOf(template: Template, about: string | undefined, bench: Bench): Side[] {
  const keys = template.inputs.all.filter(
    (input) => isKey(bench.dataModel, input) && input.meaning?.model !== userModel(bench),
  )
  const first = keys.filter((input) => input.meaning?.model === about)
  const rest = keys.filter((input) => !first.includes(input))
  const single = [first, ...rest.map((input) => [input])].filter(
    (set) => set.length > 0 && set.length < keys.length,
  )
  const sides = single.map(
    (set): Side => ({ party: 'a', foreign: (input) => set.some((one) => one.path === input.path) }),
  )
  return [...sides.slice(0, 4), { party: 'b' }]
}

const userModel = (bench: Bench): string | undefined => bench.dataModel.user

/** What the attacker got that the legitimate request of the attacker does not get as well. */
export function spoilsOf(seen: Seen, legitimate: Seen | undefined, party: PartyName): Seen | undefined {
  const common = new Set(legitimate?.shown.map(({ token }) => token) ?? [])
  const shown = seen.shown.filter(({ row, token }) => row.party === party && !common.has(token))
  const changes = changesOf(seen, party)
  return shown.length > 0 || changes.length > 0 ? { ...seen, shown, changes } : undefined
}

/** Nobody is signed in, and it works all the same. */
export async function proveOpen(bench: Bench, question: Question): Promise<Outcome> {
  const owner = await control(bench, question.template, { party: 'b', ...question, good: goodFor(question) })
  if ('refused' in owner) return inconclusive(refusal(owner.refused))
  const seen = await shoot(bench, owner.shot, bench.nobody, { party: 'b' })
  if (!seen) return inconclusive(refusal(undefined))
  if (seen.changes.length > 0 || isPrepared(owner.shot)) await bench.reset()
  const again = await repeat(bench, owner)
  const evidence = [
    exchanges(
      [cite('pre-control', owner.seen, 'b'), cite('exploit', seen, 'b'), cite('near-miss', again, 'b')],
      bench,
    ),
  ]
  const came = cameTo(seen, question.at)
  if (came && spoilsOf(seen, undefined, 'b'))
    return { verdict: 'proven', reason: `Without a session: ${sawOf(seen, 'b')}.`, evidence }
  // New rows that belong to nobody are what a sign-up, a failed login or a contact form leaves behind.
  const entity = question.about === undefined ? undefined : bench.dataModel.model(question.about)
  const harmed = seen.changes.filter((one) => one.table === entity?.table && one.kind !== 'new')
  if (came && question.writes && harmed.length > 0)
    return {
      verdict: 'proven',
      reason: `Without a session: ${harmed.length} rows of ${harmed[0]?.table} ${harmed[0]?.kind}.`,
      evidence,
    }
  if (!isEffective(again))
    return inconclusive('the legitimate request no longer works after the attempt', evidence)
  // What is in front of the endpoint may ask for a session, whose rows it reaches it does not know.
  const foreign = await proveForeign(bench, question)
  if (foreign.verdict === 'proven')
    return {
      ...foreign,
      reason: `Without a session the answer is ${seen.response.status}, but any session will do. ${foreign.reason}`,
    }
  return {
    verdict: 'refuted',
    reason: `Without a session the answer is ${seen.response.status} and nothing is shown or changed, while the signed-in request works.`,
    evidence,
  }
}

async function repeat(bench: Bench, { seen, shot }: Control): Promise<Seen> {
  const again = await shoot(bench, shot, seen.actor, { party: seen.actor.party ?? 'b' })
  if (again && (again.changes.length > 0 || isPrepared(shot))) await bench.reset()
  return again ?? seen
}

/** Actors of one party, those with the least rights first. */
export const actorsOf = (bench: Bench, party: PartyName): Actor[] =>
  bench.actors.filter((actor) => actor.party === party)
