/** Small mistakes in the code of an endpoint, one at a time: how many of them its tests notice. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Check } from '../../core/report.ts'
import { plural } from '../../core/wording.ts'
import { levelOf } from '../../project/guards.ts'
import type { LiveBench } from '../../proof/live-bench.ts'
import { type Mutant, mutantsOf } from '../../proof/mutants/mutants.ts'
import { type MutantReport, mutantTable, type TriedMutant } from '../../proof/mutants/run.ts'
import { withTestDatabase } from '../../proof/own-tests.ts'
import type { OwnTests, TestRun } from '../../runtime/app/own-tests.ts'
import { ranBy } from './coverage.ts'
import type { TestsFacts, TestsInput } from './input.ts'
import { subjectsOf } from './plan.ts'
import { type Part, type Ran, reachedFrom } from './reach.ts'
import { type Runner, runnerOf } from './runner.ts'
import type { Subject } from './subject.ts'
import { tryMutants } from './try-mutants.ts'

/** What the tests must notice of all mistakes, and how many are tried of one endpoint at most. */
const WANTED = 0.8
const MOST = 45

/** What nobody may lose unnoticed. */
export type Weight = 'guard' | 'where' | 'validation' | undefined

export interface MutantsOfEndpoint extends MutantReport {
  label: string
  /** Mistakes in shared code that no request of this endpoint comes to: for the tests of others. */
  elsewhere: number
  survivors: { tried: TriedMutant; weight: Weight; why: string }[]
  weights: Record<'guard' | 'where' | 'validation', { tried: number; noticed: number }>
}

export async function check(bench: LiveBench, facts: TestsFacts, input: TestsInput): Promise<Check[]> {
  const checks: Check[] = []
  await withTestDatabase(bench, facts.project, async (test) => {
    for (const subject of subjectsOf(facts, input).fresh) {
      const began = performance.now()
      const checked = await ofEndpoint(bench, subject, runnerOf(facts.habits), test)
      checks.push({ ...checked, ms: Math.round(performance.now() - began) })
    }
  })
  return checks
}

async function ofEndpoint(
  bench: LiveBench,
  subject: Subject,
  runner: Runner,
  test: (run: TestRun) => Promise<OwnTests>,
): Promise<Omit<Check, 'ms'>> {
  const name = `mistakes in ${subject.label}`
  const report = await mutate(bench, subject, runner, test)
  if ('why' in report) return { name, verdict: 'failed', why: report.why }
  const { survivors, rate, tried, weights } = report
  const lost = survivors.filter(({ weight, why }) => weight !== undefined && why === UNKNOWN)
  const kinds = Object.entries(weights)
    .filter(([, { tried: all }]) => all > 0)
    .map(
      ([kind, { tried: all, noticed }]) =>
        `${noticed} of ${plural(all, NAMES[kind] ?? kind, `${NAMES[kind] ?? kind}s`)}`,
    )
  const said = `${tried.length - survivors.length} of ${tried.length} are noticed (${(rate * 100).toFixed(0)} %)${kinds.length > 0 ? `: ${kinds.join(', ')}` : ''}.`
  const failed = rate < WANTED || lost.length > 0
  return {
    name,
    verdict: failed ? 'failed' : 'passed',
    why: failed && lost[0] ? `${said} Not noticed: ${placeOf(lost[0].tried.mutant)}.` : said,
    log: `${mutantTable(report)}\n\n${survivors.map(({ tried: one, why }) => `${placeOf(one.mutant)}: ${why}`).join('\n')}`,
  }
}

const NAMES: Record<string, string> = { guard: 'guard', where: 'key', validation: 'check' }

const placeOf = ({ location, title }: Mutant): string => `${location.file}:${location.line} ${title}`

