import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { answersItself, isCaught } from '../../../project/calls/catches.ts'
import type { Access } from '../../../project/flow/events.ts'
import { allDeps } from '../../../project/flow/value.ts'
import { argument, clientInputs, keysFromClient, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'api/unanswered-missing-row',
  title: 'Unknown id answered with 500',
  severity: 'warning',
  tags: ['api'],
  cwe: [755, 754],
  references: [
    'https://www.prisma.io/docs/orm/reference/error-reference#p2025',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x25-V16-Security-Logging-and-Error-Handling.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    if (!answersItself(project, run)) continue
    for (const event of run.events) {
      if (event.k !== 'access' || !/^(?:update|delete|find\w+OrThrow)$/.test(event.operation)) continue
      const entity = project.entity(event.model)
      const key = entity && keysFromClient(event, entity)[0]
      if (!entity || !key || isCaught(project, event) || isKnown(run, event)) continue
      const call = `${entity.delegate}.${event.operation}`
      yield {
        location: event.location,
        subject: `${run.label} → ${call}`,
        certainty: 'likely',
        found: `${run.label} answers 500 when there is no ${event.model} with the ${key.path} of the request.`,
        why: `\`${call}\` throws P2025 when there is no such row, and nothing on the way catches it. A caller cannot tell an old link from a broken server, and every one of them raises an alarm.`,
        remedy: event.operation.startsWith('find')
          ? `Ask with \`${event.operation.replace('OrThrow', '')}\`, and answer 404 when there is nothing.`
          : `Catch the error with code \`P2025\` and answer 404, or use \`${event.operation}Many\` and answer 404 when its \`count\` is 0.`,
        evidence: [traceTo(run, event, 'throws when there is no such row')],
        endpoint: run.label,
      }
    }
  }
}

/** The row was asked for before by the same input: what is missing was noticed then. */
function isKnown(run: Run, access: Access): boolean {
  const asked = new Set(clientInputs(allDeps(argument(access, 'where') ?? access.args)))
  return run.events
    .slice(0, run.events.indexOf(access))
    .some(
      (event) =>
        event.k === 'access' &&
        clientInputs(allDeps(argument(event, 'where') ?? event.args)).some((input) => asked.has(input)),
    )
}

export default fault
