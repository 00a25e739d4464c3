import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { secretFields } from '../../../project/data-model.ts'
import type { Access } from '../../../project/flow/events.ts'
import { WEAK_RANDOM } from '../../../project/flow/package-calls.ts'
import { isWrite } from '../../../project/flow/prisma.ts'
import { allDeps } from '../../../project/flow/value.ts'
import { argument, leaves, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'authentication/token-randomness',
  title: 'Secret made with Math.random',
  severity: 'error',
  tags: ['security'],
  cwe: [338, 330],
  references: [
    'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Math/random',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x20-V11-Cryptography.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs)
    for (const event of run.events) {
      if (event.k !== 'access' || !isWrite(event.operation)) continue
      const column = weakColumn(project, event)
      if (column !== undefined) yield draft(run, event, column)
    }
}

/** The secret column that is given something made with `Math.random`. */
function weakColumn(project: Project, access: Access): string | undefined {
  const entity = project.entity(access.model)
  const secrets = new Set(entity ? secretFields(entity) : [])
  const written = ['data', 'create', 'update'].flatMap((name) => leaves(argument(access, name)))
  return written.find(({ path, value }) => secrets.has(path) && allDeps(value).has(WEAK_RANDOM))?.path
}

function draft(run: Run, access: Access, column: string): Draft {
  return {
    location: access.location,
    subject: `${run.label} → ${access.model}.${column}`,
    certainty: 'likely',
    found: `${run.label} stores \`${access.model}.${column}\`, which was made with \`Math.random\`.`,
    why: 'From a few of its numbers, all before and after can be computed: who is sent one token can work out those of others.',
    remedy: "Make it with `randomBytes(32).toString('base64url')` of node:crypto, or `crypto.randomUUID()`.",
    evidence: [traceTo(run, access, `${column} is not random enough to be a secret`)],
    ...(run.endpoint ? { endpoint: run.label } : {}),
  }
}

export default fault
