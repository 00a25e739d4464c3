/** What was measured, as findings beside those that the source alone shows. */
import { createHash } from 'node:crypto'
import type { Fault } from '../core/fault.ts'
import type { Finding, Location, Plans } from '../core/finding.ts'
import { plural, thousands } from '../core/wording.ts'
import type { Project } from '../project/project.ts'
import { listed } from '../proof/speed.ts'
import type { WorkloadFinding, WorkloadKind } from '../workload/finding.ts'

/** What a measured finding is called, and why it matters. */
interface Name extends Pick<Fault<unknown>, 'id' | 'severity'> {
  why: string
}

/**
 * Ids of the catalogue where the source can show the same fault. The last three are measured only: they have no page
 * and no `find` (docs/decisions/0005-measured-findings.md).
 */
const names: Record<WorkloadKind, Name> = {
  'n-plus-one': {
    id: 'queries/n-plus-one',
    severity: 'warning',
    why: 'The number of statements grows with the data: a hundred rows are a hundred round trips to the database.',
  },
  'unbounded-list': {
    id: 'queries/unbounded-list',
    severity: 'warning',
    why: 'Time, memory and the size of the response grow with the table.',
  },
  'missing-foreign-key-index': {
    id: 'schema/missing-foreign-key-index',
    severity: 'warning',
    why: 'Every read by this key, and every delete of the row that it names, reads the whole table.',
  },
  'redundant-index': {
    id: 'schema/redundant-index',
    severity: 'info',
    why: 'It answers no statement that the other index does not, every write maintains it, and it takes disk and cache.',
  },
  'missing-index': {
    id: 'schema/missing-index',
    severity: 'warning',
    why: 'What is read grows with the table, what is returned does not.',
  },
  'repeated-query': {
    id: 'queries/repeated-query',
    severity: 'info',
    why: 'Every time is a round trip for an answer that was known.',
  },
  'unread-columns': {
    id: 'queries/unread-columns',
    severity: 'info',
    why: 'What is read and not sent costs memory and time in the database, on the way and in the application.',
  },
}

/** The static finding of the same thing, now with figures; or a new one. Static ones that are given are changed in place. */
export function findingOf(project: Project, statics: readonly Finding[], seen: WorkloadFinding): Finding {
  const { id: fault, severity, why } = names[seen.kind]
  const same = statics.find((one) => one.fault === fault && isSame(one, seen))
  const saw = sawOf(seen)
  if (same) {
    same.evidence.push(...seen.evidence)
    if (seen.certainty === 'proven') {
      same.certainty = 'proven'
      same.proof = { verdict: 'proven', reason: saw }
    }
    return same
  }
  const location = placeOf(project, seen)
  const subject = subjectOf(seen)
  const [endpoint] = seen.endpoints
  return {
    id: createHash('sha256').update([fault, location.file, subject].join('\0')).digest('hex').slice(0, 10),
    fault,
    severity,
    certainty: seen.certainty,
    location,
    subject,
    found: saw,
    why: [why, ...seen.notes.filter((note) => !note.startsWith('Writing '))].join(' '),
    remedy: remedyOf(seen),
    evidence: seen.evidence,
    ...(endpoint === undefined ? {} : { endpoint }),
  }
}

function isSame(one: Finding, seen: WorkloadFinding): boolean {
  const { cure, at } = seen
  if (cure?.kind === 'drop-index')
    return one.subject === `${cure.prisma?.model} @@index([${cure.prisma?.fields.join(', ')}])`
  if (cure?.kind === 'add-index') return one.subject === `${cure.prisma?.model}.${fieldsOf(seen).join('+')}`
  // A call over several lines: the fault names its first, the stack the one with the method.
  return at !== undefined && one.location.file === at.file && Math.abs(one.location.line - at.line) <= 1
}

/** Names of the fields of a new index, without their order. */
const fieldsOf = ({ cure }: WorkloadFinding): string[] => {
  const list = cure?.kind === 'add-index' ? /\[(.*)\]/.exec(cure.prisma?.line ?? '')?.[1] : undefined
  return (list ?? '').split(/, (?![^(]*\))/).map((field) => field.replace(/\(.*/, ''))
}

/** The call in the source; of what concerns the schema alone, the model. */
function placeOf(project: Project, { at, cure, kind }: WorkloadFinding): Location {
  const table = cure && cure.kind !== 'code' ? cure.table : undefined
  const model = project.dataModels.flatMap(({ models }) => models).find((one) => one.table === table)
  const schema = kind === 'missing-foreign-key-index' || kind === 'redundant-index'
  const [file = '.'] = project.dataModels[0]?.files ?? []
  const first = at && !schema ? at : model?.location
  return first ?? at ?? { file, line: 1, column: 1 }
}

function subjectOf({ kind, cure, endpoints, shapes, saw }: WorkloadFinding): string {
  if (cure?.kind === 'add-index')
    return cure.prisma ? `${cure.prisma.model} ${cure.prisma.line}` : cure.sql.replace(/^.*? ON /, '')
  if (cure?.kind === 'drop-index') return `${cure.table} ${cure.index}`
  const [call] = /\b[a-z]\w*\.\$?\w+(?= (?:returned|ran|read|at) )/.exec(saw) ?? []
  return `${endpoints[0] ?? kind} → ${call ?? (shapes[0] ?? '').slice(0, 60)}`
}

const plansOf = ({ evidence }: WorkloadFinding): Plans[] =>
  evidence.filter((one): one is Plans => one.kind === 'plan')

/** Of an index in short: the statements and their plans follow as evidence. */
function sawOf(seen: WorkloadFinding): string {
  const plans = plansOf(seen)
  const [first] = plans
  if (seen.cure?.kind !== 'add-index' || !first) return seen.saw
  const blocks = plans.map(
    ({ before, after }) => `${thousands(before.buffers)} → ${thousands(after?.buffers ?? before.buffers)}`,
  )
  const who =
    seen.endpoints.length > 0
      ? `${plural(plans.length, 'statement')} of ${listed(seen.endpoints, 3)}`
      : 'Each delete of a row that it refers to, and every read by this key,'
  const verb = plans.length === 1 ? 'reads' : 'read'
  return `${who} ${verb} fewer blocks with an index: ${blocks.join(', ')} (${first.data}).`
}

function remedyOf({ cure }: WorkloadFinding): string {
  if (!cure) return ''
  if (cure.kind === 'code') return cure.text
  const what =
    cure.kind === 'add-index'
      ? cure.prisma
        ? `Add \`${cure.prisma.line}\` to model \`${cure.prisma.model}\` and create a migration.`
        : 'Prisma cannot say this index: write it into a migration.'
      : `Remove \`@@index([${cure.prisma?.fields.join(', ') ?? cure.index}])\` from model \`${cure.prisma?.model ?? cure.table}\` and create a migration.`
  return `${what} On a table in use: \`${cure.concurrently}\``
}
