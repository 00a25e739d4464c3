import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { type Answer, answersOf } from '../../../project/calls/answers.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'api/error-shape',
  title: 'Failure of another shape than the others',
  severity: 'info',
  tags: ['api'],
  cwe: [],
  references: ['https://www.rfc-editor.org/rfc/rfc9457.html'],

  find: (project) => drafts(project),
}

/** A shape is the rule when this share of at least so many failures has it. */
const RULE = { share: 0.9, of: 10 }

function* drafts(project: Project): Iterable<Draft> {
  const failures = answersOf(project).flatMap((answer) => {
    const key = (answer.status ?? 0) >= 400 ? messageKey(answer) : undefined
    return key === undefined ? [] : [{ answer, key }]
  })
  const counts = new Map<string, number>()
  for (const { key } of failures) counts.set(key, (counts.get(key) ?? 0) + 1)
  const [rule, most] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? ['', 0]
  if (failures.length < RULE.of || most / failures.length < RULE.share) return
  const told = new Set<string>()
  for (const { answer, key } of failures) {
    const once = `${answer.location.file} ${key}`
    if (key === rule || told.has(once)) continue
    told.add(once)
    const { run, event, location, status } = answer
    yield {
      location,
      subject: `${run.label} → ${key} ${status}`,
      certainty: 'likely',
      found: `${run.label} tells what failed in \`${key}\`; ${most} of ${failures.length} failures of this application tell it in \`${rule}\`.`,
      why: `A client that reads \`${rule}\` shows nothing, or "undefined", for this one.`,
      remedy: `Name it \`${rule}\` here too.`,
      evidence: [traceTo(run, event, `{ ${(answer.keys ?? []).join(', ')} }`)],
      endpoint: run.label,
    }
  }
}

/** The key that holds what failed, the first of those that the body has. */
const messageKey = ({ keys }: Answer): string | undefined =>
  ['error', 'errors', 'message', 'msg', 'detail', 'reason'].find((key) => keys?.includes(key))

export default fault
