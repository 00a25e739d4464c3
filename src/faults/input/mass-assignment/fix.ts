import { replaceExpression } from '../../../changes/source-file.ts'
import type { Edit } from '../../../core/change.ts'
import type { Access } from '../../../project/flow/events.ts'
import { bindingUses, namesIn, originOf } from '../../../project/names.ts'
import { forbiddenColumns, wholeInputs } from '../../../project/written-input.ts'
import { type Fixer, needs } from '../../../proof/fixer.ts'
import { accessOf, memberOf, type QuerySite, querySite, textOf } from '../../../repair/fix-site.ts'
import { bringSchema, isUpdate, type ModelSchema, modelSchemas } from '../../../repair/model-schema.ts'
import type { Range } from '../../../source/shape.ts'

const PARTS = ['data', 'create', 'update']

/** Parses what is written with the project's schema of the model, narrowed to columns that tie the row to nothing. */
const fix: Fixer = (repair) => {
  const found = accessOf(repair, (access) => /^(create|update|upsert)/.test(access.operation))
  const site = found && querySite(repair, found.access)
  if (!found || !site) return needs('the query was not found')
  const { access, entity } = found
  const parsedAlready = wholeInputs(access).find(({ keys }) => keys !== undefined)
  const named = parsedAlready ? forbiddenColumns(access, entity, parsedAlready) : []
  if (named.length > 0)
    return needs(
      `its own schema lets ${named.join(', ')} through: whether other endpoints need that is yours to say (\`.omit\` it here if they do)`,
    )
  const raw = rawIn(site)
  if (!raw) return needs('what is written is not handed to the query as one value')
  const schemas = modelSchemas(repair.project, entity, access).filter(
    ({ fields }) => forbiddenColumns(access, entity, { input: '', keys: fields }).length === 0,
  )
  for (const schema of schemas) {
    const brought = bringSchema(repair.project, schema, site)
    if (!brought) continue
    const code = `${brought.local}${narrowed(schema, access)}.parse`
    return {
      title: `Let ${found.run.label} write ${schema.fields.join(', ')} alone`,
      reason: `Any column of ${entity.name} can be sent. ${schema.name} is what ${schema.run.label} accepts.`,
      safety: 'review',
      edits: [...brought.edits, ...parsed(site, raw, code)],
      creates: [],
      allows: schema.fields,
      notes: [
        `Columns other than ${schema.fields.join(', ')} are dropped from now on: add those that may be changed.`,
      ],
    }
  }
  const [hidden] = schemas
  return needs(
    hidden
      ? `${hidden.name} of ${hidden.syntax.file} would fit, but is not exported`
      : `no schema of the project says which columns of ${entity.name} a caller may ${isUpdate(access) ? 'change' : 'set'}`,
  )
}

function narrowed(schema: ModelSchema, access: Access): string {
  const pick = schema.all ? '' : `.pick({ ${schema.fields.map((field) => `${field}: true`).join(', ')} })`
  return pick + (isUpdate(access) && !schema.optional ? '.partial()' : '')
}

/** The value that is written as it came: `data: body`, or the spread of `data: { ...body, ownerId }`. */
function rawIn({ source, args }: QuerySite): Range | undefined {
  const values = PARTS.flatMap((key) => memberOf(args, key)?.value ?? [])
  if (values.length !== 1) return undefined
  const [value] = values
  const object = value && source.shape.object(value.start)
  if (!object) return value
  const spreads = object.members.filter(
    (one) => one.key === undefined && textOf(source, one).startsWith('...'),
  )
  return spreads.length === 1 ? spreads[0]?.value : undefined
}

/** Where the value is made for this query alone, it is parsed there; else where it is written. */
function parsed(site: QuerySite, raw: Range, parse: string): Edit[] {
  const { source, syntax } = site
  const wrap = (range: Range): Edit[] =>
    replaceExpression(source, range, `${parse}(${textOf(source, range)})`)
  const text = textOf(source, raw)
  const b = namesIn(syntax, raw).get(text)
  const binding = b === undefined ? undefined : syntax.bindings[b]
  if (b === undefined || binding?.k !== 'const' || binding.to.k !== 'bind' || !binding.init) return wrap(raw)
  const init = source.shape.range(binding.init)
  const alone = bindingUses(syntax, b) === 1 && originOf(syntax, b).k !== 'module'
  return init && alone ? wrap(init) : wrap(raw)
}

export default fix
