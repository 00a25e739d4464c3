import { offsetOf } from '../../../changes/layout.ts'
import { openSource } from '../../../changes/source-file.ts'
import { type Fixer, needs } from '../../../proof/fixer.ts'
import { bound, partsOf } from './bind.ts'

/** `$queryRawUnsafe(`…`)` becomes the tagged `$queryRaw`…``, with each value as a parameter. */
const fix: Fixer = ({ finding, read }) => {
  const { file } = finding.location
  const text = read(file)
  const source = text === undefined ? undefined : openSource(file, text)
  const at = source && offsetOf(source.text, finding.location)
  const statement = at === undefined ? undefined : source?.shape.statement(at)
  if (!source || !statement) return needs('the file cannot be read')
  const call = source.shape.callsIn(statement).find((one) => /^\$(query|execute)RawUnsafe$/.test(one.name))
  const sql = call?.args[0]
  if (!call || !sql || call.args.length > 1) return needs('the SQL is not written in one place')
  const parts = partsOf(source.text.slice(sql.start, sql.end))
  const template = parts && bound(parts)
  if (!template)
    return needs(
      'a name of a table or column, or a piece of SQL, is chosen by the caller: it has to come from a fixed list',
    )
  const head = source.text.slice(call.start, sql.start)
  const tagged = head.replace(/\$(query|execute)RawUnsafe/, '$$$1Raw').replace(/\(\s*$/, '')
  return {
    title: 'Bind the values of the raw query',
    reason: 'A value that is bound as a parameter cannot become SQL.',
    safety: 'safe',
    edits: [{ file, from: call.start, to: call.end, text: `${tagged}${template}` }],
    creates: [],
  }
}

export default fix
