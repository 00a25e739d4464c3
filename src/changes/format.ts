/** Generated code in the project's format. */
import { UserError } from '../core/error.ts'
import type { CodeStyle } from '../project/habits/habits.ts'

/** What formatting asks of the habits. */
export type FormatStyle = {
  formatter: Pick<CodeStyle['formatter'], 'value'>
  options: Partial<CodeStyle['options']>
}

/** Rounds after which a text counts as settled. Prettier needs a second one where it moves a comment. */
const ROUNDS = 4

/**
 * The text as the project's formatter writes it; formatting it again changes nothing. The language is told by the name of
 * the file. Imports stay in the order in which they are written, and lines end in `\n`.
 *
 * Throws a UserError when the text does not parse, or its language is not known.
 */
export async function formatted(
  text: string,
  file: string,
  { formatter, options }: FormatStyle,
): Promise<string> {
  // Half a second of code that only writing needs.
  const { format } = await import('prettier')
  const all = {
    ...options,
    filepath: file,
    endOfLine: 'lf' as const,
    // Biome leaves the text of tagged templates alone.
    embeddedLanguageFormatting: formatter.value === 'biome' ? ('off' as const) : ('auto' as const),
  }
  let result = text
  for (let round = 0; round < ROUNDS; round++) {
    const next = await format(result, all).catch((cause: unknown) => {
      throw unreadable(file, cause)
    })
    if (next === result) break
    result = next
  }
  return result
}

function unreadable(file: string, cause: unknown): UserError {
  const [first = ''] = String(cause instanceof Error ? cause.message : cause).split('\n')
  return new UserError(
    `${file} cannot be formatted: ${first.trim()}`,
    'When it is a file of yours, repair it and run the command again; when it was generated, please report this.',
    { cause },
  )
}
