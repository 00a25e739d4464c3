import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { depsOfAnswer } from '../../../project/credentials.ts'
import type { Response } from '../../../project/flow/events.ts'
import { throwingQuery } from '../../../project/flow/package-calls.ts'
import { isPrivileged, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'response/error-detail',
  title: 'Text of an unknown error in a response',
  severity: 'warning',
  tags: ['security', 'api'],
  cwe: [209],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x25-V16-Security-Logging-and-Error-Handling.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    if (!run.endpoint || run.endpoint.kind === 'page' || run.endpoint.kind === 'middleware') continue
    for (const event of run.events) {
      const query =
        event.k === 'response' && !isForOperators(run, event)
          ? throwingQuery(depsOfAnswer(event.value))
          : undefined
      if (event.k === 'response' && query !== undefined && !isKnownError(project, event))
        yield draft(run, event, query)
    }
  }
}

/** It was asked which error it is, and this is the way of one kind. `instanceof Error` tells none apart. */
function isKnownError(project: Project, { facts }: Response): boolean {
  return facts.some((fact) => {
    if (!fact.deps.has('error') || fact.terms.some((term) => term.endsWith('-'))) return false
    const { file, line, column } = fact.location
    const text =
      project
        .sourceText(file)
        ?.split('\n')
        [line - 1]?.slice(column - 1) ?? ''
    return !/^\w+\s+instanceof\s+Error\b/.test(text)
  })
}

/** Those who run the application may see what went wrong in it. */
const isForOperators = (run: Run, event: Response): boolean =>
  run.endpoint?.guard.level === 'secret' || isPrivileged(event.facts)

function draft(run: Run, event: Response, query: string): Draft {
  return {
    location: event.location,
    subject: `${run.label} → error`,
    // What the text of the error says is not in the source: most are harmless, some name a host.
    certainty: 'possible',
    found: `${run.label} answers with the text of whatever error was caught, which may be one of ${query}.`,
    why: 'Errors of Prisma and of drivers name tables, columns, hosts and values; to an attacker they say what to try next.',
    remedy:
      'Log the error, and answer with a fixed text. Let through only errors of a class of your own, after `instanceof`.',
    evidence: [traceTo(run, event, 'the text of the error leaves here')],
    endpoint: run.label,
  }
}

export default fault
