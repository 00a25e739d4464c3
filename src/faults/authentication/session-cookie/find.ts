import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { packageCalls } from '../../../project/credentials.ts'
import type { PackageCall } from '../../../project/flow/events.ts'
import { SIGNED_TOKEN, textOf } from '../../../project/flow/package-calls.ts'
import { allDeps, type Value, visibleFields } from '../../../project/flow/value.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'
import { words } from '../../../project/words.ts'

const fault: Fault<Project> = {
  id: 'authentication/session-cookie',
  title: 'Session cookie that scripts or plain HTTP can read',
  severity: 'warning',
  tags: ['security'],
  cwe: [1004, 614, 1275],
  references: [
    'https://nextjs.org/docs/app/guides/authentication#setting-cookies-recommended-options',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x12-V3-Web-Frontend-Security.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs)
    for (const call of packageCalls(run, 'set-cookie')) {
      const cookie = read(call)
      if (!cookie || !isSession(cookie)) continue
      const options = cookie.options
      if (options?.shape && (options.shape.k !== 'object' || (options.shape.open ?? []).length > 0)) continue
      if (options && !options.shape) continue
      const missing = ['httpOnly', 'secure'].filter((name) => isOff(visibleFields(options).get(name)))
      if (missing.length > 0) yield draft(run, call, cookie, missing)
    }
}

interface Cookie {
  name: string
  value: Value
  options: Value | undefined
}

/** `set(name, value, options)`, and `set({ name, value, … })` of Next.js. */
function read({ args }: PackageCall): Cookie | undefined {
  const whole = visibleFields(args[0])
  const name = textOf(whole.get('name') ?? args[0])
  const value = whole.get('value') ?? args[1]
  if (name === undefined || !value) return undefined
  return { name, value, options: whole.size > 0 ? args[0] : args[2] }
}

const SESSION = /sess|auth|jwt|^sid$|(access|refresh|id)[-_.]?token|^token$/i
const OTHER = /csrf|xsrf|state|nonce|verifier|pkce|redirect|callback|return/i

/** It says who somebody is: a token that was signed here, or named so and holding more than a literal. */
function isSession({ name, value }: Cookie): boolean {
  if (OTHER.test(name) || isPublic(name) || value.shape?.k === 'literal') return false
  const deps = allDeps(value)
  return deps.has(SIGNED_TOKEN) || (SESSION.test(name) && deps.size > 0)
}

/** Meant for the browser by its name, as other services call a token that opens one thing of theirs for reading. */
const isPublic = (name: string): boolean => words(name).some((word) => /^(public|publishable)$/.test(word))

const isOff = (value: Value | undefined): boolean =>
  value === undefined || (value.shape?.k === 'literal' && !value.shape.value)

function draft(run: Run, call: PackageCall, { name, options }: Cookie, missing: string[]): Draft {
  const scripts = missing.includes('httpOnly')
  const sameSite = visibleFields(options).has('sameSite') ? '' : ", and `sameSite: 'lax'`"
  return {
    location: call.location,
    subject: `${run.label} → ${name}`,
    // Without `secure`, it takes somebody on the way of a plain request, which HSTS may prevent.
    certainty: scripts ? 'likely' : 'possible',
    found: `${run.label} sets the cookie \`${name}\`, which says who is signed in, without ${missing.map((one) => `\`${one}\``).join(' and ')}.`,
    why: scripts
      ? 'Any script on the page can read it: one injected script, or one bad dependency, takes over sessions for good.'
      : 'The browser sends it over plain HTTP as well, where anybody on the way can read it.',
    remedy: `Set ${missing.map((one) => `\`${one}: true\``).join(' and ')}${sameSite}.`,
    evidence: [traceTo(run, call, `without ${missing.join(' and ')}`)],
    ...(run.endpoint ? { endpoint: run.label } : {}),
  }
}

export default fault
