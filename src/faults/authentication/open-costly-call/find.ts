import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Costly, CostlyKind } from '../../../project/flow/events.ts'
import { isMeantForAll } from '../../../project/meant-for-all.ts'
import { type OpenCost, openCosts } from '../../../project/open-costs.ts'
import { placeInHandler, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'authentication/open-costly-call',
  title: 'Service that costs money, a machine or storage, open to everybody',
  severity: 'error',
  tags: ['security'],
  cwe: [306, 770, 799],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x11-V2-Validation-and-Business-Logic.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  const costs = openCosts(project).filter(({ run, input }) => input !== undefined || !isPage(run))
  // Of endpoints that share the place, the one of which it is sure tells it.
  for (const cost of costs.sort((a, b) => Number(isSure(b)) - Number(isSure(a)))) yield draft(cost)
}

/** A page is rendered, often once for all, where a link leads: it is no endpoint that anybody meant to be called. */
const isPage = ({ endpoint }: Run): boolean => endpoint?.kind === 'page' || endpoint?.kind === 'pages-ssr'

const isSure = ({ run, call, input, doubt }: OpenCost): boolean =>
  !doubt &&
  !isPage(run) &&
  (call.kind === 'machine' || input !== undefined) &&
  (call.kind !== 'storage' || !mayBeMeant(run, call))

/** A form that everybody may fill in may take a file as well; what a page shows is stored in the sizes that it is asked for in. */
const mayBeMeant = (run: Run, { from }: Costly): boolean =>
  isMeantForAll(run) || (run.endpoint?.method === 'GET' && from === '@aws-sdk/client-s3')

const WHY: Record<CostlyKind, string> = {
  model:
    'Whoever finds the address uses the model for purposes of their own, by program and without end, and the bill comes to whoever holds the key (OWASP API4:2023).',
  message:
    'Numbers that earn their owner a share of each message or call are sent to by the thousand, and anybody is messaged in the name of this service; the bill comes to whoever holds the account (OWASP API4:2023).',
  machine:
    'Whoever may tell a container engine or a cluster what to do may read its secrets, stop what runs there, and often take over the host.',
  storage:
    'Whoever finds the address stores files of any kind in the name of this service, without end: pages that look like its own, malware under its domain, and a bill for the room and the traffic (OWASP API4:2023).',
}

const REMEDY: Record<CostlyKind, string> = {
  model:
    'Require a session first, with the guard that other endpoints of this project use, and count per account. Where it must be open: a limiter per address in a shared store (@upstash/ratelimit, rate-limiter-flexible), a captcha, a bound on the length of the input and of the answer, and a budget at the provider.',
  message:
    'Require a session first. Where people are not signed in yet: a captcha, a limiter per number and per address in a shared store (@upstash/ratelimit, rate-limiter-flexible), only the countries that you serve, and a budget at the provider.',
  machine: 'Require a session and a role first, with the guard that other endpoints of this project use.',
  storage:
    'Require a session first, with the guard that other endpoints of this project use; choose the key yourself, and bind the type and the length of the file (`ContentType`, `ContentLength`, or the conditions of a presigned POST).',
}

const target = ({ from, name }: Costly): string => (from === 'fetch' ? 'a paid service' : `${from}, ${name}`)

function draft(cost: OpenCost): Draft {
  const { run, call, input } = cost
  const given =
    call.kind === 'message'
      ? `, to a number that comes of ${input ?? 'no input that was seen'}`
      : input === undefined
        ? ''
        : `, with ${input} of the request`
  return {
    location: placeInHandler(call),
    subject: `${run.label} → ${call.name}`,
    certainty: isSure(cost) ? 'likely' : 'possible',
    found: `${run.label} calls ${target(call)}${given}, and nothing on the way asks who is calling or counts how often: no session, key, secret or signature, no limiter, captcha or allowance by package or by name, nothing of the kind in the proxy.`,
    why: WHY[call.kind],
    remedy: `${REMEDY[call.kind]} If it is public on purpose, say so in the policy or with an ignore comment.`,
    evidence: [traceTo(run, call, `${call.name}, whoever is calling`)],
    endpoint: run.label,
  }
}

export default fault
