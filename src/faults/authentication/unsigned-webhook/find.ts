import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { isAnonymous, packageCalls } from '../../../project/credentials.ts'
import type { Access } from '../../../project/flow/events.ts'
import { isWrite } from '../../../project/flow/prisma.ts'
import { allDeps } from '../../../project/flow/value.ts'
import { clientInputs, placeInHandler, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'authentication/unsigned-webhook',
  title: 'Webhook without a check of its signature',
  severity: 'error',
  tags: ['security'],
  cwe: [345, 347],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xaa-unsafe-consumption-of-apis/',
    'https://docs.stripe.com/webhooks#verify-official-libraries',
  ],

  *find(project) {
    for (const run of project.runs) {
      const { endpoint } = run
      if (!endpoint || !/^(route|pages-api|hono)$/.test(endpoint.kind)) continue
      if (!/^(POST|PUT|ANY)$/.test(endpoint.method ?? 'ANY') || !WEBHOOK.test(endpoint.path)) continue
      if (endpoint.guard.level !== 'none' || asksWho(run)) continue
      const write = run.events.find(
        (event): event is Access =>
          event.k === 'access' &&
          isWrite(event.operation) &&
          isAnonymous(event) &&
          clientInputs(allDeps(event.args)).length > 0,
      )
      if (write) yield draft(run, write)
    }
  },
}

/** Something was called to check who sent it, or a header that vouches for the sender decided something. */
const asksWho = (run: Run): boolean =>
  packageCalls(run, 'check-signature').length > 0 ||
  run.events.some((event) =>
    event.facts.some((fact) => [...fact.deps].some((dep) => dep.startsWith('credential:'))),
  )

const WEBHOOK = /(^|\/)(web)?hooks?(\/|$)|webhook/i

function draft(run: Run, write: Access): Draft {
  const path = run.endpoint?.path ?? ''
  const isRead = (run.endpoint?.unknown.length ?? 0) === 0
  return {
    location: placeInHandler(write),
    subject: run.label,
    // A part of the path may be a secret that only the sender was given.
    certainty: isRead && !/[[:]/.test(path) ? 'likely' : 'possible',
    found: `${run.label} runs ${write.model}.${write.operation} with what was sent, and nothing checks who sent it: no signature, no secret.`,
    why: 'The address of a webhook is no secret. Anybody can post an event of their own: a payment that never was, a user that is to be deleted.',
    remedy:
      'Verify the signature over the raw body with the library of the sender (`stripe.webhooks.constructEvent`, svix, `timingSafeEqual` over an HMAC), and refuse before anything is read or written.',
    evidence: [traceTo(run, write, 'written without a signature')],
    endpoint: run.label,
  }
}

export default fault
