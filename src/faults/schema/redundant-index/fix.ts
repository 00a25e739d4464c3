import { removeIndex } from '../../../changes/schema-edits.ts'
import { type Fixer, needs } from '../../../proof/fixer.ts'
import { schemaChange, snake } from '../../../repair/schema-change.ts'

/** Removes the index from the model, and adds the migration where the project has migrations. */
const fix: Fixer = async (repair) => {
  const { file, line } = repair.finding.location
  for (const dataModel of repair.project.dataModels)
    for (const entity of dataModel.models) {
      const index = entity.indexes.find((one) => one.location.file === file && one.location.line === line)
      if (index?.kind === 'unique') return needs('queries may name the unique key')
      if (index?.kind !== 'index' || index.inline) continue
      const fields = index.fields.map(({ name, sort }) => (sort ? { name, sort } : { name }))
      const names = fields.map(({ name }) => name)
      const same = entity.indexes.filter(
        (one) => one.kind === 'index' && one.fields.map(({ name }) => name).join() === names.join(),
      )
      if (same.at(-1) !== index) return needs('several indexes of the model have these fields')
      const words = ['drop_index', snake(entity.name), ...names.map(snake)].join('_')
      const change = await schemaChange(repair, dataModel, entity, words, {
        title: `Drop the index of ${entity.name} by ${names.join(', ')}`,
        reason: 'Another index begins with the same fields and serves the same queries.',
        edit: (text) => removeIndex(text, entity.name, fields),
      })
      if (change) return change
    }
  return needs('the index was not found in the schema')
}

export default fix
