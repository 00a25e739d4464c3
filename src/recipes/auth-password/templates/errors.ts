import type { NewFile } from '../../../core/change.ts'
import { argumentsOf, codeOf } from '../failures.ts'
import { fromExport, nameOf, written } from '../source.ts'
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

export function retryLater(t: Target): NewFile {
  const { error } = t
  const parent = nameOf(error.from)
  const codes = {
    limited: codeOf('limited', error),
    busy: codeOf('busy', error),
  }
  const values = {
    status: 'status',
    code: `status === 429 ? '${codes.limited}' : '${codes.busy}'`,
    message: "'Try again later'",
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
