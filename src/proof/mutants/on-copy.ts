/**
 * Mutants on a running copy. Who is quickest looks first: the attacks that are likely to notice the mutant, then the type
 * check and the tests, and what passes them is attacked by all others.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { quoteTable, readCatalog } from '../../database/catalog.ts'
import { createTables } from '../../database/tables.ts'
import { type OwnTests, runOwnTests, type TestRun } from '../../runtime/app/own-tests.ts'
import { typeCheck } from '../../runtime/app/type-check.ts'
import { type HttpRequest, NoAnswer, send } from '../../runtime/requests/send.ts'
import type { LiveBench } from '../live-bench.ts'
import { firstFailure } from '../own-tests.ts'
import { schemaSource } from '../schema-source.ts'
import { copyIn } from '../write-change.ts'
import type { Mutant } from './mutants.ts'
import { type Checked, type MutantReport, type MutantRun, runMutants } from './run.ts'

/** Variable of the copy that says whether it counts as production: `next dev` fixes `NODE_ENV`. */
export const MODE_VARIABLE = 'BACKEND_ENGINEER_MODE'

const VERSIONS = 'backendEngineerVersions'
const PROBE = 'backend-engineer-versions'
const DATABASE = 'mutants'
/** Until a change is compiled and loaded. */
const LOAD_MS = 30_000

export interface MutantCopy {
  /** Of `next dev`, with `MODE_VARIABLE` set to `production`: a change of a file is all that a mutant needs. */
  bench: LiveBench
  /** Text of each file that mutants edit, relative to the root of the copy. */
  texts: ReadonlyMap<string, string>
  /** Files of tests that should notice, and what runs them. */
  tests: readonly string[]
  runner?: TestRun['runner']
  /** Folder of route handlers, and their path: `src/app/api`, `api`. */
  routes: { folder: string; path: string }
  /** Requests that together load all of these files. */
  requests: readonly HttpRequest[]
  /** Attacks the copy without a mutant, and gives what attacks it with one. */
  attacks(): Promise<Attacking>
}

/** Gives the id of the attack that notices the mutant; nothing when none does. First the likely ones, then the rest. */
export type Attacking = (
  mutant: Mutant,
  which: 'likely' | 'rest',
  signal: AbortSignal,
) => Promise<string | undefined>

export interface CopyRun extends Pick<MutantRun, 'mutants' | 'budget' | 'signal' | 'onResult'> {
  /** Leaves out the attacks that are not likely to notice anything. */
  quick?: boolean
  progress?: (step: string) => void
}

/**
 * Tries each mutant on the copy until something notices it; `by` says what: `types: …`, `test: …`, `attack: …`, `load: …`.
 * Throws when the copy without a mutant does not pass, or does not take a change.
 */
export async function mutantsOnCopy(
  copy: MutantCopy,
  { progress, quick = false, ...run }: CopyRun,
): Promise<MutantReport> {
  const versions = await openVersions(copy)
  const tests = await openTests(copy)
  const types = await openTypes(copy)
  progress?.('running the tests without a mutant')
  const clean = await tests()
  if (!clean.ran) throw new Error(`The tests were not run: ${clean.why}`)
  if (!clean.passed) throw new Error(`Without a mutant the tests fail: ${firstFailure(clean.log)}`)
  await versions.settled()
  progress?.('attacking the copy without a mutant')
  const attack = await copy.attacks()
  return runMutants({
    ...run,
    texts: copy.texts,
    apply: versions.apply,
    async check(mutant, signal): Promise<Checked> {
      if (!(await versions.settled(signal))) return killed('load: no endpoint answers')
      const likely = await attack(mutant, 'likely', signal)
      if (likely !== undefined) return killed(`attack: ${likely}`)
      const error = await types()
      if (error !== undefined) return killed(`types: ${error}`)
      signal.throwIfAborted()
      const ran = await tests(signal)
      if (!ran.ran) return killed(`test: ${ran.why}`)
      if (!ran.passed) return killed(`test: ${failedTest(ran)}`)
      const other = quick ? undefined : await attack(mutant, 'rest', signal)
      return other === undefined ? { result: 'survived' } : killed(`attack: ${other}`)
    },
  })
}

const killed = (by: string): Checked => ({ result: 'killed', by })

