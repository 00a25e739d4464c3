import type { NewFile } from '../../../core/change.ts'
import { argumentsOf, codeOf, trpcCode } from '../failures.ts'
import { fromExport, fromPackage, nameOf, written } from '../source.ts'
import type { Target } from '../target.ts'

/** Where the project has no error that a response can be made of. */
export function errors(t: Target): NewFile {
  return written(
    t.habits,
    t.part.errors,
    [],
    `
/** A refusal that the caller is told of. */
export class AuthError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}`,
  )
}

/** Where there is no status, the words tell. */
export const waiting = {
  limited: 'Too many attempts. Try again later',
  busy: 'Too much is going on. Try again',
}

export function retryLater(t: Target): NewFile {
  const { error } = t
  if (error.trpc !== undefined) return retryCall(t, error.trpc)
  const parent = nameOf(error.from)
  const codes = {
    limited: codeOf('limited', error),
    busy: codeOf('busy', error),
  }
  const values = {
    status: 'status',
    code: `status === 429 ? '${codes.limited}' : '${codes.busy}'`,
    message:
      t.choice.surface.kind === 'actions'
        ? `status === 429 ? '${waiting.limited}' : '${waiting.busy}'`
        : "'Try again later'",
  }
  return written(
    t.habits,
    t.part['retry-later'],
    [fromExport(error.from)],
    `
/** A refusal that passes by itself: the response says when in \`Retry-After\`. */
export class RetryLater extends ${parent} {
  readonly seconds: number

  constructor(status: 429 | 503, seconds: number) {
    super(${argumentsOf(error, values)})
    this.seconds = seconds
  }
}`,
  )
}

function retryCall(t: Target, major: number): NewFile {
  const [limited, busy] = [trpcCode('limited', major), trpcCode('busy', major)]
  const code = limited === busy ? `'${limited}'` : `status === 429 ? '${limited}' : '${busy}'`
  return written(
    t.habits,
    t.part['retry-later'],
    [fromPackage('@trpc/server', 'TRPCError')],
    `
/** A refusal that passes by itself: the response says when in \`Retry-After\`. */
export class RetryLater extends TRPCError {
  readonly seconds: number

  constructor(${limited === busy ? '_status' : 'status'}: 429 | 503, seconds: number) {
    super({ code: ${code}, message: 'Try again later' })
    this.seconds = seconds
  }
}`,
  )
}
