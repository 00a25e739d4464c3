/** The project's own type check, in the copy. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isAboutWrapper } from './next-config.ts'
import { plainly, runStep } from './run-step.ts'
import type { StagedApp } from './stage.ts'

export type Checked = { checked: true; errors: string[] } | { checked: false; why: string }

const LIMIT_MS = 180_000

/** `tsc --noEmit` of the application. Errors are lines `file(line,column): error TS…`. */
export async function typeCheck(staged: StagedApp, env: Record<string, string>): Promise<Checked> {
  const { folder, workplace } = staged
  if (!existsSync(join(folder, 'tsconfig.json')))
    return { checked: false, why: 'the application has no tsconfig.json.' }
  const compiler = compilerFor(folder)
  if (compiler === undefined) return { checked: false, why: 'typescript is not installed.' }
  const { code, late, log } = await runStep(
    plainly(workplace),
    { args: [compiler, '--noEmit', '--pretty', 'false'], cwd: folder, env, limit: LIMIT_MS },
    join(workplace.folder, 'type-check.log'),
  )
  const all = log.split('\n').filter((line) => /\berror TS\d+/.test(line))
  const errors = all.filter((line) => !isAboutWrapper(line))
  if (late) return { checked: false, why: `it took longer than ${LIMIT_MS / 1000} seconds.` }
  if (code !== 0 && all.length === 0) return { checked: false, why: 'the compiler ended without a result.' }
  return { checked: true, errors }
}

function compilerFor(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const compiler = join(at, 'node_modules/typescript/bin/tsc')
    if (existsSync(compiler)) return compiler
    if (dirname(at) === at) return undefined
  }
}
