import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { needsCustomHeader } from '../../../project/custom-headers.ts'
import type { Access } from '../../../project/flow/events.ts'
import { isWrite } from '../../../project/flow/prisma.ts'
import { allDeps } from '../../../project/flow/value.ts'
import {
  argument,
  clientInputs,
  isOwned,
  type Leaf,
  leaves,
  placeInHandler,
  traceTo,
} from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'authentication/get-changes-state',
  title: 'Link that changes something for whoever is signed in',
  severity: 'warning',
  tags: ['security', 'api'],
  cwe: [352, 650],
  references: [
    'https://owasp.org/www-community/attacks/csrf',
    'https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie#samesitesamesite-value',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x12-V3-Web-Frontend-Security.md',
  ],

  *find(project) {
    for (const run of project.runs) {
      const { endpoint } = run
      if (endpoint?.kind !== 'route' || endpoint.method !== 'GET') continue
      if (!/^(session|permission)$/.test(endpoint.guard.level) || MEANT.test(endpoint.path)) continue
      const renewals = run.events.filter((event): event is Access => event.k === 'access' && isRenewal(event))
      const write = run.events.find(
        (event): event is Access =>
          event.k === 'access' &&
          changes(project, run, event) &&
          !renewals.some((renewal) => isWithin(event, renewal)),
      )
      if (write) yield draft(run, write)
    }
  },
}

/** Links that are meant to change something: the other side of a sign-in, a link in a mail, a job. */
const MEANT =
  /auth|callback|oauth|saml|verif|confirm|unsubscrib|invit|accept|cron|webhook|track|redirect|connect|install/i
/** Notes on the side of a read. */
const NOTES = /last|seen|view|count|visit|access|usage|used|read|updatedat|sync|cache|refresh|expire|token/i
/** The caller's own sign-in at another service: saved again whenever it was refreshed, whatever the request asks for. */
const RENEWED = /(^|\.)(access_?token|refresh_?token)$/i

function changes(project: Project, run: Run, access: Access): boolean {
  if (!isWrite(access.operation) || !isOwned(project.entity(access.model))) return false
  // The key of a program is not sent by a browser on its own.
  if (access.facts.some((fact) => [...fact.deps].some((dep) => / by header/.test(dep)))) return false
  if (clientInputs(allDeps(access.args)).length === 0) return false
  if (/^delete/.test(access.operation))
    return run.endpoint !== undefined && !needsCustomHeader(project, access)
  if (!/^update/.test(access.operation)) return false
  const written = leaves(argument(access, 'data'))
  if (needsCustomHeader(project, access) || isRepair(access, written)) return false
  return written.some(({ path }) => path !== '' && !NOTES.test(path))
}

/** After a call that went wrong, what it was made with is forgotten: a link cannot make that happen, and nothing of it is written. */
const isRepair = (access: Access, written: readonly Leaf[]): boolean =>
  access.facts.some(({ deps }) => deps.has('error')) &&
  written.every(({ value }) => value.shape?.k === 'literal')

const isRenewal = (access: Access): boolean =>
  isWrite(access.operation) && leaves(argument(access, 'data')).some(({ path }) => RENEWED.test(path))

/** It is what the function does that saves the renewed sign-in, or what is called there: a note that there is no error any more. */
function isWithin(access: Access, renewal: Access): boolean {
  const own = renewal.via.length > 1 ? renewal.via : [...renewal.via, renewal]
  const path = [...access.via, access]
  return own.every(({ location }, at) => {
    const here = path[at]?.location
    return here?.file === location.file && here.line === location.line && here.column === location.column
  })
}

function draft(run: Run, write: Access): Draft {
  return {
    location: placeInHandler(write),
    subject: run.label,
    certainty: 'likely',
    found: `${run.label} runs ${write.model}.${write.operation} for whoever is signed in.`,
    why: 'Browsers follow links with the cookies of the session, `SameSite=Lax` included. A link in a mail or on a page, or a preview that loads it, makes the change in the name of the reader.',
    remedy: 'Move it to POST, PATCH or DELETE, or to a server action, and leave GET to reads.',
    evidence: [traceTo(run, write, `${write.model}.${write.operation} on GET`)],
    endpoint: run.label,
  }
}

export default fault
