/** What habits are read from: the part of the project that one application sees. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../../core/error.ts'
import type { Endpoint } from '../../core/map.ts'
import { type Code, codeOf } from '../conventions/exported.ts'
import { code, testFile } from '../conventions/sources.ts'
import { besidesTheApp } from '../conventions.ts'
import type { Package } from '../packages.ts'
import type { Project } from '../project.ts'

export interface Reading {
  project: Project
  /** The package of the application. */
  app: Package
  /** What paths inside the application start with: nothing, or `apps/web/`. */
  inside: string
  /** The application, and the packages of the workspace that it depends on, directly or not. */
  reach: Package[]
  /** Source of these that may run on the server. */
  own: Code
  /** All source of these, tests left out. */
  sources: string[]
  endpoints: Endpoint[]
  /** Files with endpoints. */
  handlers: ReadonlySet<string>
  text(file: string): string
  has(file: string): boolean
}

export const inFolder = (folder: string, path: string): string =>
  folder === '.' ? path : `${folder}/${path}`

export const manifestOf = ({ folder }: Package): string => inFolder(folder, 'package.json')

/** Throws a `UserError` when a folder is asked for that is no package of the project. */
export function openReading(project: Project, asked?: string): Reading {
  const app = appOf(project, asked)
  const inside = app.folder === '.' ? '' : `${app.folder}/`
  const reach = reachOf(project, app)
  const folders = new Set(reach.map(({ folder }) => folder))
  const isOurs = (file: string): boolean =>
    folders.has(project.packages.packageOf(file)?.folder ?? '.') && !besidesTheApp.test(file)
  const sources = project.files.filter((file) => code.test(file) && !testFile.test(file) && isOurs(file))
  const endpoints = project.map.endpoints.filter(({ location }) => isOurs(location.file))
  return {
    project,
    app,
    inside,
    reach,
    own: codeOf({ files: sources, read: project.sourceText, program: project.program }),
    sources,
    endpoints,
    handlers: new Set(
      endpoints.flatMap(({ kind, location }) => (kind === 'middleware' ? [] : [location.file])),
    ),
    text: (file) => project.sourceText(file) ?? '',
    has: (file) => existsSync(join(project.root, file)),
  }
}

/** The one that was asked for, else the Next.js application with the most endpoints. */
function appOf(project: Project, asked: string | undefined): Package {
  const { packages } = project.packages
  if (asked !== undefined) {
    const folder = asked.replace(/^\.\/|\/+$/g, '') || '.'
    const found = packages.find((one) => one.folder === folder)
    if (found) return found
    throw new UserError(
      `There is no package in ${asked}.`,
      `Name the folder of an application: ${packages.map((one) => one.folder).join(', ')}.`,
    )
  }
  const apps = packages.filter(({ dependencies }) => dependencies.next !== undefined)
  const given = apps.find(({ folder }) => folder === project.folder && folder !== '.')
  const counts = new Map<string, number>()
  for (const { location } of project.map.endpoints) {
    const folder = project.packages.packageOf(location.file)?.folder ?? '.'
    counts.set(folder, (counts.get(folder) ?? 0) + 1)
  }
  const score = ({ folder }: Package): number => counts.get(folder) ?? 0
  const [most] = [...apps].sort((a, b) => score(b) - score(a))
  return given ?? most ?? packages[0] ?? none
}

const none: Package = { name: 'app', folder: '.', dependencies: {}, manifest: {}, workspace: false }

function reachOf({ packages: { packages } }: Project, app: Package): Package[] {
  const reach = new Set([app])
  for (const one of reach)
    for (const other of packages)
      if (other.folder !== '.' && one.dependencies[other.name] !== undefined) reach.add(other)
  return [...reach]
}
