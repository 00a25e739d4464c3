/** `diagnose` on real errors: each text was printed by the case of that name (`bench/diagnose-capture.mjs`). */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Case, messageOnly, readCases, sameText, writeProject } from '../bench/diagnose-cases.mjs'
import { causes } from '../src/causes/index.ts'
import { run } from '../src/cli/run.ts'
import type { Report } from '../src/core/report.ts'
import { diagnose, looksLikeFailure } from '../src/operations/diagnose.ts'
import { agent } from '../src/report/agent.ts'
import { html } from '../src/report/html.ts'
import { json } from '../src/report/json.ts'
import { markdown } from '../src/report/markdown.ts'
import { sarif } from '../src/report/sarif.ts'
import { text } from '../src/report/text.ts'

const cases = readCases()
const known = cases.filter(({ cause }) => cause !== 'none')
const unknown = cases.filter(({ cause }) => cause === 'none')

async function answer({ files }: Pick<Case, 'files'>, error: string): Promise<Report> {
  const root = mkdtempSync(join(tmpdir(), 'diagnose-'))
  try {
    writeProject(files, root)
    return await diagnose.run({ text: error }, { root, workFolder: root })
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

const first = ({ diagnosis }: Report): string => diagnosis?.causes[0]?.id ?? 'none'
const named = (name: string): Case & { text: string } => {
  const found = cases.find((one) => one.name === name)
  if (found?.text === undefined) throw new Error(`There is no case ${name}.`)
  return { ...found, text: found.text }
}

/** A fallback that other cases leave when a sharper cause is ruled out. */
const withoutCase = ['connections/server-not-running']

describe('the catalogue of causes', () => {
  it('is named after its files', () => {
    expect(
      causes.filter(({ id }) => !existsSync(join(import.meta.dirname, `../src/causes/${id}.ts`))),
    ).toEqual([])
    expect(new Set(causes.map(({ id }) => id)).size).toBe(causes.length)
  })

  it('has a real error for each cause', () => {
    const shown = new Set(known.flatMap(({ cause, text: printed }) => (printed === undefined ? [] : [cause])))
    expect(causes.map(({ id }) => id).filter((id) => !shown.has(id))).toEqual(withoutCase)
    expect(cases.filter(({ text: printed }) => printed === undefined).map(({ name }) => name)).toEqual([])
  })

  it('has three cases for each text that several causes give', () => {
    const groups = new Map<string, number>()
    for (const { group } of known) if (group) groups.set(group, (groups.get(group) ?? 0) + 1)
    expect([...groups].filter(([, count]) => count < 3)).toEqual([])
    expect(groups.size).toBeGreaterThan(12)
  })
})

describe('real errors', () => {
  it.each(known.map((one) => [one.name, one.cause, one] as const))('%s: %s', async (_name, cause, one) => {
    const report = await answer(one, one.text ?? '')
    expect(first(report)).toBe(cause)
    const [found] = report.diagnosis?.causes ?? []
    // What is confirmed shows where, and says what to do; what is not says how to find out or what to do.
    if (found?.verdict === 'confirmed') expect(found.evidence.length).toBeGreaterThan(0)
    else expect(found?.verdict).toBe('unconfirmed')
    expect(found?.cure.length).toBeGreaterThan(0)
    const missing = found?.evidence.filter(({ location }) => one.files[location.file] === undefined)
    expect(missing).toEqual([])
  })

  it('finds the same from the message alone, as people paste it', async () => {
    const wrong: string[] = []
    for (const one of known) {
      const report = await answer(one, messageOnly(one.text ?? ''))
      if (first(report) !== one.cause) wrong.push(one.name)
    }
    expect(wrong.length / known.length, wrong.join(', ')).toBeLessThanOrEqual(0.05)
  })
})

describe('the same text in another project', () => {
  it.each(sameText)('has the cause of that project: %s', async (group) => {
    const list = known.filter((one) => one.group === group)
    expect(list.length).toBeGreaterThan(2)
    for (const printed of list)
      for (const project of list) {
        const report = await answer(project, messageOnly(printed.text ?? ''))
        expect(first(report), `the text of ${printed.name} in ${project.name}`).toBe(project.cause)
      }
  })
})

describe('errors of other kinds', () => {
  it.each(unknown.map((one) => [one.name, one] as const))(
    '%s: says that it does not know',
    async (_name, one) => {
      const report = await answer(one, one.text ?? '')
      expect(report.diagnosis?.causes).toEqual([])
      expect(report.headline).toContain('none of the errors that I know')
    },
  )
})

describe('what is put around an error', () => {
  const one = named('constraints/check-then-create')

  it.each<[string, (line: string) => string]>([
    ['compose', (line) => `web-1  | ${line}`],
    ['time stamps', (line) => `2026-11-30T06:00:41.123Z ${line}`],
    ['colours', (line) => `\u001b[31m${line}\u001b[39m`],
    ['syslog', (line) => `Nov 30 06:00:41 host shop[812]: ${line}`],
  ])('is taken away: %s', async (_name, dress) => {
    const report = await answer(one, one.text.split('\n').map(dress).join('\n'))
    expect(first(report)).toBe(one.cause)
    expect(report.diagnosis?.places[0]?.location).toMatchObject({
      file: 'src/app/api/users/route.ts',
      line: 7,
    })
  })

  it('is taken away: a record of a JSON logger', async () => {
    const stack = one.text.slice(one.text.indexOf('PrismaClientKnown'))
    const record = JSON.stringify({
      level: 50,
      time: 1,
      err: { type: 'Error', message: 'failed', stack, code: 'P2002' },
    })
    const report = await answer(
      one,
      `{"level":30,"msg":"started"}\n${record}\n{"level":30,"msg":"POST /api/users 500"}`,
    )
    expect(first(report)).toBe(one.cause)
  })

  it('is the first error of a log that counts, not what came of it', async () => {
    const later = named('connections/ended-by-server').text
    const report = await answer(one, `${one.text}\n${later}`)
    expect(first(report)).toBe(one.cause)
    expect(report.diagnosis?.later.length).toBeGreaterThan(0)
  })
})

describe('the answer', () => {
  it('shows no value of a variable', async () => {
    for (const one of known.filter(({ files }) =>
      Object.keys(files).some((file) => /^\.env(?!\.example)/.test(file)),
    )) {
      const report = await answer(one, one.text ?? '')
      for (const secret of ['50%25off', ':old@', ':new@', 's3cret-2026', 'shop:shop@localhost:5999'])
        expect(json(report), one.name).not.toContain(secret)
    }
  })

  it('is told by every renderer', async () => {
    const one = named('connections/global-client-in-transaction')
    const report = await answer(one, one.text)
    const title = 'A transaction waits for a second connection while it holds one'
    for (const told of [
      text(report),
      markdown(report),
      html(report).replaceAll('<wbr>', ''),
      json(report),
      sarif(report, []),
    ]) {
      expect(told).toContain(title)
      expect(told).toContain('src/app/api/orders/route.ts')
    }
    expect(agent(report)).toContain('cause connections/global-client-in-transaction (confirmed here)')
    expect(agent(report).length).toBeLessThan(3_000)
  })

  it('says of a bare code which causes the project confirms, and which it rules out', async () => {
    const one = named('constraints/soft-deleted-twin')
    const { diagnosis } = await answer(one, 'P2003')
    expect(diagnosis?.causes.every(({ verdict }) => verdict !== 'confirmed')).toBe(true)
    expect(diagnosis?.causes.length).toBeGreaterThan(0)
  })
})

describe('the command line', () => {
  const one = named('queries/malformed-id')

  /** Runs a command in the project of the case, with the error in app.log and piped in. */
  async function command(...argv: string[]): Promise<{ code: number; out: string }> {
    const cwd = mkdtempSync(join(tmpdir(), 'diagnose-'))
    let out = ''
    const write = (part: string) => {
      out += part
    }
    try {
      writeProject({ ...one.files, 'app.log': one.text }, cwd)
      const io = { cwd, env: {}, stdout: { write, tty: false }, stderr: { write, tty: false } }
      return { code: await run(argv, { ...io, stdin: async () => one.text }), out }
    } finally {
      rmSync(cwd, { recursive: true, force: true })
    }
  }

  it.each([
    ['an argument', ['diagnose', one.text]],
    ['a file', ['diagnose', '--file', 'app.log']],
    ['what is piped in', ['diagnose']],
    ['what is piped in, with the folder', ['diagnose', '.']],
  ])('takes %s', async (_name, argv) => {
    const { code, out } = await command(...argv, '--no-cache')
    expect(out).toContain('queries/malformed-id')
    expect(code).toBe(0)
  })

  it('says what to do when there is nothing to look at', async () => {
    const { code, out } = await command('diagnose', '--file', 'missing.log')
    expect(code).toBe(2)
    expect(out).toContain('missing.log cannot be read')
  })
})

describe('README.md', () => {
  it('shows what the command in it prints', async () => {
    const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
    const [, asked = '', shown = ''] =
      /\$ backend-engineer diagnose "([^"]+)" examples\/workshop\n([\s\S]*?)```/.exec(readme) ?? []
    const root = join(import.meta.dirname, '../examples/workshop')
    const printed = text(await diagnose.run({ text: asked }, { root, workFolder: tmpdir() }))
    expect(shown.split('\n').filter((line) => line !== '…' && !printed.includes(line))).toEqual([])
    expect(shown.length).toBeGreaterThan(400)
    expect(readme).toContain(`none of the ${causes.length - withoutCase.length} causes`)
  })
})

describe('what looks like an error', () => {
  it.each(known.map((one) => [one.name, one.text ?? ''] as const))('does: %s', (_name, printed) => {
    expect(looksLikeFailure(printed)).toBe(true)
  })

  it.each([
    'add a login API that returns a JWT',
    'write tests for POST /api/notes',
    'my Prisma queries are running slowly',
    'how should I paginate /api/orders?',
    'explain error handling',
  ])('does not: %s', (task) => {
    expect(looksLikeFailure(task)).toBe(false)
  })

  it.each([
    'what does P2024 mean here?',
    'why Unique constraint failed on the fields?',
    '53300',
    'ECONNREFUSED',
  ])('does: %s', (question) => {
    expect(looksLikeFailure(question)).toBe(true)
  })
})