/** Tries the mistakes. `why`: what kept it from doing so. */
export async function mutate(
  bench: LiveBench,
  subject: Subject,
  runner: Runner,
  test: (run: TestRun) => Promise<OwnTests>,
  most = MOST,
): Promise<MutantsOfEndpoint | { why: string }> {
  const { root } = bench.parts.staged
  const { project } = subject.facts
  const all = reachedFrom(project, subject.file, subject.method, subject.client.file)
  const texts = new Map(
    [...new Set(all.map(({ file }) => file))].map((file) => [file, readFileSync(join(root, file), 'utf8')]),
  )
  const run = (files: readonly string[], options: readonly string[] = []) =>
    test({ files, options, runner: runner.name })
  const ran = await ranBy(root, texts, () => run([subject.testFile]))
  if (!ran) return { why: 'The tests do not pass when the code says which of its branches run.' }
  const { mutants, elsewhere } = mutantsIn(subject, texts, besides(subject, texts, ran))
  const chosen = chosenOf(mutants, texts, most)
  const tried = await tryMutants({ root, subject, runner, mutants: chosen, texts, run })
  if ('why' in tried) return tried
  return reportOf(subject, tried.tried, elsewhere, texts)
}

/** What is handed to a library that the tests stand in for, nobody reads. */
function besides({ credential }: Subject, texts: ReadonlyMap<string, string>, ran: Ran): Ran {
  const call = credential?.session?.call
  if (call === undefined) return ran
  const handed = new Map(
    [...texts].map(([file, text]) => [
      file,
      [...text.matchAll(new RegExp(`\\b${call}\\(([^)]*)\\)`, 'g'))].map((match) => ({
        start: match.index + call.length,
        end: match.index + match[0].length,
      })),
    ]),
  )
  return (file, at) => ran(file, at) && !handed.get(file)?.some(({ start, end }) => start <= at && at < end)
}

function mutantsIn(
  subject: Subject,
  texts: ReadonlyMap<string, string>,
  ran: Ran,
): { mutants: Mutant[]; elsewhere: number } {
  const { project } = subject.facts
  const parts = reachedFrom(project, subject.file, subject.method, subject.client.file, ran)
  const shared = sharedParts(subject)
  let elsewhere = 0
  const mutants = [...texts].flatMap(([file, text]) => {
    const own = parts.filter((part) => part.file === file)
    return mutantsOf(file, text).filter((mutant) => {
      const at = mutant.edits[0]?.from ?? 0
      const part = own.find(({ start, end }) => start <= at && at < end)
      if (!part) return false
      if (!shared.has(keyOf(part))) return true
      if (ran(file, at) && !isForOthers(subject, mutant, text, ran)) return true
      elsewhere += 1
      return false
    })
  })
  return { mutants, elsewhere }
}

/** A guard of shared code that nobody was kept out by, and that the model does not see on the way of this endpoint. */
function isForOthers(
  { run }: Subject,
  { kind, edits: [edit], location }: Mutant,
  text: string,
  ran: Ran,
): boolean {
  if (kind !== 'guard removed' || !edit) return false
  const leaving = [...text.slice(edit.from, edit.to).matchAll(/\b(?:throw|return)\b/g)].at(-1)?.index
  if (leaving === undefined || ran(edit.file, edit.from + leaving)) return false
  return !run.events.some(({ facts }) =>
    facts.some(
      (fact) =>
        levelOf(fact) !== 'none' &&
        fact.location.file === location.file &&
        fact.location.line === location.line,
    ),
  )
}

const keyOf = ({ file, start }: Part): string => `${file}:${start}`

/** Declarations that endpoints of other files are made of as well. */
function sharedParts({ facts: { project }, file, client }: Subject): Set<string> {
  const shared = new Set<string>()
  for (const { endpoint } of project.runs) {
    if (endpoint?.kind !== 'route' || endpoint.method === undefined || endpoint.location.file === file)
      continue
    for (const part of reachedFrom(project, endpoint.location.file, endpoint.method, client.file))
      shared.add(keyOf(part))
  }
  return shared
}

