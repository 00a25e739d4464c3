import { createHash } from 'node:crypto'
import type { Change, PlannedChange } from '../core/change.ts'
import { UserError } from '../core/error.ts'
import { editsByFile } from './edits.ts'

export type ReadText = (file: string) => string | undefined

/** Of a text without its byte order mark. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/**
 * Ties a change to the texts for which it was made. `read` gives what the maker of the change saw, without a byte order
 * mark. Throws a UserError when a file is missing.
 */
export function planned(change: Change, read: ReadText): PlannedChange {
  const base: Record<string, string> = {}
  for (const file of [...editsByFile(change).keys(), ...(change.removes ?? [])]) {
    const text = read(file)
    if (text === undefined) throw missing(change, file)
    base[file] = hashOf(text)
  }
  return { ...change, base }
}

export function missing(change: Change, file: string): UserError {
  return new UserError(
    `"${change.title}" changes ${file}, which cannot be read.`,
    'Run the command again, so that the change is made anew for the files that there are.',
  )
}
