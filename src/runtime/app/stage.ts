/** A copy of the user's application in which everything may be built, generated and changed. */
import { existsSync } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Workplace } from '../../sandbox/workplace.ts'
import { compareShared, linkPackages } from './packages.ts'
import { layoutOf, type Place } from './place.ts'
import { compareTree, copyTree } from './tree.ts'

export interface StagedApp {
  /** Absolute: the copy of the folder with Next.js. */
  folder: string
  /** Absolute: the copy of the project's root. Paths of findings and changes are relative to it. */
  root: string
  /** Absolute: the uppermost folder of the copy; holds the packages when they are above the root. */
  top: string
  /** The folders of the user's project that this is a copy of. */
  place: Place
  /** Files of the project that were not copied since they may hold a secret or are too large; relative to the root. */
  withheld: string[]
  /** Milliseconds that the source and the packages took. */
  took: { tree: number; packages: number }
  counts: { files: number; links: number; copies: number }
  /** What of the user's project changed since it was copied, in words; empty when nothing did. */
  verifyUntouched(): Promise<string[]>
  workplace: Workplace
}

/** What tells tools where a repository begins, when the root of the project is not where its packages are. */
const markers = ['package-lock.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'yarn.lock', 'bun.lock']

/**
 * Copies the application below `workplace.folder`. The tree keeps its depth below the folder that holds the packages,
 * so that relative paths in configuration mean the same.
 * Throws a `BringUpError` when the packages are not installed or the tree is too large.
 */
export async function stageApp(
  place: Place,
  workplace: Workplace,
  options: { signal?: AbortSignal } = {},
): Promise<StagedApp> {
  const { signal } = options
  const layout = layoutOf(place)
  const top = freeFolder(workplace.folder)
  const root = join(top, relative(layout.top, place.root))
  await mkdir(root, { recursive: true })
  const began = Date.now()
  const tree = await copyTree(place.root, root, signal)
  if (root !== top)
    for (const marker of markers)
      if (existsSync(join(layout.top, marker))) await copyFile(join(layout.top, marker), join(top, marker))
  const copied = Date.now()
  const packages = await linkPackages(layout, top, signal)
  return {
    folder: join(root, place.app),
    root,
    top,
    place,
    withheld: tree.withheld,
    took: { tree: copied - began, packages: Date.now() - copied },
    counts: { files: tree.files.size, links: packages.links, copies: packages.copies },
    async verifyUntouched() {
      const shared = await compareShared(packages)
      return [
        ...(await compareTree(place.root, tree)),
        ...shared.map((path) => `changed: ${relative(place.root, path).replaceAll('\\', '/')}`),
      ]
    },
    workplace,
  }
}

function freeFolder(base: string): string {
  for (let number = 1; ; number++) {
    const folder = join(base, `copy-${number}`)
    if (!existsSync(folder)) return folder
  }
}
