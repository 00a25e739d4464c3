/** Names of things in a shared folder that are being made: the name says by whom, so that a later run can clean up. */
import { randomBytes } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** `data.1234-9f2c11aa`: kind, process, chance. */
export const ownName = (kind: string): string => `${kind}.${process.pid}-${randomBytes(4).toString('hex')}`

/** Removes what processes that are gone left half made in `folder`. */
export async function removeDead(folder: string, kind: string): Promise<void> {
  const pattern = new RegExp(`^${kind}\\.(\\d+)-[0-9a-f]{8}$`)
  for (const name of await readdir(folder)) {
    const pid = Number(pattern.exec(name)?.[1] ?? Number.NaN)
    if (Number.isInteger(pid) && !isRunning(pid))
      await rm(join(folder, name), { recursive: true, force: true })
  }
}

/** Another user's process counts. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
