import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { bigIntSerializers, columnsIn, patchesBigInt } from '../../../project/calls/columns.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'api/bigint-in-json',
  title: 'BigInt in a JSON response',
  severity: 'warning',
  tags: ['api', 'schema'],
  cwe: [704, 755],
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/special-fields-and-types#working-with-bigint',
    'https://developer.mozilla.org/docs/Web/JavaScript/Reference/Global_Objects/JSON/stringify',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  if (patchesBigInt(project)) return
  const serializers = bigIntSerializers(project)
  for (const run of project.runs) {
    if (!/^(route|pages-api|hono)$/.test(run.endpoint?.kind ?? '')) continue
    for (const event of run.events) {
      if (event.k !== 'response') continue
      const [column] = columnsIn(project, event.value, 'BigInt')
      if (!column || mentions(project, event.location.file, serializers)) continue
      const name = `${column.entity.name}.${column.field.name}`
      yield {
        location: event.location,
        subject: `${run.label} → ${name}`,
        certainty: 'likely',
        found: `${run.label} answers with rows that hold \`${name}\`, a BigInt.`,
        why: `JSON has no BigInt: \`JSON.stringify\` throws "Do not know how to serialize a BigInt", and the caller gets a 500${column.field.optional ? ` as soon as ${name} has a value` : ''}.`,
        remedy: `Turn it into text where the answer is made (\`${column.field.name}: row.${column.field.name}.toString()\`), or leave it out: \`omit: { ${column.field.name}: true }\`.`,
        evidence: [
          traceTo(run, event, 'becomes JSON here'),
          {
            kind: 'trace',
            steps: [
              { location: column.access.location, note: `reads ${name}` },
              { location: column.field.location, note: `${column.field.name} BigInt` },
            ],
          },
        ],
        endpoint: run.label,
      }
    }
  }
}

/** A file that uses one of the functions; which values go through it is not followed. */
const mentions = (project: Project, file: string, names: ReadonlySet<string>): boolean =>
  names.size > 0 && new RegExp(`\\b(?:${[...names].join('|')})\\(`).test(project.sourceText(file) ?? '')

export default fault
