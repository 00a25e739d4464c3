import type { Finding, Location, Severity } from '../core/finding.ts'
import type { Convention, Endpoint, Guard, Model, ModelField, ProjectMap, Query } from '../core/map.ts'
import type { Coverage, Problem } from '../core/report.ts'
import { plural } from '../core/wording.ts'

export const severityOrder: readonly Severity[] = ['error', 'warning', 'info']

/** What a reader is shown, proven ones first: open findings, and those that are only possible when `all` is wanted. */
export function visible(findings: readonly Finding[], all: boolean): Finding[] {
  const shown = findings.filter(
    (finding) =>
      !finding.suppressed &&
      (all
        ? finding.certainty !== 'refuted'
        : finding.certainty === 'likely' || finding.certainty === 'proven'),
  )
  const rank = ({ certainty, severity }: Finding): number =>
    (certainty === 'proven' ? 0 : severityOrder.length) + severityOrder.indexOf(severity)
  return shown.sort((a, b) => rank(a) - rank(b))
}

/** `3 possible findings not shown (--all), 1 suppressed`; empty when nothing is hidden. */
export function hidden(findings: readonly Finding[], all: boolean): string {
  const possible = findings.filter((one) => !one.suppressed && one.certainty === 'possible').length
  const suppressed = findings.filter((one) => one.suppressed).length
  const parts: string[] = []
  if (possible > 0 && !all) parts.push(`${plural(possible, 'possible finding')} not shown (review --all)`)
  if (suppressed > 0) parts.push(`${suppressed} suppressed`)
  return parts.join(', ')
}

/** `2 errors, 1 warning`; `no findings`. */
export function tally(findings: readonly Finding[]): string {
  const parts = severityOrder.flatMap((severity) => {
    const count = findings.filter((one) => one.severity === severity).length
    return count === 0 ? [] : [severity === 'info' ? `${count} info` : plural(count, severity)]
  })
  return parts.length > 0 ? parts.join(', ') : 'no findings'
}

/** What was looked at, so that "found nothing" can be told from "looked at nothing". */
export function looked(coverage: Coverage): string {
  const parts = [
    `${plural(coverage.files, 'file')} (${plural(coverage.lines, 'line')})`,
    plural(coverage.endpoints, 'endpoint'),
    plural(coverage.queries, 'query'),
    plural(coverage.models, 'model'),
  ]
  if (coverage.faults > 0) parts.push(plural(coverage.faults, 'kind of fault', 'kinds of fault'))
  return parts.join(', ')
}

/** How much a problem was in the way. */
export function problemMark({ effect }: Pick<Problem, 'effect'>): string {
  if (effect === 'fatal') return 'could not look'
  return effect === 'notice' ? 'left over' : 'in part'
}

/** Why a finding counts as brought by a change. */
export function broughtText({ since, by }: NonNullable<Finding['brought']>): string {
  return by
    ? `since ${since}; changed at ${place(by)}`
    : `since ${since}; no line on its path changed, so it follows from a change elsewhere (schema, configuration, a called function)`
}

export function place(location: Location): string {
  return `${location.file}:${location.line}`
}

/** `permission: requireSession, requireMember`; `proxy only: src/proxy.ts (session)`. */
export function guardText(guard: Guard): string {
  const names = guardNames(guard)
  if (guard.level === 'none') {
    if (guard.public !== undefined) return 'none: public by policy'
    if (guard.proxy !== undefined) return `proxy only: ${guard.proxy}`
    return guard.sometimes === undefined ? 'none' : `${guard.sometimes} on some paths`
  }
  const behind = guard.proxy === undefined ? '' : `; proxy ${guard.proxy}`
  return `${guard.level}${names.length > 0 ? `: ${names.join(', ')}` : ''}${behind}`
}

/** What an inline function is called when nobody named it, and what Next.js demands as the name of a handler. */
const unnamed = /^(handler|a function|default|module|GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE)$/

