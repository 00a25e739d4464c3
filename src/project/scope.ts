/** What is read when a folder is asked about: the folder, and what it needs of the workspace around it. */
import { existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import type { Problem } from '../core/report.ts'
import { type FileList, type Instead, listFiles, readText } from '../source/files.ts'
import { type Packages, readPackages } from './packages.ts'

export interface Scope extends FileList {
  /** The folder that all paths are relative to: the one asked about, or the root of the workspace that it is a member of. */
  root: string
  /** The folder that was asked about, relative to the root: `.` or `apps/web`. */
  folder: string
}

/** Configuration and written rules of the whole workspace. */
const ofTheRoot = /^[^/]+$|^\.(?:cursor|github|config)\//
const workspaceFiles = ['package.json', 'pnpm-workspace.yaml', 'pnpm-workspace.yml']

/**
 * The files of a folder. Those of a member of a workspace come with the packages that it depends on, since imports and
 * the Prisma schema lead there; the rest of the workspace is left out.
 */
export async function listScope(folder: string, instead?: Instead): Promise<Scope> {
  if (!declaresWorkspace(folder, instead)) {
    for (const root of above(folder)) {
      if (!declaresWorkspace(root, instead)) continue
      const scope = await memberScope(root, relative(root, folder).split(sep).join('/'), instead)
      if (scope !== undefined) return scope
    }
  }
  return { root: folder, folder: '.', ...(await listFiles(folder, instead)) }
}

/** The folders above, up to the root of the repository. */
function* above(folder: string): Generator<string> {
  let current = folder
  while (!existsSync(join(current, '.git')) && dirname(current) !== current) {
    current = dirname(current)
    yield current
  }
}

function declaresWorkspace(folder: string, instead?: Instead): boolean {
  const read = (file: string): string | undefined => readText(folder, file, undefined, instead)
  const files = workspaceFiles.filter(
    (file) => existsSync(join(folder, file)) || instead?.has(join(folder, file)),
  )
  return files.length > 0 && readPackages(folder, files, read).workspace
}

async function memberScope(root: string, folder: string, instead?: Instead): Promise<Scope | undefined> {
  const { files, problems } = await listFiles(root, instead)
  const packages = readPackages(root, files, (file) => readText(root, file, undefined, instead))
  if (!packages.packages.some((one) => one.folder === folder && one.workspace)) return undefined
  const folders = neededBy(folder, packages)
  const inside = (file: string): boolean =>
    ofTheRoot.test(file) || folders.some((one) => file.startsWith(`${one}/`))
  const needed = files.filter(inside)
  // Where no package that is needed has the schema, the client was generated from another one's.
  const isSchema = (file: string): boolean => file.endsWith('.prisma')
  const own = needed.some(isSchema)
  return {
    root,
    folder,
    files: own ? needed : files.filter((file) => inside(file) || isSchema(file)),
    problems: problems.filter(({ where }: Problem) => inside(where)),
  }
}

/** The folders of a package and of those it depends on, directly or not. */
function neededBy(folder: string, { packages }: Packages): string[] {
  const members = packages.filter((one) => one.workspace && one.folder !== '.')
  const folders = new Set([folder])
  for (const current of folders) {
    const names = members.find((one) => one.folder === current)?.dependencies ?? {}
    for (const member of members) if (member.name in names) folders.add(member.folder)
  }
  return [...folders]
}
