/** The rows that a test starts from: somebody, the tenant, and what the endpoint is about, one of each. */
import type { DataModel, Entity, EntityField, EntityRelation } from '../../project/data-model.ts'
import { lowerFirst, quoted, words } from './text.ts'

/** Where the name of the party stands in the code of a value, and where a row of it does: `‹project›.id`. */
const NAME = '‹name›'
const rowRef = (variable: string): string => `‹${variable}›`

export interface PartyRow {
  /** What it is called in the code: `workOrder`. */
  variable: string
  entity: Entity
  /** Field → code. */
  fields: Map<string, string>
}

export interface Party {
  /** Each after those that it refers to. */
  rows: PartyRow[]
  row(model: string): PartyRow | undefined
}

/** Code that a field of a model must have: `Invoice.status` → `'DRAFT'`. */
export type Fixed = ReadonlyMap<string, string>

/** Rows of these models and of those that they cannot be without. `optional`: relations to link where both are there. */
export function partyOf(dataModel: DataModel, wanted: Iterable<string>, fixed: Fixed): Party {
  const models = new Set<string>()
  const add = (name: string): void => {
    const entity = dataModel.model(name)
    if (!entity || entity.view || models.has(name)) return
    models.add(name)
    for (const one of parentsOf(entity)) if (!one.optional) add(one.model)
  }
  for (const name of wanted) add(name)
  const rows: PartyRow[] = []
  const done = new Set<string>()
  const place = (name: string, path: readonly string[]): void => {
    const entity = dataModel.model(name)
    if (!entity || done.has(name) || path.includes(name)) return
    for (const one of parentsOf(entity)) if (models.has(one.model)) place(one.model, [...path, name])
    if (done.has(name)) return
    done.add(name)
    rows.push({ variable: lowerFirst(name), entity, fields: fieldsOf(dataModel, entity, done, fixed) })
  }
  for (const name of models) place(name, [])
  return { rows, row: (model) => rows.find(({ entity }) => entity.name === model) }
}

/** Relations whose keys are on this side. */
const parentsOf = (entity: Entity): EntityRelation[] => entity.relations.filter(({ keys }) => keys.length > 0)

function fieldsOf(
  dataModel: DataModel,
  entity: Entity,
  there: ReadonlySet<string>,
  fixed: Fixed,
): Map<string, string> {
  const fields = new Map<string, string>()
  const relation = (field: EntityField): EntityRelation | undefined =>
    parentsOf(entity).find(({ keys }) => keys.includes(field.name))
  for (const field of entity.fields) {
    if (field.relation) continue
    const given = fixed.get(`${entity.name}.${field.name}`)
    const parent = relation(field)
    if (given !== undefined) fields.set(field.name, given)
    else if (parent) {
      // A row that refers to its own model comes without.
      if (there.has(parent.model) && parent.model !== entity.name)
        fields.set(
          field.name,
          `${rowRef(lowerFirst(parent.model))}.${parent.references[parent.keys.indexOf(field.name)] ?? 'id'}`,
        )
    } else if (!field.optional && !field.hasDefault && !field.list) {
      const value = sampleCode(dataModel, entity, field)
      if (value !== undefined) fields.set(field.name, value)
    }
  }
  return fields
}

/** Code of a value for a column that must have one. */
function sampleCode(dataModel: DataModel, entity: Entity, { name, type }: EntityField): string | undefined {
  switch (type) {
    case 'String':
      return textOf(entity, name)
    case 'Int':
    case 'Float':
    case 'Decimal':
      return '1'
    case 'BigInt':
      return '1n'
    case 'Boolean':
      return 'false'
    case 'DateTime':
      return `new Date('${/end|until|expire|due/i.test(name) ? '2032-05-04T11:00:00.000Z' : '2032-05-04T10:00:00.000Z'}')`
    case 'Json':
      return '{}'
    case 'Bytes':
      return 'new Uint8Array([1])'
    default: {
      const value = dataModel.enums.find((one) => one.name === type)?.values[0]?.name
      return value === undefined ? undefined : quoted(value)
    }
  }
}

function textOf(entity: Entity, name: string): string {
  if (/e-?mail/i.test(name)) return `\`${NAME}@example.test\``
  if (/slug|handle|username|^id$/i.test(name)) return NAME
  if (/url|link|website/i.test(name)) return `\`https://example.test/${NAME}\``
  if (/^(name|title|label)$/i.test(name)) return `\`${capital(words(entity.name))} of ${NAME}\``
  return `\`${capital(words(name))} of ${NAME}\``
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/**
 * The data of a row as code. `ref`: how a row of the party is written here.
 * `besides`: code by field, over what the row would have.
 */
export function dataOf(
  { fields }: PartyRow,
  ref: (variable: string) => string,
  besides: ReadonlyMap<string, string> = new Map(),
): string {
  const all = new Map([...fields, ...besides])
  const parts = [...all].map(([key, code]) => {
    const value = code
      .replace(/‹name›/g, code.includes('`') ? `\${name}` : 'name')
      .replace(/‹(\w+)›/g, (_, variable: string) => ref(variable))
    return key === value ? key : `${key}: ${value}`
  })
  return `{ ${parts.join(', ')} }`
}

/** The function that makes a party. */
export function createParty(party: Party, client: string): string {
  const lines = party.rows.map(
    (row) =>
      `const ${row.variable} = await ${client}.${row.entity.delegate}.create({ data: ${dataOf(row, (variable) => variable)} })`,
  )
  return `async function createParty(name: string) {
${lines.join('\n')}
return { ${['name', ...party.rows.map(({ variable }) => variable)].join(', ')} }
}`
}
