/** What was read of an endpoint, in words for people who write faults: events with their places and the facts that hold. */
import type { Location } from '../core/finding.ts'
import type { Event, Fact } from './flow/events.ts'
import { allDeps, type Sources, textOf } from './flow/value.ts'
import { levelOf } from './guards.ts'
import { isOpen, leaves } from './ownership.ts'
import type { Project, Run } from './project.ts'
import { perRound } from './rounds.ts'

/** Longer lists are cut: a request that was handed on as a whole has dozens of sources. */
const SHOWN = 8

/** The endpoints whose label or file contains `text`: where they start, their events, and what held at each. */
export function describeProject(project: Project, text = ''): string[] {
  const has = (part: string | undefined): boolean => part?.toLowerCase().includes(text.toLowerCase()) ?? false
  const runs = project.runs.filter((run) => has(run.label) || has(run.endpoint?.location.file))
  return [
    ...project.problems.map(({ where, message }) => `problem ${where}: ${message}`),
    ...runs.flatMap((run) => describeRun(run, true)),
    `${runs.length} of ${project.runs.length} endpoints${text === '' ? '' : ` have "${text}" in label or file`}, ${runs.reduce((sum, run) => sum + run.events.length, 0)} events.`,
  ]
}

/** One endpoint: a line for itself, one per event, and, `withFacts`, one for what each event is given and each fact. */
export function describeRun(run: Run, withFacts: boolean): string[] {
  const { endpoint } = run
  const start = endpoint ? `  ${placeOf(endpoint.location)}  guard ${endpoint.guard.level}` : ''
  const unread = (endpoint?.unknown ?? []).map((what) => `  not followed: ${what}`)
  const events = run.events.flatMap((event) => {
    const head = `  ${nameOf(event)}  ${placeOf(event.location)}${circumstances(event)}`
    return withFacts ? [head, ...inputsOf(event), ...event.facts.map(describeFact)] : [head]
  })
  return [`${run.label}${start}`, ...unread, ...(events.length > 0 ? events : ['  no events'])]
}

function nameOf(event: Event): string {
  switch (event.k) {
    case 'access':
      return `access ${event.model}.${event.operation}`
    case 'raw':
      return `raw ${event.operation}`
    case 'sink':
      return `sink ${event.sink}: ${event.name}`
    case 'response':
      return `response${event.status === undefined ? '' : ` ${event.status}`}`
    case 'decode':
    case 'promise-test':
      return `${event.k} ${event.name}`
    case 'parse':
      return `parse ${event.library}: ${event.schema}`
    case 'client-props':
      return `props of ${event.component}`
    case 'unset-check':
      return `unset-check ${event.variable}: ${event.unset}`
    case 'refusal':
      return `refusal ${event.status}`
    case 'costly':
      return `costly ${event.kind}: ${event.name}`
    case 'package-call':
      return `${event.purpose} ${event.name}`
    default:
      return event.k
  }
}

const placeOf = ({ file, line }: Location): string => `${file}:${line}`

function circumstances(event: Event): string {
  const loop = event.loop === undefined ? '' : `  ${perRound(event.loop).replace('once ', '')}`
  const open = event.k === 'access' && isOpen(event) ? '  arguments partly unread' : ''
  return `${loop}${event.transaction ? '  in a transaction' : ''}${open}`
}

/** What a query is given, leaf by leaf, and where each comes from. */
function inputsOf(event: Event): string[] {
  const given =
    event.k === 'access'
      ? leaves(event.args).map(({ path, value }) => ({ path, from: allDeps(value) }))
      : event.k === 'raw'
        ? event.spliced.map((value) => ({ path: 'SQL text', from: allDeps(value) }))
        : event.k === 'sink'
          ? [
              { path: 'begins with', from: textOf(event.value).head },
              { path: 'holds', from: textOf(event.value).all },
            ]
          : event.k === 'costly'
            ? event.sent.map((value) => ({ path: 'given', from: allDeps(value) }))
            : []
  const known = given.filter(({ from }) => from.size > 0)
  return cut(known.map(({ path, from }) => `${path || 'arguments'} ← ${sourcesOf(from)}`)).map(
    (line) => `    ${line}`,
  )
}

function describeFact(fact: Fact): string {
  const kind = fact.absent ? ' absent' : fact.presence ? ' presence' : ''
  return `    fact ${levelOf(fact)}${kind}  ${fact.within}  ${placeOf(fact.location)}  ${sourcesOf(fact.deps)}`
}

/** Who is calling comes first: that is what a cut must not hide. */
const KINDS = ['identity', 'credential', 'member', 'row', 'client']

function sourcesOf(sources: Sources): string {
  const rank = (one: string): number => KINDS.indexOf(one.split(':')[0] ?? '') + 1 || KINDS.length + 1
  return cut([...sources].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))).join(', ')
}

const cut = (list: string[]): string[] =>
  list.length <= SHOWN ? list : [...list.slice(0, SHOWN), `… ${list.length - SHOWN} more`]
