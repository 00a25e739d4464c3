/** Where procedures are mounted, and by which library: the source says. */
import type { Project } from '../../project/project.ts'
import { dependency } from '../sessions/shape.ts'

export interface ProcedureServer {
  /** Path at which the router is mounted: `/api/trpc`, `/rpc`. */
  mount: string
  library: 'trpc' | 'orpc'
}

const OPEN = /\/\[{1,2}(?:\.\.\.)?\w+\]{1,2}$/

/** The routes that procedures are called at. oRPC counts where the project depends on it and no route is tRPC's. */
export function serverOf(project: Project): ProcedureServer {
  const routes = project.map.endpoints.filter(
    ({ kind, path }) => /^(route|pages-api)$/.test(kind) && OPEN.test(path),
  )
  const text = (file: string): string => project.sourceText(file) ?? ''
  const base = (path: string): string => path.replace(OPEN, '')
  const trpc = routes.find(
    ({ path, location }) =>
      /trpc\/\[/.test(path) || /['"]@trpc\/server\/adapters\//.test(text(location.file)),
  )
  if (trpc || dependency(project, '@orpc/server') === undefined)
    return { mount: trpc ? base(trpc.path) : '/api/trpc', library: 'trpc' }
  const asked = routes.filter(({ location }) => /@orpc\/server|\bRPCHandler\b/.test(text(location.file)))
  const orpc =
    asked.find(({ location }) => /\bRPCHandler\b/.test(text(location.file))) ??
    asked.find(({ path }) => /(^|\/)o?rpc\//.test(path)) ??
    routes.find(({ path }) => /(^|\/)o?rpc\//.test(path))
  return { mount: orpc ? base(orpc.path) : '/rpc', library: 'orpc' }
}
