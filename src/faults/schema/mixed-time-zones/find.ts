import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { callsOf } from '../../../project/calls/prisma-calls.ts'
import type { DataModel } from '../../../project/data-model.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'schema/mixed-time-zones',
  title: 'Times with and without a zone',
  severity: 'info',
  tags: ['schema'],
  cwe: [],
  references: [
    'https://www.postgresql.org/docs/current/datatype-datetime.html',
    'https://www.prisma.io/docs/orm/reference/prisma-schema-reference#datetime',
  ],

  find: (project) => project.dataModels.flatMap((one) => drafts(project, one)),
}

function drafts(project: Project, { models, provider }: DataModel): Draft[] {
  if (!/^(?:postgresql|cockroachdb)$/.test(provider ?? '')) return []
  // Tables of extensions are in some schemas too; what no code asks for is not the application's.
  const own = models.filter(({ name }) => callsOf(project, name).length > 0)
  const times = own.flatMap((model) =>
    model.fields
      .filter(
        ({ type, nativeType }) => type === 'DateTime' && !/^(?:Date|Time|Timetz)\b/.test(nativeType ?? ''),
      )
      .map((field) => ({ model, field, zoned: /^Timestamptz\b/.test(field.nativeType ?? '') })),
  )
  const zoned = times.filter((one) => one.zoned)
  const plain = times.filter((one) => !one.zoned)
  const rare = zoned.length < plain.length ? zoned : plain
  const [first] = rare
  if (!first || zoned.length === 0 || plain.length === 0) return []
  const kind = first.zoned ? 'with' : 'without'
  return [
    {
      location: first.field.location,
      subject: `times ${kind} a zone`,
      certainty: 'likely',
      found: `${rare.length} of ${times.length} columns of time are kept ${kind} a zone, the others ${first.zoned ? 'without' : 'with'} one: ${rare
        .slice(0, 3)
        .map(({ model, field }) => `${model.name}.${field.name}`)
        .join(', ')}.`,
      why: 'In raw SQL and in reports, Postgres compares the two in the zone of the session: a row is hours early or late, depending on who asks.',
      remedy:
        "Use `@db.Timestamptz(3)` for all. `ALTER COLUMN … TYPE timestamptz USING … AT TIME ZONE 'UTC'` converts; it rewrites the table.",
      evidence: [
        {
          kind: 'trace',
          steps: rare.slice(0, 6).map(({ model, field }) => ({
            location: field.location,
            note: `${model.name}.${field.name} ${field.nativeType ?? 'DateTime'}`,
          })),
        },
      ],
    },
  ]
}

export default fault