/** All that nobody may lose, and of the rest as many as there is room for. */
function chosenOf(mutants: readonly Mutant[], texts: ReadonlyMap<string, string>, most: number): Mutant[] {
  const isHeavy = (one: Mutant): boolean => weightOf(one, texts.get(one.location.file) ?? '') !== undefined
  const heavy = mutants.filter(isHeavy)
  const light = mutants.filter((one) => !isHeavy(one))
  const room = Math.max(0, most - heavy.length)
  const step = Math.max(1, light.length / Math.max(1, room))
  const some = Array.from(
    { length: Math.min(room, light.length) },
    (_, i) => light[Math.floor(i * step)],
  ).flatMap((one) => one ?? [])
  const kept = new Set([...heavy, ...some])
  return mutants.filter((one) => kept.has(one))
}

const heavyKeys = /\b(where|AND|OR|NOT)\s*:\s*$/
const lightKeys = /\b(data|select|omit|include|create|update|orderBy)\s*:\s*$/

const REFUSAL = /\bthrow\b|\b4\d\d\b|unauth|forbid|denied|not_?found|redirect/i

/** What a mistake takes away. `text`: of its file. */
export function weightOf({ kind, before, edits: [edit] }: Mutant, text: string): Weight {
  // What is left with a value, not with a refusal, guards nothing.
  if (kind === 'guard removed')
    return edit && REFUSAL.test(text.slice(edit.from, edit.to)) ? 'guard' : undefined
  // A schema of the environment checks nothing that a caller sends.
  if (kind === 'chain shortened' && /\bprocess\.env\b/.test(text)) return undefined
  if (kind === 'chain shortened')
    return /\bz(?:od)?\b|schema|\.(?:min|max|int|strict|email|uuid|url|regex|refine)\(/i.test(before)
      ? 'validation'
      : undefined
  return kind === 'member dropped' && edit && inWhere(text, edit.from) ? 'where' : undefined
}

function inWhere(text: string, at: number): boolean {
  let depth = 0
  for (let i = at - 1; i >= 0; i--) {
    const char = text[i]
    if (char === '}' || char === ')' || char === ']') depth++
    else if (char === '(' || char === '[') {
      if (depth === 0) return false
      depth--
    } else if (char === '{') {
      if (depth > 0) {
        depth--
        continue
      }
      const before = text.slice(0, i)
      if (heavyKeys.test(before)) return true
      if (lightKeys.test(before)) return false
    }
  }
  return false
}

const UNKNOWN = 'no test tells the difference'

function reportOf(
  subject: Subject,
  tried: TriedMutant[],
  elsewhere: number,
  texts: ReadonlyMap<string, string>,
): MutantsOfEndpoint {
  const compiled = tried.filter(({ result }) => result !== 'did not compile')
  const weights = {
    guard: { tried: 0, noticed: 0 },
    where: { tried: 0, noticed: 0 },
    validation: { tried: 0, noticed: 0 },
  }
  const survivors: MutantsOfEndpoint['survivors'] = []
  for (const one of compiled) {
    const weight = weightOf(one.mutant, texts.get(one.mutant.location.file) ?? '')
    if (weight) weights[weight].tried += 1
    if (one.result === 'survived')
      survivors.push({
        tried: one,
        weight,
        why: whyOf(subject, one.mutant, texts.get(one.mutant.location.file) ?? ''),
      })
    else if (weight) weights[weight].noticed += 1
  }
  const rate = compiled.length === 0 ? 1 : 1 - survivors.length / compiled.length
  return { label: subject.label, tried, left: [], rate, elsewhere, survivors, weights }
}

/** Why nobody can notice it, where that can be told from the line. */
function whyOf({ habits }: Subject, { before, kind, location }: Mutant, text: string): string {
  if (location.file === habits.logger?.value.file) return 'it is in the log'
  if (/\bz\.\w/.test(before) && /\bprocess\.env\b/.test(text))
    return 'it is about the environment, which is right in tests'
  if (/\b(?:log|logger|console)\.\w+\(/.test(before)) return 'it changes a line of the log'
  if (/maxAge|httpOnly|secure:|sameSite|expires/.test(before))
    return 'it changes how long or where a browser keeps a cookie'
  if (/\btake:|\blimit\b/.test(before) && kind === 'number changed')
    return 'a list would have to be that long'
  if (/\bthis\.name = /.test(before)) return 'it changes the name of a class of errors'
  return UNKNOWN
}
