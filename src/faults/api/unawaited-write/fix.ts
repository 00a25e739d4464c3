import { awaitCall } from '../../../changes/awaiting.ts'
import { offsetOf } from '../../../changes/layout.ts'
import { openSource } from '../../../changes/source-file.ts'
import { type Fixer, needs } from '../../../proof/fixer.ts'

/** Puts `await` before the write, in place of a `void`. */
const fix: Fixer = ({ finding, read }) => {
  const { file } = finding.location
  const text = read(file)
  const source = text === undefined ? undefined : openSource(file, text)
  if (!source) return needs('the file cannot be read')
  const at = offsetOf(source.text, finding.location)
  const statement = source.shape.statement(at)
  const name = /\.(\w+) in /.exec(finding.subject)?.[1]
  const call =
    statement && source.shape.callsIn(statement).find((one) => one.start === at && one.name === name)
  if (!call) return needs('the write is part of a longer expression')
  if (!source.shape.isAsync(call.start))
    return needs('the function around the write is not async: who calls it must wait for it too')
  const dropped = /\bvoid\s+$/.exec(source.text.slice(0, call.start))?.[0].length ?? 0
  const edits =
    dropped > 0
      ? [{ file, from: call.start - dropped, to: call.start, text: 'await ' }]
      : awaitCall(source, call)
  return {
    title: `Await ${name}`,
    reason: 'Prisma sends a query when its promise is awaited.',
    safety: 'safe',
    edits,
    creates: [],
  }
}

export default fix
