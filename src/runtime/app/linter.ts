/** The project's own linter, on files of a copy. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'
import { z } from 'zod'
import { diagnose, tailOf } from './failure.ts'
import { plainly, runStep } from './run-step.ts'
import type { StagedApp } from './stage.ts'
import { byMember, commandOf } from './tools.ts'

export interface Complaint {
  /** Relative to the root. */
  file: string
  line: number
  rule: string
  message: string
  severity: 'error' | 'warning'
}

export type Linted = { done: true; complaints: Complaint[] } | { done: false; why: string; log?: string }

interface Linter {
  package: string
  bin: string
  /** `report`: file that its answer may be written to. */
  args(cwd: string, report: string): string[]
  env?(cwd: string): Record<string, string>
  /** What it said of which file, the file as it names it. Throws when this is not its answer. */
  read(report: string, log: string): Complaint[]
}

const LIMIT_MS = 180_000
const code = /\.[cm]?[jt]sx?$/

const eslintAnswer = z.array(
  z.object({
    filePath: z.string(),
    messages: z.array(
      z.object({
        ruleId: z.string().nullish(),
        severity: z.number(),
        message: z.string(),
        line: z.number().optional(),
      }),
    ),
  }),
)

const oxlintAnswer = z.object({
  diagnostics: z.array(
    z.object({
      message: z.string(),
      code: z.string().optional(),
      severity: z.string(),
      filename: z.string(),
      labels: z.array(z.object({ span: z.object({ line: z.number().optional() }) })).default([]),
    }),
  ),
})

const eslint: Linter = {
  package: 'eslint',
  bin: 'eslint',
  args: (cwd, report) => [
    '--format',
    'json',
    '--output-file',
    report,
    ...(majorOf(cwd, 'eslint') >= 9 && !isOld(cwd) ? ['--no-warn-ignored'] : []),
  ],
  env: (cwd): Record<string, string> => (isOld(cwd) ? { ESLINT_USE_FLAT_CONFIG: 'false' } : {}),
  read: (report) =>
    eslintAnswer.parse(JSON.parse(readFileSync(report, 'utf8'))).flatMap(({ filePath, messages }) =>
      messages
        .filter(({ message }) => !message.startsWith('File ignored'))
        .map(({ ruleId, severity, message, line = 1 }) => ({
          file: filePath,
          line,
          rule: ruleId ?? 'syntax',
          message,
          severity: severity >= 2 ? ('error' as const) : ('warning' as const),
        })),
    ),
}

const LINTERS: Record<string, Linter> = {
  eslint,
  'next lint': eslint,
  biome: {
    package: '@biomejs/biome',
    bin: 'biome',
    args: () => [
      'check',
      '--formatter-enabled=false',
      '--reporter=github',
      '--files-ignore-unknown=true',
      '--no-errors-on-unmatched',
      '--max-diagnostics=200',
    ],
    read: (_, log) =>
      log.split('\n').flatMap((line) => {
        const found = /^::(error|warning) title=([^,]+),file=(.+?),line=(\d+),.*?::(.*)$/.exec(line)
        if (!found) return []
        const [, severity, rule = '', file = '', at, message = ''] = found
        return [
          { file, line: Number(at), rule, message, severity: severity === 'error' ? 'error' : 'warning' },
        ]
      }),
  },
  oxlint: {
    package: 'oxlint',
    bin: 'oxlint',
    args: () => ['--format=json'],
    read: (_, log) =>
      oxlintAnswer
        .parse(JSON.parse(log.slice(log.indexOf('{'))))
        .diagnostics.map(({ message, code: rule = '', severity, filename, labels }) => ({
          file: filename,
          line: labels[0]?.span.line ?? 1,
          rule,
          message,
          severity: severity === 'error' ? 'error' : 'warning',
        })),
  },
}

/** Lints the files (relative to the root; those that are no code are left out) with the project's configuration. */
export async function lint(
  staged: StagedApp,
  linter: string,
  files: readonly string[],
  env: Record<string, string>,
  signal?: AbortSignal,
): Promise<Linted> {
  const known = LINTERS[linter]
  if (!known) return { done: false, why: `${linter} is not run here.` }
  const complaints: Complaint[] = []
  const members = byMember(
    staged,
    files.filter((file) => code.test(file) && existsSync(join(staged.root, file))),
  )
  for (const [member, paths] of members) {
    const cwd = join(staged.root, member)
    const command = commandOf(cwd, known.package, known.bin)
    if (command === undefined) return { done: false, why: `${linter} is not installed.` }
    const report = join(staged.workplace.folder, 'lint.json')
    await rm(report, { force: true })
    const {
      late,
      log,
      code: ended,
    } = await runStep(
      plainly(staged.workplace),
      {
        args: [command, ...known.args(cwd, report), ...paths],
        cwd,
        env: { ...env, ...known.env?.(cwd) },
        limit: LIMIT_MS,
      },
      join(staged.workplace.folder, 'lint.log'),
      signal,
    )
    if (late) return { done: false, why: `${linter} took longer than ${LIMIT_MS / 1000} seconds.` }
    const said = answer(known, report, log)
    if (said === undefined || (said.length === 0 && ended !== 0))
      return { done: false, why: `${linter} gave no result: ${diagnose(log).reason}`, log: tailOf(log) }
    complaints.push(...said.map((one) => ({ ...one, file: named(staged.root, cwd, one.file) })))
  }
  return { done: true, complaints }
}

function answer({ read }: Linter, report: string, log: string): Complaint[] | undefined {
  try {
    return read(report, log)
  } catch {
    // It failed before it could answer: the log says why.
    return undefined
  }
}

const named = (root: string, cwd: string, file: string): string =>
  relative(root, isAbsolute(file) ? file : join(cwd, file)).replaceAll('\\', '/')

/** Only a configuration of the old kind is there. */
function isOld(cwd: string): boolean {
  const names = existsSync(cwd) ? readdirSync(cwd) : []
  return names.some((one) => /^\.eslintrc/.test(one)) && !names.some((one) => /^eslint\.config\./.test(one))
}

const versioned = z.object({ version: z.string() })

function majorOf(cwd: string, name: string): number {
  const bin = commandOf(cwd, name)
  const file = bin
    ?.slice(0, bin.lastIndexOf(`node_modules/${name}/`))
    .concat(`node_modules/${name}/package.json`)
  return file === undefined
    ? 0
    : Number.parseInt(versioned.parse(JSON.parse(readFileSync(file, 'utf8'))).version, 10)
}

const scripts = z.object({ scripts: z.record(z.string(), z.string()).optional() })

/** Whether the project takes warnings for errors: its script says `--max-warnings 0`. */
export function warningsCount({ root, place }: StagedApp): boolean {
  return [place.app, '.'].some((folder) => {
    const file = join(root, folder, 'package.json')
    if (!existsSync(file)) return false
    const said = scripts.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data?.scripts ?? {}
    return Object.values(said).some((one) =>
      /--max-warnings[= ]0|--error-on-warnings|--deny-warnings/.test(one),
    )
  })
}
