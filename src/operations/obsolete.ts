/** What was accepted once and is not there any more: it hides the next finding at its place, for a reason that is gone. */
import type { Finding } from '../core/finding.ts'
import type { Problem } from '../core/report.ts'
import { plural } from '../core/wording.ts'
import type { Project } from '../project/project.ts'
import type { Baseline } from './baseline.ts'
import { complaint, type FaultRun } from './run-faults.ts'
import { commentFor, type IgnoreComment, ignoreComments } from './suppression.ts'

/** What a run looked for: where it did not look, nothing can be said. */
interface Looked {
  /** Ids of the faults that were looked for. */
  faults: readonly string[]
  /** Ids of all faults. */
  known: readonly string[]
}

/** Entries of the baseline that are shown by name. */
const shown = 5

/** Ignore comments that hide nothing, or are not understood, in files without findings as well. */
export function idleComments(project: Project, run: FaultRun, looked: Looked): Problem[] {
  const decided = decidedBy(run, looked)
  const byFile = new Map<string, Finding[]>()
  for (const finding of run.findings) {
    const { file } = finding.location
    byFile.set(file, [...(byFile.get(file) ?? []), finding])
  }
  const files = [...project.code, ...project.dataModels.flatMap((one) => one.files)]
  return files.flatMap((file) => {
    const comments = ignoreComments(project.sourceText(file) ?? '')
    const findings = byFile.get(file) ?? []
    return comments.flatMap((comment): Problem[] => {
      const where = `${file}:${comment.line}`
      const wrong = complaint(comment, looked.known)
      // Of a file with findings, the run has said so.
      if (wrong !== undefined)
        return findings.length > 0 ? [] : [{ where, message: wrong, effect: 'partial' }]
      if (!decided(comment.fault) || isUsed(comment, comments, findings)) return []
      const message = `This comment hides nothing any more: there is no ${comment.fault} here. Remove it, or it will hide the next one.`
      return [{ where, message, effect: 'notice' }]
    })
  })
}

/** Entries of the baseline whose finding does not occur any more. `where`: the file of the baseline. */
export function idleEntries(baseline: Baseline, where: string, run: FaultRun, looked: Looked): Problem[] {
  const decided = decidedBy(run, looked)
  const found = new Set(run.findings.map(({ id }) => id))
  const idle = baseline.findings.filter(({ id, fault }) => decided(fault) && !found.has(id))
  if (idle.length === 0) return []
  const names = idle.slice(0, shown).map(({ id, fault, file }) => `${id} (${fault} in ${file})`)
  const rest = idle.length > shown ? ` and ${idle.length - shown} more` : ''
  const occur = idle.length === 1 ? 'does not occur' : 'do not occur'
  const message = `${plural(idle.length, 'accepted finding')} ${occur} any more: ${names.join(', ')}${rest}. \`review --update-baseline\` drops what is gone; it accepts what is there now as well.`
  return [{ where, message, effect: 'notice' }]
}

/** A fault whose search stopped may still be there. */
function decidedBy(run: FaultRun, { faults }: Looked): (fault: string) => boolean {
  const stopped = new Set(run.problems.map(({ where }) => where))
  return (fault) => faults.includes(fault) && !stopped.has(fault)
}

const isUsed = (
  comment: IgnoreComment,
  all: readonly IgnoreComment[],
  findings: readonly Finding[],
): boolean =>
  findings.some(
    ({ fault, location, suppressed }) =>
      suppressed?.by === 'comment' && commentFor(all, fault, location.line) === comment,
  )
