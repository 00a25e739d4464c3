import type { Fault } from '../../../core/fault.ts'
import type { Draft, Location } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { secretFields } from '../../../project/data-model.ts'
import type { Access } from '../../../project/flow/events.ts'
import { weakRandomIn } from '../../../project/flow/package-calls.ts'
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
      const weak = weakColumn(project, event)
      if (weak) yield draft(run, event, weak)
    }
}

interface Weak {
  column: string
  /** Where `Math.random` is called. */
  made: Location
}

/** The secret column that is given something made with `Math.random`. */
function weakColumn(project: Project, access: Access): Weak | undefined {
  const entity = project.entity(access.model)
  const secrets = new Set(entity ? secretFields(entity) : [])
  const written = ['data', 'create', 'update'].flatMap((name) => leaves(argument(access, name)))
  for (const { path, value } of written) {
    const made = secrets.has(path) ? weakRandomIn(allDeps(value)) : undefined
    if (made) return { column: path, made }
  }
  return undefined
}

function draft(run: Run, access: Access, { column, made }: Weak): Draft {
  const trace = traceTo(run, access, `${column} is not random enough to be a secret`)
  return {
    location: made,
    subject: `${run.label} → ${access.model}.${column}`,
    certainty: 'likely',
    found: `${run.label} stores \`${access.model}.${column}\`, which is made with \`Math.random\` here.`,
    why: 'From a few of its numbers, all before and after can be computed: who is sent one token can work out those of others.',
    remedy:
      "Make it with `randomBytes(32).toString('base64url')` of node:crypto, or `crypto.randomUUID()`; a code of six digits with `randomInt(100000, 1000000)`.",
    evidence: [
      { ...trace, steps: [...trace.steps, { location: made, note: 'The number comes from Math.random' }] },
    ],
    ...(run.endpoint ? { endpoint: run.label } : {}),
  }
}

export default fault
