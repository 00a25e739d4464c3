import { z } from 'zod'
import type { Habits } from '../../project/habits/habits.ts'
import type { Project } from '../../project/project.ts'

const DAY = 24 * 60 * 60

/** What the user may ask for. All of it has a default, or one that is read from the project. */
export const authInput = z.strictObject({
  /** Seconds. */
  accessLifetime: z
    .int()
    .min(60)
    .max(DAY)
    .default(15 * 60),
  /** Seconds without use after which a session ends, and at the latest. */
  idleLifetime: z
    .int()
    .min(60)
    .max(90 * DAY)
    .default(7 * DAY),
  sessionLifetime: z
    .int()
    .min(60)
    .max(365 * DAY)
    .default(30 * DAY),
  refreshIn: z.enum(['cookie', 'body']).default('cookie'),
  /** Absent: unless the project has a way to sign up. */
  register: z.boolean().optional(),
  /** Characters. NIST and ASVS: 15 where the password is the only factor. */
  minimumLength: z.int().min(8).max(64).default(15),
  /** Below the folder of route handlers. Absent: `auth`, or `token` where that is taken. */
  basePath: z
    .string()
    .regex(/^[a-z0-9-]+(\/[a-z0-9-]+)*$/, 'Use lower case words and slashes: auth, v1/auth')
    .optional(),
  hash: z.enum(['auto', 'argon2', 'bcrypt', 'scrypt']).default('auto'),
  /** Absent: what the project uses most. */
  surface: z.enum(['routes', 'actions', 'trpc']).optional(),
  /** Make a model for users where there is none. */
  createUser: z.boolean().default(false),
})

export type AuthInput = z.output<typeof authInput>

/** What the recipe reads. */
export interface AuthFacts {
  habits: Habits
  project: Project
  /** The time in UTC, `YYYYMMDDhhmmss`, for the name of a migration. */
  stamp: string
  /** What was asked for, in the words of the user. */
  task?: string | undefined
}
