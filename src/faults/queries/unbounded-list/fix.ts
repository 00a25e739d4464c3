import { insertProperty } from '../../../changes/source-file.ts'
import type { Edit } from '../../../core/change.ts'
import type { Access } from '../../../project/flow/events.ts'
import { namesIn, originOf } from '../../../project/names.ts'
import type { Run } from '../../../project/project.ts'
import { type Fixer, needs, type Repair } from '../../../proof/fixer.ts'
import { bringNames, rename } from '../../../repair/bring-names.ts'
import { accessOf, memberOf, plainCode, type QuerySite, querySite } from '../../../repair/fix-site.ts'

/** Gives the list the limit that the project's other lists have, and their order where it has none. */
const fix: Fixer = (repair) => {
  if (repair.finding.endpoint === undefined)
    return needs('code around the query decides which rows are its page')
  const found = accessOf(repair, (access) => access.operation === 'findMany')
  const site = found && querySite(repair, found.access)
  if (!found || !site) return needs('the query was not found')
  if (!site.args && site.call.args.length > 0)
    return needs('the arguments of the query are not written where it is called')
  const limits = limitsOf(repair, found.run, found.access, site)
  const [limit] = limits
  if (!limit)
    return needs('no other list of the project has a limit: how many rows are enough is yours to say')
  const order = memberOf(site.args, 'orderBy')
    ? undefined
    : limits.find((one) => one.order !== undefined && one.same)
  const code = [...(order ? [`orderBy: ${order.order}`] : []), `take: ${limit.code}`]
  return {
    title: `Limit the list of ${found.entity.name} to ${limit.code} rows`,
    reason: `It answers with every row that matches. The limit is that of ${limit.run.label}.`,
    safety: 'review',
    edits: [...limit.edits, ...insertArguments(site, code)],
    creates: [],
    notes: [
      `Callers with more than ${limit.code} rows no longer see all of them: give them a way to the next page.`,
    ],
  }
}

interface Limit {
  run: Run
  code: string
  edits: Edit[]
  /** Order of a list of the same model, where it is constant. */
  order?: string
  same: boolean
}

/** Limits of other lists, the likeliest first: of the same model, then the one that most have. */
function limitsOf(repair: Repair, run: Run, access: Access, site: QuerySite): Limit[] {
  const limits: Limit[] = []
  const seen = new Set<string>()
  for (const other of repair.project.runs) {
    if (!other.endpoint) continue
    for (const event of other.events) {
      const { file, line, column } = event.location
      const at = `${file}:${line}:${column}`
      if (event.k !== 'access' || event.operation !== 'findMany' || seen.has(at)) continue
      seen.add(at)
      const limit = limitOf(repair, other, event, site)
      if (limit) limits.push({ ...limit, same: event.model === access.model })
    }
  }
  const count = (code: string): number => limits.filter((one) => one.code === code).length
  const near = (one: Limit): number => Number(one.run.endpoint?.kind === run.endpoint?.kind)
  return limits.toSorted(
    (a, b) => Number(b.same) - Number(a.same) || near(b) - near(a) || count(b.code) - count(a.code),
  )
}

function limitOf(repair: Repair, run: Run, access: Access, to: QuerySite): Omit<Limit, 'same'> | undefined {
  const site = querySite(repair, access)
  const take = memberOf(site?.args, 'take')
  if (!site || !take || !isConstant(site, take.value)) return undefined
  const brought = bringNames(repair.project, site, take.value, to, false)
  if (!brought) return undefined
  const order = memberOf(site.args, 'orderBy')
  return {
    run,
    code: rename(plainCode(site.source, take.value), brought.names),
    edits: brought.edits,
    ...(order && namesIn(site.syntax, order.value).size === 0
      ? { order: plainCode(site.source, order.value) }
      : {}),
  }
}

/** A number, or a constant of a module: not what the caller of that list chose. */
const isConstant = ({ syntax }: QuerySite, range: { start: number; end: number }): boolean =>
  [...namesIn(syntax, range).values()].every((b) => originOf(syntax, b).k === 'module')

function insertArguments({ source, args, call }: QuerySite, members: string[]): Edit[] {
  if (args) return members.flatMap((member) => insertProperty(source, args, member))
  return [{ file: source.file, from: call.end - 1, to: call.end - 1, text: `{ ${members.join(', ')} }` }]
}

export default fix
