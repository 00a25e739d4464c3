import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import type { Entity, EntityField } from '../../../project/data-model.ts'
import type { Project } from '../../../project/project.ts'
import { words } from '../../../project/words.ts'

const fault: Fault<Project> = {
  id: 'schema/float-money',
  title: 'Money as a floating-point number',
  severity: 'warning',
  tags: ['schema'],
  cwe: [1339, 682],
  references: [
    'https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-FLOAT',
    'https://www.prisma.io/docs/orm/reference/prisma-schema-reference#decimal',
  ],

  find: (project) => drafts(project),
}

const MONEY =
  /^(?:price|prices|cost|costs|fee|fees|salary|wage|payout|refund|revenue|subtotal|budget|commission|usd|eur|gbp|cents|surcharge|deposit)$/
/** Money, or a number of something else: what stands beside it tells. */
const AMOUNT = /^(?:amount|total|balance|tax|discount|earnings?|paid|due|credits?|charge|tip)$/
const OTHER =
  /^(?:rate|ratio|percent|percentage|pct|score|weight|count|tokens?|seconds|ms|hours|distance|factor|index)$/
const BESIDE =
  /^(?:currency|invoice|payment|order|expense|transaction|checkout|subscription|payout|wallet|ledger)$/

function* drafts(project: Project): Iterable<Draft> {
  for (const { models } of project.dataModels)
    for (const model of models)
      for (const field of model.fields) {
        const certainty = field.type === 'Float' ? certaintyOf(model, field) : undefined
        if (!certainty) continue
        yield {
          location: field.location,
          subject: `${model.name}.${field.name} Float`,
          certainty,
          found: `\`${model.name}.${field.name}\` keeps money as a Float.`,
          why: 'A floating-point number cannot hold 0.1 exactly: sums are off by fractions of a cent, and two amounts that should be equal are not. What is rounded once cannot be told apart later.',
          remedy: `Keep the smallest unit as \`Int\` (\`${field.name}Cents\`), or use \`Decimal @db.Decimal(19, 4)\`. The migration changes the type in place; code that adds with \`+\` must use the methods of Decimal.`,
          evidence: [{ kind: 'trace', steps: [{ location: field.location, note: `${field.name} Float` }] }],
        }
      }
}

function certaintyOf(model: Entity, field: EntityField): Draft['certainty'] | undefined {
  const name = words(field.name)
  if (name.some((word) => OTHER.test(word))) return undefined
  if (name.some((word) => MONEY.test(word))) return 'likely'
  if (!name.some((word) => AMOUNT.test(word))) return undefined
  const beside = [model.name, ...model.fields.map((one) => one.name)].flatMap(words)
  return beside.some((word) => BESIDE.test(word) || MONEY.test(word)) ? 'likely' : 'possible'
}

export default fault
