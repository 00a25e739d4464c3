import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { digestsOf } from './digests.ts'
import { listScope } from './scope.ts'

const TEXT = /\.([cm]?[tj]sx?|jsonc?|prisma|ya?ml|mdc?|toml|lock|graphql)$|(^|\/)\.[\w-]+(rc|rules)?$/

/**
 * A digest of everything in a project that an answer can depend on: the files by content, the others by name.
 *
 * @param cacheFolder where digests of files are kept, so that only those are read that changed; without it, all are
 */
export async function fingerprint(asked: string, salt: string, cacheFolder?: string): Promise<string> {
  const { root, folder, files } = await listScope(asked)
  const digests = digestsOf(root, cacheFolder)
  const hash = createHash('sha1').update(`${salt}\0${asked}\0`)
  for (const file of [...files, posix.join(folder, '.backend-engineer/baseline.json')]) {
    hash.update(`${file}\0`)
    // What cannot be read is part of what the answer depends on, too.
    if (TEXT.test(file)) hash.update(`${digests.of(file)}\0`)
  }
  digests.keep()
  return hash.digest('hex')
}
