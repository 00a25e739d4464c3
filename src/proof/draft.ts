/** The user's project with a change in it, beside the user's own: what a change is judged by before it is applied. */
import { join } from 'node:path'
import type { Change } from '../core/change.ts'
import type { Package } from '../core/recipe.ts'
import type { Project } from '../project/project.ts'
import { addPackages } from '../runtime/app/add-packages.ts'
import { fetchPackages, installedVersion } from '../runtime/app/fetch-packages.ts'
import { placeOf } from '../runtime/app/place.ts'
import { type StagedApp, stageApp } from '../runtime/app/stage.ts'
import { satisfies } from '../runtime/app/versions.ts'
import { openWorkplace } from '../sandbox/workplace.ts'
import { type Written, writeChange } from './write-change.ts'

export interface DraftOptions {
  /** The user's, as it is. */
  project: Project
  change: Change
  packages: readonly Package[]
  /** Folder of the package that needs them, relative to the root. Default: the application. */
  home?: string | undefined
  /** Folder of the Next.js application, where there are several. */
  app?: string | undefined
  /** For the copy; outside of the project. */
  workFolder: string
  /** Keeps fetched packages for the next run. */
  cacheFolder?: string | undefined
  /** How the user would install packages: `pnpm`. */
  manager?: string | undefined
  signal?: AbortSignal | undefined
  progress?: ((step: string) => void) | undefined
  /** Of npm, when packages are fetched. Default: `process.env`. */
  env?: NodeJS.ProcessEnv
}

export interface Draft {
  /** Absolute: a project of its own, for `loadProject`, `openBench` and `review`. Nothing in it is generated or built. */
  root: string
  staged: StagedApp
  written: Written
  /** Packages that were fetched since the project does not have them, or not in such a version. */
  fetched: string[]
  /** Ends and removes everything; the user's project is as it was. */
  close(): Promise<void>
}

/**
 * Copies the project, writes the change into the copy, and makes the packages available that it needs: those of the
 * project as they are installed, and new ones as the registry has them.
 * Throws a `UserError` when the project's packages are not installed or new ones cannot be fetched; nothing is left then.
 */
export async function openDraft(options: DraftOptions): Promise<Draft> {
  const { project, change, app, workFolder, signal, progress } = options
  const workplace = await openWorkplace(workFolder, signal)
  try {
    progress?.('copying the project')
    const staged = await stageApp(placeOf(project, app), workplace, signal ? { signal } : {})
    const written = await writeChange(staged.root, change)
    const fetched = await provide(staged, options)
    return { root: staged.root, staged, written, fetched, close: () => workplace.close() }
  } catch (error) {
    await workplace.close()
    throw signal?.aborted ? signal.reason : error
  }
}

async function provide(
  staged: StagedApp,
  { packages, home, project, cacheFolder, manager, signal, progress, env }: DraftOptions,
): Promise<string[]> {
  const folder = home === undefined ? staged.folder : join(staged.root, home)
  const version = (name: string): string | undefined => installedVersion(folder, name, staged.top)
  const missing = packages.filter(({ name, range }) => !satisfies(version(name) ?? '', range))
  if (missing.length === 0) return []
  const names = missing.map(({ name }) => name)
  progress?.(`fetching ${names.join(', ')}`)
  const from = await fetchPackages(missing, (name) => version(name) !== undefined, {
    workplace: staged.workplace,
    cacheFolder,
    project: project.root,
    manager,
    signal,
    ...(env ? { env } : {}),
  })
  await addPackages(from, names, folder)
  return names
}
