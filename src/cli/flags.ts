import { type ParseArgsConfig, parseArgs } from 'node:util'
import type { z } from 'zod'
import { UserError } from '../core/error.ts'
import { nearest } from '../core/nearest.ts'
import type { Operation } from '../core/operation.ts'
import { inputsOf } from '../operations/inputs.ts'

/** One flag of the command line. */
export interface Flag {
  /** Name in the input schema: `failOn`. */
  key: string
  /** Name on the command line: `fail-on`. */
  name: string
  kind: 'string' | 'number' | 'boolean'
  multiple: boolean
  choices?: string[]
  help: string
}

/** The flags of an input schema; those that are positional are left out. */
export function flagsOf(input: z.ZodType, positional: readonly string[] = []): Flag[] {
  return inputsOf(input)
    .filter(({ key }) => !positional.includes(key))
    .map(({ required: _, ...one }) => ({ ...one, name: kebab(one.key) }))
}

export const globalFlags: Flag[] = [
  {
    key: 'format',
    name: 'format',
    kind: 'string',
    multiple: false,
    choices: ['text', 'agent', 'json', 'sarif', 'markdown', 'html', 'github'],
    help: 'How to show the result (default: text)',
  },
  {
    key: 'cursor',
    name: 'cursor',
    kind: 'number',
    multiple: false,
    help: 'With --format agent: go on where an answer was cut, at the number that it named',
  },
  {
    key: 'html',
    name: 'html',
    kind: 'string',
    multiple: false,
    help: 'Also write the result as one HTML page to this file',
  },
  { key: 'output', name: 'output', kind: 'string', multiple: false, help: 'Write the result to this file' },
  {
    key: 'failOn',
    name: 'fail-on',
    kind: 'string',
    multiple: false,
    choices: ['error', 'warning', 'info', 'never'],
    help: 'Exit with 1 when a finding is at least this severe (review: warning, others: never)',
  },
  {
    key: 'yes',
    name: 'yes',
    kind: 'boolean',
    multiple: false,
    help: 'Ask nothing: take the default of each question',
  },
  { key: 'noCache', name: 'no-cache', kind: 'boolean', multiple: false, help: 'Read everything anew' },
  { key: 'noColor', name: 'no-color', kind: 'boolean', multiple: false, help: 'No colours' },
  {
    key: 'progress',
    name: 'progress',
    kind: 'boolean',
    multiple: false,
    help: 'Show each step on stderr, also where that is no terminal',
  },
  { key: 'help', name: 'help', kind: 'boolean', multiple: false, help: 'Show this help' },
  { key: 'version', name: 'version', kind: 'boolean', multiple: false, help: 'Show the version' },
]

const shortNames: Record<string, string> = { help: 'h', version: 'v', output: 'o' }

type FlagValue = string | number | boolean | string[]

export interface Arguments {
  positionals: string[]
  /** By key of the flag, only those that were written. */
  values: Map<string, FlagValue>
}

/** Splits a command line by the flags; what it does not understand is a UserError. */
export function parseFlags(argv: readonly string[], flags: readonly Flag[]): Arguments {
  const options: NonNullable<ParseArgsConfig['options']> = {}
  for (const flag of flags) {
    const short = shortNames[flag.name]
    options[flag.name] = {
      type: flag.kind === 'boolean' ? 'boolean' : 'string',
      multiple: flag.multiple,
      ...(short ? { short } : {}),
    }
  }
  const parsed = parseStrictly(argv, options, flags)
  const values = new Map<string, FlagValue>()
  for (const flag of flags) {
    const value = parsed.values[flag.name]
    if (value !== undefined) values.set(flag.key, readValue(flag, value))
  }
  return { positionals: parsed.positionals, values }
}

function parseStrictly(
  argv: readonly string[],
  options: NonNullable<ParseArgsConfig['options']>,
  flags: readonly Flag[],
) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
  } catch (cause) {
    if (!(cause instanceof TypeError) || !('code' in cause)) throw cause
    if (cause.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
      const name = /'(-[^' ]*)/.exec(cause.message)?.[1] ?? ''
      throw unknownFlag(name.replace(/^-+/, ''), flags, cause)
    }
    if (cause.code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') {
      const [first = ''] = cause.message.split('\n')
      throw new UserError(first, 'Run `backend-engineer --help` to see the flags.', { cause })
    }
    throw cause
  }
}

