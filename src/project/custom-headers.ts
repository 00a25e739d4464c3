/**
 * Headers that a page of this application sets on its own requests. A link that somebody follows, a form or an image of
 * another site cannot set them: https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS#simple_requests.
 */
import type { Access, Fact } from './flow/events.ts'
import type { Sources } from './flow/value.ts'
import { argument, clientInputs, leaves } from './ownership.ts'
import type { Project } from './project.ts'

/** Set on the way by a host or a proxy, whoever calls. */
const ADDED =
  /^x-(forwarded|real-?ip|client-?ip|original|request-?id|vercel|nf|amzn?|appengine|azure|cluster|envoy|middleware|invoke|matched|next|url|path|pathname|host|invoke|nonce|correlation-?id|trace)/i

/**
 * Whether a write is reached only by a request with a header of the application's own: its absence was refused before, or the
 * rows are found by it.
 */
export function needsCustomHeader(project: Project, access: Access): boolean {
  return (
    access.facts.some((fact) => isHeld(fact) && isOfCustomHeader(project, fact.deps)) ||
    leaves(argument(access, 'where')).some(({ value }) => isOfCustomHeader(project, value.deps))
  )
}

const isHeld = (fact: Fact): boolean => !fact.missing && !fact.absent && !fact.partial && !fact.ifSent

/** All that the caller sent of it is such a header. */
function isOfCustomHeader(project: Project, deps: Sources): boolean {
  const sent = clientInputs(deps)
  return sent.length > 0 && sent.every((input) => isCustom(project, input))
}

function isCustom(project: Project, input: string): boolean {
  const name = /^headers\.(x-[\w-]+)$/i.exec(input)?.[1]
  return name !== undefined && !ADDED.test(name) && !isSetByProxy(project, name)
}

/** The application's own proxy may add it to a request that comes without. */
const isSetByProxy = (project: Project, name: string): boolean =>
  project.map.endpoints.some(
    ({ kind, location }) =>
      kind === 'middleware' &&
      project.sourceText(location.file)?.toLowerCase().includes(name.toLowerCase()) === true,
  )
