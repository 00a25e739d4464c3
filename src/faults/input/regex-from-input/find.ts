import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project } from '../../../project/project.ts'
import { type Acting, acting } from '../../../project/reach.ts'

const fault: Fault<Project> = {
  id: 'input/regex-from-input',
  title: 'A caller writes the regular expression that the server runs',
  severity: 'warning',
  tags: ['security'],
  cwe: [1333, 625],
  references: [
    'https://cwe.mitre.org/data/definitions/1333.html',
    'https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x10-V1-Encoding-and-Sanitization.md',
  ],

  // What replaced something in the input has escaped it.
  find: (project) =>
    oncePerPlace(
      acting(project, 'regex', 'all')
        .filter(({ sure }) => sure)
        .map(draft),
    ),
}

const draft = ({ run, event, input }: Acting): Draft => ({
  location: event.location,
  subject: `${run.label} → ${event.name}`,
  // Whether it is matched against a text that is long enough is not seen.
  certainty: 'possible',
  found: `${run.label} makes a regular expression of ${input}.`,
  why: 'A pattern such as `(a+)+$` takes minutes on forty characters, and Node.js answers nobody meanwhile.',
  remedy:
    'Escape what was sent (`RegExp.escape`, or `escapeRegExp` of a package); or use `includes`, or an engine without backtracking such as `re2`.',
  evidence: [traceTo(run, event, `a pattern of ${input}`)],
  endpoint: run.label,
})

export default fault
