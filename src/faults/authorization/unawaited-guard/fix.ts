import { offsetOf } from '../../../changes/layout.ts'
import { openSource, type SourceFile } from '../../../changes/source-file.ts'
import type { Edit } from '../../../core/change.ts'
import { type Fixer, needs } from '../../../proof/fixer.ts'
import type { Range } from '../../../source/shape.ts'

/** Puts `await` before the call whose promise is tested. */
const fix: Fixer = ({ finding, read }) => {
  const { file } = finding.location
  const text = read(file)
  const source = text === undefined ? undefined : openSource(file, text)
  if (!source) return needs('the file cannot be read')
  const at = offsetOf(source.text, finding.location)
  const statement = source.shape.statement(at)
  const name = /→ ([\w$.]+)/.exec(finding.subject)?.[1]?.split('.').at(-1)
  if (!statement || name === undefined) return needs('the check is no plain call')
  const call = source.shape.callsIn(statement).find((one) => one.name === name)
  if (!call)
    return needs(
      'the check is handed to another function: what it should do with the answers is yours to say',
    )
  if (!source.shape.isAsync(call.start)) return needs('the function around the check is not async')
  return {
    title: `Await ${name}`,
    reason: `${name} gives a promise, which is true whatever the answer is.`,
    safety: 'safe',
    edits: awaited(source, call),
    creates: [],
  }
}

/** `!check()` → `!(await check())`, as formatters write it. A member of the result needs the parentheses. */
function awaited({ file, text }: SourceFile, { start, end }: Range): Edit[] {
  const tight = /[!~+-]$/.test(text.slice(0, start)) || /^\s*(?:\?\.|\[|!?\.)/.test(text.slice(end))
  if (!tight) return [{ file, from: start, to: start, text: 'await ' }]
  return [
    { file, from: start, to: start, text: '(await ' },
    { file, from: end, to: end, text: ')' },
  ]
}

export default fix
