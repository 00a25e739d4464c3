import { setFlagsFromString } from 'node:v8'

/**
 * Tells V8 to compile quickly and to optimise late. Following endpoints is a great deal of code, each piece of it run for a short
 * time: left to itself, V8 spends a third of the processor time on optimising what is soon done with (docs/decisions/0012).
 *
 * Its own words for that differ by version, and an unknown one is an error on the user's terminal: a version that was not tried
 * (Node 20, 22 and 24 were) is left alone.
 */
export function optimiseLate(): void {
  for (const flag of FLAGS[process.versions.v8.split('.')[0] ?? ''] ?? []) setFlagsFromString(flag)
}

const QUICK = ['--always-sparkplug', '--max-inlined-bytecode-size-cumulative=300']
const LATE = [...QUICK, '--invocation-count-for-turbofan=20000']
/** By the major version of V8. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  11: [...QUICK, '--interrupt-budget=500000'],
  12: LATE,
  13: LATE,
}
