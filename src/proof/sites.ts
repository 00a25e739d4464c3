/** From a place in the source back to the endpoints and events that a finding is about. */
import type { Location } from '../core/finding.ts'
import type { Event } from '../project/flow/events.ts'
import type { Project, Run } from '../project/project.ts'
import { type Template, templateOf } from './request.ts'

/** What a prover is asked to prove: a place, and the endpoint through which it is reached, where that is known. */
export interface Claim {
  location: Location
  endpoint?: string
  /** The code was changed to cure it. `allows`: columns that the caller may write on purpose since. */
  repaired?: { allows: readonly string[] }
}

export interface Site<E extends Event> {
  run: Run
  template: Template
  /** The event at the place; absent when only the endpoint is known. */
  event: E | undefined
}

const CALLABLE = /^(route|action|page|pages-api|pages-ssr|procedure|hono)$/

/** Endpoints with an event of this kind at the place, the named one first; else the endpoint that the place is in. */
export function sitesOf<E extends Event>(
  project: Project,
  claim: Claim,
  is: (event: Event) => event is E,
): Site<E>[] {
  const dataModel = project.dataModels[0]
  if (!dataModel) return []
  const callable = project.runs.filter((run) => run.endpoint && CALLABLE.test(run.endpoint.kind))
  const site = (run: Run, event: E | undefined): Site<E>[] => {
    const template = templateOf(run, dataModel)
    return template ? [{ run, template, event }] : []
  }
  const here = callable.flatMap((run) => {
    const event = run.events.filter(is).find((one) => stands(one, claim.location))
    return event ? site(run, event) : []
  })
  if (here.length > 0)
    return here.sort(
      (a, b) => Number(b.run.label === claim.endpoint) - Number(a.run.label === claim.endpoint),
    )
  const around = callable.find((run) => run.label === claim.endpoint) ?? enclosing(callable, claim.location)
  return around ? site(around, around.events.filter(is)[0]) : []
}

/** At the place itself, or reached by a call there. */
const stands = (event: Event, { file, line }: Location): boolean =>
  [event.location, ...event.via.map((step) => step.location)].some(
    (at) => at.file === file && at.line === line,
  )

/** The endpoint of the file that starts last before the line. */
function enclosing(runs: Run[], { file, line }: Location): Run | undefined {
  return runs
    .filter((run) => run.endpoint?.location.file === file && run.endpoint.location.line <= line)
    .toSorted((a, b) => (b.endpoint?.location.line ?? 0) - (a.endpoint?.location.line ?? 0))[0]
}
