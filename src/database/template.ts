/** A data directory as initdb leaves it, made once per machine and copied by each run. */
import { randomBytes } from 'node:crypto'
import { access, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Workplace } from '../sandbox/workplace.ts'
import { type Account, environment, under } from './account.ts'
import type { Binaries } from './binaries.ts'
import { ownName, removeDead } from './own-name.ts'
import { type Outcome, run } from './run.ts'

export interface Template {
  /** The data directory to copy. */
  data: string
  /** Of the role `postgres`. Each machine has its own, so that other users of it cannot connect. */
  password: string
}

/**
 * Sorts text as production does, with or without locales on this machine: a C locale would let `LIKE 'a%'` use an
 * index that it cannot use elsewhere. The second is for builds without ICU.
 */
const LOCALES = [
  ['--locale-provider=icu', '--icu-locale=en-US', '--locale=C'],
  ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
]

/** The template in `folder`, made if it is not there. Runs that do it at the same time do not meet. */
export async function openTemplate(
  workplace: Workplace,
  binaries: Binaries,
  account: Account,
  folder: string,
): Promise<Template> {
  const place = join(folder, 'template')
  const isThere = await access(place).then(
    () => true,
    () => false,
  )
  if (!isThere) await makeTemplate(workplace, binaries, account, folder, place)
  return { data: join(place, 'data'), password: await readFile(join(place, 'password'), 'utf8') }
}

/** For a template that no server comes up from; the next run makes another. */
export async function dropTemplate(folder: string): Promise<void> {
  const dead = join(folder, ownName('template'))
  await rename(join(folder, 'template'), dead).catch(() => undefined)
  await rm(dead, { recursive: true, force: true })
}

async function makeTemplate(
  workplace: Workplace,
  binaries: Binaries,
  account: Account,
  folder: string,
  place: string,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: account.kind === 'account' ? 0o711 : 0o700 })
  await removeDead(folder, 'template')
  const making = join(folder, ownName('template'))
  await mkdir(making, { mode: 0o700 })
  try {
    await writeFile(join(making, 'password'), randomBytes(18).toString('base64url'), { mode: 0o600 })
    if (account.kind === 'account')
      for (const file of [making, join(making, 'password')]) await chown(file, account.uid, account.gid)
    await initialise(workplace, binaries, account, making)
  } catch (error) {
    // Retried: what initdb started may write for a moment longer than it.
    await rm(making, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    throw error
  }
  await rename(making, place).catch(async (error: unknown) => {
    // Another run was faster: its template is as good.
    await access(place).catch(() => {
      throw error
    })
    await rm(making, { recursive: true, force: true })
  })
}

async function initialise(
  workplace: Workplace,
  binaries: Binaries,
  account: Account,
  making: string,
): Promise<void> {
  let last: Outcome | undefined
  for (const locale of LOCALES) {
    const args = ['-D', join(making, 'data'), '-U', 'postgres', '--encoding=UTF8', ...locale]
    args.push('--auth=scram-sha-256', `--pwfile=${join(making, 'password')}`, '--set=scram_iterations=64')
    // Shared memory of the system would outlive an initdb that is killed.
    args.push('--set=dynamic_shared_memory_type=mmap', '--no-sync', '--no-instructions')
    const start = under(account, join(binaries.folder, 'bin', 'initdb'), args)
    last = await run(workplace, start.command, start.args, { ...environment, ...start.identity })
    if (last.code === 0) return
    await rm(join(making, 'data'), { recursive: true, force: true })
  }
  const lines = (last?.output ?? '').split('\n').filter((line) => /\b(error|fatal|panic)\b/i.test(line))
  throw new Error(`initdb: ${lines.slice(0, 3).join(' ') || last?.output.trim()}`)
}
