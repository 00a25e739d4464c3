/** Puts fetched packages into a copy, beside those that the project has installed. */
import { constants, lstatSync } from 'node:fs'
import { cp, mkdir, rm, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { STORE } from './packages.ts'

/**
 * Makes packages of a fetched folder available to code in `folder`. As pnpm does it: they lie in a store of their own
 * with what they need, so that no package that is there gets another version under it; what they expect beside them is
 * found further up. A package that is there in another version is hidden.
 */
export async function addPackages(fetched: string, names: readonly string[], folder: string): Promise<void> {
  const modules = join(folder, 'node_modules')
  const store = join(modules, STORE, 'node_modules')
  await mkdir(store, { recursive: true })
  await cp(join(fetched, 'node_modules'), store, {
    recursive: true,
    verbatimSymlinks: true,
    mode: constants.COPYFILE_FICLONE,
  })
  for (const name of names) {
    const at = join(modules, name)
    await mkdir(dirname(at), { recursive: true })
    if (isThere(at)) await rm(at, { recursive: true })
    await symlink(relative(dirname(at), join(store, name)), at, 'junction')
  }
}

function isThere(path: string): boolean {
  try {
    lstatSync(path)
    return true
  } catch {
    return false
  }
}
