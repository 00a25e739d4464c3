import { offsetOf } from '../../../changes/layout.ts'
import {
  insertProperty,
  openSource,
  removeMember,
  replaceExpression,
  type SourceFile,
} from '../../../changes/source-file.ts'
import type { Edit } from '../../../core/change.ts'
import { trailsOf } from '../../../core/finding.ts'
import type { Entity } from '../../../project/data-model.ts'
import type { Project } from '../../../project/project.ts'
import { type Fixer, needs } from '../../../proof/fixer.ts'
import type { ObjectShape } from '../../../source/shape.ts'

/** Leaves the secrets out of the query: `omit`, or one field less in `select`. */
const fix: Fixer = ({ project, finding, read }) => {
  const at = trailsOf(finding.evidence)[0]?.steps.at(-1)?.location
  const text = at && read(at.file)
  const source = at && text !== undefined ? openSource(at.file, text) : undefined
  if (!source || !at) return needs('the query was not found')
  const call = source.shape
    .callsIn(lineOf(source, at))
    .find((one) => /^(find|create|update|upsert|delete)/.test(one.name))
  const args = call?.args[0] && source.shape.object(call.args[0].start)
  if (!args) return needs('the arguments of the query are not written where it is called')
  const secrets = (finding.subject.split(' → ')[1] ?? '').split(', ')
  const run = project.runs.find((one) => one.label === finding.endpoint)
  const access = run?.events.find(
    (event) => event.k === 'access' && event.location.line === at.line && event.location.file === at.file,
  )
  const entity = access?.k === 'access' ? project.entity(access.model) : undefined
  if (!entity) return needs('the model of the query is not known')
  const edits = secrets.flatMap((secret) => without(project, source, entity, args, secret, 4) ?? [])
  if (edits.length < secrets.length) return needs(`where ${secrets.join(', ')} is read could not be told`)
  return {
    title: `Leave ${secrets.join(', ')} out of the query`,
    reason: 'A secret that is not read cannot be sent.',
    safety: 'safe',
    edits,
    creates: [],
  }
}

function lineOf(source: SourceFile, at: { line: number; column: number }): { start: number; end: number } {
  const offset = offsetOf(source.text, at)
  return source.shape.statement(offset) ?? { start: offset, end: source.text.length }
}

/** The edits that keep `Model.field` out of what these arguments read. */
function without(
  project: Project,
  source: SourceFile,
  entity: Entity,
  args: ObjectShape,
  secret: string,
  depth: number,
): Edit[] | undefined {
  const [model, field] = secret.split('.')
  if (field === undefined || depth === 0) return undefined
  const part = (name: string): ObjectShape | undefined => {
    const member = args.members.find((one) => one.key === name)
    return member && source.shape.object(member.value.start)
  }
  const select = part('select')
  if (entity.name === model) {
    const chosen = select?.members.find((one) => one.key === field)
    if (select) return chosen && removeMember(source, select, chosen)
    const omit = part('omit')
    if (omit) return insertProperty(source, omit, `${field}: true`)
    return insertProperty(source, args, `omit: { ${field}: true }`)
  }
  for (const member of [...(select?.members ?? []), ...(part('include')?.members ?? [])]) {
    const relation = entity.relations.find((one) => one.field === member.key)
    const target = relation && project.entity(relation.model)
    if (!target) continue
    const inner = source.shape.object(member.value.start)
    if (inner) {
      const edits = without(project, source, target, inner, secret, depth - 1)
      if (edits) return edits
    } else if (target.name === model && source.text.slice(member.value.start, member.value.end) === 'true')
      return replaceExpression(source, member.value, `{ omit: { ${field}: true } }`)
  }
  return undefined
}

export default fix
