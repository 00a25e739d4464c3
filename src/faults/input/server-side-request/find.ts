import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Sink } from '../../../project/flow/events.ts'
import { textOf } from '../../../project/flow/value.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'
import { isTrustedCaller, outermost, type Reach, reaching } from '../../../project/reach.ts'
import { columnOf, type Writer, writtenColumns } from '../../../project/stored.ts'

const fault: Fault<Project> = {
  id: 'input/server-side-request',
  title: 'Server-side request forgery: a caller decides which host the server asks',
  severity: 'error',
  tags: ['security'],
  cwe: [918],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa7-server-side-request-forgery/',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x10-V1-Encoding-and-Sanitization.md',
    'https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  const rest: Draft[] = []
  for (const run of project.runs) {
    for (const event of outermost(run.events, 'request')) {
      for (const reach of reaching(run, event, textOf(event.value).head)) {
        const found = draft(project, run, event, reach)
        if (found?.certainty === 'likely') yield found
        else if (found) rest.push(found)
      }
    }
  }
  yield* rest
}

/** A column that holds an address, by its name: other columns may stand in a URL, but do not make it lead elsewhere. */
const ADDRESS = /ur[il]s?(\[\])*$|endpoint|webhook|callback|href|host|domain|server|origin/i

function draft(project: Project, run: Run, event: Sink, reach: Reach): Draft | undefined {
  const { input, stored, sure } = reach
  if (stored && !ADDRESS.test(input.split('.').at(-1) ?? '')) return undefined
  const writer = stored ? writtenColumns(project).get(columnOf(input)) : undefined
  if (writer?.checked) return undefined
  return {
    location: event.location,
    subject: `${run.label} → ${event.name}`,
    certainty:
      sure && (!stored || writer) && run.endpoint && !isTrustedCaller(event.facts) ? 'likely' : 'possible',
    found: stored
      ? `${run.label} asks the address in ${input}${writtenBy(writer)}; nothing checks where it leads.`
      : `${run.label} asks an address that ${input} decides; nothing checks where it leads.`,
    why: 'The request comes from inside: it reaches the metadata of the cloud, the database and services that trust their neighbours, and shows their answers.',
    remedy:
      'Where the host is known, write it down and take only the path from the input. Otherwise compare `new URL(…).host` with a list, or resolve the name and refuse private addresses, for redirects as well.',
    evidence: [traceTo(run, event, `${event.name} with ${input}`)],
    ...(run.endpoint ? { endpoint: run.label } : {}),
  }
}

const writtenBy = (writer: Writer | undefined): string =>
  writer ? `, which ${writer.label} writes from ${writer.input}` : ''

export default fault
