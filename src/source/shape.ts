/** Where the parts of a file are, as plain values. `read-shape.ts` gives them. */

/** Offsets in UTF-16 units, `end` exclusive. */
export interface Range {
  start: number
  end: number
}

/** An item of an object literal, with its key. */
export interface Member extends Range {
  /** Absent for a spread and for a computed key. */
  key?: string
  /** `{ id }` */
  shorthand: boolean
  value: Range
}

export interface ObjectShape extends Range {
  members: Member[]
}

export interface CallShape extends Range {
  callee: Range
  /** The last name of the callee: `findMany` of `prisma.invoice.findMany()`. */
  name: string
  args: Range[]
}

export interface ImportShape extends Range {
  from: string
  typeOnly: boolean
  default?: string
  namespace?: string
  names: (Range & { imported: string; local: string; typeOnly: boolean })[]
}

export interface StringShape extends Range {
  inJsx: boolean
}

export interface StatementShape extends Range {
  /** It may end in a semicolon, as declarations of functions and blocks do not. */
  ends: boolean
  /** It stands in a block or at the top: others may stand before and after. Not so the `return` of `if (a) return`. */
  listed: boolean
}