export function unknownFlag(name: string, flags: readonly Flag[], cause?: unknown): UserError {
  const guess = nearest(
    name,
    flags.map((flag) => flag.name),
  )
  const remedy = guess ? `Did you mean --${guess}?` : 'Run `backend-engineer --help` to see the flags.'
  return new UserError(`There is no flag ${name.length > 1 ? '--' : '-'}${name} here.`, remedy, { cause })
}

type Raw = NonNullable<ReturnType<typeof parseStrictly>['values'][string]>

function readValue(flag: Flag, raw: Raw): FlagValue {
  if (Array.isArray(raw)) {
    const words = raw.flatMap((one) => String(one).split(','))
    const list = words.map((one) => one.trim()).filter((one) => one !== '')
    for (const one of list) checkChoice(flag, one)
    return list
  }
  if (typeof raw === 'boolean') return raw
  checkChoice(flag, raw)
  if (flag.kind !== 'number') return raw
  const number = Number(raw)
  if (raw.trim() === '' || Number.isNaN(number)) {
    throw new UserError(`--${flag.name} ${raw} is not a number.`, `Write for example --${flag.name} 10.`)
  }
  return number
}

function checkChoice(flag: Flag, value: string): void {
  if (!flag.choices || flag.choices.includes(value)) return
  const guess = nearest(value, flag.choices)
  const choices = `Choose one of ${flag.choices.join(', ')}.`
  throw new UserError(
    `--${flag.name} does not know "${value}".`,
    guess ? `Did you mean "${guess}"? ${choices}` : choices,
  )
}

export function helpText(operations: readonly Operation<unknown>[], operation?: Operation<unknown>): string {
  if (operation) {
    const own = flagsOf(operation.input, operation.positional)
    const names = new Set(own.map((flag) => flag.key))
    const positionals = operation.positional.map((name) => `<${name}> `).join('')
    return [
      operation.summary,
      '',
      `Usage: backend-engineer ${operation.name} ${positionals}[dir] [flags]`,
      '',
      ...wrap(operation.description, 100),
      ...(own.length > 0 ? ['', 'Flags:', ...flagLines(own)] : []),
      '',
      'Flags of every operation:',
      ...flagLines(globalFlags.filter((flag) => !names.has(flag.key))),
      '',
    ].join('\n')
  }
  const width = Math.max(...operations.map((one) => one.name.length))
  return [
    'An expert backend engineer for Next.js + Prisma applications.',
    '',
    'Usage: backend-engineer [operation] [dir] [flags]',
    '',
    'Operations:',
    ...operations.map((one) => `  ${one.name.padEnd(width)}  ${one.summary}`),
    '',
    'Flags:',
    ...flagLines(globalFlags),
    '',
    'Besides: `mcp` serves the operations to a coding agent, `init` tells it about the project, `undo` takes a change back.',
    '`backend-engineer <operation> --help` shows the flags of one operation.',
    'Exit codes: 0 clean, 1 findings at or above --fail-on, 2 could not do its work.',
    '',
  ].join('\n')
}

function flagLines(flags: readonly Flag[]): string[] {
  const rows = flags.map((flag) => {
    const short = shortNames[flag.name]
    const value =
      flag.kind === 'boolean'
        ? ''
        : ` <${flag.choices?.join('|') ?? (flag.multiple ? 'a,b' : flag.kind === 'number' ? 'number' : 'value')}>`
    return { left: `${short ? `-${short}, ` : ''}--${flag.name}${value}`, help: flag.help }
  })
  const width = Math.min(34, Math.max(...rows.map((row) => row.left.length)))
  return rows.map(({ left, help }) =>
    left.length > width ? `  ${left}\n  ${' '.repeat(width)}  ${help}` : `  ${left.padEnd(width)}  ${help}`,
  )
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
