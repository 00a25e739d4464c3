/** Proofs, changes and the matrix for a language model: one line per fact. */
import type { Evidence, Finding, PlanNode } from '../core/finding.ts'
import type { Matrix, ReportedChange } from '../core/report.ts'
import {
  cellText,
  diffFiles,
  diffSize,
  exchangeText,
  flatPlan,
  gainText,
  isForeign,
  nodeName,
  runText,
  seriesText,
} from './evidence.ts'
import { oneLine, place, printable } from './wording.ts'

export function evidenceLines({ id, evidence, proof }: Finding): string[] {
  const seen = evidence.flatMap(linesOf)
  const test = proof?.test ? [`test: ${proof.test.path}`] : []
  return [...seen, ...test].map((line) => oneLine(`[${id}] ${line}`))
}

function linesOf(one: Evidence): string[] {
  switch (one.kind) {
    case 'trace':
      return []
    case 'exchange':
      return [
        ...one.exchanges.map(exchangeText),
        ...(one.reproduce.length > 0 ? [`reproduce: ${one.reproduce.join(' ').replace(/\\\s+/g, '')}`] : []),
      ]
    case 'series':
      return [`grows: ${seriesText(one)}`]
    case 'plan': {
      const after = one.after
        ? `; after ${one.after.change}: ${runText(one.after)}, ${leaves(one.after.plan)}`
        : ''
      const gain = gainText(one) === '' ? '' : `; ${gainText(one)}`
      return [
        `plan on ${one.data}: ${runText(one.before)}, ${leaves(one.before.plan)}${after}${gain}; ${one.sql}`,
      ]
    }
  }
}

function leaves(plan: PlanNode): string {
  return flatPlan(plan)
    .filter(({ node }) => node.children.length === 0)
    .map(({ node }) => nodeName(node))
    .join(', ')
}

export function changeLines({ title, diff, findings, status, why }: ReportedChange): string {
  const { added, removed } = diffSize(diff)
  const cures = findings.length > 0 ? `; cures ${findings.join(', ')}` : ''
  return oneLine(
    `change ${status}: ${title} (${diffFiles(diff).join(', ')} +${added} -${removed}${cures}): ${why}`,
  )
}

export function diffLines({ diff }: ReportedChange): string[] {
  return printable(diff).replace(/\n$/, '').split('\n')
}

/** Where somebody reached what is not theirs comes first. */
export function matrixLines({ identities, rows }: Matrix): string[] {
  const foreign = rows.filter(({ cells }) => cells.some(isForeign))
  return [...foreign, ...rows.filter((row) => !foreign.includes(row))].map(({ endpoint, cells }) => {
    const tried = cells.flatMap((cell, index) =>
      cell === '-' ? [] : [`${identities[index] ?? '?'}: ${cellText[cell]}`],
    )
    return oneLine(`matrix ${endpoint}: ${tried.join('; ') || 'not tried'}`)
  })
}

export function refutedLines(findings: readonly Finding[]): string[] {
  return findings
    .filter((one) => one.certainty === 'refuted' && !one.suppressed)
    .map((one) =>
      oneLine(`refuted ${one.fault} ${place(one.location)} [${one.id}] ${one.proof?.reason ?? one.found}`),
    )
}
