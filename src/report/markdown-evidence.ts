/** Proofs, evidence, changes and the matrix in Markdown. */
import type { Evidence, Finding, PlanRun } from '../core/finding.ts'
import type { Matrix, ReportedChange } from '../core/report.ts'
import {
  cellText,
  durationText,
  exchangeText,
  flatPlan,
  gainText,
  nodeFacts,
  nodeName,
  orderedChanges,
  runText,
  seriesText,
} from './evidence.ts'
import { code, fenced, prose, table } from './markdown-text.ts'
import { place } from './wording.ts'

/** What running the application said of a finding; empty when nobody ran it. */
export function evidenceBlocks({ subject, proof, evidence }: Finding): string[] {
  const seen = evidence.flatMap(blocksOf)
  if (!proof && seen.length === 0) return []
  return [
    `### ${prose(subject)}`,
    ...(proof ? [`**${proof.verdict}** ${prose(proof.reason)}`] : []),
    ...seen,
    ...(proof?.test
      ? [`A test that fails as long as this is so, ${code(proof.test.path)}:`, fenced(proof.test.text, 'ts')]
      : []),
  ]
}

function blocksOf(one: Evidence): string[] {
  switch (one.kind) {
    case 'trace':
      return []
    case 'exchange': {
      const lines = one.exchanges.map((exchange, index) => `${index + 1}. ${prose(exchangeText(exchange))}`)
      return [lines.join('\n'), ...(one.reproduce.length > 0 ? [fenced(one.reproduce.join('\n'), 'sh')] : [])]
    }
    case 'series':
      return [prose(seriesText(one))]
    case 'plan': {
      const gain = gainText(one)
      return [
        `Measured on ${prose(one.data)}${gain === '' ? '' : `: **${gain}**`}`,
        fenced(one.sql, 'sql'),
        `${one.after ? 'Before' : 'As it is'}: ${runText(one.before)}`,
        fenced(planText(one.before), ''),
        ...(one.after
          ? [`After ${code(one.after.change)}: ${runText(one.after)}`, fenced(planText(one.after), '')]
          : []),
      ]
    }
  }
}

function planText({ plan }: PlanRun): string {
  return flatPlan(plan)
    .map(({ node, depth }) => {
      const condition = node.condition === undefined ? '' : `; ${node.condition}`
      return `${'  '.repeat(depth)}${nodeName(node)}: ${nodeFacts(node)}${condition}`
    })
    .join('\n')
}

export function changesBlocks(changes: readonly ReportedChange[]): string[] {
  if (changes.length === 0) return []
  return [
    '## Changes',
    ...orderedChanges(changes).flatMap((change) => [
      `### ${prose(change.title)}`,
      [
        `- **${change.status}** ${prose(change.why)}`,
        `- **reason** ${prose(change.reason)}`,
        ...(change.findings.length > 0 ? [`- **cures** ${change.findings.map(code).join(', ')}`] : []),
      ].join('\n'),
      fenced(change.diff.replace(/\n$/, ''), 'diff'),
      ...change.evidence.flatMap(blocksOf),
    ]),
  ]
}

export function matrixBlocks({ identities, rows }: Matrix): string[] {
  if (rows.length === 0) return []
  const lines = rows.map(({ endpoint, cells }) => [code(endpoint), ...cells.map((cell) => cellText[cell])])
  return ['## Who can do what', table(['endpoint', ...identities.map(prose)], lines)]
}

export function refutedBlocks(findings: readonly Finding[]): string[] {
  const refuted = findings.filter((one) => one.certainty === 'refuted' && !one.suppressed)
  if (refuted.length === 0) return []
  const lines = refuted.map(
    (one) => `- ${prose(one.subject)} ${code(place(one.location))}: ${prose(one.proof?.reason ?? one.found)}`,
  )
  return ['## Refuted', lines.join('\n')]
}

export function phasesBlock(phases: readonly { name: string; ms: number }[]): string {
  return phases.length === 0
    ? ''
    : `_${phases.map(({ name, ms }) => `${prose(name)} ${durationText(ms)}`).join(', ')}_`
}
