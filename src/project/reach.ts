/** Which inputs stand, unchecked, in a value that acts: a URL, a path, the text of a query. */
import type { Location } from '../core/finding.ts'
import type { Event, Fact, Moment, Sink, SinkKind } from './flow/events.ts'
import { leaving } from './flow/looks.ts'
import { isChecked } from './flow/text.ts'
import { type Sources, textOf } from './flow/value.ts'
import { levelOf } from './guards.ts'
import { isPrivileged } from './ownership.ts'
import type { Project, Run } from './project.ts'

/** An input that reaches a value. */
export interface Reach {
  /** `client:body.url`, `stored:Webhook.url`. */
  source: string
  /** `body.url`; of what was stored before, `Webhook.url`. */
  input: string
  /** Read from a row: who wrote it there is another question. */
  stored: boolean
  /** It stands in the value as it was sent. False: it was computed with, and may or may not be left. */
  sure: boolean
}

/** What the framework says of the request itself: its own URL, the host that it came to. */
const OWN =
  /^(url(\.\w+)*|path|params|query|body\.method|headers\.(host|origin|referer|x-forwarded-\w+|x-real-ip|user-agent))$/

/**
 * The inputs among the sources of a text that no condition on the way has looked at. That something is there, which type
 * it has or that it begins with `http` is no such condition; any other test of it is trusted.
 */
export const reaching = (run: Run, moment: Moment, sources: Sources): Reach[] =>
  inputsIn(run, sources).filter(({ source }) => !isChecked(moment.facts, source))

/** An input of an endpoint's caller that gets to a place where it acts. */
export interface Acting {
  run: Run
  event: Sink
  input: string
  /** It stands there as it was sent, and the caller is not one who may do all. */
  sure: boolean
}

/**
 * The sinks of a kind that an endpoint lets its caller decide, the sure ones first. Asked is for an input in `all` of what
 * acts, which is a path or code, or in its `head`, which decides where a URL leads. Unlike `reaching`, it tells a look at a
 * part of an input from a check.
 */
export function acting(project: Project, kind: SinkKind, part: 'all' | 'head'): Acting[] {
  const found = project.runs.flatMap((run) =>
    run.endpoint ? outermost(run.events, kind).flatMap((event) => actingIn(run, event, part)) : [],
  )
  return found.sort((a, b) => Number(b.sure) - Number(a.sure))
}

/** Next.js hands a page of `app` the segments of its path as they stand in the URL: without `/`, and without `:`. */
const isEncoded = (run: Run, input: string): boolean =>
  run.endpoint?.kind === 'page' && input.startsWith('params.')

function actingIn(run: Run, event: Sink, part: 'all' | 'head'): Acting[] {
  const left = leaving(textOf(event.value), event.facts)[part]
  const [first] = inputsIn(run, left).filter(({ stored, input }) => !stored && !isEncoded(run, input))
  if (!first) return []
  return [{ run, event, input: first.input, sure: first.sure && !isTrustedCaller(event.facts) }]
}

/** All inputs among the sources of a text, those that stand in it as they were sent first. */
export function inputsIn(run: Run, sources: Sources): Reach[] {
  // A parameter of an action may be called `url` as well.
  const named = new Set(run.parameters?.map(({ name }) => name))
  const found = [...sources].map((one): Reach => {
    const source = one.replace(/^\?/, '')
    const stored = source.startsWith('stored:')
    return { source, input: source.replace(/^(client|stored):/, ''), stored, sure: source === one }
  })
  return found
    .filter(({ input, stored }) => stored || named.has(input) || !OWN.test(input))
    .sort((a, b) => Number(b.sure) - Number(a.sure) || Number(a.stored) - Number(b.stored))
}

/** The caller is the application itself or somebody who may do all: a secret, a signature or a role was asked for. */
export const isTrustedCaller = (facts: readonly Fact[]): boolean =>
  isPrivileged(facts) || facts.some((fact) => /^(secret|signature)$/.test(levelOf(fact)))

/** Sinks of a kind; one inside of the function that another calls is that other one. */
export function outermost(events: readonly Event[], kind: SinkKind): Sink[] {
  const sinks = events.filter((event): event is Sink => event.k === 'sink' && event.sink === kind)
  const places = new Set(sinks.map(({ location }) => place(location)))
  return sinks.filter((sink) => !sink.via.some((call) => places.has(place(call.location))))
}

const place = ({ file, line, column }: Location): string => `${file}:${line}:${column}`
