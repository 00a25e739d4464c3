/** The user's own way to make a session, for what is not recognized: a small file in the project. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { UserError } from '../../core/error.ts'
import type { Person, Question, Way } from './minter.ts'

export const HOOK = '.backend-engineer/session.mjs'

/** What to write into it. */
export const HOW_TO = `Write ${HOOK} in the project: \`export async function mintSession({ user, role, tenant, env }) { return { cookie: '…' } }\`. It gets the rows of the user and of the tenant (column → value) and the variables of the application, and gives the request headers of a signed-in user.`

const SCRIPT = `
const parts = []
for await (const part of process.stdin) parts.push(part)
const { file, given } = JSON.parse(Buffer.concat(parts).toString())
const { mintSession } = await import(file)
if (typeof mintSession !== 'function') throw new Error('it exports no function mintSession')
const headers = await mintSession(given)
await new Promise((done) => process.stdout.write('\\n' + JSON.stringify(headers ?? null), done))
process.exit(0)
`

const TIME_LIMIT_MS = 15_000

/** The hook of the project, when it has one. It runs in a process of its own, with the application's variables alone. */
export function hook(question: Question): Way[] | undefined {
  const { project, running } = question
  const file = [running.folder, project.root]
    .map((folder) => join(folder, HOOK))
    .find((one) => existsSync(one))
  if (file === undefined) return undefined
  return [
    {
      library: HOOK,
      how: 'the file of the project',
      guessed: [],
      stored: true,
      mint: (user) => run(question, file, user),
    },
  ]
}

async function run({ running }: Question, file: string, user: Person): Promise<Record<string, string>> {
  if (!running.workplace) throw new Error('The hook needs a workplace to run in.')
  const child = running.workplace.start(process.execPath, ['--input-type=module', '-e', SCRIPT], {
    cwd: running.folder,
    env: { ...running.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const given = {
    user: user.row.values,
    role: user.role,
    tenant: user.tenant?.values,
    membership: user.membership?.values,
    env: running.env,
  }
  const out: string[] = []
  const err: string[] = []
  child.stdout?.on('data', (part) => out.push(String(part)))
  child.stderr?.on('data', (part) => err.push(String(part)))
  // A hook that ends early does not read what it is given: its exit tells.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(JSON.stringify({ file: pathToFileURL(file).href, given }))
  const timer = setTimeout(() => child.kill('SIGKILL'), TIME_LIMIT_MS)
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', resolve)
    child.on('error', () => resolve(null))
  })
  clearTimeout(timer)
  const reason =
    err
      .join('')
      .split('\n')
      .find((line) => /^\w*Error\b/.test(line)) ?? `it ended with ${code}`
  if (code !== 0) throw new UserError(`${HOOK} failed: ${reason.trim()}.`, HOW_TO)
  return headersIn(out.join('').split('\n').at(-1) ?? '')
}

function headersIn(text: string): Record<string, string> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  const headers = z.record(z.string(), z.string()).safeParse(value)
  if (headers.success) return headers.data
  throw new UserError(`${HOOK} gave no request headers, but: ${text.slice(0, 200)}`, HOW_TO)
}