const failedTest = ({ log }: OwnTests & { ran: true }): string =>
  /(?:FAIL|✗|×|✕|not ok \d+ -)\s+(.*)/.exec(log)?.[1]?.trim() ?? firstFailure(log)

/** Errors of types that were not there before; the first, if any. */
async function openTypes({ bench }: MutantCopy): Promise<() => Promise<string | undefined>> {
  const errors = async (): Promise<string[]> => {
    const checked = await typeCheck(bench.parts.staged, bench.app.env)
    return checked.checked ? checked.errors : []
  }
  const known = new Set(await errors())
  return async () => (await errors()).find((one) => !known.has(one))
}

/** The tests on a database of their own, which is empty at the start of each run. */
async function openTests({
  bench,
  tests,
  runner,
}: MutantCopy): Promise<(signal?: AbortSignal) => Promise<OwnTests>> {
  const { server, database, staged, dataModel, workplace } = bench.parts
  await server.createDatabase(DATABASE)
  const client = await server.connect(DATABASE)
  workplace.onClose(() => client.end())
  await createTables(client, await schemaSource(bench.project, dataModel))
  const { tables } = await readCatalog(client)
  const empty = `TRUNCATE ${tables.map(({ name }) => quoteTable(name)).join(', ')} CASCADE`
  const [from, to] = [server.url(database), server.url(DATABASE)]
  const env = Object.fromEntries(
    Object.entries({ ...bench.app.env, [MODE_VARIABLE]: 'test' }).map(([key, value]) => [
      key,
      value.replaceAll(from, to),
    ]),
  )
  return async (signal) => {
    await client.query(empty)
    return runOwnTests(staged, env, {
      files: tests,
      runner,
      first: true,
      ...(signal === undefined ? {} : { signal }),
    })
  }
}

interface Versions {
  apply(file: string, text: string): Promise<void>
  /** Waits until all that was written is in force; `false` when the copy fails to load it. */
  settled(signal?: AbortSignal): Promise<boolean>
}

/**
 * Each text that is written notes its number when it is loaded, and a route tells the numbers: so it is known that the
 * copy answers with a change, and with the one before taken back.
 */
async function openVersions({ bench, texts, routes, requests }: MutantCopy): Promise<Versions> {
  const { staged } = bench.parts
  const awaited = new Map<string, number>()
  let count = 0
  const probe = `export const dynamic = 'force-dynamic'

export function GET(): Response {
  return Response.json(Reflect.get(globalThis, '${VERSIONS}') ?? {})
}
`
  await copyIn(staged.root, new Map([[`${routes.folder}/${PROBE}/route.ts`, probe]]))
  const apply = async (file: string, text: string): Promise<void> => {
    count += 1
    awaited.set(file, count)
    const own = text.replaceAll('process.env.NODE_ENV', `process.env.${MODE_VARIABLE}`)
    await writeFile(join(staged.root, file), `${own}\n${note(file, count)}\n`)
  }
  const told = async (): Promise<Record<string, number>> => {
    const { status, body } = await send(bench.app.origin, { method: 'GET', path: `/${routes.path}/${PROBE}` })
    return status === 200 ? numbers.parse(JSON.parse(body)) : {}
  }
  const settled = async (signal?: AbortSignal): Promise<boolean> => {
    const end = performance.now() + LOAD_MS
    for (;;) {
      signal?.throwIfAborted()
      const answered = await Promise.all(requests.map((one) => isAnswered(bench.app.origin, one)))
      const now = await told()
      if ([...awaited].every(([file, version]) => now[file] === version)) break
      if (performance.now() > end) {
        if (answered.includes(false)) return false
        throw new Error(`The copy did not take the change of ${[...awaited.keys()].join(', ')}.`)
      }
      await sleep(50)
    }
    awaited.clear()
    return true
  }
  for (const [file, text] of texts) await apply(file, text)
  return { apply, settled }
}

const numbers = z.record(z.string(), z.number())

const note = (file: string, version: number): string =>
  `Reflect.set(globalThis, '${VERSIONS}', { ...Reflect.get(globalThis, '${VERSIONS}'), '${file}': ${version} })`

async function isAnswered(origin: string, request: HttpRequest): Promise<boolean> {
  try {
    return (await send(origin, request)).status < 500
  } catch (error) {
    if (error instanceof NoAnswer) return false
    throw error
  }
}
