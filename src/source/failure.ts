/** Reads errors out of messages, stacks and logs. Knows their form, not what they mean. */
import type { Failure, Frame, ReadError } from '../core/failure.ts'
import { plainLines } from './failure-noise.ts'

/** Where an error begins: `TypeError: …`, `Error: P3018`, `ERROR:  duplicate key …`, `[cause]: Error: …`, `error TS2353: …`. */
const head =
  /^(?:Uncaught |Unhandled Runtime |\[cause\]: |> |npm )?(?:(?:[A-Z]\w*\.)*([A-Z]\w*(?:Error|Exception))\b(?: \[\w+\])?(?:: |:$|$)|(?:Error|ERROR|FATAL|PANIC)(?: \[\w+\])?: |Type error: |error TS\d+: |Build error occurred)/
const compilerHead = /^[\w@./\\()[\]-]+\.[cm]?[jt]sx?(?:\(\d+,\d+\)|:\d+:\d+)(?:: | - )error TS\d+: /
/** Folders may have parentheses in their names: `app/(shop)/page.tsx`. */
const frameLine = /^\s*at (?:async )?(?:(\S.*?) \()?((?:[a-z-]+:\/\/)?\S(?:.*\S)?):(\d+):(\d+)\)?,?(?: \{)?$/
/** `/app/src/app/api/users/route.ts:7:34` on a line of its own, `--> prisma/schema.prisma:8`, `./src/lib/db.ts:2:3` */
const placeLine =
  /^\s*(?:-->\s+)?((?:\.{0,2}\/|[A-Za-z]:[\\/]|[\w@.[\]()-]+\/)[^\s:]*\.[a-z]+):(\d+)(?::(\d+))?(?:\s|:|$)/
const codes =
  /\b(P[1-6]\d{3})\b|\b(E(?:CONN|HOST|NET|TIME|NOT|AI_|PIPE|ADDR|ACC|PERM|NOENT|XIST|MFILE)[A-Z_]*)\b|(?:SQLSTATE\[?|[Cc]ode:? ['"`]|originalCode: ['"]|Database error code: )([0-9A-Z]{5})\b|\b(ERR_[A-Z_]+|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_[A-Z_]+|DYNAMIC_SERVER_USAGE|NEXT_REDIRECT|TS\d{4})\b/g
const invocation = /(?:^Invalid |\n\s*Invalid )`(?:[^`]*?[.\]])?(?:(\w+)(?:"\])?\.)?(\$?\w+)\(\)` invocation/
const named = /`([^`\n]{1,120})`|"([\w.$-]{1,80})"|'([\w.$@/-]{1,80})'/g

/** The errors of a text; none when nothing in it looks like one, and then the text is one error without a name. */
export function readFailure(text: string): Failure {
  const lines = plainLines(text).flatMap(unfolded)
  const starts = lines.flatMap((line, at) => (begins(line, lines[at - 1] ?? '') ? [at] : []))
  const blocks = starts.map((start, index) => lines.slice(index === 0 ? 0 : start, starts[index + 1]))
  const all = blocks.length > 0 ? blocks : [lines]
  return { errors: all.map(readError), text: lines.join('\n').trim() }
}

/** Prisma writes what went wrong below the call; a logger or an issue has it on one line. */
function unfolded(line: string): string[] {
  const [, before = '', call, rest] = /^(.*?)(Invalid `[^`]+` invocation:) +(\S.*)$/.exec(line) ?? []
  if (call === undefined || rest === undefined) return [line]
  return [...(before.trim() === '' ? [] : [before]), call, rest]
}

/** An error begins here. What a database said stays with what Prisma says of it. */
const begins = (line: string, before: string): boolean =>
  (head.test(line) || compilerHead.test(line)) && !/^Database error:?$/.test(before.trim())

