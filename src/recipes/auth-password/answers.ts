/** Expressions in the project's words, each with what it needs imported. */

import { errorArguments, type Failure, trpcCode } from './failures.ts'
import { property, quoted } from './naming.ts'
import { fromExport, fromPackage, nameOf, type Wanted } from './source.ts'
import type { Target } from './target.ts'

export interface Words {
  code: string
  imports: Wanted[]
}

/** `new HttpError(401, 'unauthorized', 'Sign in to continue')` */
export function failing({ error }: Target, failure: Failure, message: string, literal = true): Words {
  const text = literal ? quoted(message) : message
  if (error.trpc !== undefined) {
    const code = quoted(trpcCode(failure, error.trpc))
    return {
      code: `new TRPCError({ code: ${code}, ${property('message', text)} })`,
      imports: [fromPackage('@trpc/server', 'TRPCError')],
    }
  }
  const args = errorArguments(error, failure, text)
  return { code: `new ${nameOf(error.from)}(${args})`, imports: [fromExport(error.from)] }
}

/** The response of a success: through the project's function where it has one. */
export function answering({ habits }: Target, value: string, status = 200): Words {
  const { respond, success, beside, json } = habits.answers
  if (respond) {
    const [, second = ''] = respond.value.parameters
    const more = /status/i.test(second) ? `, ${status}` : `, { status: ${status} }`
    if (status === 200 || second !== '')
      return {
        code: `${nameOf(respond.value)}(${value}${status === 200 ? '' : more})`,
        imports: [fromExport(respond.value)],
      }
  }
  const constants = Object.entries(beside.success).map(([key, one]) => `${key}: ${literal(one)}`)
  const body =
    success.value === undefined ? value : `{ ${[...constants, `${success.value}: ${value}`].join(', ')} }`
  const code = `${json}.json(${body}${status === 200 ? '' : `, { status: ${status} }`})`
  return { code, imports: json === 'NextResponse' ? [fromPackage('next/server', 'NextResponse')] : [] }
}

export const literal = (value: string | number | boolean): string =>
  typeof value === 'string' ? quoted(value) : String(value)
