import { z } from 'zod'
import type { RecipeFacts } from '../index.ts'

export const testsInput = z.object({
  endpoint: z
    .string()
    .optional()
    .describe(
      '`GET /api/notes/:id`; a path alone means all its methods, "all endpoints of /api/notes" those below it',
    ),
})

export type TestsInput = z.infer<typeof testsInput>
export type TestsFacts = RecipeFacts
