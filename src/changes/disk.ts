/** Files as bytes with what belongs to them, written so that a reader sees the old content or the new, never a part. */
import { createHash } from 'node:crypto'
import { chown, lstat, open, readFile, rm, rmdir, stat } from 'node:fs/promises'
import { codeOf, isMissing } from './places.ts'

export interface Stored {
  bytes: Buffer
  /** Permission bits. */
  mode: number
  uid: number
  gid: number
}

export function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** `undefined` when there is nothing. Throws for what is no plain file. */
export async function stored(path: string): Promise<Stored | undefined> {
  try {
    const { mode, uid, gid } = await stat(path)
    return { bytes: await readFile(path), mode: mode & 0o7777, uid, gid }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Digest of the bytes at a path; `undefined` when there is nothing. */
export async function digestAt(path: string): Promise<string | undefined> {
  const file = await stored(path)
  return file && digest(file.bytes)
}

export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

/** Writes a new file through to the disk. On failure nothing is left of it. */
export async function writeDurably(path: string, { bytes, mode, uid, gid }: Stored): Promise<void> {
  const file = await open(path, 'wx', mode)
  try {
    await file.writeFile(bytes)
    // The mode given to `open` is cut by the umask.
    await file.chmod(mode)
    const made = await file.stat()
    if (made.uid !== uid || made.gid !== gid) await giveTo(path, uid, gid)
    await file.sync()
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

/** Only root may give a file away; for anybody else the new content is worth more than the old owner. */
async function giveTo(path: string, uid: number, gid: number): Promise<void> {
  try {
    await chown(path, uid, gid)
  } catch (error) {
    if (codeOf(error) !== 'EPERM') throw error
  }
}

/** Makes renames and new names in a folder outlast a loss of power. Windows has no such call. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Leaves a folder in which something else lives. */
export async function removeEmptyFolder(folder: string): Promise<void> {
  try {
    await rmdir(folder)
  } catch (error) {
    if (!isMissing(error) && codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error
  }
}
