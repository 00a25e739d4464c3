import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Access } from '../../../project/flow/events.ts'
import { AGAIN } from '../../../project/flow/forms.ts'
import { isWrite } from '../../../project/flow/prisma.ts'
import { argument, isOpen, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'
import { isOverParts } from '../../../project/queries/lists.ts'
import { repeatedQueries } from '../../../project/queries/loops.ts'
import { roundOf } from '../../../project/queries/same-rounds.ts'
import { perRound } from '../../../project/rounds.ts'

const fault: Fault<Project> = {
  id: 'queries/n-plus-one',
  title: 'N+1: one query per element of a list (n plus one)',
  severity: 'warning',
  tags: ['performance'],
  cwe: [1073],
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/queries/query-optimization-performance#solving-the-n1-problem',
  ],

  *find(project) {
    const all = [...drafts(project), ...elsewhere(project)]
    // What the source shows for certain is said, where the way of an endpoint leaves it open.
    yield* oncePerPlace([
      ...all.filter(({ certainty }) => certainty === 'likely'),
      ...all.filter(({ certainty }) => certainty !== 'likely'),
    ])
  },
}

function* drafts(project: Project): Iterable<Draft> {
  const batches = new Set(
    repeatedQueries(project).flatMap(({ together, location }) => (together ? [placeKey(location)] : [])),
  )
  for (const run of project.runs) {
    for (const event of run.events) {
      if (event.k !== 'access' || event.loop === undefined || isWrite(event.operation)) continue
      if (readsInBatches(event) || isOverParts(event.loop)) continue
      const round = roundOf(project, event)
      if (round?.short) continue
      const delegate = project.entity(event.model)?.delegate ?? event.model
      if (round?.same) {
        // Nobody waits for it, and no key can be collected.
        if (!round.idle) yield again(run, event, delegate)
        continue
      }
      yield {
        location: event.location,
        subject: `${run.label} → ${delegate}.${event.operation}`,
        // `$transaction([…])` sends them on one connection: as many statements, without the waiting of each.
        certainty:
          batches.has(placeKey(event.location)) ||
          !hasList(event.loop) ||
          !isSure(event) ||
          isUnitOfWork(run, event)
            ? 'possible'
            : 'likely',
        found: `${run.label} runs ${delegate}.${event.operation} ${perRound(event.loop)}.`,
        why: 'The number of queries grows with the data: a hundred rows are a hundred round trips to the database.',
        remedy: walks(event) ? UP : remedyFor(delegate),
        evidence: [traceTo(run, event, `runs ${perRound(event.loop)}`)],
        endpoint: run.label,
      }
    }
  }
}

/** A query whose key no element decides. Whether a cache, or a branch, keeps it from being sent is not seen. */
const again = (run: Run, event: Access, delegate: string): Draft => ({
  location: event.location,
  subject: `${run.label} → ${delegate}.${event.operation}`,
  certainty: 'possible',
  found: `${run.label} runs the same ${delegate}.${event.operation} ${perRound(event.loop ?? '')}: no element decides what it reads.`,
  why: 'Each round waits for an answer that was there already.',
  remedy: 'Read it once before the loop, and hand it on.',
  evidence: [traceTo(run, event, `the same ${perRound(event.loop ?? '')}`)],
  endpoint: run.label,
})

/** In code that no endpoint reaches, or that could not be followed: jobs, scripts, services. */
function* elsewhere(project: Project): Iterable<Draft> {
  for (const one of repeatedQueries(project)) {
    if (one.writes || !one.site) continue
    const { delegate } = one.site.model
    yield {
      location: one.location,
      subject: `${one.within} → ${delegate}.${one.site.operation}`,
      certainty: one.together ? 'possible' : 'likely',
      found: `${one.within} runs ${delegate}.${one.site.operation} once per element of \`${one.list}\`.`,
      why: 'The number of queries grows with the data: a hundred rows are a hundred round trips to the database.',
      remedy: remedyFor(delegate),
      evidence: [
        {
          kind: 'trace',
          steps: [{ location: one.location, note: `runs once per element of \`${one.list}\`` }],
        },
      ],
    }
  }
}

const placeKey = ({ file, line, column }: Draft['location']): string => `${file}:${line}:${column}`

const remedyFor = (delegate: string): string =>
  `Collect the keys first, read them with one ${delegate}.findMany({ where: { …: { in: keys } } }) (or \`include\`, or \`groupBy\` for counts), and look the rows up in a Map.`

/** `for (let attempt = 0; …)` asks again: how often, no data decides. */
const hasList = (loop: string): boolean => loop !== '' && !loop.includes('…')

/** `while (parentId) parentId = (await findUnique({ where: { id: parentId } })).parentId`: the next key stands in the row before. */
const walks = (access: Access): boolean =>
  access.loop?.startsWith(AGAIN) === true &&
  !BATCHES.test(access.loop) &&
  /^find(Unique|First)/.test(access.operation)

/** `while (hasMore)` reads a part of the rows in each round: how many, no row decides. */
const BATCHES = /more|done|next|cursor|page|offset|running|left|retr|attempt|true|continue/i

/** What repeats it is a list, or the row before. */
const isSure = (access: Access): boolean => access.loop?.startsWith(AGAIN) !== true || walks(access)

const UP =
  'Which row comes next stands in the one before, so no `in` helps: ask once, with a recursive query (`WITH RECURSIVE` in `$queryRaw`), or keep the path of each row in a column.'

/**
 * For each element other systems are asked as well (a model, mail, a request), and the query is somewhere in that work: what it
 * costs beside is little, and it may have to be as new as the rest.
 */
const isUnitOfWork = (run: Run, access: Access): boolean =>
  run.events.some(
    (event) =>
      event.loop === access.loop &&
      (event.k === 'remote' || event.k === 'costly' || (event.k === 'sink' && event.sink === 'request')),
  )

/** `while (cursor) findMany({ take, cursor })`: the loop is what keeps the rows of one query few. */
const readsInBatches = (access: Access): boolean =>
  argument(access, 'take') !== undefined &&
  (argument(access, 'cursor') !== undefined || argument(access, 'skip') !== undefined || isOpen(access))

export default fault
