/** Plans that were shown in this session. Only what was shown may be written. */
import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { UserError } from '../core/error.ts'
import type { Report, ReportedChange } from '../core/report.ts'

export interface Plan {
  id: string
  tool: string
  root: string
  /** The inputs that it was made with. */
  input: Record<string, unknown>
  diffs: string[]
  /** It was written. */
  written: boolean
}

export class Plans {
  readonly #plans = new Map<string, Plan>()

  /** Remembers what an answer shows, when there is something in it that could be written. */
  shown(tool: string, root: string, input: Record<string, unknown>, report: Report): Plan | undefined {
    const diffs = diffsOf(report.changes ?? [])
    if (diffs.length === 0) return undefined
    const text = JSON.stringify([tool, root, input, diffs])
    const id = createHash('sha256').update(text).digest('hex').slice(0, 8)
    const plan: Plan = { id, tool, root, input, diffs, written: false }
    this.#plans.set(id, plan)
    return plan
  }

  /**
   * The plan that a call wants written. Throws a `UserError` when none was shown under this id, when it was written
   * already, or when the call asks for something else than it.
   */
  toWrite(
    tool: string,
    id: string | undefined,
    root: string | undefined,
    input: Record<string, unknown>,
  ): Plan {
    const again = `Call ${tool} without apply: the answer shows the plan and names its plan_id.`
    if (id === undefined) throw new UserError(`${tool} writes only a plan that was shown.`, again)
    const plan = this.#plans.get(id)
    if (plan?.tool !== tool)
      throw new UserError(`No plan "${id}" of ${tool} was shown in this session. Nothing was written.`, again)
    if (plan.written) throw new UserError(`The plan "${id}" is written already.`, again)
    const other = Object.keys(input).find((key) => !isDeepStrictEqual(input[key], plan.input[key]))
    if (other !== undefined || (root !== undefined && root !== plan.root))
      throw new UserError(
        `The plan "${id}" was made with another ${other ?? 'root'}. Nothing was written.`,
        `Leave out everything but apply and plan_id. Or: ${again}`,
      )
    return plan
  }

  /** Why what would be written now is not what was shown; `undefined` when it is. */
  against(plan: Plan, changes: readonly ReportedChange[]): string | undefined {
    return isDeepStrictEqual(diffsOf(changes), plan.diffs)
      ? undefined
      : `it is not what the plan ${plan.id} showed, because the project or what was seen of it has changed; this is the new plan`
  }
}

/** Names of migrations hold the second in which they were planned, which means nothing here. */
const diffsOf = (changes: readonly ReportedChange[]): string[] =>
  changes
    .filter(({ status, diff }) => (status === 'proven' || status === 'planned') && diff !== '')
    .map(({ diff }) => diff.replace(/\b\d{14}(?=_)/g, 'now'))
    .sort()
