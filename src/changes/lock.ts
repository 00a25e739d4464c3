import { readFileSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { UserError } from '../core/error.ts'
import { removeWhenEmpty } from './journal.ts'
import { codeOf, isMissing } from './places.ts'

const holderSchema = z.object({ pid: z.number().int().positive(), born: z.string().optional() })
type Holder = z.infer<typeof holderSchema>

/** Runs `work` while no other process changes the project. A lock whose holder is gone is taken over. */
export async function locked<T>(journalFolder: string, work: () => Promise<T>): Promise<T> {
  const file = join(journalFolder, 'lock')
  try {
    await take(file)
  } catch (error) {
    if (!(error instanceof UserError)) await removeWhenEmpty(journalFolder)
    throw error
  }
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
    await removeWhenEmpty(journalFolder)
  }
}

async function take(file: string): Promise<void> {
  const mine = JSON.stringify(holderOf(process.pid))
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      await writeFile(file, mine, { flag: 'wx' })
      return
    } catch (error) {
      // Gone between the two calls: another run ended and cleaned up.
      if (isMissing(error)) continue
      if (codeOf(error) !== 'EEXIST') {
        // A full disk makes the name, and then has no room for the content.
        await rm(file, { force: true })
        throw error
      }
    }
    const holder = await readHolder(file)
    if (holder && isAlive(holder)) break
    await rm(file, { force: true })
  }
  throw new UserError(
    'Another run is changing this project.',
    `Wait until it is done. If there is none, delete .backend-engineer/undo/lock.`,
  )
}

/** `undefined` for a lock that was cut off by a full disk or is gone. */
async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return holderSchema.safeParse(JSON.parse(await readFile(file, 'utf8'))).data
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The start time tells a process from a later one with the same number. Linux only; elsewhere the number alone counts. */
function holderOf(pid: number): Holder {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const born = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return born === undefined ? { pid } : { pid, born }
  } catch {
    return { pid }
  }
}

function isAlive({ pid, born }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false
  }
  const now = holderOf(pid)
  return born === undefined || now.born === undefined || now.born === born
}
