import type { Fault } from '../core/fault.ts'
import type { Operation } from '../core/operation.ts'
import { faults } from '../faults/index.ts'
import { questionOf, remembered } from './answers.ts'
import { audit } from './audit.ts'
import { build } from './build.ts'
import { checkup } from './checkup.ts'
import { diagnose } from './diagnose.ts'
import { documentation, explain } from './explain.ts'
import { fix } from './fix.ts'
import { guide } from './guide.ts'
import { optimize } from './optimize.ts'
import { prove } from './prove.ts'
import { review } from './review.ts'
import { understand } from './understand.ts'

/** Every operation, in the order in which help lists them. The first is what the bare command runs. */
export const operations: Operation<unknown>[] = [
  checkup,
  understand,
  review,
  prove,
  fix,
  build,
  optimize,
  audit,
  diagnose,
  explain,
  guide,
].map(quick)

/** The same operation, which repeats its answer when nothing has changed since. */
function quick(operation: Operation<unknown>): Operation<unknown> {
  if (operation.effects !== 'reads' || operation.fresh) return operation
  return {
    ...operation,
    run(input, context) {
      const question = questionOf(operation.name, input)
      // A baseline may lie outside the project, updating it depends on what is wrong now, and what changed, on git.
      const outside = /"(baseline|updateBaseline|changedSince|matrixSince)":("|true)/.test(question)
      const work = () => operation.run(input, context)
      return outside ? work() : remembered(question, context, work)
    },
  }
}

/** What the catalogue says of its faults, without the means to find them. */
const faultCatalogue: Omit<Fault<unknown>, 'find'>[] = faults.map(
  ({ id, title, severity, tags, cwe, references }) => ({ id, title, severity, tags, cwe, references }),
)

/** The same with the page of each, for formats that carry it. */
export const faultPages = (): Promise<((typeof faultCatalogue)[number] & { page: string })[]> =>
  Promise.all(faultCatalogue.map(async (fault) => ({ ...fault, page: await documentation(fault) })))
