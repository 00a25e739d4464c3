import { awaitCall } from '../../../changes/awaiting.ts'
import { offsetOf } from '../../../changes/layout.ts'
import { openSource } from '../../../changes/source-file.ts'
import { type Fixer, needs } from '../../../proof/fixer.ts'

/** Awaits a call of `cookies()`, `headers()` or `draftMode()` where it stands. */
const fix: Fixer = ({ finding, read }) => {
  const { file } = finding.location
  const text = read(file)
  const source = text === undefined ? undefined : openSource(file, text)
  if (!source) return needs('the file cannot be read')
  const name = /^(\w+)\(\) in /.exec(finding.subject)?.[1]
  if (name === undefined) return needs('the type of the parameter changes with it')
  const at = offsetOf(source.text, finding.location)
  const statement = source.shape.statement(at)
  const call =
    statement && source.shape.callsIn(statement).find((one) => one.start === at && one.name === name)
  if (!call) return needs(`the call of ${name} was not found`)
  if (!source.shape.isAsync(call.start)) return needs('the function around the call is not async')
  return {
    title: `Await ${name}()`,
    reason: `${name}() gives a promise.`,
    safety: 'safe',
    edits: awaitCall(source, call),
    creates: [],
  }
}

export default fix
