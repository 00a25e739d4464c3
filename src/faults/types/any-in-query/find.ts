import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { anyInQueries } from '../../../project/calls/assertions.ts'
import { isAside, pathTo } from '../../../project/calls/reached.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'types/any-in-query',
  title: 'Arguments of a query that the compiler may not check',
  severity: 'info',
  tags: ['types'],
  cwe: [704],
  references: ['https://www.prisma.io/docs/orm/prisma-client/type-safety'],

  find: (project) => drafts(project),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const { location, call } of anyInQueries(project)) {
    if (isAside(location.file)) continue
    const name = `${project.entity(call.model)?.delegate ?? call.model}.${call.operation}`
    yield {
      location,
      subject: `${name} in ${location.file}`,
      certainty: 'likely',
      found: `\`as any\` stands in the arguments of \`${name}\`.`,
      why: `The compiler no longer checks them against model ${call.model}: a renamed column or a wrong type is found by a failing request.`,
      remedy: `Give it its type: \`satisfies Prisma.${call.model}${typeOf(call.operation)}\`, or build the object where it is used. For a Json column, \`Prisma.InputJsonValue\` is its type.`,
      ...pathTo(project, call.location, 'the query that is not checked'),
    }
  }
}

function typeOf(operation: string): string {
  if (/^create/.test(operation)) return 'CreateInput'
  return /^update/.test(operation) ? 'UpdateInput' : 'WhereInput'
}

export default fault
