/** A question to whoever sits at the terminal. */
import { UserError } from '../core/error.ts'
import type { Question } from '../core/recipe.ts'
import { oneLine, printable } from '../report/wording.ts'
import type { Io } from './run.ts'

/**
 * The value of the choice that was typed, by its number or its name. An empty line takes the default. Throws a `UserError` when
 * the terminal is closed (Ctrl-D) in place of an answer.
 */
export async function asked(
  { text, choices, default: usual }: Question,
  prompt: NonNullable<Io['prompt']>,
  io: Pick<Io, 'stderr' | 'signal'>,
): Promise<string> {
  const lines = choices.map(
    ({ value, means }, index) =>
      `  ${index + 1}  ${oneLine(value)}: ${oneLine(means)}${value === usual ? ' (default)' : ''}`,
  )
  if (io.stderr.tty) io.stderr.write('\r\u001b[K')
  io.stderr.write(`${printable(text)}\n${lines.join('\n')}\n`)
  for (;;) {
    const typed = (await line(prompt, `[${usual}] `, io.signal)).trim()
    if (typed === '') return usual
    const found = choices.find(({ value }, index) => value === typed || String(index + 1) === typed)
    if (found) return found.value
    io.stderr.write(`Type one of ${choices.map(({ value }) => value).join(', ')}, or its number.\n`)
  }
}

async function line(
  prompt: NonNullable<Io['prompt']>,
  text: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  try {
    return await prompt(text, signal)
  } catch (cause) {
    if (signal?.aborted || !(cause instanceof Error && cause.name === 'AbortError')) throw cause
    throw new UserError(
      'There was no answer. Nothing was done.',
      'Run it again and choose, or press Enter for the default.',
      {
        cause,
      },
    )
  }
}
