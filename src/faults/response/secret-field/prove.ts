import { secretFields } from '../../../project/data-model.ts'
import type { Event, Response } from '../../../project/flow/events.ts'
import { control, refusal } from '../../../proof/attempts.ts'
import { type Bench, exchanges, type Shown } from '../../../proof/bench.ts'
import { inconclusive, type Prover } from '../../../proof/prover.ts'
import { sitesOf } from '../../../proof/sites.ts'

const isResponse = (event: Event): event is Response => event.k === 'response'

/** By value, not by the name of a key: the secret that was seeded stands in the answer. */
const prove: Prover = async (bench, claim) => {
  const [site] = sitesOf(bench.project, claim, isResponse)
  if (!site) return inconclusive('no endpoint that can be called reaches this line')
  const { template } = site
  const secrets = secretColumns(bench)
  const isSecret = ({ row, column }: Shown): boolean => secrets.has(`${row.table}.${column}`)
  const owner = await control(bench, template, {
    party: 'a',
    about: template.endpoint.reads[0],
    writes: template.endpoint.writes.length > 0,
    good: (seen) => seen.ok && (seen.shown.length > 0 || seen.changes.length > 0),
  })
  if ('refused' in owner) return inconclusive(refusal(owner.refused))
  const { seen } = owner
  const leaked = seen.shown.filter(isSecret)
  const names = [...new Set(leaked.map(({ row, column }) => `${row.table}.${column}`))]
  if (leaked.length > 0)
    return {
      verdict: 'proven',
      reason: `The answer to ${seen.actor.name} holds the value of ${names.join(', ')} of ${leaked.length === 1 ? 'a row' : `${leaked.length} rows`}.`,
      evidence: [
        exchanges(
          [
            {
              role: 'exploit',
              seen: { ...seen, shown: leaked },
              saw: `the seeded ${names.join(', ')}, letter by letter`,
            },
            {
              role: 'near-miss',
              seen,
              saw: `${seen.shown.length - leaked.length} other values that the caller may see`,
            },
          ],
          bench,
        ),
      ],
    }
  return {
    verdict: 'refuted',
    reason: `The answer to ${seen.actor.name} shows ${seen.shown.length} seeded values, and none of a secret column.`,
    evidence: [exchanges([{ role: 'exploit', seen, saw: 'no secret' }], bench)],
  }
}

function secretColumns(bench: Bench): Set<string> {
  return new Set(
    bench.dataModel.models.flatMap((entity) =>
      secretFields(entity).flatMap((name) => {
        const field = entity.fields.find((one) => one.name === name)
        return field ? [`${entity.table}.${field.column}`] : []
      }),
    ),
  )
}

export default prove
