import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { silencedQueries } from '../../../project/calls/assertions.ts'
import { isAside, pathTo } from '../../../project/calls/reached.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'types/silenced-query',
  title: 'Compiler silenced at a query',
  severity: 'info',
  tags: ['types'],
  cwe: [704],
  references: ['https://www.prisma.io/docs/orm/prisma-client/type-safety'],

  find: (project) => drafts(project),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const { location, call, by } of silencedQueries(project)) {
    if (isAside(location.file)) continue
    const name = `${project.entity(call.model)?.delegate ?? call.model}.${call.operation}`
    yield {
      location,
      subject: `${by} at ${name} in ${location.file}`,
      certainty: 'likely',
      found: `\`${by}\` silences the compiler at \`${name}\`.`,
      why: 'Every error of that line is hidden, also those that come later: a column that was renamed, a value of a wrong type.',
      remedy:
        by === '@ts-ignore'
          ? 'Repair the type. Until then, `@ts-expect-error` with the reason says when it is no longer needed.'
          : 'Repair the type, or say in the comment which error is expected.',
      ...pathTo(project, call.location, 'the query that is not checked'),
    }
  }
}

export default fault
