import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import type { Instead } from '../source/files.ts'
import { listScope } from './scope.ts'

const TEXT = /\.([cm]?[tj]sx?|jsonc?|prisma|ya?ml|mdc?|toml|lock|graphql)$|(^|\/)\.[\w-]+(rc|rules)?$/

/** A digest of everything in a project that an answer can depend on: the files by content, the others by name. */
export async function fingerprint(asked: string, salt: string, instead?: Instead): Promise<string> {
  const { root, folder, files } = await listScope(asked, instead)
  const hash = createHash('sha1').update(`${salt}\0${asked}\0`)
  const settings = ['baseline.json', 'policy.json'].map((name) =>
    posix.join(folder, '.backend-engineer', name),
  )
  for (const file of new Set([...files, ...settings])) {
    hash.update(`${file}\0`)
    if (!TEXT.test(file)) continue
    try {
      const path = join(root, file)
      hash.update(instead?.get(path) ?? readFileSync(path))
    } catch (error) {
      // What cannot be read is part of what the answer depends on, too.
      hash.update(error instanceof Error ? error.name : 'unreadable')
    }
    hash.update('\0')
  }
  return hash.digest('hex')
}
