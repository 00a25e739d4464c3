/** What `init` wrote, kept in the project: with it, a later run tells its own text from the user's. */
import { z } from 'zod'
import type { ReadText } from '../changes/plan.ts'
import { UserError } from '../core/error.ts'
import { hostNames } from './hosts.ts'

/** JSON under a name that formatters leave alone. To be committed. */
export const RECORD = '.backend-engineer/init.lock'

const shape = z.object({
  version: z.literal(1),
  hosts: z.array(z.enum(hostNames)),
  files: z.record(
    z.string(),
    z.object({
      /** The text that was put in; of a new file, all of it. Line ends are `\n`. */
      inserted: z.string(),
      /** The file was not there before. */
      made: z.boolean(),
    }),
  ),
})

export type InitRecord = z.infer<typeof shape>

/** Empty where nothing was written yet. Throws a `UserError` when it does not parse. */
export function readRecord(read: ReadText): InitRecord {
  const text = read(RECORD)
  if (text === undefined) return { version: 1, hosts: [], files: {} }
  try {
    return shape.parse(JSON.parse(text))
  } catch (cause) {
    throw new UserError(
      `${RECORD} cannot be read: what init wrote before is not known.`,
      'Bring it back from version control, or delete it and what init wrote.',
      { cause },
    )
  }
}

export const recordText = (record: InitRecord): string => `${JSON.stringify(record, null, 2)}\n`
