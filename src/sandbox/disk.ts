/** Tells that a failure has the disk as its cause. */
import { statfs } from 'node:fs/promises'
import { UserError } from '../core/error.ts'

/** Where less is free, whatever fails does so for want of room. */
const NOTHING = 2 << 20

/**
 * @param folder of the run, still there: an error does not always say that the disk was full, as when the database
 *   ended, or a bundler.
 * @returns the error in words that its reader can act on when the disk is full, otherwise as it is
 */
export async function orDiskFull(error: unknown, folder: string): Promise<unknown> {
  return saysFull(error) || (await free(folder)) < NOTHING
    ? new UserError(
        'The disk is full.',
        'Make some room where runs are kept, or name another folder for them with XDG_CACHE_HOME: best one on the ' +
          'disk of the project, where packages are linked instead of copied.',
        { cause: error },
      )
    : error
}

/** An error whose message, or that of its cause, says so. Postgres writes half a block before it says `No space left`. */
export function saysFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (
    /ENOSPC|EDQUOT|No space left|disk is full|wrote only \d+ of \d+ bytes/i.test(error.message) ||
    saysFull(error.cause)
  )
}

/** Bytes; infinite where it cannot be told. */
async function free(folder: string): Promise<number> {
  return statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Number.POSITIVE_INFINITY,
  )
}
