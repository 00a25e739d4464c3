/** The reference server with a database of its own, ready to be attacked. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openServer } from '../../src/database/server.ts'
import type { AuthTarget } from '../../src/recipes/auth-password/attacks/target.ts'
import { send } from '../../src/runtime/requests/send.ts'
import { openWorkplace } from '../../src/sandbox/workplace.ts'
import type { Bug } from './bugs.ts'
import { startReference } from './server.ts'
import { contract, NOT_UNIQUE, SQL, UNIQUE } from './tables.ts'

export interface Range {
  /** Starts the server with these mistakes, and ends it when the work is done. */
  under<T>(bugs: readonly Bug[], work: (target: AuthTarget) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export async function openRange(): Promise<Range> {
  const base = await mkdtemp(join(tmpdir(), 'be-attacks-'))
  const workplace = await openWorkplace(base)
  const server = await openServer(workplace, { cacheFolder: join(base, 'cache') })
  await server.createDatabase('auth')
  const database = await server.connect('auth')
  await database.query(SQL)
  return {
    async under(bugs, work) {
      await database.query('TRUNCATE "User", "Session", "RefreshToken", "LoginLimit"')
      await database.query(bugs.includes('not unique') ? NOT_UNIQUE : UNIQUE)
      const app = await startReference(server.url('auth'), bugs)
      try {
        return await work({
          contract,
          origin: app.origin,
          env: app.env,
          database,
          log: app.log,
          send: (request) => send(app.origin, request, { timeLimit: 10_000 }),
        })
      } finally {
        await app.close()
      }
    },
    async close() {
      await database.end()
      await workplace.close()
      await rm(base, { recursive: true, force: true })
    },
  }
}
