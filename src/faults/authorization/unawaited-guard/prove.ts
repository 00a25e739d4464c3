import type { Event, PromiseTest } from '../../../project/flow/events.ts'
import { control, isPrepared, refusal, shoot } from '../../../proof/attempts.ts'
import { exchanges, isEffective, type Seen, sawOf } from '../../../proof/bench.ts'
import { actorsOf, proveForeign } from '../../../proof/foreign.ts'
import { inconclusive, type Prover } from '../../../proof/prover.ts'
import { sitesOf } from '../../../proof/sites.ts'

const isTest = (event: Event): event is PromiseTest => event.k === 'promise-test'

/**
 * Two ways past a check that never stops anybody: with every role that there is, about rows of the own tenant; as
 * somebody of another tenant. A check that asks for a role and lets all roles pass is none.
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
  const role = site.event !== undefined && ranks.length > 1
  const passed: Seen[] = []
  for (const actor of role ? ranks : []) {
    const seen = await shoot(bench, owner.shot, actor, { party: 'a' })
    if (seen && (seen.changes.length > 0 || isPrepared(owner.shot))) await bench.reset()
    if (seen && isEffective(seen)) passed.push(seen)
  }
  const seen = passed.find((one) => one.actor !== owner.seen.actor)
  if (seen && passed.length === ranks.length) {
    const names = passed.map((one) => one.actor.user?.role ?? one.actor.name)
    return {
      verdict: 'proven',
      reason: `Every role gets through (${names.join(', ')}): the check stops nobody (${sawOf(seen, 'a')}).`,
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
