/** Raw SQL: which statements the project has, and which of them an error is about. */
import type { ReadError } from '../../core/failure.ts'
import type { Query } from '../../core/map.ts'
import type { Scene } from '../cause.ts'

/** The error came from a raw statement, or from SQL that was sent by hand. */
export const isRaw = ({ codes, text, call }: ReadError): boolean =>
  codes.includes('P2010') || /Raw query failed/.test(text) || call?.operation.startsWith('$') === true

/** The text has no code of Postgres: any of the causes may be meant. */
export const noState = ({ codes }: ReadError): boolean => codes.every((code) => /^P\d{4}$/.test(code))

/** The raw calls that the text can mean, those of the same kind first. */
export function rawCalls({ project, error, call }: Scene): Query[] {
  if (call?.operation.startsWith('$')) return [call]
  const all = project.map.queries.filter(({ operation }) => operation.startsWith('$'))
  const same = all.filter(({ operation }) => operation === error.call?.operation)
  return same.length > 0 ? same : all
}

/** The text of a statement in the source: from its line to the end of the template, eight lines at most. */
export function statementAt({ project }: Scene, { location }: Query): string {
  const lines = (project.sourceText(location.file) ?? '')
    .split('\n')
    .slice(location.line - 1, location.line + 7)
  const text = lines.join('\n')
  const start = text.indexOf('`')
  return start < 0 ? text : text.slice(start, text.indexOf('`', start + 1) + 1 || undefined)
}
