/** Takes away what loggers, containers and terminals put around an error. */

const escapeCharacter = String.fromCharCode(27)
const colours = new RegExp(`${escapeCharacter}\\[[0-9;?]*[A-Za-z]`, 'g')

/** In front of a line: what wrote it and when. Taken away in this order. */
const prefixes = [
  // `web-1  | ` of compose. A code frame has a number there, or nothing.
  /^[a-z][\w.-]*\s+\| ?/i,
  // `2026-11-30T06:00:41.123Z `, `[2026-11-30 06:00:41,123] `, `2026-11-30 06:00:41.123 UTC [123] `
  /^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z| ?[+-]\d\d:?\d\d| UTC)?\]?(?: \[\d+\])? ?/,
  // `Nov 30 06:00:41 host web[123]: `
  /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ \S+?: /,
  // `[web] `, `(web) ` of concurrently and turborepo
  /^(?:\[[\w.-]+\]|[\w./-]+:[\w-]+:) (?=\s*\S)/,
  // `error - `, `[error] `, `ERROR ` of loggers, in front of the name of an error; `⨯ ` of Next.js
  /^\[?(?:error|ERROR|fatal|FATAL|warn|WARN|info|INFO|debug|DEBUG)\]?(?: -|:)? (?=(?:[A-Z]\w*)?(?:Error|Exception)\b)/,
  /^\s?⨯ (?:unhandledRejection: +|uncaughtException: +)?/,
]

/** A line without colours, time stamps and the names of containers. Its indent stays. */
function plainLine(line: string): string {
  let text = line
  for (const prefix of prefixes) text = text.replace(prefix, '')
  return text
}

/** The lines of a text, noise removed; records of JSON loggers become their message and stack. */
export function plainLines(text: string): string[] {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(colours, '')
    .split('\n')
    .flatMap((line) => recordLines(line) ?? [plainLine(line).trimEnd()])
}

const field = (record: object, ...names: string[]): string | undefined => {
  for (const [key, value] of Object.entries(record))
    if (names.includes(key) && typeof value === 'string' && value !== '') return value
  return undefined
}

/** A line that is one JSON object: pino, winston, bunyan, cloud logs. */
function recordLines(line: string): string[] | undefined {
  const start = line.indexOf('{"')
  if (start < 0 || !line.trimEnd().endsWith('}')) return undefined
  let record: unknown
  try {
    record = JSON.parse(line.slice(start))
  } catch {
    // Not JSON after all: it is read as text.
    return undefined
  }
  if (typeof record !== 'object' || record === null) return undefined
  const nested = Object.entries(record).find(([key]) => /^(err|error|exception)$/.test(key))?.[1]
  const error: object = typeof nested === 'object' && nested !== null ? nested : record
  const stack = field(error, 'stack', 'stack_trace', 'stacktrace')
  const message = field(error, 'message', 'msg') ?? field(record, 'message', 'msg')
  const code = field(error, 'code')
  const lines = [stack ?? message ?? '', ...(code ? [`  code: '${code}'`] : [])].join('\n')
  return lines.trim() === '' ? undefined : lines.split('\n')
}
