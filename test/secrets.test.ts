/** Secrets of the user, planted around an application that shows all it can reach: none may come out anywhere. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { Context } from '../src/core/operation.ts'
import type { Report } from '../src/core/report.ts'
import { faults } from '../src/faults/index.ts'
import { benchLimits, proveFindings, select } from '../src/operations/on-bench.ts'
import { coverageOf, openProject } from '../src/operations/open.ts'
import { runFaults } from '../src/operations/run-faults.ts'
import { openBench } from '../src/proof/open.ts'
import { agent } from '../src/report/agent.ts'
import { html } from '../src/report/html.ts'
import { json } from '../src/report/json.ts'
import { markdown } from '../src/report/markdown.ts'
import { sarif } from '../src/report/sarif.ts'
import { text } from '../src/report/text.ts'
import { writeNotes } from './interrupted.mjs'

vi.setConfig({ testTimeout: 240_000 })

const base = join(import.meta.dirname, '../fixtures/.build', `secrets-${process.pid}`)
const app = join(base, 'notes')
/** Of any secret; the text of the application itself does not match. */
const planted = new RegExp(`planted-[a-z-]+${process.pid}`)
/** Short: sockets are in it. */
const work = mkdtempSync(join(tmpdir(), 's-'))
const token = (name: string): string => `planted-${name}-${process.pid}`

/** Files with a secret, by the folder of the project. */
const files: Record<string, string> = {
  '.env': `SESSION_SECRET=${token('env')}\n`,
  '.env.local': `API_KEY=${token('env-local')}\n`,
  '.env.production': `API_KEY=${token('env-production')}\n`,
  '../secret.txt': token('beside'),
  '../home/.npmrc': `//registry/:_authToken=${token('npmrc')}\n`,
}

/** All that a process can find of its environment, of the machine's processes, and of files that it knows by path. */
const reaching = (paths: string[]): string => `import { existsSync, readdirSync, readFileSync } from 'node:fs'

const paths = ${JSON.stringify(paths)}

export function reach() {
  const read = (path: string) => {
    try {
      return readFileSync(/* turbopackIgnore: true */ path, 'utf8')
    } catch {
      return ''
    }
  }
  const processes = existsSync('/proc') ? readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)) : []
  return JSON.stringify({
    files: paths.map(read),
    others: processes.map((name) => read('/proc/' + name + '/environ').match(/planted-[a-z-]+[0-9]+/)?.[0]),
    environment: { ...process.env },
  })
}
`

const context: Context = { root: app, workFolder: work, cacheFolder: work }

function plant(): void {
  writeNotes(app)
  mkdirSync(join(base, 'home'))
  for (const [file, content] of Object.entries(files)) writeFileSync(join(app, file), content)
  writeFileSync(join(app, 'lib/reach.ts'), reaching(Object.keys(files).map((file) => join(app, file))))
  const route = join(app, 'app/api/notes/route.ts')
  const source = readFileSync(route, 'utf8')
    .replace('const session', "const seen = reach()\n  console.log('seen', seen)\n  const session")
    .replace('Response.json(notes)', 'Response.json({ notes, seen })')
  writeFileSync(route, `import { reach } from '../../../lib/reach'\n${source}`)
  const variables = {
    A_TOKEN: 'parent',
    DATABASE_URL: 'database',
    SESSION_SECRET: 'session',
    npm_config_token: 'npm',
  }
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, token(value))
}

/** Files below a folder, packages left out, in which a secret is. */
function filesWithSecrets(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesWithSecrets(path)
    return entry.isFile() && planted.test(readFileSync(path, 'latin1')) ? [path] : []
  })
}

const renderings: Record<string, (report: Report) => string> = {
  agent,
  html,
  json,
  markdown,
  text,
  sarif: (one) => sarif(one, []),
}

afterEach(() => vi.unstubAllEnvs())
afterAll(() => {
  for (const folder of [base, work]) rmSync(folder, { recursive: true, force: true })
})

describe.runIf(process.platform === 'linux')('secrets of the user', () => {
  it.each(['auto', 'none'] as const)('stay with their owner, with isolation %s', async (isolation) => {
    rmSync(base, { recursive: true, force: true })
    plant()
    const { project, problems } = await openProject(context)
    const wanted = select(runFaults(project, faults).findings, { only: ['input/raw-sql'], all: false })
    expect(wanted).toHaveLength(1)
    const bench = await openBench(project, context, { seed: 1, mode: 'dev', isolation })
    const report: Report = {
      operation: 'prove',
      headline: '',
      findings: wanted,
      problems,
      coverage: coverageOf(project, 1),
      elapsedMs: 0,
    }
    let kept: string[] = []
    let log = ''
    try {
      await proveFindings(bench, report, context)
      problems.push(...benchLimits(bench))
      log = bench.app.log()
      kept = filesWithSecrets(context.workFolder)
    } finally {
      await bench.close()
    }
    expect(wanted[0]?.proof?.verdict).toBe('proven')
    // The application did say what it sees, and that is found where it was said.
    expect(log).toContain('seen {"files"')
    expect(json(report)).toContain('SESSION_SECRET')

    const hidden = bench.app.containment.kind === 'namespaces'
    const line = /seen (\{.*\})/.exec(log)?.[1] ?? ''
    const environment = JSON.stringify(z.object({ environment: z.unknown() }).parse(JSON.parse(line)))
    expect(environment).toContain('SESSION_SECRET')
    expect(environment).not.toMatch(planted)
    const said = problems.some((one) => /files outside of the copy could be read/.test(one.message))
    expect(said).toBe(!hidden)
    if (!hidden) return
    for (const [name, render] of Object.entries(renderings))
      expect(planted.test(render(report)), `in the report as ${name}`).toBe(false)
    expect(log).not.toMatch(planted)
    expect(kept).toEqual([])
  })
})
