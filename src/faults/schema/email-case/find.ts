import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { type FieldUse, isLowered, usesOf } from '../../../project/calls/field-uses.ts'
import { isAside, reachOf } from '../../../project/calls/reached.ts'
import type { Value } from '../../../project/flow/value.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'schema/email-case',
  title: 'E-mail address in lower case in one place only',
  severity: 'warning',
  tags: ['schema', 'security'],
  cwe: [178, 289],
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/queries/case-sensitivity',
    'https://www.postgresql.org/docs/current/citext.html',
  ],

  find: (project) => drafts(project),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const { models, provider } of project.dataModels) {
    if (!/^(?:postgresql|cockroachdb)$/.test(provider ?? '')) continue
    for (const model of models) {
      const field = model.fields.find(({ name, unique }) => unique && /^e_?mail(?:Address)?$/i.test(name))
      if (!field || /citext/i.test(field.nativeType ?? '')) continue
      const uses = usesOf(project, model.name).filter((use) => use.field === field.name)
      const lowered = uses.find(({ call, value }) => isLowered(call.syntax, value))
      if (!lowered) continue
      for (const use of uses) {
        const certainty = asSent(project, use, field.name)
        if (!certainty) continue
        const name = `${model.delegate}.${use.call.operation}`
        yield {
          location: use.call.location,
          subject: `${name} ${field.name} in ${use.call.location.file}`,
          certainty,
          found: `\`${name}\` takes \`${field.name}\` as it was sent; ${lowered.call.location.file}:${lowered.call.location.line} makes it lower case.`,
          why: `For Postgres, \`A@x.org\` and \`a@x.org\` are two values: one person gets two accounts, or cannot be found by the address that was typed.`,
          remedy: `Make it lower case here too, best in the schema that parses it (\`z.email().toLowerCase()\`). The column can see to it: \`${field.name} String @unique @db.Citext\`.`,
          evidence: [
            {
              kind: 'trace',
              steps: [
                { location: field.location, note: `${field.name} is unique, and case counts` },
                { location: lowered.call.location, note: 'made lower case' },
                { location: use.call.location, note: 'as it was sent' },
              ],
            },
          ],
        }
      }
    }
  }
}

/** How sure it is that the value is what the caller sent: no file on the way speaks of lower case. */
function asSent(project: Project, { call, value }: FieldUse, field: string): Draft['certainty'] | undefined {
  if (isLowered(call.syntax, value) || isAside(call.location.file)) return undefined
  const reach = reachOf(project, call.location)
  const given = reach && givenTo(reach.event.args, field)
  if (!reach || given?.client === undefined) return undefined
  const files = new Set([
    call.location.file,
    ...reach.event.via.map(({ location }) => location.file),
    ...filesOf(given.schema),
  ])
  if ([...files].some((file) => /toLowerCase|normali[sz]e/i.test(project.sourceText(file) ?? '')))
    return undefined
  // The schema that parsed it may have made it lower case.
  return given.parsed ? 'possible' : 'likely'
}

/** Where the schema that parsed it stands, and its steps. */
const filesOf = (schema: Value | undefined): string[] =>
  schema?.shape?.k === 'chain' ? schema.shape.steps.map(({ syntax }) => syntax.file) : []

/** What a column is given, in whichever part of the arguments. */
function givenTo(args: Value, field: string): Value | undefined {
  const parts = args.shape?.k === 'object' ? [...args.shape.fields.values()] : []
  return parts
    .map((part) => (part.shape?.k === 'object' ? part.shape.fields.get(field) : undefined))
    .find((value) => value !== undefined)
}

export default fault
