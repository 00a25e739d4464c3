/** An edit of the schema, or words for an edit of the code. */
export type Cure = IndexCure | DropCure | CodeCure

export interface IndexCure {
  kind: 'add-index'
  table: string
  /** The line for the model, where Prisma can say it: `@@index([orgId, createdAt(sort: Desc)])`. */
  prisma?: { model: string; line: string }
  /** For a migration, in a transaction. */
  sql: string
  /** The same for a table in use: it does not block writes, and must run outside of a transaction. */
  concurrently: string
  /** Extension that it needs, which not every server offers. */
  extension?: string
}

export interface DropCure {
  kind: 'drop-index'
  table: string
  index: string
  /** Names of the fields as in the schema, to find the line by. */
  prisma?: { model: string; fields: string[] }
  sql: string
  concurrently: string
}

export interface CodeCure {
  kind: 'code'
  /** What to do, for a person. */
  text: string
}
