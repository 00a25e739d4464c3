/** Calls in samples whose form depends on the project: the error that is thrown, the answer that is given. */
import type { Habits } from '../project/habits/habits.ts'
import { canonical } from './canonical.ts'
import { knowsAnswers } from './imports.ts'

/** `ok(rows)` and `ok(row, 201)` in the project's form. */
export function withAnswers(text: string, habits: Habits): string {
  const { answers } = habits
  if (!answers.respond && !knowsAnswers(habits)) return text
  return rewritten(text, new RegExp(`(?<![\\w.])${canonical.respond}\\(`), ([body = '', status]) => {
    const { respond } = answers
    if (respond) {
      const name = respond.value.member ? `${respond.value.name}.${respond.value.member}` : respond.value.name
      const first = /status|code/i.test(respond.value.parameters[0] ?? '')
      const given =
        status === undefined ? (first ? ['200', body] : [body]) : first ? [status, body] : [body, status]
      return `${name}(${given.join(', ')})`
    }
    const key = answers.success.value
    const beside = Object.entries(answers.beside.success).map(
      ([name, value]) => `${name}: ${JSON.stringify(value)}, `,
    )
    const sent = key === undefined ? body : `{ ${beside.join('')}${key}: ${body} }`
    const options = status === undefined ? '' : `, { status: ${status} }`
    return `${answers.json === 'NextResponse' ? 'NextResponse' : 'Response'}.json(${sent}${options})`
  })
}

type Parameter = NonNullable<Habits['answers']['error']>['value']['parameters'][number]

/** `new HttpError(404, 'not_found', 'Order not found')` with the parameters of the project's class. */
export function withErrors(text: string, habits: Habits): string {
  const error = habits.answers.error?.value
  if (!error) return text
  const name = error.local ?? error.name
  return rewritten(
    text,
    new RegExp(`\\bnew ${canonical.error}\\(`),
    ([status = '', code = '', message = '']) => {
      const given = error.parameters.map((one) => argumentFor(one, { status, code, message }))
      const known = given.indexOf(undefined)
      const kept = (known < 0 ? given : given.slice(0, known)).filter((one) => one !== undefined)
      return `new ${name}(${kept.length > 0 ? kept.join(', ') : `${status}, ${code}, ${message}`})`
    },
  ).replace(new RegExp(`\\b${canonical.error}\\b`, 'g'), name)
}

function argumentFor(
  { name }: Parameter,
  values: Record<'status' | 'code' | 'message', string>,
): string | undefined {
  if (name.startsWith('{')) {
    const parts = (name.match(/\w+/g) ?? []).flatMap((part) => {
      const value = argumentFor({ name: part, optional: false }, values)
      return value === undefined ? [] : [`${part}: ${value}`]
    })
    return parts.length > 0 ? `{ ${parts.join(', ')} }` : undefined
  }
  if (/status/i.test(name)) return values.status
  if (/code|type|kind/i.test(name)) return values.code
  return /message|text|detail|reason/i.test(name) ? values.message : undefined
}

/** Replaces each call; `write` is given its arguments as they are written. */
function rewritten(text: string, call: RegExp, write: (args: string[]) => string): string {
  let result = ''
  let rest = text
  for (;;) {
    const match = call.exec(rest)
    if (!match) return result + rest
    const start = match.index + match[0].length
    const { args, end } = argumentsAt(rest, start)
    result += rest.slice(0, match.index) + write(args.map((arg) => rewritten(arg, call, write)))
    rest = rest.slice(end)
  }
}

/** The arguments from behind the bracket on; `end` is behind the closing one. Samples have no bracket in a string. */
function argumentsAt(text: string, start: number): { args: string[]; end: number } {
  const args: string[] = []
  let depth = 0
  let from = start
  for (let at = start; at < text.length; at++) {
    const char = text[at] ?? ''
    if ('([{'.includes(char)) depth++
    else if (depth === 0 && (char === ')' || char === ',')) {
      args.push(text.slice(from, at).trim())
      from = at + 1
      if (char === ')') return { args: args.filter((arg) => arg !== ''), end: at + 1 }
    } else if (')]}'.includes(char)) depth--
  }
  return { args, end: text.length }
}
