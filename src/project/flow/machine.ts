/** What library knowledge may ask of the flow reader: the part that `calls.ts` and `prisma.ts` see. */
import type { Syntax } from '../../source/syntax.ts'
import type { Declared } from '../policy/guards.ts'
import type { Event, Fact, Moment } from './events.ts'
import type { Sources, Value } from './value.ts'

export interface Machine {
  readonly delegates: ReadonlyMap<string, string>
  readonly memberships: ReadonlySet<string>
  readonly declared: Declared
  /** True while a module's top level is read: nothing runs then, functions are only named. */
  readonly naming: boolean
  loop: string | undefined
  facts: readonly Fact[]
  transaction: boolean
  call(callee: Value, args: Value[], syntax: Syntax, at: number, name?: string): Value
  emit(event: Event): void
  moment(syntax: Syntax, at: number): Moment
  /** True inside an error handler. */
  readonly caught: boolean
  /** Notes that a condition held (or did not, with `holds` false) from here on. */
  assume(deps: Sources, syntax: Syntax, at: number, presence: boolean, holds?: boolean): Fact | undefined
  /** The current path ends here: a throw, a redirect. */
  end(): void
  /** Calls a function that may not be called at all: that it throws does not end the path, what it checks may not hold. */
  attempt(callee: Value, args: Value[], syntax: Syntax, at: number, name?: string): Value
}
