/** Rows that refer to each other in a circle can only be inserted while references are not looked at. */
import type { Client } from 'pg'
import { z } from 'zod'
import { quoteName } from '../catalog.ts'

/** Runs `action` in a transaction, and gives what it gives; rolls back when it throws or asks for it. */
export async function inTransaction<T>(
  client: Client,
  action: () => Promise<{ commit: T } | { rollback: T }>,
): Promise<T> {
  await client.query('BEGIN')
  try {
    const result = await action()
    await client.query('commit' in result ? 'COMMIT' : 'ROLLBACK')
    return 'commit' in result ? result.commit : result.rollback
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}

const constraints = z.array(z.object({ table: z.string(), name: z.string() }))

/**
 * Within a transaction: runs `action` while foreign keys (and triggers) rest. Where the role may not switch them off,
 * foreign keys are checked at the end instead, which takes the owner of the tables.
 */
export async function withoutReferences(client: Client, action: () => Promise<void>): Promise<void> {
  await client.query('SAVEPOINT role')
  const allowed = await client.query('SET LOCAL session_replication_role = replica').then(
    () => true,
    () => false,
  )
  if (allowed) {
    await action()
    await client.query('SET LOCAL session_replication_role = origin')
    return
  }
  await client.query('ROLLBACK TO SAVEPOINT role')
  const { rows } = await client.query(
    `SELECT conrelid::regclass::text AS "table", conname AS name FROM pg_constraint
     WHERE contype = 'f' AND NOT condeferrable AND conparentid = 0`,
  )
  const found = constraints.parse(rows)
  await alter(client, found, 'DEFERRABLE INITIALLY DEFERRED')
  await client.query('SET CONSTRAINTS ALL DEFERRED')
  await action()
  await client.query('SET CONSTRAINTS ALL IMMEDIATE')
  await alter(client, found, 'NOT DEFERRABLE')
}

async function alter(client: Client, found: z.infer<typeof constraints>, how: string): Promise<void> {
  const statements = found.map(
    ({ table, name }) => `ALTER TABLE ${table} ALTER CONSTRAINT ${quoteName(name)} ${how}`,
  )
  if (statements.length > 0) await client.query(statements.join(';'))
}
