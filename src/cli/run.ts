import { readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { UserError } from '../core/error.ts'
import type { Severity } from '../core/finding.ts'
import { nearest } from '../core/nearest.ts'
import type { Context, Operation } from '../core/operation.ts'
import { objections, type Report } from '../core/report.ts'
import { isName, type Understood, understandWords } from '../operations/front/front.ts'
import { faultPages, operations } from '../operations/index.ts'
import { rootOf } from '../operations/open.ts'
import { applied, undo } from '../operations/undo.ts'
import { agent } from '../report/agent.ts'
import { github } from '../report/github.ts'
import { html } from '../report/html.ts'
import { json } from '../report/json.ts'
import { markdown } from '../report/markdown.ts'
import { colour, noColour } from '../report/paint.ts'
import { sarif } from '../report/sarif.ts'
import { text } from '../report/text.ts'
import { oneLine, printable } from '../report/wording.ts'
import { asked } from './ask.ts'
import { writeBaseline } from './baseline.ts'
import { contextFor } from './context.ts'
import {
  type Arguments,
  type Flag,
  flagsOf,
  globalFlags,
  helpText,
  parseFlags,
  unknownFlag,
} from './flags.ts'
import { chosen, sayUnderstood } from './front-door.ts'
import { initialise } from './init.ts'

/** The outside world of one run. */
export interface Io {
  cwd: string
  env: Record<string, string | undefined>
  /** `columns`: the width of the terminal. */
  stdout: { write(text: string): void; tty: boolean; columns?: number | undefined }
  stderr: { write(text: string): void; tty: boolean }
  /** Somebody who can be asked: shows a text and gives the line that is typed. Absent: nobody is there. */
  prompt?: (text: string, signal?: AbortSignal) => Promise<string>
  /** All that is piped in. Absent: a terminal is there. */
  stdin?: () => Promise<string>
  /** Aborted by Ctrl-C. */
  signal?: AbortSignal
}

/** Runs one command line; returns the exit code: 0 clean, 1 findings at or above --fail-on, 2 could not work. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await command(argv, io)
  } catch (error) {
    clearProgress(io)
    if (io.signal?.aborted) {
      io.stderr.write('Stopped. What was started is ended, and nothing was changed.\n')
      return 130
    }
    if (error instanceof UserError)
      io.stderr.write(`${printable(error.message)}\n${printable(error.remedy)}\n`)
    else io.stderr.write(`This is a bug in backend-engineer:\n${stackOf(error)}\n`)
    return 2
  }
}

async function command(argv: readonly string[], io: Io): Promise<number> {
  if (argv[0] === 'init') return initialise(argv.slice(1), io)
  const parsed = parseFlags(argv, everyFlag())
  if (parsed.values.get('version') === true) {
    io.stdout.write(`${await version()}\n`)
    return 0
  }
  const [first, ...others] = parsed.positionals
  if (first === 'undo') return housekeeping(others, parsed, io)
  const help = parsed.values.get('help') === true
  const said = help ? undefined : await wordsIn(parsed.positionals, io.cwd)
  if (said) return inWords(said, parsed, io)
  const { operation, rest, named } = await chooseOperation(parsed.positionals, io.cwd)
  if (help) {
    io.stdout.write(helpText(operations, named ? operation : undefined))
    return 0
  }
  const { input, dir } = await readInput(operation, rest, parsed, io.cwd)
  const root = await directory(path.resolve(io.cwd, dir ?? '.'), dir ?? '.')
  return answer(operation, input, root, parsed, io)
}

/** What was said in plain words, and the folder that stands behind it. */
interface Said {
  text: string
  dir: string | undefined
}

/** Words in place of an operation: a sentence in quotes or without, an error code, the id of a finding. */
async function wordsIn(positionals: readonly string[], cwd: string): Promise<Said | undefined> {
  const [first = '', ...rest] = positionals
  if (first === '' || operations.some((one) => one.name === first)) return undefined
  if (!/\s/.test(first) && (await isDirectory(path.resolve(cwd, first)))) return undefined
  const last = rest.at(-1)
  const dir = last !== undefined && (await isDirectory(path.resolve(cwd, last))) ? last : undefined
  const text = (dir === undefined ? positionals : positionals.slice(0, -1)).join(' ')
  // A word alone is a mistyped operation, unless it is the name of an error or of a finding.
  return /\s/.test(text.trim()) || isName(text) || isNoWord(text.trim()) ? { text, dir } : undefined
}

/** `???`; a question in a script that has no spaces. */
const isNoWord = (text: string): boolean => text !== '' && !/[a-z\d]/i.test(text)

/** Does what the words mean, or asks which of several things they mean. */
async function inWords({ text, dir }: Said, parsed: Arguments, io: Io): Promise<number> {
  const root = await directory(path.resolve(io.cwd, dir ?? '.'), dir ?? '.')
  const context = contextOf(root, parsed, io)
  const known = await understandWords(
    text,
    operations.map(({ name }) => name),
    context,
  )
  const meant = await chosen(known, text, context, parsed.values.get('yes') === true)
  clearProgress(io)
  io.stderr.write(`${oneLine(sayUnderstood(meant))}\n`)
  if (meant.operation === 'init') {
    const flags = Object.keys(meant.input).map((name) => `--${name}`)
    return initialise([...flags, ...(dir === undefined ? [] : [dir])], io)
  }
  if (meant.operation === 'undo') return housekeeping(dir === undefined ? [] : [dir], parsed, io)
  const operation = operations.find((one) => one.name === meant.operation)
  if (!operation) throw new Error(`The front door names ${meant.operation}, which is no operation.`)
  const { input } = await readInput(operation, [], parsed, io.cwd, meant.input)
  return answer(operation, input, root, parsed, io, meant)
}

async function answer(
  operation: Operation<unknown>,
  input: unknown,
  root: string,
  parsed: Arguments,
  io: Io,
  meant?: Understood,
): Promise<number> {
  const report = await operation.run(input, contextOf(root, parsed, io))
  if (meant) report.understood = { meaning: meant.meaning, command: meant.command, words: meant.words }
  clearProgress(io)
  const settings = settingsOf(input, parsed)
  const failed = report.problems.some((problem) => problem.effect === 'fatal')
  if (settings.updateBaseline && !failed) {
    const file = settings.baseline === undefined ? {} : { file: settings.baseline }
    const written = await writeBaseline(root, report, { ...file, only: settings.only })
    io.stderr.write(`Wrote ${written}\n`)
  }
  await writePage(report, parsed, settings.all, io)
  await deliver(await render(report, parsed, settings.all, io, root), parsed, io)
  if (failed) return 2
  return objections(report).length > 0 || reaches(report, settings.failOn) ? 1 : 0
}

/** `undo [dir]`, `undo <id> [dir]`, `undo list [dir]`. */
async function housekeeping(rest: string[], { values }: Arguments, io: Io): Promise<number> {
  if (values.get('help') === true) {
    io.stdout.write(undoHelp)
    return 0
  }
  const known = /^(\d+|list)$/.exec(rest[0] ?? '')?.[0]
  const [dir, extra] = known === undefined ? rest : rest.slice(1)
  if (extra !== undefined)
    throw new UserError(`"${extra}" is one argument too many.`, 'Run `backend-engineer undo --help`.')
  const root = await directory(path.resolve(io.cwd, dir ?? '.'), dir ?? '.')
  io.stdout.write(known === 'list' ? await applied(root) : await undo(root, known))
  return 0
}

const undoHelp = `Takes back what \`fix --apply\` or \`build --apply\` wrote, byte for byte.

  backend-engineer undo [dir]        the last change
  backend-engineer undo <id> [dir]   the change with this id
  backend-engineer undo list [dir]   the changes that can be taken back
`

/** Global flags and those of all operations: one command line may name its operation anywhere. */
function everyFlag(): Flag[] {
  const flags = new Map(globalFlags.map((flag) => [flag.key, flag]))
  for (const operation of operations) {
    for (const flag of flagsOf(operation.input, operation.positional)) flags.set(flag.key, flag)
  }
  return [...flags.values()]
}

interface Choice {
  operation: Operation<unknown>
  rest: string[]
  /** The operation was written, not assumed. */
  named: boolean
}

async function chooseOperation(positionals: string[], cwd: string): Promise<Choice> {
  const [first, ...rest] = positionals
  const [bare] = operations
  if (!bare) throw new Error('The list of operations is empty.')
  if (first === undefined) return { operation: bare, rest, named: false }
  const operation = operations.find((one) => one.name === first)
  if (operation) return { operation, rest, named: true }
  if (/^\.|[\\/]/.test(first) || (await isDirectory(path.resolve(cwd, first)))) {
    return { operation: bare, rest: positionals, named: false }
  }
  const names = operations.map((one) => one.name)
  const guess = nearest(first, names)
  throw new UserError(
    `There is no operation and no directory "${first}".`,
    guess ? `Did you mean "${guess}"?` : `Operations: ${names.join(', ')}.`,
  )
}

async function readInput(
  operation: Operation<unknown>,
  rest: string[],
  { values }: Arguments,
  cwd: string,
  /** Inputs that were said in words; a flag counts more. */
  said: Record<string, unknown> = {},
): Promise<{ input: unknown; dir: string | undefined }> {
  const own = flagsOf(operation.input, operation.positional)
  const allowed = [...own, ...globalFlags]
  const raw: Record<string, unknown> = { ...said }
  for (const [key, value] of values) {
    const flag = allowed.find((one) => one.key === key)
    if (!flag) throw unknownFlag(everyFlag().find((one) => one.key === key)?.name ?? key, allowed)
    if (own.some((one) => one.key === key)) raw[key] = value
  }
  let taken = 0
  for (const name of operation.positional) {
    if (raw[name] !== undefined) continue
    const value = rest[taken]
    const optional = operation.input.safeParse({ ...raw, [name]: undefined }).success
    // What may be left out is left out where the folder stands in its place.
    if (optional && (value === undefined || (await isDirectory(path.resolve(cwd, value))))) continue
    if (value === undefined) {
      const usage = `backend-engineer ${operation.name} ${operation.positional.map((one) => `<${one}>`).join(' ')}`
      throw new UserError(`${operation.name} needs <${name}>.`, `Usage: ${usage} [dir]`)
    }
    raw[name] = value
    taken++
  }
  const [dir, extra] = rest.slice(taken)
  if (extra !== undefined) {
    const usage = `Run \`backend-engineer ${operation.name} --help\`.`
    throw new UserError(`"${extra}" is one argument too many.`, usage)
  }
  const parsed = operation.input.safeParse(raw)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where = issue?.path.join('.') || 'input'
    throw new UserError(
      `${where}: ${issue?.message ?? 'not understood'}.`,
      `Run \`backend-engineer ${operation.name} --help\`.`,
    )
  }
  return { input: parsed.data, dir }
}

