/** Changes tried in the copy: written there, type checked, built, and taken back. */
import type { Change } from '../core/change.ts'
import { type Checked, typeCheck } from '../runtime/app/type-check.ts'
import type { LiveBench } from './live-bench.ts'
import { firstFailure, ownTests } from './own-tests.ts'
import { writeChange } from './write-change.ts'

export interface Trial {
  /** Errors of the type check that were not there before, one a line; empty when there are none or nothing checks. */
  newErrors: string[]
  /** What was checked besides, in words: `the types check`, `its own tests pass`. */
  checked: string[]
  /** Why its own tests speak against the change; absent when they do not. */
  failedTests?: string
  /** The texts of the copy as they were. Does not build. */
  takeBack(): Promise<void>
}

/** Writes a change into the copy. The running application does not see it before `bench.rebuild()`. */
export async function tryInCopy(bench: LiveBench, change: Change): Promise<Trial> {
  const { staged } = bench.parts
  const first = await typeCheck(staged, bench.app.env)
  const before = await ownTests(bench)
  const { takeBack } = await writeChange(staged.root, change)
  const second = await typeCheck(staged, bench.app.env)
  const after = before.ran && before.passed ? await ownTests(bench) : before
  const broken = before.ran && before.passed && after.ran && !after.passed
  return {
    newErrors: difference(first, second),
    checked: [
      ...(second.checked ? ['the types check'] : []),
      ...(after.ran && after.passed ? ['its own tests pass'] : []),
    ],
    ...(broken ? { failedTests: firstFailure(after.log) } : {}),
    takeBack,
  }
}

/** Errors by file and message: lines move. */
function difference(before: Checked, after: Checked): string[] {
  if (!after.checked) return []
  const known = new Set(before.checked ? before.errors.map(withoutPlace) : [])
  return after.errors.filter((error) => !known.has(withoutPlace(error)))
}

const withoutPlace = (error: string): string => error.replace(/\(\d+,\d+\)/, '')
