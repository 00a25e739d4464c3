import { inconclusive, type Prover } from '../../../proof/prover.ts'
import { redundantIndexes } from '../../../workload/index-checks.ts'

const ROWS = 100_000

/** The index is dropped, on many rows: inserts become cheaper, and the other index still leads to the rows. */
const prove: Prover = async (bench, { location }) => {
  const entity = bench.dataModel.models.find((model) =>
    model.indexes.some((one) => one.location.file === location.file && one.location.line === location.line),
  )
  const index = entity?.indexes.find((one) => one.location.line === location.line)
  if (!entity || !index) return inconclusive('there is no index at this line')
  const names = index.fields.map(({ name }) => name).join()
  const found = await bench.scaled(entity.table, ROWS, (client) =>
    redundantIndexes(client, [], bench.dataModel.models),
  )
  if (found === undefined) return inconclusive(`${entity.name} could not be filled with ${ROWS} rows`)
  const finding = found.find(
    ({ cure }) =>
      cure?.kind === 'drop-index' && cure.table === entity.table && cure.prisma?.fields.join() === names,
  )
  if (finding) return { verdict: 'proven', reason: finding.saw, evidence: finding.evidence }
  return {
    verdict: 'refuted',
    reason: `No other index of ${entity.name} begins with ${index.fields.map(({ name }) => name).join(', ')} and could take its place.`,
    evidence: [],
  }
}

export default prove
