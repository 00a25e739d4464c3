import type { Fault } from '../core/fault.ts'
import type { Operation } from '../core/operation.ts'
import { faults } from '../faults/index.ts'
import { checkup } from './checkup.ts'
import { explain } from './explain.ts'
import { review } from './review.ts'
import { understand } from './understand.ts'

/** Every operation, in the order in which help lists them. The first is what the bare command runs. */
export const operations: Operation<unknown>[] = [checkup, understand, review, explain]

/** What the catalogue says of its faults, without the means to find them. */
export const faultCatalogue: Omit<Fault<unknown>, 'find'>[] = faults.map(
  ({ id, title, severity, tags, cwe, references }) => ({ id, title, severity, tags, cwe, references }),
)
