import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project } from '../../../project/project.ts'
import { type Acting, acting } from '../../../project/reach.ts'

const fault: Fault<Project> = {
  id: 'input/open-redirect',
  title: 'Open redirect: a link to the site leads to any other',
  severity: 'error',
  tags: ['security'],
  cwe: [601],
  references: [
    'https://cwe.mitre.org/data/definitions/601.html',
    'https://cheatsheetseries.owasp.org/cheatsheets/Unvalidated_Redirects_and_Forwards_Cheat_Sheet.html',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x12-V3-Web-Frontend-Security.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  const found = acting(project, 'redirect', 'head')
    .filter(isWhole)
    .map((one) => ({ ...one, sure: one.sure && inLink(one) }))
  for (const one of found.sort((a, b) => Number(b.sure) - Number(a.sure))) yield draft(one)
}

/** `/${slug}`: a segment of a path that an endpoint has matched seldom begins with another slash. */
const isWhole = ({ sure, input }: Acting): boolean => sure || !input.startsWith('params.')

/** Whoever makes a link chooses its path and its query; a body is sent by the page of somebody who could go there anyway. */
const inLink = ({ run, input }: Acting): boolean =>
  /^(query|params)\b/.test(input) &&
  /^(route|page|pages-api|pages-ssr|middleware|hono)$/.test(run.endpoint?.kind ?? '')

const draft = ({ run, event, input, sure }: Acting): Draft => ({
  location: event.location,
  subject: `${run.label} → ${event.name}`,
  certainty: sure ? 'likely' : 'possible',
  found: `${run.label} sends the browser to the address in ${input}; \`//evil.example\` leaves the site.`,
  why: 'A link that shows your domain ends on a page of the attacker, who asks for the password again, or is handed the token that is in the URL.',
  remedy:
    'Parse it and compare the origin: `const to = new URL(next, base)`, then `to.origin === base.origin`; or choose from a list. That it begins with `/` is not enough: `//host` and `/\\host` do too.',
  evidence: [traceTo(run, event, `${event.name} to ${input}`)],
  endpoint: run.label,
})

export default fault
