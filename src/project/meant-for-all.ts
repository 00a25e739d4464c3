/** Endpoints whose names say that they may be meant for people who are not signed in. */
import type { Run } from './project.ts'

/** Names under which an endpoint is usually meant for people who are not signed in. */
const PUBLIC =
  /auth|log-?in|sign-?(in|up|out)|regist|passw|verif|confirm|invit|unsubscribe|webhook|callback|oauth|saml|sso|scim|health|cron|public|client\b|embed|share|track|ingest|collect|ping|contact|newsletter|waitlist|(?<!over|(?<!p)re|inter)view|redirect|og\b/i

/**
 * The same for a server action, by its own name: it serves a form or a page of the application, never another system, and
 * `webhooks/actions.ts` is where people manage theirs.
 */
const PUBLIC_ACTION =
  /auth|log-?in|sign-?(in|up|out)|regist|passw|verif|confirm|invit|unsubscribe|public|share|track|submit|contact|newsletter|waitlist|vote|(?<!over|(?<!p)re|inter)view/i

/** Whether an endpoint looks as if it were meant for everybody. */
export function isMeantForAll({ label, endpoint }: Run): boolean {
  if (endpoint?.kind === 'action') return PUBLIC_ACTION.test(endpoint.path)
  // Of the file of a procedure, its router; the folders above say where the application stands, not what it does.
  const inside = endpoint?.location.file.split('/').slice(-2).join('/') ?? ''
  return PUBLIC.test(/^(route|pages-)/.test(endpoint?.kind ?? '') ? label : `${label} ${inside}`)
}
