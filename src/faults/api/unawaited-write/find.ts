import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { droppedWrites, type PrismaCall } from '../../../project/calls/prisma-calls.ts'
import { pathTo } from '../../../project/calls/reached.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'api/unawaited-write',
  title: 'Write that is never sent',
  severity: 'error',
  tags: ['api'],
  cwe: [252],
  references: [
    'https://www.prisma.io/docs/orm/reference/prisma-client-reference#prismapromise-behavior',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x11-V2-Validation-and-Business-Logic.md',
  ],

  find: (project) => droppedWrites(project).map((call) => draft(project, call)),
}

function draft(project: Project, call: PrismaCall): Draft {
  const delegate = project.entity(call.model)?.delegate ?? call.model
  const name = `${delegate}.${call.operation}`
  return {
    location: call.location,
    subject: `${name} in ${call.location.file}`,
    certainty: 'likely',
    found: `Nobody awaits the promise of \`${name}\`.`,
    why: 'A query of Prisma is sent when its promise is awaited. This one never is: the statement does nothing, and no error says so.',
    remedy: `Write \`await\` before it. For work after the answer, hand it to \`after()\` of \`next/server\`: \`after(async () => { await prisma.${name}(…) })\`.`,
    ...pathTo(project, call.location, 'the promise is dropped here'),
  }
}

export default fault