const settingsSchema = z.object({
  failOn: z.enum(['error', 'warning', 'info', 'never']).optional(),
  all: z.boolean().default(false),
  only: z.array(z.string()).default([]),
  baseline: z.string().optional(),
  updateBaseline: z.boolean().default(false),
})

/** What the command line itself needs of an operation's input. */
function settingsOf(input: unknown, { values }: Arguments) {
  const settings = settingsSchema.parse(input)
  const failOn = settings.failOn ?? settingsSchema.shape.failOn.parse(values.get('failOn')) ?? 'never'
  return { ...settings, failOn }
}

async function directory(absolute: string, written: string): Promise<string> {
  if (await isDirectory(absolute)) return absolute
  throw new UserError(`The directory ${written} does not exist.`, 'Name the folder of your application.')
}

async function isDirectory(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isDirectory() ?? false
}

function contextOf(root: string, { values }: Arguments, io: Io): Context {
  const { cacheFolder, ...rest } = contextFor(root, io.env)
  const context: Context = rest
  if (cacheFolder !== undefined && values.get('noCache') !== true) context.cacheFolder = cacheFolder
  if (io.signal) context.signal = io.signal
  const { prompt } = io
  if (prompt && values.get('yes') !== true) context.ask = (question) => asked(question, prompt, io)
  context.readInput = (file) => textOf(file, io)
  if (io.stderr.tty) context.progress = (step) => io.stderr.write(`\r\u001b[K${oneLine(step)}`)
  else if (values.get('progress') === true) context.progress = (step) => io.stderr.write(`${oneLine(step)}\n`)
  return context
}

