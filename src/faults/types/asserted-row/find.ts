import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { type AssertedRow, assertedRows } from '../../../project/calls/assertions.ts'
import { isAside, pathTo, reachOf } from '../../../project/calls/reached.ts'
import { keysFromClient } from '../../../project/ownership.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'types/asserted-row',
  title: 'Row that may be missing, asserted to be there',
  severity: 'warning',
  tags: ['types', 'api'],
  cwe: [476, 754],
  references: [
    'https://www.prisma.io/docs/orm/reference/prisma-client-reference#findunique',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x25-V16-Security-Logging-and-Error-Handling.md',
  ],

  find: (project) =>
    assertedRows(project)
      .filter(({ location }) => !isAside(location.file))
      .map((one) => draft(project, one)),
}

function draft(project: Project, { location, call }: AssertedRow): Draft {
  const entity = project.entity(call.model)
  const reach = reachOf(project, call.location)
  const key = reach && entity ? keysFromClient(reach.event, entity)[0] : undefined
  const name = `${entity?.delegate ?? call.model}.${call.operation}`
  return {
    location,
    subject: `${name} in ${location.file}`,
    // Of a row that the code itself refers to, a foreign key may promise that it is there.
    certainty: key ? 'likely' : 'possible',
    found: `\`!\` says that \`${name}\` always finds a row${key ? `; its ${key.path} comes from the request` : ''}.`,
    why: '`!` is gone when the code runs. When there is no such row, the next member is read from null: a TypeError, and the caller gets a 500 instead of a 404.',
    remedy: 'Test it: `if (!row)`, and answer 404 or call `notFound()`.',
    ...pathTo(project, call.location, 'gives null when there is no such row'),
  }
}

export default fault
