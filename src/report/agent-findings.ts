/** Findings for a language model: one line each, or, when there is no room for that, one group for each fault. */
import type { Finding } from '../core/finding.ts'
import { sizeOf } from './agent-parts.ts'
import { oneLine, place, shorten } from './wording.ts'

/** Everything that there is to say of one finding in a line. */
export function findingLine(finding: Finding): string {
  const what = `${finding.severity} ${finding.certainty} ${finding.fault} ${place(finding.location)}`
  const proof = finding.proof ? ` ${finding.proof.verdict}: ${finding.proof.reason}` : ''
  return oneLine(`${what} [${finding.id}]${proof} ${finding.found} Do: ${finding.remedy}`)
}

/** In full when they fit into `room` tokens; else by fault, with the cure of the first in place of each one's own. */
export function findingLines(findings: readonly Finding[], lineLength: number, room: number): string[] {
  const full = findings.map((one) => shorten(findingLine(one), lineLength))
  return sizeOf(full) <= room ? full : grouped(findings)
}

const cureLength = 160

function grouped(findings: readonly Finding[]): string[] {
  const groups = new Map<string, Finding[]>()
  for (const one of findings) {
    const name = `${one.severity} ${one.certainty} ${one.fault}`
    groups.set(name, [...(groups.get(name) ?? []), one])
  }
  return [...groups].flatMap(([name, [first, ...others]]) => {
    if (!first) return []
    const count = others.length > 0 ? ` ×${others.length + 1}` : ''
    return [
      oneLine(`${name}${count}: ${shorten(first.why, cureLength)} Do: ${shorten(first.remedy, cureLength)}`),
      ...[first, ...others].map((one) => oneLine(`  [${one.id}] ${place(one.location)} ${subjectOf(one)}`)),
    ]
  })
}

/** What it is about, and what running the application said of it. */
function subjectOf({ subject, proof }: Finding): string {
  const said = proof ? ` ${proof.verdict}${proof.verdict === 'inconclusive' ? `: ${proof.reason}` : ''}` : ''
  return shorten(`${subject}${said}`, 150)
}
