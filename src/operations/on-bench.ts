/** What operations that run the application have in common: the bench, and what is said when it does not come up. */
import { UserError } from '../core/error.ts'
import type { Context } from '../core/operation.ts'
import type { Problem } from '../core/report.ts'
import { plural } from '../core/wording.ts'
import type { Project } from '../project/project.ts'
import type { LiveBench } from '../proof/live-bench.ts'
import { type BenchOptions, openBench } from '../proof/open.ts'
import { orDiskFull } from '../sandbox/disk.ts'

/** Opens the bench, does the work, and ends and removes everything, whatever happens. */
export async function withBench<T>(
  project: Project,
  context: Context,
  options: BenchOptions,
  work: (bench: LiveBench) => Promise<T>,
): Promise<T> {
  const bench = await openBench(project, context, options)
  try {
    return await work(bench)
  } catch (error) {
    throw await orDiskFull(error, bench.parts.workplace.folder)
  } finally {
    await bench.close()
  }
}

/** What the user can repair becomes a problem of the report; a bug is thrown on. */
export function failedBench(error: unknown): Problem {
  if (!(error instanceof UserError)) throw error
  return { where: 'running the application', message: `${error.message} ${error.remedy}`, effect: 'fatal' }
}

const NAMED = 5

/** What the bench could not show, and what the application tried to reach. */
export function benchLimits(bench: LiveBench): Problem[] {
  const attempts = new Map<string, number>()
  const programs = new Set<string>()
  for (const { kind, host, port } of bench.app.egress()) {
    if (kind === 'process') programs.add(host)
    if (kind === 'lookup' || kind === 'process') continue
    const target = port === undefined ? host : `${host}:${port}`
    attempts.set(target, (attempts.get(target) ?? 0) + 1)
  }
  const hosts = [...attempts].map(([host, count]) => `${host} (${count})`)
  const more = hosts.length > NAMED ? ` and ${hosts.length - NAMED} more` : ''
  const { containment } = bench.app
  const weaker =
    containment.kind === 'namespaces'
      ? []
      : [
          `It ran without namespaces of its own (${containment.why}): a preload keeps accidents in, not malice, and files outside of the copy could be read.`,
          ...(programs.size === 0
            ? []
            : [`Programs that it started were not held: ${[...programs].slice(0, NAMED).join(', ')}.`]),
        ]
  return [
    ...[...bench.limits, ...weaker].map(
      (message): Problem => ({ where: 'the scratch application', message, effect: 'partial' }),
    ),
    ...(hosts.length === 0
      ? []
      : [
          {
            where: 'the scratch application',
            message: `It tried to reach ${plural(hosts.length, 'other address', 'other addresses')}, and was refused or answered by a stub: ${hosts.slice(0, NAMED).join(', ')}${more}.`,
            effect: 'partial' as const,
          },
        ]),
  ]
}
