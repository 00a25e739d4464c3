/** A failure that the user can repair. `remedy` says how; anything else that is thrown is a bug and keeps its stack. */
export class UserError extends Error {
  readonly remedy: string

  constructor(message: string, remedy: string, options?: { cause: unknown }) {
    super(message, options)
    this.name = 'UserError'
    this.remedy = remedy
  }
}
