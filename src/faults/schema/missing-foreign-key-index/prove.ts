import { inconclusive, type Prover } from '../../../proof/prover.ts'
import { foreignKeyIndexes } from '../../../workload/index-checks.ts'

const ROWS = 100_000

/** The lookup that Postgres makes for each deleted row of the other table, with and without the index, on many rows. */
const prove: Prover = async (bench, { location }) => {
  const entity = bench.dataModel.models.find((model) =>
    model.relations.some((one) => one.location.file === location.file && one.location.line === location.line),
  )
  const relation = entity?.relations.find((one) => one.location.line === location.line)
  if (!entity || !relation) return inconclusive('there is no relation at this line')
  const columns = relation.keys.flatMap((key) => entity.fields.find((one) => one.name === key)?.column ?? [])
  const found = await bench.scaled(entity.table, ROWS, (client) =>
    foreignKeyIndexes(client, bench.dataModel.models),
  )
  if (found === undefined) return inconclusive(`${entity.name} could not be filled with ${ROWS} rows`)
  const finding = found.find(
    ({ cure }) =>
      cure?.kind === 'add-index' &&
      cure.table === entity.table &&
      columns.every((name) => cure.sql.includes(`"${name}"`)),
  )
  if (finding) return { verdict: 'proven', reason: finding.saw, evidence: finding.evidence }
  return {
    verdict: 'refuted',
    reason: `At ${ROWS} rows of ${entity.name}, an index on ${relation.keys.join(', ')} saves nothing: another one leads to the rows.`,
    evidence: [],
  }
}

export default prove
