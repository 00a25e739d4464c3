import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { NegatedComparison } from '../../../project/flow/events.ts'
import { isVerified } from '../../../project/guards.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'authorization/negated-comparison',
  title: 'A comparison of the negation, which is always the same',
  severity: 'error',
  tags: ['security'],
  cwe: [863, 783],
  references: [
    'https://developer.mozilla.org/docs/Web/JavaScript/Reference/Operators/Operator_precedence',
    'https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs)
    for (const event of run.events)
      if (event.k === 'negated-comparison' && isVerified(event.value.deps)) yield draft(run, event)
}

function draft(run: Run, { name, text, location, ...moment }: NegatedComparison): Draft {
  return {
    location,
    subject: `${run.label} → !${name}`,
    certainty: 'likely',
    found: `${run.label} tests \`!${name} === '${text}'\`: the negation binds first, and a boolean is never '${text}'.`,
    why: `The check never refuses anybody: every caller passes as if \`${name}\` were '${text}'.`,
    remedy: `Write \`${name} !== '${text}'\`.`,
    evidence: [traceTo(run, { ...moment, location }, `\`!${name}\` is true or false`)],
    endpoint: run.label,
  }
}

export default fault
