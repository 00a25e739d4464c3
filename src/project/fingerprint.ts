import { createHash } from 'node:crypto'
import { join, posix } from 'node:path'
import type { Instead } from '../source/files.ts'
import { digestsOf } from './digests.ts'
import { listScope } from './scope.ts'

const TEXT = /\.([cm]?[tj]sx?|jsonc?|prisma|ya?ml|mdc?|toml|lock|graphql)$|(^|\/)\.[\w-]+(rc|rules)?$/

interface Means {
  /** Where digests of files are kept, so that only those are read that changed; without it, all are. */
  cacheFolder?: string | undefined
  /** Files in place of those on disk. */
  instead?: Instead | undefined
}

/** A digest of everything in a project that an answer can depend on: the files by content, the others by name. */
export async function fingerprint(asked: string, salt: string, means: Means = {}): Promise<string> {
  const { cacheFolder, instead } = means
  const { root, folder, files } = await listScope(asked, instead)
  const digests = digestsOf(root, cacheFolder)
  const hash = createHash('sha1').update(`${salt}\0${asked}\0`)
  const settings = ['baseline.json', 'policy.json'].map((name) =>
    posix.join(folder, '.backend-engineer', name),
  )
  for (const file of new Set([...files, ...settings])) {
    hash.update(`${file}\0`)
    if (!TEXT.test(file)) continue
    // What cannot be read is part of what the answer depends on, too.
    hash.update(`${instead?.get(join(root, file)) ?? digests.of(file)}\0`)
  }
  digests.keep()
  return hash.digest('hex')
}
