/** Which endpoint reaches a place in the code. */
import type { Draft, Location, Trail } from '../../core/finding.ts'
import type { Access, Event } from '../flow/events.ts'
import { traceTo } from '../ownership.ts'
import type { Project, Run } from '../project.ts'

export interface Reach<E extends Event = Event> {
  run: Run
  event: E
}

const accesses = new WeakMap<Project, Map<string, Reach<Access>>>()

const keyOf = ({ file, line, column }: Location): string => `${file}:${line}:${column}`

/** The first endpoint whose run came to a Prisma call, and what it saw there. */
export function reachOf(project: Project, location: Location): Reach<Access> | undefined {
  const known = accesses.get(project)
  if (known) return known.get(keyOf(location))
  const found = new Map<string, Reach<Access>>()
  for (const run of project.runs)
    for (const event of run.events)
      if (event.k === 'access' && !found.has(keyOf(event.location)))
        found.set(keyOf(event.location), { run, event })
  accesses.set(project, found)
  return found.get(keyOf(location))
}

/** Some endpoint's file imports the file, directly or through others. */
export function isImportedByEndpoint(project: Project, file: string): boolean {
  const queue = [...new Set(project.map.endpoints.map(({ location }) => location.file))]
  const seen = new Set(queue)
  for (const from of queue) {
    if (from === file) return true
    for (const specifier of project.program.syntax(from)?.imports ?? []) {
      const target = project.program.resolve(from, specifier).file
      if (target === undefined || seen.has(target)) continue
      seen.add(target)
      queue.push(target)
    }
  }
  return false
}

/** The path to a Prisma call, from an endpoint where one reaches it, and the endpoint's name. */
export function pathTo(
  project: Project,
  location: Location,
  note: string,
): Pick<Draft, 'endpoint'> & { evidence: Trail[] } {
  const reach = reachOf(project, location)
  return reach
    ? { evidence: [traceTo(reach.run, reach.event, note)], endpoint: reach.run.label }
    : { evidence: [{ kind: 'trace', steps: [{ location, note }] }] }
}

/** A file of a script, a seed or a test, which no request runs. */
export const isAside = (file: string): boolean =>
  /(?:^|\/)(?:prisma|scripts?|seeds?|seeders?|bin|cli|tools?|migrations?|tests?|integration|mocks?|fixtures?|e2e|playwright)\/|(?:^|\/)seed\b|\.config\.[cm]?[jt]s$/.test(
    file,
  )
