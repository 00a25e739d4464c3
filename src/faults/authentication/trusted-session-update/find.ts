import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import type { SessionToken } from '../../../project/flow/events.ts'
import { allDeps, isRole, type Value } from '../../../project/flow/value.ts'
import type { Project, Run } from '../../../project/project.ts'

/** What the session says of who somebody is, and of what they have paid for. */
const IDENTITY = /^(sub|e-?mail|(user|account)?_?(id|uid))$/i
const ALLOWED =
  /^(is|has|can)[A-Z_]|^(plan|tier|premium|pro|subscription\w*|credits?|verified|\w*_?verified|two_?factor\w*|2fa\w*|mfa\w*|banned|status)$|accept|consent|agreed|(admin|staff|permission|scope|entitlement|feature)s?$/i
const TENANT =
  /^(current|active|selected|default)?_?(org(ani[sz]ation)?|team|tenant|workspace|company)_?(id)?$/i

const fault: Fault<Project> = {
  id: 'authentication/trusted-session-update',
  title: 'What the browser sends to update the session is believed',
  severity: 'error',
  tags: ['security'],
  cwe: [269, 345, 915],
  references: [
    'https://next-auth.js.org/getting-started/client#updating-the-session',
    'https://authjs.dev/reference/core#jwt',
    'https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/',
  ],

  *find(project) {
    for (const run of project.runs)
      for (const event of run.events) {
        if (event.k !== 'session-token') continue
        const taken = takenOver(event.value, (input) => isLookedUp(run, input))
        if (taken.whole !== undefined || taken.names.length > 0) yield draft(project, run, event, taken)
      }
  },
}

interface Taken {
  /** All of an input: `session.user`. */
  whole?: string
  /** Fields of the token, and the input of the first of them. */
  names: string[]
  input: string
}

/** What of the token comes from the browser as it was sent, and says who somebody is or what they may do. */
function takenOver({ shape }: Value, isChecked: (input: string) => boolean): Taken {
  if (shape?.k !== 'object') return { names: [], input: '' }
  const spread = (shape.open ?? []).find((one) => sentAs(one) !== undefined && !one.parsed)?.client
  const fields = [...shape.fields].flatMap(([name, value]) => {
    const input = sentAs(value)
    return input !== undefined && matters(name) && !isChecked(input) ? [{ name, input }] : []
  })
  const input = fields[0]?.input ?? spread ?? ''
  return { ...(spread === undefined ? {} : { whole: spread }), names: fields.map(({ name }) => name), input }
}

/** The part of the browser's `session` that a value is, or by which alone it was decided: `if (session.verified) token.verified = true`. */
function sentAs({ client, shape, deps }: Value): string | undefined {
  if (client !== undefined) return /^session(\.|$)/.test(client) ? client : undefined
  if (shape?.k !== 'literal') return undefined
  return [...deps].find((dep) => dep.startsWith('client:session.'))?.slice('client:'.length)
}

/** A query asks for it: `membership.findFirst({ where: { userId: token.sub, teamId: session.teamId } })`. */
const isLookedUp = (run: Run, input: string): boolean =>
  run.events.some((event) => event.k === 'access' && allDeps(event.args).has(`client:${input}`))

const matters = (name: string): boolean =>
  isRole(name) || [IDENTITY, ALLOWED, TENANT].some((words) => words.test(name))

function draft(project: Project, run: Run, event: SessionToken, { whole, names, input }: Taken): Draft {
  const told =
    whole === undefined ? names.map((name) => `\`${name}\``).join(' and ') : `everything in \`${whole}\``
  return {
    location: placeOf(project, event, input),
    subject: run.label,
    certainty: 'likely',
    found: `The \`jwt\` callback puts ${told} into the token as the browser has sent it${whole === undefined ? ` (\`${input}\`)` : ''}.`,
    why: 'Anybody who is signed in can call `update({ … })` of next-auth with any object, or post it to `/api/auth/session`: what the token says of them from then on is what they have written, and every check that reads the session believes it.',
    remedy:
      whole === undefined
        ? 'Read these from the database by the id in the token (`token.sub`) when `trigger` is `update`, and take from the browser only what its owner may choose freely, parsed with a schema.'
        : 'Take named fields that their owner may choose freely (a name, an image), parsed with a schema; read everything else from the database by the id in the token (`token.sub`).',
    evidence: [
      {
        kind: 'trace',
        steps: [
          { location: event.location, note: 'The callback is given `session`, which the browser sent' },
          { location: placeOf(project, event, input), note: `${told} goes into the token` },
        ],
      },
    ],
    endpoint: run.label,
  }
}

/** The line that takes the input over, where it is written down as it is called; the callback otherwise. */
function placeOf(project: Project, { location }: SessionToken, input: string): Draft['location'] {
  const lines = (project.sourceText(location.file) ?? '').split('\n')
  const at = lines.findIndex(
    (line, number) => number >= location.line && line.replaceAll('?.', '.').includes(input),
  )
  if (at < 0 || at > location.line + 120) return location
  return { file: location.file, line: at + 1, column: (lines[at]?.indexOf(input) ?? 0) + 1 }
}

export default fault
