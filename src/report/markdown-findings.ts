/** Findings in Markdown, short enough for a comment on a pull request: a table, and the rest of each one folded away. */
import { type Finding, trailsOf } from '../core/finding.ts'
import type { FindingPath } from '../core/report.ts'
import { plural } from '../core/wording.ts'
import { evidenceBlocks } from './markdown-evidence.ts'
import { code, fenced, prose, table } from './markdown-text.ts'
import { pathParts } from './path.ts'
import { broughtText, place } from './wording.ts'

/** Characters for the table and for the details: a comment on GitHub holds 65,536, and a report says more than findings. */
const tableRoom = 15_000
const detailRoom = 35_000

/** Nothing for no findings. What has no room is counted. */
export function findingsBlocks(shown: readonly Finding[]): string[] {
  if (shown.length === 0) return []
  const rows = fitting(shown.map(rowOf), (cells) => cells.join(' | ').length, tableRoom)
  const details = fitting(shown.map(detailOf), (text) => text.length, detailRoom)
  const left = shown.length - rows.length
  return [
    table(['', 'where', 'found', 'fault'], rows),
    ...(left > 0 ? [`And ${plural(left, 'more finding')}: \`backend-engineer review\` shows them.`] : []),
    ...details,
  ]
}

function fitting<Item>(items: readonly Item[], sizeOf: (item: Item) => number, room: number): Item[] {
  let used = 0
  return items.filter((item) => {
    used += sizeOf(item)
    return used <= room
  })
}

function rowOf(finding: Finding): string[] {
  return [
    markOf(finding),
    code(place(finding.location)),
    prose(finding.found),
    `${code(finding.fault)} ${code(finding.id)}`,
  ]
}

const markOf = ({ severity, certainty }: Finding): string =>
  certainty === 'likely' ? severity : `${severity} (${certainty})`

function detailOf(finding: Finding): string {
  const steps = trailsOf(finding.evidence).flatMap((trail) =>
    trail.steps.map((step, index) => `${index + 1}. ${code(place(step.location))} ${prose(step.note)}`),
  )
  return [
    `<details><summary>${markOf(finding)}: ${prose(finding.subject)}</summary>`,
    '',
    `- **found** ${prose(finding.found)}`,
    `- **why** ${prose(finding.why)}`,
    `- **do** ${prose(finding.remedy)}`,
    ...(finding.brought ? [`- **new** ${prose(broughtText(finding.brought))}`] : []),
    ...(steps.length > 0 ? ['', ...steps] : []),
    '',
    '</details>',
  ].join('\n')
}

/** A finding that was asked for, in full. */
export function explainedFinding(finding: Finding): string {
  const steps = trailsOf(finding.evidence).flatMap((trail) =>
    trail.steps.map((step, index) => `${index + 1}. ${code(place(step.location))} ${prose(step.note)}`),
  )
  return [
    `## ${prose(finding.subject)}`,
    '',
    `- **found** ${prose(finding.found)}`,
    `- **why** ${prose(finding.why)}`,
    `- **do** ${prose(finding.remedy)}`,
    ...(steps.length > 0 ? ['', ...steps] : []),
    ...evidenceBlocks(finding)
      .slice(1)
      .flatMap((block) => ['', block]),
  ].join('\n')
}

/** Its path, with the lines around each hop. */
export function pathBlocks(path: FindingPath | undefined): string[] {
  if (!path) return []
  return pathParts(path).flatMap(({ title, items }) => [
    `### ${title}`,
    ...items.map(({ text, code: lines }, index) => {
      const block = lines.length > 0 ? `\n\n${fenced(lines.join('\n'), '')}` : ''
      return `${index + 1}. ${prose(text)}${block}`
    }),
  ])
}
