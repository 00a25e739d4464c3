/** The path of a finding through the code, hop by hop, with what is known where it ends. */
import { type Finding, type Location, type Step, trailsOf } from '../core/finding.ts'
import type { GuardLevel } from '../core/map.ts'
import { policyFile } from '../core/policy.ts'
import type { Excerpt, FindingPath } from '../core/report.ts'
import type { Event, Fact } from './flow/events.ts'
import { isWrite } from './flow/prisma.ts'
import { allDeps, type Sources } from './flow/value.ts'
import { isVerified, levelOf, tiedInputs } from './guards.ts'
import { leaves } from './ownership.ts'
import { callable, readable } from './policy/policy.ts'
import type { Project, Run } from './project.ts'
import { perRound } from './rounds.ts'

/** Lines of code shown before and after a place. */
const around = 2
/** More of them than this nobody reads. */
const shown = 12

/** What a guard asks, in words. */
const asked: Record<GuardLevel, string> = {
  none: 'nothing',
  session: 'somebody is signed in',
  permission: 'the caller has a role, or is a member of what the request names',
  'api-key': 'the caller holds an API key',
  signature: 'the request is signed',
  secret: 'the caller knows a secret of the server',
}

/** `cwe`: of the finding's fault. */
export function pathOf(project: Project, finding: Finding, cwe: readonly number[]): FindingPath {
  const steps = trailsOf(finding.evidence).flatMap((trail) => trail.steps)
  const all: Step[] = steps.length > 0 ? steps : [{ location: finding.location, note: finding.subject }]
  const run = project.runs.find(({ endpoint }) => endpoint !== undefined && endpoint.id === finding.endpoint)
  const event = run && eventAt(run, all.at(-1)?.location ?? finding.location)
  const guards = event ? guardsAt(event) : []
  const marks = new Map(guards.map(({ fact, level }) => [placeOf(fact.location), `asks: ${asked[level]}`]))
  return {
    hops: all.map(({ location, note }) => ({ ...excerptOf(project, location, marks), note })),
    guards: guards.map(({ fact, level }) => ({
      ...excerptOf(project, fact.location, marks),
      text: `${fact.within} asks: ${asked[level]}${authorized(fact)}`,
    })),
    inputs: event ? inputsOf(event).slice(0, shown) : [],
    silent: silencedBy(finding, cwe, run, event),
  }
}

const placeOf = ({ file, line }: Location): string => `${file}:${line}`

const eventAt = (run: Run, { file, line }: Location): Event | undefined =>
  run.events.find(({ k, location }) => k !== 'end' && location.file === file && location.line === line)

/** Each condition that asks for something, once per place. */
function guardsAt(event: Event): { fact: Fact; level: GuardLevel }[] {
  const found = new Map<string, { fact: Fact; level: GuardLevel }>()
  for (const fact of event.facts) {
    const level = levelOf(fact)
    const place = placeOf(fact.location)
    if (level !== 'none' && !found.has(place)) found.set(place, { fact, level })
  }
  return [...found.values()].slice(0, shown)
}

/** The inputs that it ties to the caller: login alone ties none. */
function authorized(fact: Fact): string {
  const inputs = [...tiedInputs([fact])]
  if (inputs.length === 0 || inputs.length > shown) return ''
  return `; it ties to the caller: ${inputs.join(', ')}`
}

function inputsOf(event: Event): string[] {
  const given =
    event.k === 'access'
      ? leaves(event.args).map(({ path, value }) => ({ path: path || 'arguments', deps: allDeps(value) }))
      : event.k === 'raw'
        ? event.spliced.map((value) => ({ path: 'SQL text', deps: allDeps(value) }))
        : []
  const told = given.flatMap(({ path, deps }) => {
    const from = originOf(deps)
    return from === '' ? [] : [`${path} ← ${from}`]
  })
  const loop = event.loop === undefined ? [] : [perRound(event.loop)]
  return [...new Set([...told, ...loop])]
}

/** Where a value comes from, for people. */
function originOf(deps: Sources): string {
  const sent = [...deps].filter((dep) => dep.startsWith('client:')).map((dep) => dep.slice('client:'.length))
  const parts = [
    ...(isVerified(deps) ? ['the identity of the caller'] : []),
    ...(sent.length > 0
      ? [`${sent.slice(0, 4).join(', ')}${sent.length > 4 ? ', …' : ''}, sent by the caller`]
      : []),
    ...[...deps].filter((dep) => dep.startsWith('row:')).map((dep) => `a row of ${dep.slice('row:'.length)}`),
  ]
  return parts.join('; ')
}

function excerptOf(project: Project, location: Location, marks: ReadonlyMap<string, string>): Excerpt {
  const source = project.sourceText(location.file)?.split(/\r?\n/) ?? []
  const first = Math.max(1, location.line - around)
  const texts = source.slice(first - 1, location.line + around)
  return {
    location,
    lines: texts.map((text, index) => {
      const line = first + index
      const mark = marks.get(`${location.file}:${line}`)
      return { line, text, ...(mark === undefined ? {} : { mark }) }
    }),
  }
}

function silencedBy(
  finding: Finding,
  cwe: readonly number[],
  run: Run | undefined,
  event: Event | undefined,
): string[] {
  const { fault, location, remedy } = finding
  const open = run?.endpoint?.guard.level === 'none' && cwe.some((one) => callable.has(one))
  const rows = event?.k === 'access' && cwe.some((one) => readable.has(one))
  const read = rows && !isWrite(event.operation)
  return [
    remedy,
    ...(open ? [`Anybody may call it by design: an entry in \`publicEndpoints\` of ${policyFile}.`] : []),
    ...(read ? [`Anybody may read these rows by design: \`publicModels\` of ${policyFile}.`] : []),
    ...(rows
      ? [
          `These rows belong to nobody: \`sharedModels\` of ${policyFile}.`,
          `A guard in a package, which could not be read, asks for more: \`guards\` of ${policyFile}.`,
        ]
      : []),
    `It is right as it is: \`// backend-engineer-ignore ${fault} <reason>\` above ${placeOf(location)}.`,
  ]
}
