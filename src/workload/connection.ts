/** What this folder needs of a client of Postgres; `pg.Client` has it. */
export interface Connection {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
}

/** Runs in a transaction that is always rolled back: what was tried leaves nothing. */
export async function rolledBack<Result>(
  connection: Connection,
  work: () => Promise<Result>,
): Promise<Result> {
  await connection.query('BEGIN')
  try {
    return await work()
  } finally {
    await connection.query('ROLLBACK')
  }
}

/** `"Invoice"`: quoted, so that any name is one. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Whether Postgres said no to a statement (with this code), as opposed to a fault of ours or a lost connection. */
export function isDatabaseError(error: unknown, code?: string): error is Error {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return false
  return code === undefined ? /^[0-9A-Z]{5}$/.test(error.code) : error.code === code
}