/** Whether a text has what only errors have: a code, the name of an error class, a stack, one of their openings. */
export function hasFormOfFailure(text: string): boolean {
  const lines = plainLines(text)
  return (
    lines.some(
      (line) => head.test(line) || compilerHead.test(line) || frameLine.test(line) || /^error: /.test(line),
    ) ||
    new RegExp(codes.source).test(text) ||
    /\b[A-Z]\w+(?:Error|Exception)\b|\bunhandled ?rejection\b|\binvocation\b.*\bInvalid\b|\bInvalid `/i.test(
      text,
    )
  )
}

function readError(lines: string[]): ReadError {
  const text = lines.join('\n').trim()
  const at = beginning(lines)
  const start = lines[at] ?? ''
  const call = invocation.exec(text)
  const name = head.exec(start)?.[1] ?? /^\w+ \[(\w+Error)\]/.exec(start)?.[1] ?? ''
  return {
    name,
    message: messageOf(lines.slice(Math.max(0, at)), name),
    codes: codesIn(text),
    ...(call?.[2] === undefined
      ? {}
      : { call: { operation: call[2], ...(call[1] === undefined ? {} : { delegate: call[1] }) } }),
    names: namesIn(text),
    frames: lines.flatMap(frameOf),
    text,
  }
}

/** The line that says what happened: the head, else the last one in front of the stack. */
function beginning(lines: readonly string[]): number {
  const found = lines.findIndex((line) => head.test(line) || compilerHead.test(line))
  if (found >= 0) return found
  const stack = lines.findIndex((line) => frameLine.test(line))
  return lines.slice(0, Math.max(0, stack)).findLastIndex((line) => /^\S/.test(line))
}

function codesIn(text: string): string[] {
  const found = [...text.matchAll(codes)].flatMap(
    ([, prisma, node, state, other]) => prisma ?? node ?? (state && /\d/.test(state) ? state : other) ?? [],
  )
  // A code of Postgres alone.
  const alone = /^\s*([0-9A-Z]{5})\s*$/.exec(text)?.[1]
  return [...new Set(alone && /\d/.test(alone) ? [...found, alone] : found)]
}

function namesIn(text: string): string[] {
  const said = text.split(/\n\s+at /)[0] ?? ''
  const rest = text
    .split('\n')
    .filter((line) => /originalMessage|^\s+(?:message|index|table|modelName):/.test(line))
  return [
    ...new Set(
      [...`${said}\n${rest.join('\n')}`.matchAll(named)].flatMap(
        ([, tick, double, single]) => tick ?? double ?? single ?? [],
      ),
    ),
  ]
}

/** A line of a code frame, of an object that was printed, of a place, of a log below warnings: nothing that is said. */
const shown =
  /^(?:[→>]?\s*\d+(?: |$)|\d* ?\||-->|[?~+{}^→]|▲ |✓ |⚠ |- |○ |(?:info|INFO|debug|DEBUG|trace|TRACE) |(?:Creating an optimized|Running TypeScript|Finished TypeScript|Collecting page data|Generating static|Finalizing|We detected TypeScript|The following mandatory) )|^\s+\w+\??: [^:]*,?$/

/** Without the place, the code frame and the stack: what the error says, on one line. */
function messageOf(lines: readonly string[], name: string): string {
  const end = lines.findIndex((line, at) => at > 0 && frameLine.test(line))
  const said = lines
    .slice(0, end < 0 ? 30 : end)
    .filter((line, at) => {
      const text = line.trim()
      if (text === '' || isPlace(text) || /^Invalid `.*` invocation/.test(text)) return false
      return at === 0 || !(shown.test(line) || shown.test(text))
    })
    .map((line) => line.trim())
  const [first = '', ...more] = said
  // Prisma says what went wrong behind the call and the place.
  const told = first === `${name}:` || / \[?\w+\]?: *$/.test(first) ? more : [first, ...more.slice(0, 2)]
  const text = (told.length > 0 ? told : said).join(' ').replace(/\s+/g, ' ')
  return text
    .replace(new RegExp(`^(?:${name}|Error)(?: \\[\\w+\\])?: `), '')
    .trim()
    .slice(0, 400)
}

const isPlace = (text: string): boolean => placeLine.test(text) && !/\berror TS\d+/.test(text)

function frameOf(line: string): Frame[] {
  const stack = frameLine.exec(line)
  if (stack) {
    const [, within, file = '', row, column] = stack
    return [
      { file: cleanPath(file), line: Number(row), column: Number(column), ...(within ? { within } : {}) },
    ]
  }
  const compiled = /^([\w@./\\()[\]-]+\.[cm]?[jt]sx?)\((\d+),(\d+)\): error/.exec(line)
  const place = compiled ?? placeLine.exec(line)
  if (!place) return []
  const [, file = '', row, column] = place
  return [{ file: cleanPath(file), line: Number(row), ...(column ? { column: Number(column) } : {}) }]
}

/** `webpack-internal:///(rsc)/./src/lib/db.ts`, `file:///app/src/lib/db.ts`, `src\lib\db.ts` */
function cleanPath(path: string): string {
  return path
    .replace(/^(?:webpack-internal:\/\/\/|file:\/\/|turbopack:\/\/\/?|async )/, '')
    .replace(/^\(\w+\)\//, '')
    .replace(/^\[project\]\//, '')
    .replaceAll('\\', '/')
    .replace(/^\.\//, '')
    .replace(/\?.*$/, '')
}
