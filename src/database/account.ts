/** Postgres refuses to run as root. This finds the way to run it all the same. */
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import type { Workplace } from '../sandbox/workplace.ts'
import { run } from './run.ts'

/**
 * `direct`: as this user. `namespace`: as root of the machine, but as nobody in a user namespace of its own; files
 * stay with root. `account`: as another user of the machine, who needs binaries and data that he can reach.
 */
export type Account = { kind: 'direct' | 'namespace' } | { kind: 'account'; uid: number; gid: number }

/** @param uid of this process; undefined on Windows */
export async function findAccount(workplace: Workplace, uid = process.getuid?.()): Promise<Account> {
  if (uid !== 0) return { kind: 'direct' }
  const probe = await run(workplace, 'unshare', ['-U', '-i', 'true'], environment).catch(() => undefined)
  return probe?.code === 0 ? { kind: 'namespace' } : otherAccount()
}

/** `postgres` where there is one, else `nobody`. */
export async function otherAccount(): Promise<Account> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => ''))
    .split('\n')
    .map((line) => line.split(':'))
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = lines.find(([user]) => user === name) ?? []
    if (Number(uid) > 0) return { kind: 'account', uid: Number(uid), gid: Number(gid) }
  }
  return { kind: 'account', uid: 65534, gid: 65534 }
}

/** Nothing of the user's environment: `PGDATA`, `PGPORT`, locale and time zone would change what the server does. */
export const environment: { cwd: string; env?: Record<string, string> } =
  process.platform === 'win32'
    ? { cwd: tmpdir() }
    : {
        cwd: '/',
        env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin:/run/current-system/sw/bin', LC_ALL: 'C', TZ: 'UTC' },
      }

/** How to start `program` under the account. */
export function under(
  account: Account,
  program: string,
  args: readonly string[],
): { command: string; args: readonly string[]; identity: { uid?: number; gid?: number } } {
  if (account.kind === 'account')
    return { command: program, args, identity: { uid: account.uid, gid: account.gid } }
  // An IPC namespace of its own takes the shared memory with it when the server is killed.
  if (account.kind === 'namespace')
    return { command: 'unshare', args: ['-U', '-i', program, ...args], identity: {} }
  return { command: program, args, identity: {} }
}
