import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { packageCalls } from '../../../project/credentials.ts'
import type { Access, PackageCall } from '../../../project/flow/events.ts'
import { allDeps, type Sources, union } from '../../../project/flow/value.ts'
import { argument, leaves, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'response/shared-cache',
  title: 'Rows of one person in a cache for all',
  severity: 'error',
  tags: ['security'],
  cwe: [524, 488],
  references: [
    'https://nextjs.org/docs/app/api-reference/functions/unstable_cache#parameters',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x23-V14-Data-Protection.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs)
    for (const cache of packageCalls(run, 'cache')) {
      const keys = union(...cache.args.map((arg) => allDeps(arg)))
      const read = run.events.find(
        (event): event is Access => event.k === 'access' && isInside(event, cache) && isOfCaller(event, keys),
      )
      if (read) yield draft(run, cache, read)
    }
}

const isInside = (event: Access, { location }: PackageCall): boolean =>
  event.via.some(
    (call) =>
      call.location.file === location.file &&
      call.location.line === location.line &&
      call.location.column === location.column,
  )

/** Its rows are picked by who is calling, and nothing of that is in the keys. */
const isOfCaller = (access: Access, keys: Sources): boolean =>
  leaves(argument(access, 'where')).some(({ value }) => {
    const identity = [...allDeps(value)].filter(
      (dep) => dep.startsWith('identity:') && !dep.startsWith('identity:unverified'),
    )
    return identity.length > 0 && !identity.some((dep) => keys.has(dep))
  })

function draft(run: Run, cache: PackageCall, read: Access): Draft {
  return {
    location: cache.location,
    subject: `${run.label} → ${read.model}`,
    certainty: 'likely',
    found: `${run.label} keeps rows of ${read.model} of whoever asks in \`${cache.name}\`, and neither its keys nor its arguments say who that is.`,
    why: 'The cache is one for all users: the first to ask is answered with their own rows, and everybody after them with the same.',
    remedy:
      'Hand the id to the function that is cached as an argument (arguments are part of the key), or put it into the list of keys. A variable from around it is not part of the key.',
    evidence: [traceTo(run, read, `${read.model} by the caller, inside of the cache`)],
    ...(run.endpoint ? { endpoint: run.label } : {}),
  }
}

export default fault
