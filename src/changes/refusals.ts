import { UserError } from '../core/error.ts'
import { codeOf } from './places.ts'

/** Says what the system's refusals mean. For work that replaces no file before all is prepared. */
export async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const code = codeOf(cause)
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new UserError(
        'The disk is full. Nothing was changed.',
        'Make room, then run the command again.',
        {
          cause,
        },
      )
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
      throw new UserError(
        `The project cannot be written (${code}). Nothing was changed.`,
        'Run the command as a user who may write its files.',
        { cause },
      )
    throw cause
  }
}
