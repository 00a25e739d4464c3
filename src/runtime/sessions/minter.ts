import type { Project } from '../../project/project.ts'
import type { Workplace } from '../../sandbox/workplace.ts'

/** A row of the seeded world: the table's name and the values by column. */
export interface PersonRow {
  table: string
  values: Record<string, unknown>
}

/** Whom a session is for. A `SeedUser` is one. */
export interface Person {
  party: 'a' | 'b'
  role?: string
  row: PersonRow
  membership?: PersonRow
  tenant?: PersonRow
}

/** Makes sessions without the application's login: request headers by which it takes the caller for that user. */
export interface Minter {
  /** `jose`, `next-auth`, `better-auth`, … or `.backend-engineer/session.mjs`. */
  library: string
  /** What is assumed, in words: `cookie workshop_session, HS256, key of SESSION_SECRET`. */
  how: string
  /** What had to be guessed: claims of unknown meaning. */
  guessed: string[]
  /** The session is a row: when the rows of the database are put back, it has to be made again. */
  stored: boolean
  mint(user: Person): Promise<Record<string, string>>
  /** Other ways, likeliest first, for when the application does not accept this one. */
  alternatives: Minter[]
}

/** Why no session can be made, and what to do. */
export interface Missing {
  missing: string
}

/** What a mint may use of the running application. */
export interface Running {
  /** The variables that the application was started with. */
  env: Readonly<Record<string, string>>
  /** Absolute path of the application in the copy. */
  folder: string
  /** Runs one statement on the application's database; absent: sessions that are rows cannot be made. */
  sql?: (text: string, params: unknown[]) => Promise<unknown>
  /** Puts a text into the Redis of the application under a key that ends so; absent: it has none. */
  plant?: (ending: string, text: string) => void
  /** Where the project's own hook may run; absent: it cannot. */
  workplace?: Workplace
}

/** What the finders are given. */
export interface Question {
  project: Project
  running: Running
}

/** One way to mint: everything but the list of the others. */
export type Way = Omit<Minter, 'alternatives'>

export const cookie = (name: string, value: string): Record<string, string> => ({
  cookie: `${name}=${value}`,
})
