/** What the answers mean: which belong into tests as they are, which are wrong, and which say nothing. */
import { type Effect, effectsOf } from './effects.ts'
import type { Observation, Observed, Round } from './observe.ts'
import type { Probe } from './probes.ts'
import type { Runner } from './runner.ts'
import type { Subject } from './subject.ts'

export type Outcome = 'taken' | 'refused' | 'broken'

/** An answer that is to be a test. */
export interface Case {
  probe: Probe
  rounds: [Round, Round]
  outcome: Outcome
  effects: [Effect[], Effect[]]
}

/** What the endpoint should not do. */
export interface Wrong {
  case: Case
  /** In words: `shows an invoice of somebody else`. */
  what: string
  /** It reaches what belongs to somebody else, or is done by nobody. */
  grave: boolean
}

export interface Judged {
  happy: Case
  cases: Case[]
  wrong: Wrong[]
  /** Models that change even where a request is refused. */
  noise: Set<string>
}

const outcomeOf = (status: number): Outcome =>
  status >= 500 ? 'broken' : status >= 400 ? 'refused' : 'taken'

export function judge(subject: Subject, { seen }: Observed, runner: Runner): Judged | undefined {
  // In the realm of a test of jest, errors of Node.js are instances of nothing that the code can name.
  const own = seen.filter(
    ({ probe, rounds }) => !(runner.name === 'jest' && probe.group === 'json' && rounds[0].status >= 500),
  )
  const all = own.map((one) => caseOf(subject, one))
  const happy = all.find(({ probe }) => probe.group === 'happy')
  if (happy?.outcome !== 'taken') return undefined
  const wrong = all.flatMap((one) => wrongOf(subject, one))
  const cases = all.filter(
    (one) => one.outcome !== 'broken' && !wrong.some((other) => other.case === one) && says(one, happy, all),
  )
  const noise = new Set(
    cases
      .filter(({ outcome }) => outcome === 'refused')
      .flatMap(({ effects }) =>
        effects[0].filter(({ changed }) => changed.length > 0).map(({ model }) => model),
      ),
  )
  return { happy, cases, wrong, noise }
}

const caseOf = (subject: Subject, { probe, rounds }: Observation): Case => ({
  probe,
  rounds,
  outcome: outcomeOf(rounds[0].status),
  effects: [effectsOf(subject, rounds[0]), effectsOf(subject, rounds[1])],
})

function wrongOf(subject: Subject, one: Case): Wrong[] {
  const { probe, outcome } = one
  if (probe.group === 'stranger' && outcome === 'taken' && one.rounds[0].status < 300)
    return [{ case: one, what: `is done for ${probe.what}`, grave: true }]
  if (probe.group === 'foreign' && outcome === 'taken' && reachesSouth(subject, one))
    return [{ case: one, what: `${subject.writes ? 'touches' : 'shows'} ${probe.what}`, grave: true }]
  if (outcome === 'broken' && probe.expected === 'refused')
    return [{ case: one, what: `answers ${one.rounds[0].status} to ${probe.what}`, grave: false }]
  return []
}

/** Something of the other party is in the answer, or is not as it was. */
export function reachesSouth({ party }: Subject, { rounds: [round], effects: [effects] }: Case): boolean {
  const body = JSON.stringify(round.body) ?? ''
  const marks = Object.values(round.south ?? {}).flatMap((row) =>
    typeof row === 'object' && row !== null && 'id' in row && typeof row.id === 'string' ? [row.id] : [],
  )
  if (marks.some((id) => id.length > 8 && body.includes(id)) && /of south|south@/.test(body)) return true
  return effects.some(({ model, changed, removed, created }) => {
    const own = party.row(model)
    const south = JSON.stringify(own && round.south?.[own.variable])
    const touched = [...changed.map(({ before }) => before), ...removed]
    const refers = created.some((row) => marks.some((id) => id.length > 8 && Object.values(row).includes(id)))
    return refers || touched.some((row) => JSON.stringify(row) === south)
  })
}

/** Whether a test of it could fail where that of the ordinary request does not. */
function says(one: Case, happy: Case, all: readonly Case[]): boolean {
  const { probe, outcome } = one
  switch (probe.group) {
    case 'happy':
    case 'beside':
      return outcome === 'taken'
    case 'stranger':
    case 'json':
    case 'unknown':
    case 'params':
      return outcome === 'refused' || (probe.group === 'stranger' && one.rounds[0].status >= 300)
    case 'role':
      return true
    case 'foreign':
      return true
    case 'repeat':
      return one.rounds[0].status !== happy.rounds[0].status
    case 'state':
      return one.rounds[0].status !== happy.rounds[0].status || !alike(one, happy)
    case 'limit':
      return outcome === 'taken'
    case 'body':
    case 'query':
      if (/^\d+ entries of /.test(probe.what)) return atEdge(one, all)
      // What was expected to be refused and is not: the schema was read wrongly, or refuses nothing.
      return !(probe.expected === 'refused' && outcome === 'taken') && probe.value?.[0] !== 'unexpected'
        ? true
        : outcome === 'refused'
  }
}

function atEdge(one: Case, all: readonly Case[]): boolean {
  const count = Number(/^\d+/.exec(one.probe.what)?.[0])
  const rest = one.probe.what.replace(/^\d+/, '')
  const next = all.find(({ probe }) => probe.what === `${count + (one.outcome === 'taken' ? 1 : -1)}${rest}`)
  return next !== undefined && next.outcome !== one.outcome
}

/** The same form of answer and of changes. */
function alike(one: Case, other: Case): boolean {
  const form = ({ rounds, effects }: Case): string =>
    JSON.stringify([
      formOf(rounds[0].body),
      effects[0].map(({ model, created, removed, changed }) => [
        model,
        created.length,
        removed.length,
        changed.map(({ fields, after }) => fields.map((name) => [name, formOf(after[name])])),
      ]),
    ])
  return form(one) === form(other)
}

/** A value without what differs each time: ids and times. */
function formOf(value: unknown): unknown {
  if (typeof value === 'string') return /^[0-9a-z-]{20,}$|^\d{4}-\d\d-\d\dT/.test(value) ? '…' : value
  if (Array.isArray(value)) return value.map(formOf)
  if (typeof value === 'object' && value !== null)
    return '$date' in value
      ? '…'
      : Object.fromEntries(Object.entries(value).map(([key, one]) => [key, formOf(one)]))
  return value
}
