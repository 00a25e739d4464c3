/** Why an application could not be brought up, in words that its owner can act on. */
import { UserError } from '../../core/error.ts'

export type BringUpStep = 'copy' | 'packages' | 'generate' | 'build' | 'start' | 'health'

/** The first step that failed, the line of the log that says why, and the end of the log. */
export class BringUpError extends UserError {
  readonly step: BringUpStep
  /** One line. */
  readonly reason: string
  /** The last lines of what the step printed; empty when it printed nothing. */
  readonly log: string

  constructor(step: BringUpStep, reason: string, remedy: string, log = '', options?: { cause: unknown }) {
    super(`The application could not be brought up (${step}): ${reason}`, remedy, options)
    this.name = 'BringUpError'
    this.step = step
    this.reason = reason
    this.log = log
  }
}

/** Of a log that says why a step failed: the reason in one line, and what would help. */
export interface Diagnosis {
  reason: string
  remedy: string
}

interface Cause {
  /** Groups are handed to `say`. */
  pattern: RegExp
  say: (groups: string[]) => Diagnosis
}

const causes: Cause[] = [
  {
    pattern: /(JavaScript heap out of memory|Reached heap limit|ENOMEM|Cannot allocate memory)/,
    say: () => ({
      reason: 'It ran out of memory.',
      remedy: 'Give it more memory, or close what else is running, and run again.',
    }),
  },
  {
    pattern: /(ENOSPC|No space left on device)/,
    say: () => ({
      reason: 'The disk is full.',
      remedy: 'Free some space, or name another folder for runs.',
    }),
  },
  {
    pattern: /(?:You are using Node\.js|Unsupported engine|requires Node\.js|Node\.js version)[^\n]*/i,
    say: ([line = '']) => ({
      reason: line.trim(),
      remedy: 'Run this tool with the version of Node.js that the project asks for.',
    }),
  },
  {
    pattern: /Query [Ee]ngine library for current platform[^\n]*|could not locate the Query Engine[^\n]*/,
    say: () => ({
      reason: 'The Prisma client wants an engine that is not installed for this platform.',
      remedy:
        'Run `npx prisma generate` in the project where downloads are allowed, or use a driver adapter (Prisma 7, or 6.16 with `engineType = "client"`).',
    }),
  },
  {
    pattern:
      /(?:request to https?:\/\/binaries\.prisma\.sh|Failed to fetch the engine file|getaddrinfo \S+ binaries\.prisma\.sh)[^\n]*/,
    say: () => ({
      reason: 'Prisma wants to download an engine, and downloads are refused here.',
      remedy: 'Run `npx prisma generate` in the project once where downloads are allowed, then run again.',
    }),
  },
  {
    pattern: /datasource provider "?(sqlite|mysql|mongodb|sqlserver|cockroachdb)"?/,
    say: ([, provider = '']) => ({
      reason: `The schema is for ${provider}; only PostgreSQL can be brought up.`,
      remedy: 'Findings of the source alone do not need a run: use `review`.',
    }),
  },
  {
    pattern: /EADDRINUSE[^\n]*?(\d{2,5})?/,
    say: ([, port]) => ({
      reason: `The port ${port ?? 'that it wants'} is taken.`,
      remedy: 'Run again: another port is chosen each time.',
    }),
  },
  {
    pattern:
      /(?:Module not found: )?(?:Error: )?(?:Can't resolve|Cannot find module|Cannot find package) '([^']+)'/,
    say: ([, name = '']) => ({
      reason: `The module \`${name}\` is not there.`,
      remedy: /^[./]|^@\//.test(name)
        ? 'If it is generated, generate it in the project first; if it is a workspace package, build it first.'
        : 'Install the packages of the project (`npm install`, `pnpm install`, …) and run again.',
    }),
  },
  {
    pattern:
      /(?:[Ii]nvalid|[Mm]issing(?: or invalid)?|[Rr]equired) (?:required )?environment variables?:?[^\n]*(?:\n[^\n]*){0,12}/,
    say: ([text = '']) => missingVariables(text),
  },
  {
    pattern:
      /(?:environment variable|env(?:ironment)? var|process\.env\.)[^\nA-Z]{0,30}([A-Z][A-Z0-9_]{2,})[^\n]*/,
    say: ([line = '', name = '']) => ({
      reason: clean(line),
      remedy: `Give \`${name}\` a value that its check accepts.`,
    }),
  },
  {
    pattern:
      /([A-Z][A-Z0-9]*_[A-Z0-9_]+)[^\n]{0,40}(?:is not set|is not defined|is missing|is required|must be)[^\n]*/,
    say: ([line = '', name = '']) => ({
      reason: clean(line),
      remedy: `Give \`${name}\` a value that its check accepts.`,
    }),
  },
  {
    pattern: /Error occurred prerendering page "([^"]+)"[^\n]*/,
    say: ([, page = '']) => ({
      reason: `The page ${page} could not be rendered while building.`,
      remedy: 'The log says what it asked for; give it the variable or the row that it needs.',
    }),
  },
]

/** Lines that fail nothing. */
const noise =
  /^\s*(?:$|[▲⚠○ƒ●✓]|warn|npm |at |>|info|Attention:|https?:\/\/)|ExperimentalWarning|DeprecationWarning/i
const telling = /\berror\b|Error:|failed|cannot|✖|⨯|not found|invalid|unsupported/i

/** Reads a log for the cause that a person would name first. */
export function diagnose(log: string): Diagnosis {
  const text = plain(log)
  for (const { pattern, say } of causes) {
    const match = pattern.exec(text)
    if (match) return say([...match])
  }
  const lines = text.split('\n').filter((line) => !noise.test(line))
  const first = lines.find((line) => telling.test(line)) ?? lines.at(-1)
  return {
    reason: first === undefined ? 'It ended and said nothing.' : clean(first),
    remedy: 'Read the end of the log; the same command may fail in the project too.',
  }
}

/** The last lines of a log, without colours. */
export function tailOf(log: string, lines = 40): string {
  return plain(log).trimEnd().split('\n').slice(-lines).join('\n')
}

function missingVariables(text: string): Diagnosis {
  const names = [...new Set(text.match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g) ?? [])]
  return {
    reason:
      names.length === 0
        ? clean(text.split('\n')[0] ?? '')
        : `Its check of the environment refuses ${names.join(', ')}.`,
    remedy: 'Give these variables values that the check accepts.',
  }
}

const clean = (line: string): string => line.trim().replace(/\s+/g, ' ').slice(0, 300)

const ESCAPE = String.fromCharCode(27)
const plain = (text: string): string => text.replace(new RegExp(`${ESCAPE}\\[[0-9;?]*[A-Za-z]`, 'g'), '')