async function textOf(file: string, { cwd, stdin }: Io): Promise<string> {
  if (file === '-') return (await stdin?.()) ?? ''
  try {
    return await readFile(path.resolve(cwd, file), 'utf8')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UserError(`${file} cannot be read: ${why}.`, 'Name a text file.', { cause })
  }
}

function clearProgress(io: Io): void {
  if (io.stderr.tty) io.stderr.write('\r\u001b[K')
}

async function render(
  report: Report,
  { values }: Arguments,
  all: boolean,
  io: Io,
  root: string,
): Promise<string> {
  switch (values.get('format')) {
    case 'json':
      return json(report)
    case 'sarif':
      return sarif(report, await faultPages(), await version())
    case 'github':
      return github(report, { all, folder: folderInRepository(root, report, io) })
    case 'markdown':
      return markdown(report, { all })
    case 'html':
      return html(report, { all })
    case 'agent':
      return agent(report, { all, cursor: z.number().default(0).parse(values.get('cursor')) })
    default: {
      const plain =
        values.get('noColor') === true || values.has('output') || !io.stdout.tty || !!io.env.NO_COLOR
      // A file, a pipe and a terminal that does not know its width get what `text` takes for one.
      const columns = io.stdout.tty && !values.has('output') ? io.stdout.columns : undefined
      return text(report, { paint: plain ? noColour : colour, all, ...(columns ? { width: columns } : {}) })
    }
  }
}

