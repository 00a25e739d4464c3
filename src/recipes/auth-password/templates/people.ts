/** Rows of people for the generated tests, with what they belong to. */
import type { DataModel, Entity } from '../../../project/data-model.ts'
import type { Target } from '../target.ts'

export interface People {
  /** `name: 'Ann'`, `clinicId: (await clinic()).id`: what a row needs besides address and hash. */
  fields: string[]
  /** Code that makes what they belong to, and that removes it. */
  before: string
  after: string
  /** A required field that no value is known for: no row can be made. */
  unknown?: string
}

/** For `data` of a `create`. */
export function peopleOf(t: Target): People {
  const { user, client, facts } = t
  const dataModel = facts.project.dataModels.find((one) => one.model(user.model))
  const model = dataModel?.model(user.model)
  const made = user.id.type === 'String' ? 'newAddress()' : '++count'
  // What the project makes itself, a test has to.
  const fields = user.id.made && t.choice.surface.kind !== 'routes' ? [`${user.id.name}: ${made}`] : []
  const people: People = { fields, before: '', after: '' }
  for (const { name, type } of user.filled) {
    const relation = model?.relations.find(({ keys }) => keys.length === 1 && keys[0] === name)
    const owner = relation && dataModel?.model(relation.model)
    if (!relation || !dataModel || !owner) {
      people.fields.push(`${name}: ${samples[type]}`)
      continue
    }
    const data = requiredOf(owner, dataModel)
    if (data === undefined) people.unknown = name
    const id = relation.references[0] ?? 'id'
    const rows = `${client.use}.${owner.delegate}`
    const row = `${relation.field}Row`
    people.fields.push(`${name}: (await ${relation.field}()).${id}`)
    people.before += `
// What all of them belong to.
let ${row}: Promise<{ ${id}: ${typescript[type]} }> | undefined
const ${relation.field} = () => {
  ${row} ??= ${rows}.create({ data: { ${(data ?? []).join(', ')} }, select: { ${id}: true } })
  return ${row}
}
`
    people.after += `\nif (${row}) await ${rows}.delete({ where: { ${id}: (await ${row}).${id} } })`
  }
  return people
}

/** Code with `newAddress()`: what people sign in with, each of this run alone. */
export const addresses = ({ user }: Target): string =>
  user.identifier === 'email'
    ? `const domain = \`\${Date.now().toString(36)}.example.com\`
let count = 0
const newAddress = () => \`ann\${++count}@\${domain}\``
    : `const domain = Date.now().toString(36)
let count = 0
const newAddress = () => \`ann\${++count}-\${domain}\``

/** The same address in another spelling. */
export const respelled = ({ user }: Target): string =>
  user.identifier === 'email' ? `account.${user.email}.toUpperCase()` : `\` \${account.${user.email}} \``

/** What the tests end with: nobody of them is left. */
export function cleanup({ user, client, register }: Target, people: People): string {
  return [
    `await ${client.use}.${user.delegate}.deleteMany({ where: { ${user.email}: { endsWith: domain } } })`,
    ...(register ? [] : people.after.trim().split('\n').filter(Boolean)),
    `await ${client.use}.$disconnect()`,
  ].join('\n')
}

const samples = { String: "'Ann'", Int: '1', DateTime: "new Date('2000-01-01T00:00:00.000Z')" } as const
const typescript = { String: 'string', Int: 'number', DateTime: 'Date' } as const

const values: Record<string, string> = {
  ...samples,
  Boolean: 'false',
  Float: '1',
  Decimal: '1',
  BigInt: '1n',
  Json: '{}',
}

/** Values for what a row must have; nothing where it has to belong to something itself. */
function requiredOf({ fields, relations }: Entity, { enums }: DataModel): string[] | undefined {
  const keys = new Set(relations.flatMap((one) => one.keys))
  const required = fields.filter(
    (one) =>
      !one.relation && !one.optional && !one.list && !one.hasDefault && !/^updated_?at$/i.test(one.name),
  )
  const known = required.map((one) => {
    const member = enums.find(({ name }) => name === one.type)?.values[0]
    return keys.has(one.name) ? undefined : member ? `'${member.name}'` : values[one.type]
  })
  if (known.includes(undefined)) return undefined
  return required.map(({ name, unique, type }, index) =>
    unique && type === 'String' ? `${name}: domain` : `${name}: ${known[index]}`,
  )
}
