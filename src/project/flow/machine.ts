/** What library knowledge may ask of the flow reader: the part that `calls.ts` and `prisma.ts` see. */
import type { Syntax } from '../../source/syntax.ts'
import type { Declared } from '../policy/guards.ts'
import type { Event, Fact, Moment } from './events.ts'
import type { Sources, Value } from './value.ts'

/** A question about the path of an endpoint (`/api/links/[id]`); not known where it depends on what stands in brackets. */
export type PathTest = (path: string) => boolean | undefined

export interface Machine {
  readonly delegates: ReadonlyMap<string, string>
  readonly memberships: ReadonlySet<string>
  readonly posts: ReadonlySet<string>
  readonly declared: Declared
  /** True while a module's top level is read: nothing runs then, functions are only named. */
  readonly naming: boolean
  /** The endpoint is a proxy: it runs before others. */
  readonly proxy: boolean
  loop: string | undefined
  facts: readonly Fact[]
  transaction: boolean
  /** What runs was given to a client of a package, to be called when that has taken a message. */
  listener: boolean
  call(callee: Value, args: Value[], syntax: Syntax, at: number, name?: string): Value
  emit(event: Event): void
  moment(syntax: Syntax, at: number): Moment
  /** True inside an error handler. */
  readonly caught: boolean
  /** Notes that a condition held (or did not, with `holds` false) from here on. */
  assume(deps: Sources, syntax: Syntax, at: number, presence: boolean, holds?: boolean): Fact | undefined
  /** Of the endpoint that is followed, when requests for one path reach it. */
  readonly path?: string
  /** What a test of that path comes to; what follows from it holds for no other endpoint. */
  atPath(test: PathTest): boolean | undefined
  /** The value alone: no events, no new facts. */
  quietly(work: () => Value): Value
  /** The current path ends here: a throw, a redirect. */
  end(): void
  /** Calls a function that may not be called at all: that it throws does not end the path, what it checks may not hold. */
  attempt(callee: Value, args: Value[], syntax: Syntax, at: number, name?: string): Value
}
