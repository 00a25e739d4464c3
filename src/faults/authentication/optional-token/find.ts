import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { withArticle } from '../../../core/wording.ts'
import type { Access } from '../../../project/flow/events.ts'
import { isGuarded } from '../../../project/guards.ts'
import { argument, type Leaf, leaves, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

/** What only the right person has been given. */
const CAPABILITY = /token|secret|otp|(verification|reset|invite|login|access|magic).?code|api_?key/i
/** Prisma refuses a call of these whose only key is `undefined`; the others leave the condition out. */
const LEAVES_OUT = /^(findFirst(OrThrow)?|updateMany|deleteMany|count)$/

const fault: Fault<Project> = {
  id: 'authentication/optional-token',
  title: 'Token that a request may leave out of the query',
  severity: 'error',
  tags: ['security'],
  cwe: [287, 639, 20],
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/special-fields-and-types/null-and-undefined',
    'https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    if (!run.endpoint || /^(middleware|action|page)$/.test(run.endpoint.kind)) continue
    for (const event of run.events) {
      if (event.k !== 'access' || !LEAVES_OUT.test(event.operation) || isGuarded(event.facts)) continue
      const token = leaves(argument(event, 'where')).find((leaf) => mayBeLeftOut(leaf, event))
      if (token) yield draft(run, event, token)
    }
  }
}

/** A key of the body, or a parameter of the query, that nothing on the way has asked for. */
function mayBeLeftOut({ path, value }: Leaf, access: Access): boolean {
  const name = path.split('.').findLast((part) => !/^(equals|AND|OR)$/.test(part)) ?? ''
  const input = value.client
  if (!CAPABILITY.test(name) || input === undefined || value.parsed || value.shape) return false
  if (!/^(body|query)\.\w+$/.test(input)) return false
  return !access.facts.some(({ deps }) => deps.has(`client:${input}`) || deps.has(`kind:${input}`))
}

function draft(run: Run, access: Access, { path, value }: Leaf): Draft {
  const input = value.client ?? ''
  return {
    location: access.location,
    subject: `${run.label} → ${access.model} ${path}`,
    certainty: 'likely',
    found: `${run.label} looks for ${withArticle(access.model)} by \`${path}\` = ${input}, and nothing asks whether ${input} was sent: without it the condition is left out.`,
    why: `Prisma drops a condition that is \`undefined\`. A request without \`${input.split('.').at(-1)}\` finds the first ${access.model} that there is, and goes on as if it had been proven.`,
    remedy: `Parse the input with a schema that demands it (\`z.string().min(1)\`), or refuse before the query; \`findUnique\` refuses an \`undefined\` key by itself, and so does Prisma with \`strictUndefinedChecks\`.`,
    evidence: [traceTo(run, access, `\`${path}\` may be undefined`)],
    endpoint: run.label,
  }
}

export default fault
