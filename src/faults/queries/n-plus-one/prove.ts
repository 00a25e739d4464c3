import type { Series } from '../../../core/finding.ts'
import type { Access, Event } from '../../../project/flow/events.ts'
import { control, refusal, shoot } from '../../../proof/attempts.ts'
import { ownerOf, type Seen } from '../../../proof/bench.ts'
import { inconclusive, type Prover } from '../../../proof/prover.ts'
import { type Claim, sitesOf } from '../../../proof/sites.ts'

const isAccess = (event: Event): event is Access => event.k === 'access'

const SIZES = [8, 20]

/** The same request over a list that grows: do the statements of this line grow with it? */
const prove: Prover = async (bench, claim) => {
  const [site] = sitesOf(bench.project, claim, isAccess)
  if (!site) return inconclusive('no endpoint that can be called reaches this line')
  const { template } = site
  const ran = (seen: Seen): boolean => seen.ok && pointOf(seen, claim).count > 0
  const owner = await control(bench, template, { party: 'a', writes: false, good: ran })
  if ('refused' in owner)
    return inconclusive(
      owner.refused?.ok
        ? 'the request works, but never came to this line with the seeded rows'
        : refusal(owner.refused),
    )
  const tables = template.endpoint.reads.flatMap((name) => {
    const entity = bench.dataModel.model(name)
    return entity && entity.role !== 'tenant' && entity.role !== 'user' ? [entity.table] : []
  })
  const points = [pointOf(owner.seen, claim)]
  const place = `${claim.location.file}:${claim.location.line}`
  let answer = ''
  try {
    for (const rows of SIZES) {
      await bench.reset()
      await bench.grow(tables, 'a', rows, ownerOf(owner.seen))
      const seen = await shoot(bench, owner.shot, owner.seen.actor, { party: 'a' })
      if (!seen?.ok) return inconclusive('the request no longer works with more rows')
      points.push(pointOf(seen, claim))
      answer = seen.response.body
    }
  } finally {
    await bench.reset()
  }
  const series: Series = { kind: 'series', request: owner.seen.request.url, unit: 'statements', points }
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last) throw new Error('Nothing was measured.')
  const [rows, count] = [last.rows - first.rows, last.count - first.count]
  if (rows <= 0) return inconclusive('the list did not get longer with the rows that were added', [series])
  const grows = count >= rows * 0.5
  const before = bench.answers.get(place)
  if (!claim.repaired) bench.answers.set(place, answer)
  else if (before !== undefined && before !== answer)
    return inconclusive(`the answer about ${last.rows} rows is not the same as before`, [series])
  const same = claim.repaired && before !== undefined ? ', and the answer is the same, byte for byte' : ''
  return {
    verdict: grows ? 'proven' : 'refuted',
    reason: grows
      ? `${first.count} statements for a list of ${first.rows}, ${last.count} for a list of ${last.rows}.`
      : `${last.count} statements for a list of ${last.rows}, as for one of ${first.rows} (${first.count})${same}.`,
    evidence: [series],
  }
}

/** Statements of the line, and the rows of the longest list that the request read elsewhere. */
function pointOf(seen: Seen, claim: Claim): { rows: number; count: number } {
  const here = operationsAt(seen, claim)
  // The one query that took their place may stand anywhere: all that the request runs is counted.
  if (claim.repaired)
    return { rows: Math.max(0, ...seen.statements.map((one) => one.rows)), count: seen.statements.length }
  const rows = seen.statements.filter(({ operation }) => !here.has(operation ?? '')).map((one) => one.rows)
  return { rows: Math.max(0, ...rows), count: countAt(seen, claim) }
}

const countAt = (seen: Seen, claim: Claim): number => {
  const here = operationsAt(seen, claim)
  return seen.statements.filter(({ operation }) => here.has(operation ?? '')).length
}

const operationsAt = (seen: Seen, { location }: Claim): Set<string> =>
  new Set(
    seen.operations
      .filter(({ at }) => at?.file === location.file && Math.abs(at.line - location.line) <= 1)
      .map(({ id }) => id),
  )

export default prove
