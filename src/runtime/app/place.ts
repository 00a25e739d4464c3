/** Where an application and its installed packages are on the user's disk. */
import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { Project } from '../../project/project.ts'
import { BringUpError } from './failure.ts'

export interface Place {
  /** Absolute: the folder that the project was read from. */
  root: string
  /** The folder of the Next.js application, relative to the root: `.` or `apps/web`. */
  app: string
  /** Folders of all packages, relative to the root. */
  members: string[]
}

export interface Layout {
  /** The uppermost folder whose packages the application uses: the root, or a folder above it. */
  top: string
  /** Absolute; folders that hold a `node_modules` which resolution can reach, uppermost first. */
  holders: string[]
}

/**
 * The application to bring up: the package with Next.js that has most endpoints, or the one at `app`.
 * Throws a `BringUpError` of the step `copy` when there is none.
 */
export function placeOf(project: Project, app?: string): Place {
  const { root, map } = project
  const members = map.packages.map((one) => one.folder)
  const candidates = map.packages.filter((one) => one.next).map((one) => one.folder)
  const chosen = app ?? mostEndpoints(candidates, project)
  if (chosen === undefined || !existsSync(join(root, chosen)))
    throw new BringUpError(
      'copy',
      app === undefined ? 'No package here depends on `next`.' : `There is no folder ${app}.`,
      'Name the folder of the Next.js application.',
    )
  return { root: resolve(root), app: chosen, members: members.length === 0 ? ['.'] : members }
}

function mostEndpoints(folders: string[], { map }: Project): string | undefined {
  const count = (folder: string): number =>
    map.endpoints.filter(({ location }) => folder === '.' || location.file.startsWith(`${folder}/`)).length
  // Folders come sorted, the root first: of equals, the deeper one is the application.
  return [...folders].reverse().sort((a, b) => count(b) - count(a) || b.length - a.length)[0]
}

/** Which `node_modules` the application uses. Throws a `BringUpError` when Next.js is not installed in any. */
export function layoutOf(place: Place): Layout {
  const app = join(place.root, place.app)
  const installed = [...upwards(app)].find((folder) =>
    existsSync(join(folder, 'node_modules/next/package.json')),
  )
  if (installed === undefined) throw notInstalled(app)
  // With pnpm the package is a link into a store further up.
  const stores = storesOf(realpathSync(join(installed, 'node_modules/next')))
  const above = [installed, place.root, ...stores].filter((folder) => isWithin(app, folder))
  const top = above.reduce((a, b) => (b.length < a.length ? b : a))
  const members = place.members.map((folder) => join(place.root, folder))
  const folders = new Set([...upwards(app).filter((folder) => isWithin(folder, top)), ...members])
  return {
    top,
    holders: [...folders]
      .filter((folder) => existsSync(join(folder, 'node_modules')))
      .sort((a, b) => a.length - b.length),
  }
}

function notInstalled(app: string): BringUpError {
  const pnp = [...upwards(app)].some((folder) => existsSync(join(folder, '.pnp.cjs')))
  return new BringUpError(
    'packages',
    pnp
      ? "The packages are installed with Yarn Plug'n'Play, which has no node_modules."
      : 'Next.js is not installed: no `node_modules/next` in the folder of the application or above.',
    pnp
      ? 'Set `nodeLinker: node-modules` in .yarnrc.yml, run `yarn install`, and run again.'
      : 'Install the packages of the project (`npm install`, `pnpm install`, …) and run again.',
  )
}

/** The folder and those above it. */
function upwards(folder: string): string[] {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...upwards(above)]
}

/** The folders that hold a `node_modules` on the way to a path. */
function storesOf(path: string): string[] {
  return upwards(path).flatMap((one) => (one.endsWith(`${sep}node_modules`) ? [dirname(one)] : []))
}

export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || resolve(way) === way)
}

/** Finds a file of an installed package as code in `folder` would; `undefined` when it is not there. */
export function resolveFrom(folder: string, request: string): string | undefined {
  try {
    return createRequire(join(folder, 'package.json')).resolve(request)
  } catch {
    return undefined
  }
}
