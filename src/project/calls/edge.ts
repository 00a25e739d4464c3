/** Code that runs on the edge runtime, and whether the Prisma client could connect from there. */
import type { Location } from '../../core/finding.ts'
import type { Project } from '../project.ts'
import { clientSites } from '../surroundings/clients.ts'
import { lineWith } from '../surroundings/places.ts'

/** Where a file says that it runs on the edge. */
export const edgeLine = (project: Project, file: string): Location | undefined =>
  lineWith(project, file, /^\s*export const runtime\s*(?::[^=]+)?=\s*['"](?:experimental-)?edge['"]/)

/** Adapters and clients that need no socket, or that bring their own way to the database. */
const FOR_EDGE =
  /@prisma\/adapter-(?:neon|planetscale|libsql|d1|ppg)|accelerate|@prisma\/client\/(?:edge|wasm)|\/wasm['"]/

/** Where the client is made that connects by a socket; `undefined` when some client of the project is made for the edge. */
export function socketClient(project: Project): Location | undefined {
  const sites = clientSites(project)
  const ready = sites.some(({ location }) => FOR_EDGE.test(project.sourceText(location.file) ?? ''))
  return ready ? undefined : sites[0]?.location
}
