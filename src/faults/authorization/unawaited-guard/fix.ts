import { awaitCall } from '../../../changes/awaiting.ts'
import { offsetOf } from '../../../changes/layout.ts'
import { openSource, type SourceFile } from '../../../changes/source-file.ts'
import { namesIn } from '../../../project/names.ts'
import type { Project } from '../../../project/project.ts'
import { type Fixer, needs } from '../../../proof/fixer.ts'
import type { Range } from '../../../source/shape.ts'

/** Puts `await` before the call whose promise is tested. */
const fix: Fixer = ({ project, finding, read }) => {
  const { file } = finding.location
  const text = read(file)
  const source = text === undefined ? undefined : openSource(file, text)
  if (!source) return needs('the file cannot be read')
  const at = offsetOf(source.text, finding.location)
  const statement = source.shape.statement(at)
  const name = /→ ([\w$.]+)/.exec(finding.subject)?.[1]?.split('.').at(-1)
  if (!statement || name === undefined) return needs('the check is no plain call')
  const call = [statement, ...initsOf(project, source, statement)]
    .flatMap((range) => source.shape.callsIn(range))
    .find((one) => one.name === name)
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

/** `const allowed = check()`: where the variables of a statement got their values. */
function initsOf(project: Project, source: SourceFile, statement: Range): Range[] {
  const syntax = project.program.syntax(source.file)
  if (!syntax) return []
  return [...namesIn(syntax, statement).values()].flatMap((b) => {
    const binding = syntax.bindings[b]
    const init = binding?.k === 'const' && binding.init?.k === 'call' ? binding.init : undefined
    return (init && source.shape.range(init)) ?? []
  })
}

export default fix
