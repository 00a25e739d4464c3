import { awaitCall } from '../../../changes/awaiting.ts'
import { offsetOf } from '../../../changes/layout.ts'
import { openSource } from '../../../changes/source-file.ts'
import { type Fixer, needs } from '../../../proof/fixer.ts'

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
    edits: awaitCall(source, call),
    creates: [],
  }
}

export default fix
