import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { listScope } from './scope.ts'

const TEXT = /\.([cm]?[tj]sx?|jsonc?|prisma|ya?ml|mdc?|toml|lock|graphql)$|(^|\/)\.[\w-]+(rc|rules)?$/

/** A digest of everything in a project that an answer can depend on: the files by content, the others by name. */
export async function fingerprint(asked: string, salt: string): Promise<string> {
  const { root, folder, files } = await listScope(asked)
  const hash = createHash('sha1').update(`${salt}\0${asked}\0`)
  for (const file of [...files, posix.join(folder, '.backend-engineer/baseline.json')]) {
    hash.update(`${file}\0`)
    if (!TEXT.test(file)) continue
    try {
      hash.update(readFileSync(join(root, file)))
    } catch (error) {
      // What cannot be read is part of what the answer depends on, too.
      hash.update(error instanceof Error ? error.name : 'unreadable')
    }
    hash.update('\0')
  }
  return hash.digest('hex')
}
