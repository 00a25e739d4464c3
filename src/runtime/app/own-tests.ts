/** The project's own tests, in the copy, on a database of their own. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { plainly, runStep } from './run-step.ts'
import type { StagedApp } from './stage.ts'

export type OwnTests = { ran: true; passed: boolean; log: string } | { ran: false; why: string }

const manifest = z.object({ scripts: z.record(z.string(), z.string()).optional() })
const LIMIT_MS = 180_000

/** Runners that can be started without a shell, and what makes them run once. */
const RUNNERS: { name: string; bin: string; args: string[] }[] = [
  { name: 'vitest', bin: 'vitest/vitest.mjs', args: ['run'] },
  { name: 'jest', bin: 'jest/bin/jest.js', args: ['--ci', '--watchAll=false'] },
]

/** Runs them once, for at most three minutes. `env`: that of the running copy, with another database. */
export async function runOwnTests(staged: StagedApp, env: Record<string, string>): Promise<OwnTests> {
  const { folder, workplace } = staged
  const file = join(folder, 'package.json')
  const script = existsSync(file)
    ? manifest.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data?.scripts?.test
    : undefined
  if (script === undefined) return { ran: false, why: 'the project has no script `test`.' }
  const runner = RUNNERS.find(({ name }) => new RegExp(`(^|[\\s/])${name}(\\s|$)`).test(script))
  if (!runner) return { ran: false, why: `its script \`test\` is \`${script}\`, which is not run here.` }
  const bin = findBin(folder, runner.bin)
  if (bin === undefined) return { ran: false, why: `${runner.name} is not installed.` }
  const { code, late, log } = await runStep(
    plainly(workplace),
    { args: [bin, ...runner.args], cwd: folder, env: { ...env, NODE_ENV: 'test', CI: '1' }, limit: LIMIT_MS },
    join(workplace.folder, 'own-tests.log'),
  )
  if (late) return { ran: false, why: `they took longer than ${LIMIT_MS / 1000} seconds.` }
  return { ran: true, passed: code === 0, log }
}

function findBin(folder: string, path: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, 'node_modules', path)
    if (existsSync(file)) return file
    if (dirname(at) === at) return undefined
  }
}
