import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { packageCalls } from '../../../project/credentials.ts'
import type { PackageCall } from '../../../project/flow/events.ts'
import { textOf } from '../../../project/flow/package-calls.ts'
import { allDeps } from '../../../project/flow/value.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'response/permissive-cors',
  title: 'Every website may read answers with the cookies of the visitor',
  severity: 'error',
  tags: ['security'],
  cwe: [942, 346],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/',
    'https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS#requests_with_credentials',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x12-V3-Web-Frontend-Security.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

/** The header of the request that names the website that asks. */
const ORIGIN = 'client:headers.origin'

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    const headers = packageCalls(run, 'set-header')
    const credentials = headers.some((one) => isHeader(one, 'credentials') && textOf(one.args[1]) !== 'false')
    const origin = headers.find((one) => isHeader(one, 'origin') && isReflected(one))
    if (origin && credentials) yield draft(run, origin)
  }
}

const isHeader = ({ args }: PackageCall, name: string): boolean =>
  textOf(args[0])?.toLowerCase() === `access-control-allow-${name}`

/** What the request said, and nothing looked at it: neither a condition on the way, nor one that chose the value. */
function isReflected({ args: [, value], facts }: PackageCall): boolean {
  if (!value || ![...allDeps(value)].some((dep) => dep.toLowerCase() === ORIGIN)) return false
  const asked = facts.some((fact) => !fact.presence && fact.deps.has(ORIGIN))
  return !asked && !value.ctl.has(ORIGIN)
}

function draft(run: Run, call: PackageCall): Draft {
  return {
    location: call.location,
    subject: run.label,
    certainty: 'likely',
    found: `${run.label} allows whatever website asks (\`Access-Control-Allow-Origin\` is the \`Origin\` of the request), with credentials.`,
    why: 'A page of anybody can call it in the browser of your user, with the cookies of the session, and read the answer.',
    remedy:
      'Compare the origin with a list of your own, and send the two headers only when it is on it; a public endpoint needs `*` and no credentials.',
    evidence: [traceTo(run, call, 'the origin of the request is sent back')],
    ...(run.endpoint ? { endpoint: run.label } : {}),
  }
}

export default fault
