import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { isAside, pathTo } from '../../../project/calls/reached.ts'
import { type Swallowed, swallowedWrites } from '../../../project/calls/swallowed.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'api/swallowed-write',
  title: 'Failed write that nobody hears of',
  severity: 'warning',
  tags: ['api'],
  cwe: [390, 391],
  references: [
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x25-V16-Security-Logging-and-Error-Handling.md',
  ],

  find: (project) =>
    oncePerPlace(
      swallowedWrites(project)
        .filter(({ write }) => !isAside(write.location.file))
        .map((one) => draft(project, one)),
    ),
}

function draft(project: Project, { write, location, silent }: Swallowed): Draft {
  const name = `${project.entity(write.model)?.delegate ?? write.model}.${write.operation}`
  return {
    location,
    subject: `${name} in ${write.location.file}`,
    // What only logs, or says in a comment that it is meant so, was thought about. A row may be gone already.
    certainty: silent && !/^delete/.test(write.operation) ? 'likely' : 'possible',
    found: `When \`${name}\` fails, the \`catch\` ${silent ? 'drops the error' : 'keeps the error to itself'} and the code goes on.`,
    why: 'The caller is told that it was done, and nothing was written: the data is lost, and nobody looks for it.',
    remedy: silent
      ? 'Let the error go on to what answers it. Where the write may fail, log the error and say why in a comment.'
      : 'Answer with a failure, or throw the error again after it was logged.',
    ...pathTo(project, write.location, `${name}: what it throws is not answered`),
  }
}

export default fault
