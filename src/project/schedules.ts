/** Endpoints that a platform calls by the clock. */
import { z } from 'zod'
import type { Project, Run } from './project.ts'

/** https://vercel.com/docs/cron-jobs: a GET request to each path, with `Authorization: Bearer $CRON_SECRET` where that is set. */
const settings = z.object({ crons: z.array(z.object({ path: z.string() })).optional() })

/** Whether `vercel.json` has an endpoint called by the clock. What does not parse says nothing. */
export function isScheduled(project: Project, { endpoint }: Run): boolean {
  if (endpoint?.kind !== 'route' && endpoint?.kind !== 'pages-api') return false
  if (endpoint.method !== undefined && endpoint.method !== 'GET' && endpoint.method !== 'ANY') return false
  return pathsOf(project).has(endpoint.path)
}

function pathsOf(project: Project): ReadonlySet<string> {
  const known = paths.get(project)
  if (known) return known
  const found = new Set(
    project.files
      .filter((file) => /(^|\/)vercel\.json$/.test(file))
      .flatMap((file) => cronsIn(project.sourceText(file) ?? '')),
  )
  paths.set(project, found)
  return found
}

const paths = new WeakMap<Project, ReadonlySet<string>>()

function cronsIn(text: string): string[] {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
  // A path may carry a query of its own: `/api/jobs?type=daily`.
  return (settings.safeParse(read).data?.crons ?? []).map(({ path }) => path.replace(/[?#].*$/, ''))
}
