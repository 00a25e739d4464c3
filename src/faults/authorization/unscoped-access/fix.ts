import { isWrite } from '../../../project/flow/prisma.ts'
import { placeInHandler } from '../../../project/ownership.ts'
import { type Fixer, needs } from '../../../proof/fixer.ts'
import { accessOf } from '../../../repair/fix-site.ts'
import { ownerCondition } from '../../../repair/owner-condition.ts'

/** Puts the owner into the `where`, as the other queries of the project do. */
const fix: Fixer = (repair) => {
  const found = accessOf(repair)
  if (!found) return needs('the query was not found')
  const { run, access, entity } = found
  const place = placeInHandler(access)
  if (place.file !== access.location.file || place.line !== access.location.line)
    return needs(`the query stands in ${access.location.file}, and others reach it too: hand it the owner`)
  const condition = ownerCondition(repair, run, access, entity)
  if ('needs' in condition) return condition
  const { location } = condition.from
  return {
    title: `Tie ${entity.name} to the caller by ${condition.key}`,
    reason: `${run.label} reaches any ${entity.name} by its id. The condition is that of ${location.file}:${location.line}.`,
    safety: 'safe',
    edits: condition.edits,
    creates: [],
    ...(isWrite(access.operation) && !access.operation.endsWith('Many')
      ? { notes: [`Of another owner's ${entity.name}, ${access.operation} now throws P2025: not found.`] }
      : {}),
  }
}

export default fix
