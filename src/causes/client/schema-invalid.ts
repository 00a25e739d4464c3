/** A schema that Prisma refuses: what it says, and at which line. */
import type { ReadError } from '../../core/failure.ts'
import type { Location } from '../../core/finding.ts'
import type { Scene } from '../cause.ts'

export const schemaInvalid = ({ codes, text }: ReadError): boolean =>
  codes.includes('P1012') || /Prisma schema validation|Error validating/.test(text)

/** The line that Prisma points at, where it is in the project. */
export const pointedAt = ({ places }: Scene): Location | undefined =>
  places.find(({ location }) => location.file.endsWith('.prisma'))?.location
