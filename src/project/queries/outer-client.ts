/** Queries that are sent by another client while an interactive transaction is open. */
import type { Location } from '../../core/finding.ts'
import { placeOf } from '../../source/syntax.ts'
import { isWrite } from '../flow/prisma.ts'
import { rootOf } from '../names.ts'
import type { Project } from '../project.ts'
import { functionName, type Site, sitesOf } from './sites.ts'

export interface OuterQuery {
  location: Location
  within: string
  /** `prisma.invoice.create` */
  call: string
  writes: boolean
  /** Name of the client of the transaction, where the query stands in its function. */
  tx: string
  opened: Location
}

/** Those that stand in the function of the transaction itself. Through calls, the runs of the endpoints see them. */
export function outerQueries(project: Project): OuterQuery[] {
  return sitesOf(project).calls.flatMap((site) => outerIn(site) ?? [])
}

function outerIn(site: Site): OuterQuery | undefined {
  const { syntax, expr, client, place, model, operation, location } = site
  const { transaction } = place
  const root = rootOf(client)
  if (transaction?.kind !== 'interactive' || transaction.tx === undefined || !root) return undefined
  const tx = syntax.bindings[transaction.tx]
  const own = syntax.bindings[root.b]
  if (!tx || root.b === transaction.tx || (own?.k !== 'import' && !isModuleClient(site, root.b)))
    return undefined
  return {
    location,
    within: functionName(syntax, expr.at, place),
    call: `${root.name}.${model.delegate}.${operation}`,
    writes: isWrite(operation),
    tx: tx.name,
    opened: placeOf(syntax, transaction.at),
  }
}

/** `const prisma = new PrismaClient()` at the top of the file. */
const isModuleClient = ({ syntax }: Site, b: number): boolean =>
  syntax.body.some((stmt) => stmt.k === 'let' && stmt.to.k === 'bind' && stmt.to.b === b)
