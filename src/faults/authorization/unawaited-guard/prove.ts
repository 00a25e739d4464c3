import type { Event, PromiseTest } from '../../../project/flow/events.ts'
import { control, refusal, shoot } from '../../../proof/attempts.ts'
import { exchanges, isEffective, sawOf } from '../../../proof/bench.ts'
import { actorsOf, proveForeign } from '../../../proof/foreign.ts'
import { inconclusive, type Prover } from '../../../proof/prover.ts'
import { sitesOf } from '../../../proof/sites.ts'

const isTest = (event: Event): event is PromiseTest => event.k === 'promise-test'

/**
 * Two ways past a check that never stops anybody: as a member with less rights, about rows of the own tenant; as
 * somebody of another tenant.
 */
const prove: Prover = async (bench, claim) => {
  const [site] = sitesOf(bench.project, claim, isTest)
  if (!site) return inconclusive('no endpoint that can be called reaches this line')
  const { template } = site
  const about = lastModel(site.run.events)
  const question = { template, about, writes: template.endpoint.writes.length > 0 }
  const owner = await control(bench, template, { party: 'a', ...question })
  if ('refused' in owner) return inconclusive(refusal(owner.refused))
  const cite = (role: 'pre-control' | 'exploit' | 'near-miss', seen: typeof owner.seen) => ({
    role,
    seen,
    saw: sawOf(seen, 'a'),
  })
  const ranks = actorsOf(bench, 'a')
  for (const actor of ranks.slice(0, Math.max(0, ranks.indexOf(owner.seen.actor)))) {
    const seen = await shoot(bench, owner.shot, actor, { party: 'a' })
    if (!seen) continue
    if (seen.changes.length > 0) await bench.reset()
    if (!isEffective(seen)) continue
    return {
      verdict: 'proven',
      reason: `${actor.name} got what ${owner.seen.actor.name} gets: the check stopped nobody (${sawOf(seen, 'a')}).`,
      evidence: [
        exchanges(
          [cite('pre-control', owner.seen), cite('exploit', seen), cite('near-miss', owner.seen)],
          bench,
        ),
      ],
    }
  }
  return proveForeign(bench, question)
}

const lastModel = (events: readonly Event[]): string | undefined =>
  events.findLast((event) => event.k === 'access')?.model

export default prove
