import type { Change } from '../../../core/change.ts'
import type { Entity } from '../../../project/data-model.ts'
import type { Access } from '../../../project/flow/events.ts'
import { visibleFields } from '../../../project/flow/value.ts'
import { isGuarded } from '../../../project/guards.ts'
import { isMeantForAll } from '../../../project/meant-for-all.ts'
import { argument, keysFromClient, placeInHandler } from '../../../project/ownership.ts'
import type { Run } from '../../../project/project.ts'
import { type Fixer, needs, type Repair } from '../../../proof/fixer.ts'
import { copyStatements } from '../../../repair/bring-names.ts'
import { accessOf, beforeEdits, placeAt, querySite, siteAfter, textOf } from '../../../repair/fix-site.ts'
import { type GuardCode, guardCode } from '../../../repair/guard-code.ts'
import { ownerCondition } from '../../../repair/owner-condition.ts'
import { otherWrapper } from '../../../repair/wrappers.ts'

/** Asks who is calling as sibling endpoints do; and ties the row to the caller, where the guard alone does not. */
const fix: Fixer = (repair) => {
  const found = accessOf(repair)
  if (!found) return needs('the query was not found')
  const { run, access, entity } = found
  const handler = placeAt(repair, placeInHandler(access))
  if (!handler) return needs('the handler cannot be read')
  if (isMeantForAll(run)) return needs('its name says that it may be meant for people who are not signed in')
  const wrapped = otherWrapper(repair, handler, run)
  if (wrapped) return tied(repair, run, access, entity, wrapped) ?? wrapped
  for (const guard of guardsNear(repair, run, access)) {
    const asked = keysFromClient(access, entity).length === 0 || mentioned(repair, guard, access)
    const bare = copyStatements(repair.project, guard.place, guard.range, handler, guard.unused)
    const edits = asked ? bare : copyStatements(repair.project, guard.place, guard.range, handler)
    if (!bare || !edits) continue
    const ask: Change = {
      title: `Ask who is calling in ${run.label}`,
      reason: `Nothing asks who is calling. The guard is that of ${guard.run.label}.`,
      safety: 'review',
      edits,
      creates: [],
    }
    return asked ? ask : (tied(repair, run, access, entity, ask) ?? { ...ask, edits: bare })
  }
  return needs('no endpoint of this kind asks who is calling in a way that can be copied here')
}

/** And ties the row to the caller: being signed in is not enough for a row of somebody else. */
function tied(repair: Repair, run: Run, access: Access, entity: Entity, ask: Change): Change | undefined {
  if (keysFromClient(access, entity).length === 0) return undefined
  const before = querySite(repair, access)
  const site = before && siteAfter(before, ask.edits)
  const condition = site && ownerCondition(repair, run, access, entity, site)
  if (!condition || 'needs' in condition) return undefined
  const edits = beforeEdits(ask.edits, condition.edits)
  if (!edits) return undefined
  const { location } = condition.from
  return {
    ...ask,
    title: `${ask.title}, and tie ${entity.name} to the caller by ${condition.key}`,
    reason: `${ask.reason} The condition is that of ${location.file}:${location.line}.`,
    edits: [...ask.edits, ...edits],
  }
}

/** What the guard is asked about is in the condition of the query: `requireMember(target.orgId)`. */
function mentioned(repair: Repair, { place, range }: GuardCode, access: Access): boolean {
  const site = querySite(repair, access)
  const where = site?.args?.members.find((one) => one.key === 'where')
  if (!site || !where) return false
  const guard = textOf(place.source, range)
  const values =
    textOf(site.source, where.value).match(/[\w$]+(?:\.[\w$]+)+|(?<=[{,]\s*)[\w$]+(?=\s*[,}])/g) ?? []
  return values.some((value) => guard.includes(value))
}

/** Guards of endpoints of the same kind: of those that do the most alike first. */
function guardsNear(repair: Repair, run: Run, access: Access): GuardCode[] {
  const kind = run.endpoint?.kind
  const others = repair.project.runs.filter(
    (one) => one !== run && one.endpoint?.kind === kind && one.events.some((event) => isGuarded(event.facts)),
  )
  const score = (one: Run): number[] => {
    const same = one.events.filter(
      (event): event is Access => event.k === 'access' && event.model === access.model,
    )
    const alike = same.filter((event) => event.operation === access.operation)
    return [
      one.endpoint?.location.file === run.endpoint?.location.file ? 0 : 1,
      alike.some((event) => columns(event) === columns(access)) ? 0 : 1,
      alike.length > 0 ? 0 : 1,
      same.length > 0 ? 0 : 1,
      (one.endpoint?.location.file ?? '').endsWith((run.endpoint?.location.file ?? '').replace(/.*\./, '.'))
        ? 0
        : 1,
    ]
  }
  return others
    .map((one) => ({ one, rank: score(one) }))
    .toSorted(
      (a, b) => a.rank.map((value, index) => value - (b.rank[index] ?? 0)).find((value) => value !== 0) ?? 0,
    )
    .flatMap(({ one }) => guardCode(repair, one))
}

const columns = (access: Access): string => [...visibleFields(argument(access, 'data')).keys()].sort().join()

export default fix
