/** Evidence, changes and the matrix in words: what all renderers say alike. */
import type { ExchangeRole, Exchanges, PlanNode, PlanRun, Plans, Series } from '../core/finding.ts'
import type { MatrixCell, ReportedChange } from '../core/report.ts'
import { thousands } from '../core/wording.ts'

export type Exchange = Exchanges['exchanges'][number]

export const roleText: Record<ExchangeRole, string> = {
  'pre-control': 'control',
  exploit: 'exploit',
  'near-miss': 'near miss',
}

export const cellText: Record<MatrixCell, string> = {
  '-': '-',
  denied: 'denied',
  own: 'own only',
  'foreign-read': "reads others'",
  'foreign-write': "changes others'",
  error: 'error',
}

/** Someone reached what is not theirs. */
export const isForeign = (cell: MatrixCell): boolean => cell === 'foreign-read' || cell === 'foreign-write'

/** `exploit as user of tenant A: GET /api/x → 200; the answer holds …` */
export function exchangeText({ role, as, request, response, saw }: Exchange): string {
  return `${roleText[role]} as ${as}: ${request.method} ${request.url} → ${response.status}; ${saw}`
}

/** `GET /api/x: 12 statements at 10 rows, 102 at 100 rows` */
export function seriesText({ request, unit, points }: Series): string {
  const counts = points.map(
    ({ rows, count }, index) =>
      `${thousands(count)}${index === 0 ? ` ${unit}` : ''} at ${thousands(rows)} rows`,
  )
  return `${request}: ${counts.join(', ')}`
}

/** `12.1 ms (11.8 to 13.0 in 5 runs), 1,240 buffers` */
export function runText({ buffers, ms }: PlanRun): string {
  const spread = ms.runs > 1 ? ` (${millis(ms.min)} to ${millis(ms.max)} in ${ms.runs} runs)` : ''
  return `${millis(ms.median)} ms${spread}, ${thousands(buffers)} buffers`
}

/** `310 × fewer buffers, 40 × less time`; empty when nothing was tried, or nothing won. */
export function gainText({ before, after }: Plans): string {
  if (!after) return ''
  const gains = [
    ['fewer buffers', ratio(before.buffers, after.buffers)],
    ['less time', ratio(before.ms.median, after.ms.median)],
  ] as const
  return gains.flatMap(([what, times]) => (times === undefined ? [] : [`${times} × ${what}`])).join(', ')
}

/** How many times as much; `undefined` below one and a half, which is noise, and where there is nothing to divide by. */
function ratio(before: number, after: number): string | undefined {
  const times = before / after
  if (!Number.isFinite(times) || times < 1.5) return undefined
  return times < 10 ? times.toFixed(1) : thousands(Math.round(times))
}

/** Milliseconds with as many digits as mean something. */
export function millis(ms: number): string {
  return ms >= 100 ? thousands(Math.round(ms)) : ms >= 1 ? ms.toFixed(1) : ms.toFixed(2)
}

/** `2.4 s`, `310 ms` */
export function durationText(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms)} ms`
}

/** `Index Scan on Invoice by Invoice_userId_idx` */
export function nodeName({ node, relation, index }: PlanNode): string {
  const by = index === undefined ? '' : ` by ${index}`
  return `${node}${relation === undefined ? '' : ` on ${relation}`}${by}`
}

/** `3 rows, 99,997 removed, 10 loops, 1,240 buffers` */
export function nodeFacts({ rows, removed, loops, buffers }: PlanNode): string {
  return [
    `${thousands(rows)} ${rows === 1 ? 'row' : 'rows'}`,
    ...(removed === undefined || removed === 0 ? [] : [`${thousands(removed)} removed`]),
    ...(loops === 1 ? [] : [`${thousands(loops)} loops`]),
    `${thousands(buffers)} buffers`,
  ].join(', ')
}

/** Buffers of the node alone. */
export function ownBuffers({ buffers, children }: PlanNode): number {
  return Math.max(0, buffers - children.reduce((sum, child) => sum + child.buffers, 0))
}

/** Nodes with their depth, in the order of reading. */
export function flatPlan(plan: PlanNode, depth = 0): { node: PlanNode; depth: number }[] {
  return [{ node: plan, depth }, ...plan.children.flatMap((child) => flatPlan(child, depth + 1))]
}

export interface DiffLine {
  kind: 'file' | 'hunk' | 'added' | 'removed' | 'same'
  text: string
}

/** The lines of a unified diff. The counts of a hunk tell a removed `-- comment` from the name of a file. */
export function diffLinesOf(diff: string): DiffLine[] {
  let [before, after] = [0, 0]
  return diff
    .replace(/\n$/, '')
    .split('\n')
    .map((text): DiffLine => {
      const hunk = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(text)
      if (hunk) {
        ;[before, after] = [Number(hunk[1] ?? 1), Number(hunk[2] ?? 1)]
        return { kind: 'hunk', text }
      }
      if (before <= 0 && after <= 0) return { kind: text.startsWith('\\') ? 'same' : 'file', text }
      if (text.startsWith('+')) after--
      else if (text.startsWith('-')) before--
      else if (!text.startsWith('\\')) [before, after] = [before - 1, after - 1]
      return { kind: text.startsWith('+') ? 'added' : text.startsWith('-') ? 'removed' : 'same', text }
    })
}

/** How many lines a unified diff adds and removes. */
export function diffSize(diff: string): { added: number; removed: number } {
  const lines = diffLinesOf(diff)
  const count = (kind: DiffLine['kind']): number => lines.filter((line) => line.kind === kind).length
  return { added: count('added'), removed: count('removed') }
}

/** Files of a unified diff, each once. */
export function diffFiles(diff: string): string[] {
  const names = diffLinesOf(diff).flatMap(({ kind, text }) => {
    const name = kind === 'file' ? /^(?:---|\+\+\+) "?[ab]\/(.+?)"?\t?\r?$/.exec(text)?.[1] : undefined
    return name === undefined ? [] : [name]
  })
  return [...new Set(names)]
}

/** Proven and applied ones first, then those that were withheld. */
export function orderedChanges(changes: readonly ReportedChange[]): ReportedChange[] {
  const order: ReportedChange['status'][] = ['applied', 'proven', 'planned', 'withheld']
  return [...changes].sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status))
}