/** GitHub names files from the folder of the checkout; without one, where the command runs is taken for it. */
function folderInRepository(root: string, report: Report, { cwd, env }: Io): string {
  const folder = path
    .relative(env.GITHUB_WORKSPACE || cwd, rootOf(root, report))
    .split(path.sep)
    .join('/')
  return folder === '..' || folder.startsWith('../') ? '' : folder
}

async function writePage(report: Report, { values }: Arguments, all: boolean, io: Io): Promise<void> {
  const file = values.get('html')
  if (typeof file !== 'string') return
  await writeTo(file, html(report, { all }), io)
  io.stderr.write(`Wrote ${file}\n`)
}

async function deliver(result: string, { values }: Arguments, io: Io): Promise<void> {
  const output = values.get('output')
  if (typeof output === 'string') await writeTo(output, result, io)
  else io.stdout.write(result)
}

async function writeTo(output: string, result: string, io: Io): Promise<void> {
  try {
    await writeFile(path.resolve(io.cwd, output), result)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UserError(
      `The result cannot be written to ${output}: ${why}.`,
      'Name a file in a folder that exists.',
      {
        cause,
      },
    )
  }
}

const rank: Record<Severity, number> = { info: 0, warning: 1, error: 2 }

function reaches(report: Report, failOn: Severity | 'never'): boolean {
  if (failOn === 'never') return false
  return report.findings.some(
    (finding) =>
      !finding.suppressed &&
      (finding.certainty === 'likely' || finding.certainty === 'proven') &&
      rank[finding.severity] >= rank[failOn],
  )
}

async function version(): Promise<string> {
  const file = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(file)).version
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