function guardNames(guard: Guard): string[] {
  const names = [...new Set(guard.by.map((one) => one.name))]
  const telling = names.filter((name) => !unnamed.test(name))
  return telling.length > 0 ? telling : names.slice(0, 1)
}

export function ownerText(model: Model): string {
  if (model.role === 'user' || model.role === 'tenant') return '(itself)'
  const paths: string[] = []
  if (model.userPath?.length) paths.push(`user by ${model.userPath.join('.')}`)
  if (model.tenantPath?.length) paths.push(`tenant by ${model.tenantPath.join('.')}`)
  return paths.join(', ') || 'nobody'
}

export function topicText(convention: Convention): string {
  return convention.checkable ? `${convention.topic} (checkable)` : convention.topic
}

/** `workOrder.findMany`, as it is written in the source. */
export function callText({ model, operation }: Query): string {
  return model === undefined ? operation : `${model.charAt(0).toLowerCase()}${model.slice(1)}.${operation}`
}

/** ` in getInvoice`; nothing for a call that no named function holds. */
export function withinText({ within }: Query): string {
  return within === 'module' ? '' : ` in ${within}`
}

/** `in a loop`, `in a transaction`. */
export function queryMarks(query: Query): string[] {
  return [...(query.inLoop ? ['in a loop'] : []), ...(query.inTransaction ? ['in a transaction'] : [])]
}

/** The parts of the argument that were written, by name. */
export function queryShape(query: Query): [name: string, value: string][] {
  const names = ['where', 'select', 'include', 'data', 'orderBy', 'take'] as const
  return names.flatMap((name) => {
    const value = query[name]
    return value === undefined ? [] : [[name, value] as [string, string]]
  })
}

/** `String?`, `Comment[]`. */
export function typeText({ type, list, optional }: Pick<ModelField, 'type' | 'list' | 'optional'>): string {
  return `${type}${list ? '[]' : ''}${optional ? '?' : ''}`
}

export function keyText({ id, unique }: Pick<ModelField, 'id' | 'unique'>): string {
  return id ? 'id' : unique ? 'unique' : ''
}

/** Columns only; the relations of a model are told apart. */
export function columnsOf(model: Model): ModelField[] {
  const relations = new Set(model.relations.map(({ field }) => field))
  return model.fields.filter(({ name }) => !relations.has(name))
}

/** `reads`, `writes`, `reads, writes`. */
export function useText(endpoint: Endpoint, model: string): string {
  return [
    ...(endpoint.reads.includes(model) ? ['reads'] : []),
    ...(endpoint.writes.includes(model) ? ['writes'] : []),
  ].join(', ')
}

export function inLoops(count: number): string {
  return count === 1 ? 'in a loop' : 'in loops'
}

/** `72 Prisma calls, 3 of them in loops`. */
export function callsText(queries: readonly Query[]): string {
  const loops = queries.filter((query) => query.inLoop).length
  return `${plural(queries.length, 'Prisma call')}${loops > 0 ? `, ${loops} of them ${inLoops(loops)}` : ''}`
}

/** More endpoints than this are a list, not pages. */
const mostPages = 12

/** What the pages of a focused map are about; undefined for a whole map, and where a list says more. */
export function pagesOf(map: ProjectMap): { endpoints: Endpoint[] } | { model: Model } | undefined {
  if (map.focus?.kind === 'endpoint')
    return map.endpoints.length <= mostPages ? { endpoints: map.endpoints } : undefined
  const model = map.models.find((one) => map.focus?.names.includes(one.name))
  return model && { model }
}

/** Text from a project, made safe for a terminal: no escape sequences and no other control characters. */
export function printable(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, '  ')
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (char) => (char === '\n' ? char : '\ufffd'))
}

/** The same on one line. */
export function oneLine(text: string): string {
  return printable(text)
    .replace(/\s*\n\s*/g, ' ')
    .trim()
}

export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}
