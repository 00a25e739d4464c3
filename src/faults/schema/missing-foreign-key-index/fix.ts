import { addIndex } from '../../../changes/schema-edits.ts'
import { type Fixer, needs } from '../../../proof/fixer.ts'
import { schemaChange, snake } from '../../../repair/schema-change.ts'

/** Adds the index to the model, and the migration where the project has migrations. */
const fix: Fixer = async (repair) => {
  const [name = '', keys = ''] = repair.finding.subject.split('.')
  const fields = keys.split('+')
  for (const dataModel of repair.project.dataModels) {
    const entity = dataModel.model(name)
    if (!entity || entity.location.file !== repair.finding.location.file) continue
    const words = ['index', snake(name), ...fields.map(snake)].join('_')
    const change = await schemaChange(repair, dataModel, entity, words, {
      title: `Index ${name} by ${fields.join(', ')}`,
      reason: `Without it, looking for the rows of one ${fields.join(', ')} reads the whole table.`,
      edit: (text) => addIndex(text, name, fields),
    })
    if (change) return change
  }
  return needs('the model was not found in the schema')
}

export default fix
