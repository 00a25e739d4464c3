import { quoteName, quoteTable } from '../../../database/catalog.ts'
import type { Client } from '../../../database/server.ts'
import { inconclusive, type Prover } from '../../../proof/prover.ts'
import { redundantIndexes } from '../../../workload/index-checks.ts'
import type { WorkloadStatement } from '../../../workload/statements.ts'

const ROWS = 100_000

/** The index is dropped, on many rows: inserts become cheaper, and the other index still leads to the rows. */
const prove: Prover = async (bench, { location }) => {
  const entity = bench.dataModel.models.find((model) =>
    model.indexes.some((one) => one.location.file === location.file && one.location.line === location.line),
  )
  const index = entity?.indexes.find((one) => one.location.line === location.line)
  if (!entity || !index) return inconclusive('there is no index at this line')
  if (index.kind !== 'index')
    return inconclusive('it is a constraint as well: what it forbids can be read in the schema alone')
  const names = index.fields.map(({ name }) => name).join()
  const columns = index.fields.flatMap(
    ({ name }) => entity.fields.find((one) => one.name === name)?.column ?? [],
  )
  const found = await bench.scaled(entity.table, ROWS, async (client) =>
    redundantIndexes(client, await lookups(client, entity.table, columns), bench.dataModel.models),
  )
  if (found === undefined) return inconclusive(`${entity.name} could not be filled with ${ROWS} rows`)
  const finding = found.find(
    ({ cure }) =>
      cure?.kind === 'drop-index' && cure.table === entity.table && cure.prisma?.fields.join() === names,
  )
  if (finding)
    return {
      verdict: 'proven',
      reason: [finding.saw, ...finding.notes].join(' '),
      evidence: finding.evidence,
    }
  return {
    verdict: 'refuted',
    reason: `No other index of ${entity.name} begins with ${index.fields.map(({ name }) => name).join(', ')} and could take its place.`,
    evidence: [],
  }
}

/** What the index is for: rows by its columns. The values are those of a row in the middle. */
async function lookups(client: Client, table: string, columns: string[]): Promise<WorkloadStatement[]> {
  const name = quoteTable(table)
  const list = columns.map((column) => `${quoteName(column)}::text`).join(', ')
  const { rows } = await client.query<(string | null)[]>({
    text: `SELECT ${list} FROM ${name} OFFSET (SELECT count(*) / 2 FROM ${name}) LIMIT 1`,
    rowMode: 'array',
  })
  const [params] = rows
  if (!params || params.some((value) => value === null)) return []
  const tests = columns.map((column, at) => `${quoteName(column)} = $${at + 1}`).join(' AND ')
  const sql = `SELECT * FROM ${name} WHERE ${tests}`
  return [{ sql, params, shape: sql, calls: 1, sites: [], endpoints: [] }]
}

export default prove
