import type { Fault } from '../../../core/fault.ts'
import type { Draft, Location } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { type HeldRow, type HeldSecret, rowsIn, secretsIn } from '../../../project/exposure.ts'
import type { Access, ClientProps, Response } from '../../../project/flow/events.ts'
import { isShown } from '../../../project/graphql-types.ts'
import { meaningOf } from '../../../project/held-by-caller.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'response/secret-field',
  title: 'Secret field in a response',
  severity: 'error',
  tags: ['security', 'api'],
  cwe: [200, 201, 522],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    if (!run.endpoint || run.endpoint.kind === 'middleware') continue
    for (const event of run.events) {
      // What a server component returns is rendered, not sent; what it hands to a client component is.
      const leaves = run.endpoint.kind === 'page' ? event.k === 'client-props' : event.k === 'response'
      if (!leaves || !(event.k === 'response' || event.k === 'client-props')) continue
      const place = isProps(run, event) ? undefined : placeInHandler(run, event)
      const carried = rowsIn(event.value).flatMap((row) => {
        const secrets = secretsIn(project, row)
          .filter(({ name }) => isShown(project, run, name.split('.')[1] ?? name))
          .flatMap((secret) => judged(project, run, row, secret) ?? [])
        return secrets.length > 0 ? [{ access: row.access, secrets }] : []
      })
      for (const [i, { access, secrets }] of carried.entries())
        yield draft(run, event, access, secrets, (i === 0 && place) || access.location)
    }
  }
}

/** Without those that whoever is answered is meant to hold. */
function judged(project: Project, run: Run, row: HeldRow, secret: HeldSecret): HeldSecret | undefined {
  const meaning = meaningOf(project, run, row, secret)
  if (meaning === 'meant') return undefined
  return meaning === 'maybe' ? { ...secret, sure: false } : secret
}

/**
 * Props of a page: one query feeds many components, and what is left out of it reaches none of them. Of an answer, the
 * line that gives it is where the first of its rows is told of; others at their queries.
 */
const isProps = (run: Run, event: Response | ClientProps): boolean =>
  event.k === 'client-props' || run.endpoint?.kind === 'pages-ssr'

function draft(
  run: Run,
  event: Response | ClientProps,
  access: Access,
  secrets: readonly HeldSecret[],
  location: Location,
): Draft {
  const sure = secrets.filter((one) => one.sure)
  const told = [...new Set((sure.length > 0 ? sure : secrets).map(({ name }) => name))]
  const names = told.map((name) => `\`${name}\``).join(', ')
  const first = told[0]?.split('.')[1] ?? ''
  const isNamed = secrets.every(({ named }) => named)
  return {
    location,
    subject: `${run.label} → ${told.join(', ')}`,
    certainty: sure.length > 0 ? 'likely' : 'possible',
    found: `${run.label} ${sends(run, event)} rows of ${access.model} that carry ${names}${isProps(run, event) ? ': they are part of the page' : ''}.`,
    why: 'A secret in a response ends up in browsers, logs and caches of people who should never hold it.',
    remedy: isNamed
      ? `Take \`${first}\` out of the \`select\`, or out of what is sent.`
      : `Name the fields that the caller needs with \`select\`, or leave the secret out with \`omit: { ${first}: true }\`.`,
    evidence: [
      traceTo(
        run,
        { ...access, via: access.via },
        isNamed ? `the query names ${names}` : `all columns of ${access.model} are read here`,
      ),
    ],
    endpoint: run.label,
  }
}

function sends(run: Run, event: Response | ClientProps): string {
  if (event.k === 'client-props') return `hands to the client component ${event.component}`
  return run.endpoint?.kind === 'pages-ssr' ? 'gives as props' : 'answers with'
}

/** The response may be made by a helper: point at the line of the endpoint's own file that calls it. */
function placeInHandler(run: Run, response: Response | ClientProps): Location | undefined {
  const file = run.endpoint?.location.file
  if (response.location.file === file && response.location.line > 1) return response.location
  return response.via.findLast((step) => step.location.file === file && step.location.line > 1)?.location
}

export default fault
