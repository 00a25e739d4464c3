import type { Series } from '../../../core/finding.ts'
import type { Access, Event } from '../../../project/flow/events.ts'
import { control, refusal, shoot } from '../../../proof/attempts.ts'
import { ownerOf, type Seen } from '../../../proof/bench.ts'
import { inconclusive, type Prover } from '../../../proof/prover.ts'
import { type Claim, sitesOf } from '../../../proof/sites.ts'

const isAccess = (event: Event): event is Access => event.k === 'access'

/** More than any page that a client would show at once, so that a generous limit is not taken for none. */
const ROWS = 1500

/** The same request with many more rows of the caller's own: does the answer hold them all? */
const prove: Prover = async (bench, claim) => {
  const [site] = sitesOf(bench.project, claim, isAccess)
  const entity = site?.event && bench.dataModel.model(site.event.model)
  if (!site || !entity) return inconclusive('no endpoint that can be called reaches this line')
  const owner = await control(bench, site.template, {
    party: 'a',
    about: entity.name,
    writes: false,
    good: (seen) => seen.ok && rowsAt(seen, claim) > 0,
  })
  if ('refused' in owner)
    return inconclusive(
      owner.refused?.ok ? 'the request works, but read no row at this line' : refusal(owner.refused),
    )
  try {
    const grown = await bench.grow([entity.table], 'a', ROWS, ownerOf(owner.seen))
    const added = grown[entity.table] ?? 0
    if (added === 0) return inconclusive(`no rows could be added to ${entity.name}`)
    const seen = await shoot(bench, owner.shot, owner.seen.actor, { party: 'a' })
    if (!seen?.ok) return inconclusive('the request no longer works with more rows')
    const points = (unit: string, before: number, after: number): Series => ({
      kind: 'series',
      request: owner.seen.request.url,
      unit,
      points: [
        { rows: rowsAt(owner.seen, claim), count: before },
        { rows: rowsAt(owner.seen, claim) + added, count: after },
      ],
    })
    const [before, after] = [rowsAt(owner.seen, claim), rowsAt(seen, claim)]
    const small = Buffer.byteLength(owner.seen.response.body)
    const large = Buffer.byteLength(seen.response.body)
    const evidence = [points('rows read', before, after), points('bytes of the answer', small, large)]
    const all = after - before >= added * 0.9 && large - small >= added * 10
    return {
      verdict: all ? 'proven' : 'refuted',
      reason: all
        ? `${added} more rows of ${entity.name}: the answer grew from ${before} rows and ${small} bytes to ${after} rows and ${large} bytes.`
        : `${added} more rows of ${entity.name}: ${after} are read, ${large} bytes answered.`,
      evidence,
    }
  } finally {
    await bench.reset()
  }
}

const rowsAt = (seen: Seen, { location }: Claim): number => {
  const here = seen.operations
    .filter(({ at }) => at?.file === location.file && Math.abs(at.line - location.line) <= 1)
    .map(({ id }) => id)
  return Math.max(
    0,
    ...seen.statements.filter(({ operation }) => here.includes(operation ?? '')).map((one) => one.rows),
  )
}

export default prove
