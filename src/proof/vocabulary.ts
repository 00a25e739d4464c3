/** Which texts the code takes for columns that the schema calls text: `team-owner` of a role, `funnel` of a report's type. */
import type { Vocabulary } from '../database/seed/hints.ts'
import type { DataModel } from '../project/data-model.ts'
import type { Access } from '../project/flow/events.ts'
import type { Value } from '../project/flow/value.ts'
import type { InputSchema } from '../project/input-schema.ts'
import { argument, leaves } from '../project/ownership.ts'
import type { Run } from '../project/project.ts'
import { inputsOf, meaningOf, schemaAt } from './inputs.ts'

const ARGUMENTS = ['data', 'create', 'update', 'where']

/**
 * From the runs of all endpoints: the members of enums in schemas of inputs that are written to a column or compared with
 * it, then what queries themselves write into it or ask of it. Columns of other types than text have none.
 */
export function vocabularyOf(runs: readonly Run[], dataModel: DataModel): Vocabulary {
  const words = new Map<string, Set<string>>()
  const add = (model: string, field: string, said: readonly string[]): void => {
    const key = `${model}.${field}`
    if (said.length === 0 || !isText(dataModel, model, field)) return
    words.set(key, new Set([...(words.get(key) ?? []), ...said]))
  }
  for (const run of runs) {
    const { all, schemas } = inputsOf(run, dataModel)
    for (const { path, meaning } of all)
      if (meaning) add(meaning.model, meaning.field, membersOf(schemaAt(schemas, path)))
  }
  for (const { events } of runs)
    for (const event of events)
      if (event.k === 'access')
        for (const { model, field, text } of written(event, dataModel)) add(model, field, [text])
  return (model, field) => [...(words.get(`${model}.${field}`) ?? [])]
}

const isText = (dataModel: DataModel, model: string, name: string): boolean =>
  dataModel.model(model)?.fields.some((one) => one.name === name && one.type === 'String' && !one.id) ?? false

function membersOf(schema: InputSchema | undefined): string[] {
  if (schema?.k === 'union') return schema.options.flatMap(membersOf)
  return schema?.k === 'values' ? schema.values.filter((one) => typeof one === 'string') : []
}

function written(access: Access, dataModel: DataModel): { model: string; field: string; text: string }[] {
  const entity = dataModel.model(access.model)
  if (!entity) return []
  return ARGUMENTS.flatMap((name) =>
    leaves(argument(access, name)).flatMap(({ path, value }) => {
      const text = textOf(value)
      const meaning = text === undefined || text === '' ? undefined : meaningOf(entity, path, dataModel)
      return meaning && text !== undefined ? [{ ...meaning, text }] : []
    }),
  )
}

const textOf = ({ shape }: Value): string | undefined =>
  shape?.k === 'literal' && typeof shape.value === 'string' ? shape.value : undefined
