/** Transactions that Postgres may refuse by design, and that nothing tries again. */
import type { Location } from '../../core/finding.ts'
import type { Project } from '../project.ts'
import { transactionsOf } from '../surroundings/transactions.ts'

/** In files without a word of a retry. */
export function unretriedTransactions(project: Project): { location: Location; isolation: string }[] {
  return transactionsOf(project).flatMap(({ location, isolation }) => {
    if (isolation === undefined || !/^(?:Serializable|RepeatableRead)$/.test(isolation)) return []
    const text = project.sourceText(location.file) ?? ''
    return /P2034|40001|retr(?:y|ies)|attempt/i.test(text) ? [] : [{ location, isolation }]
  })
}
