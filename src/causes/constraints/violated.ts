/** Which rule of the database was broken: the constraint by its name, and the fields of the model that it is on. */
import type { ReadError } from '../../core/failure.ts'
import type { Entity } from '../../project/data-model.ts'
import type { Scene } from '../cause.ts'

export const isUnique = ({ codes, text }: ReadError): boolean =>
  codes.includes('P2002') ||
  codes.includes('23505') ||
  /duplicate key value violates unique constraint|Unique constraint (?:failed|violat)/.test(text)

export interface Violated {
  model: Entity
  fields: string[]
}

/** The unique fields that the text names: by constraint, or by field as Prisma ≤ 6 does. */
export function violated({ project, error, model }: Scene): Violated | undefined {
  const constraint = /unique constraint \\?["`](\w+)|constraint: `(\w+)`|constraint: \{ index: '(\w+)'/.exec(
    error.text,
  )
  const name = constraint?.[1] ?? constraint?.[2] ?? constraint?.[3]
  const listed = /failed on the fields: \(([^)]*)\)|Key \(([^)]*)\)=/.exec(error.text)
  const fields = (listed?.[1] ?? listed?.[2])?.split(',').map((one) => one.replace(/[`"\s]/g, ''))
  const models = project.dataModels.flatMap((one) => one.models)
  for (const one of model ? [model, ...models] : models) {
    for (const index of one.indexes) {
      if (index.kind !== 'unique' && index.kind !== 'id') continue
      const own = index.fields.map((field) => field.name)
      const columns = own.map(
        (field) => one.fields.find(({ name: known }) => known === field)?.column ?? field,
      )
      const usual = index.kind === 'id' ? `${one.table}_pkey` : `${one.table}_${columns.join('_')}_key`
      if (name !== undefined ? (index.map ?? usual) === name : one === model && fields?.join() === own.join())
        return { model: one, fields: own }
    }
  }
  return undefined
}

/** The words for it: `User.email`, `Member.(orgId, userId)`. */
export const fieldsText = ({ model, fields }: Violated): string =>
  fields.length === 1 ? `${model.name}.${fields[0]}` : `${model.name}.(${fields.join(', ')})`
