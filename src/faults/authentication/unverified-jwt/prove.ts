import type { Decode, Event } from '../../../project/flow/events.ts'
import { control, isPrepared, refusal, shoot } from '../../../proof/attempts.ts'
import { exchanges, isEffective, type Seen, sawOf } from '../../../proof/bench.ts'
import { inconclusive, type Prover } from '../../../proof/prover.ts'
import { sitesOf } from '../../../proof/sites.ts'

const isDecode = (event: Event): event is Decode => event.k === 'decode'

/** A token that names the victim and is signed with a key of the attacker, beside the genuine one. */
const prove: Prover = async (bench, claim) => {
  const [site] = sitesOf(bench.project, claim, isDecode)
  if (!site) return inconclusive('no endpoint that can be called reaches this line')
  if (!bench.forged) return inconclusive('sessions of this project are not tokens that could be forged')
  const { template, run } = site
  const about = run.events.find((event) => event.k === 'access')?.model
  const good = (seen: Seen): boolean => isEffective(seen) || (seen.ok && seen.statements.length > 0)
  const owner = await control(bench, template, {
    party: 'b',
    about,
    writes: template.endpoint.writes.length > 0,
    good,
  })
  if ('refused' in owner) return inconclusive(refusal(owner.refused))
  const victim = owner.seen.actor.user
  if (!victim) return inconclusive('the request needs no session')
  const nobody = await shoot(bench, owner.shot, bench.nobody, { party: 'b' })
  if (nobody && (nobody.changes.length > 0 || isPrepared(owner.shot))) await bench.reset()
  const cite = (role: 'pre-control' | 'exploit' | 'near-miss', seen: Seen, saw = sawOf(seen, 'b')) => ({
    role,
    seen,
    saw,
  })
  let last: Seen | undefined
  for (const headers of bench.forged(victim)) {
    const seen = await shoot(
      bench,
      owner.shot,
      { name: `somebody with a forged token of ${owner.seen.actor.name}`, headers },
      { party: 'b' },
    )
    if (!seen) continue
    if (seen.changes.length > 0 || isPrepared(owner.shot)) await bench.reset()
    last = seen
    if (!good(seen) || (nobody && same(nobody, seen))) continue
    return {
      verdict: 'proven',
      reason: `A token that the attacker signed was believed: ${sawOf(seen, 'b')}.`,
      evidence: [
        exchanges(
          [
            cite('pre-control', owner.seen),
            cite('exploit', seen),
            ...(nobody
              ? [cite('near-miss' as const, nobody, `without a token: ${nobody.response.status}`)]
              : []),
          ],
          bench,
        ),
      ],
    }
  }
  if (!last) return inconclusive('no forged token could be made')
  return {
    verdict: 'refuted',
    reason: `Forged tokens of ${owner.seen.actor.name} were not believed (status ${last.response.status}), the genuine one was.`,
    evidence: [exchanges([cite('pre-control', owner.seen), cite('exploit', last)], bench)],
  }
}

/** The endpoint answers the same without any token. */
const same = (a: Seen, b: Seen): boolean =>
  a.response.status === b.response.status && a.response.body === b.response.body

export default prove
