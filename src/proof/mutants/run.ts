/** Tries mutants against a check, one after the other, and leaves every text as it was. */
import type { Mutant } from './mutants.ts'
import { mutated } from './mutants.ts'

/** `timeout` counts as noticed: what never answers is seen. */
export type MutantResult = 'killed' | 'survived' | 'did not compile' | 'timeout'

export interface Checked {
  result: Exclude<MutantResult, 'timeout'>
  /** What noticed it: the id of an attack, the name of a test. */
  by?: string
}

export interface TriedMutant extends Outcome {
  mutant: Mutant
  ms: number
}

interface Outcome {
  result: MutantResult
  by?: string
}

export interface MutantRun {
  mutants: readonly Mutant[]
  /** Text of each file that a mutant edits, as it is now. */
  texts: ReadonlyMap<string, string>
  /** Puts a text into the place where the code runs. Comes back when it is in force. */
  apply(file: string, text: string): Promise<void>
  /** Should end when the signal says so. A check that throws ends the run: it said nothing of the mutant. */
  check(mutant: Mutant, signal: AbortSignal): Promise<Checked>
  /** Milliseconds: for one mutant, and for all; those that there is no time for are not tried. */
  budget: { each: number; all?: number }
  signal?: AbortSignal
  onResult?(tried: TriedMutant): void
}

export interface MutantReport {
  tried: TriedMutant[]
  /** Not tried: no time was left. */
  left: Mutant[]
  /** Noticed of those that compile, 0 to 1; 1 when there were none. */
  rate: number
}

/** @throws what `check` or `apply` throws, and the reason of the signal, after the texts are back. */
export async function runMutants(run: MutantRun): Promise<MutantReport> {
  const end = performance.now() + (run.budget.all ?? Number.POSITIVE_INFINITY)
  const tried: TriedMutant[] = []
  const left: Mutant[] = []
  for (const mutant of run.mutants) {
    run.signal?.throwIfAborted()
    if (performance.now() >= end) {
      left.push(mutant)
      continue
    }
    const begin = performance.now()
    const result = await planted(run, mutant)
    const one = { mutant, ...result, ms: performance.now() - begin }
    tried.push(one)
    run.onResult?.(one)
  }
  return { tried, left, rate: rateOf(tried) }
}

async function planted(run: MutantRun, mutant: Mutant): Promise<Outcome> {
  const files = [...new Set(mutant.edits.map(({ file }) => file))]
  const written: string[] = []
  try {
    for (const file of files) {
      const text = run.texts.get(file)
      if (text === undefined) throw new Error(`The text of ${file} was not given.`)
      written.push(file)
      await run.apply(file, mutated(file, text, mutant))
    }
    return await inTime(run, mutant)
  } finally {
    for (const file of written) await run.apply(file, run.texts.get(file) ?? '')
  }
}

async function inTime(run: MutantRun, mutant: Mutant): Promise<Outcome> {
  const timer = new AbortController()
  const signal = run.signal ? AbortSignal.any([timer.signal, run.signal]) : timer.signal
  let clock: NodeJS.Timeout | undefined
  let stop: (() => void) | undefined
  const late = new Promise<Outcome>((resolve, reject) => {
    clock = setTimeout(() => {
      timer.abort(new Error('The time for one mutant is over.'))
      resolve({ result: 'timeout' })
    }, run.budget.each)
    stop = () => reject(run.signal?.reason)
    run.signal?.addEventListener('abort', stop, { once: true })
  })
  const checked = run.check(mutant, signal).catch((error: unknown): Outcome => {
    if (timer.signal.aborted) return { result: 'timeout' }
    throw error
  })
  try {
    return await Promise.race([checked, late])
  } finally {
    clearTimeout(clock)
    if (stop) run.signal?.removeEventListener('abort', stop)
  }
}

function rateOf(tried: readonly TriedMutant[]): number {
  const compiled = tried.filter(({ result }) => result !== 'did not compile')
  return compiled.length === 0
    ? 1
    : compiled.filter(({ result }) => result !== 'survived').length / compiled.length
}

const RESULTS: MutantResult[] = ['killed', 'timeout', 'survived', 'did not compile']

/** Counts by kind, and each survivor with its place and what was changed there. */
export function mutantTable({ tried, left, rate }: MutantReport): string {
  const kinds = [...new Set(tried.map(({ mutant }) => mutant.kind))].sort()
  const rows = kinds.map((kind) => {
    const own = tried.filter(({ mutant }) => mutant.kind === kind)
    return [kind, ...RESULTS.map((result) => String(own.filter((one) => one.result === result).length))]
  })
  const total = [
    'all',
    ...RESULTS.map((result) => String(tried.filter((one) => one.result === result).length)),
  ]
  const survivors = tried
    .filter(({ result }) => result === 'survived')
    .map(({ mutant: { title, location, before, after, killedBy } }) =>
      [
        `${location.file}:${location.line} ${title}`,
        ...before.split('\n').map((line) => `  - ${line}`),
        ...after.split('\n').map((line) => `  + ${line}`),
        ...(killedBy ? [`  expected to notice: ${killedBy.join(', ')}`] : []),
      ].join('\n'),
    )
  const table = columns([['kind', ...RESULTS], ...rows, total])
  const words = `${(rate * 100).toFixed(1)} % of those that compile were noticed${left.length > 0 ? `; ${left.length} were not tried` : ''}.`
  return [table, words, ...(survivors.length > 0 ? ['Survived:', ...survivors] : [])].join('\n\n')
}

function columns(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
