/** Changes tried in the copy: written there, type checked, built, and taken back. */
import type { Change } from '../core/change.ts'
import { createTables } from '../database/tables.ts'
import { type OwnTests, runOwnTests } from '../runtime/app/own-tests.ts'
import { type Checked, typeCheck } from '../runtime/app/type-check.ts'
import type { LiveBench } from './live-bench.ts'
import { schemaSource } from './schema-source.ts'
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

/** On a database of their own: they may empty it. */
async function ownTests(bench: LiveBench): Promise<OwnTests> {
  const { server, database, staged } = bench.parts
  const name = 'own_tests'
  await server.dropDatabase(name)
  await server.createDatabase(name)
  const other = Object.fromEntries(
    Object.entries(bench.app.env).map(([key, value]) => [
      key,
      value.replaceAll(server.url(database), server.url(name)),
    ]),
  )
  await withTables(bench, name)
  try {
    return await runOwnTests(staged, other)
  } finally {
    await server.dropDatabase(name)
  }
}

async function withTables(bench: LiveBench, name: string): Promise<void> {
  const { server, dataModel } = bench.parts
  const client = await server.connect(name)
  try {
    await createTables(client, await schemaSource(bench.project, dataModel))
  } finally {
    await client.end()
  }
}

const firstFailure = (log: string): string =>
  log
    .split('\n')
    .find((line) => /\b(FAIL|AssertionError|Error:|✕|×)/.test(line))
    ?.trim() ?? 'they fail'

/** Errors by file and message: lines move. */
function difference(before: Checked, after: Checked): string[] {
  if (!after.checked) return []
  const known = new Set(before.checked ? before.errors.map(withoutPlace) : [])
  return after.errors.filter((error) => !known.has(withoutPlace(error)))
}

const withoutPlace = (error: string): string => error.replace(/\(\d+,\d+\)/, '')
