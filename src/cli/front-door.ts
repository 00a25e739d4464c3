/** What is said and asked before something is done that was asked for in plain words. */
import { UserError } from '../core/error.ts'
import type { Context } from '../core/operation.ts'
import type { Understood } from '../operations/front/front.ts'

/** `Understood: look for what is wrong in /api/orders (your words "safe"). As a command: …` */
export function sayUnderstood({ meaning, words, command }: Understood): string {
  const said = words.length > 0 ? ` (your words: ${words.join(', ')})` : ''
  return `Understood: ${meaning}${said}. As a command: ${brief(command)}`
}

/** Of a log that was pasted, nobody reads more. */
const LONG = 300

const brief = (command: string): string => (command.length > LONG ? `${command.slice(0, LONG)}…'` : command)

const NONE = 'none of these'

/**
 * The one that is meant: where it is not sure, whoever sits at the terminal is asked, and elsewhere a `UserError` says
 * between what the choice is. `yes`: the likeliest is taken, unless it takes something back.
 */
export async function chosen(
  known: readonly Understood[],
  text: string,
  { ask }: Pick<Context, 'ask'>,
  yes: boolean,
): Promise<Understood> {
  const [first] = known
  if (!first) throw new Error('The front door gave nothing.')
  if (first.sure || (yes && first.operation !== 'undo')) return first
  const doubt = `It is not clear what this asks for: "${text.length > 100 ? `${text.slice(0, 97)}…` : text}"`
  if (!ask) {
    const lines = known.map(({ meaning, command }) => `  ${brief(command)}\n      ${meaning}`)
    throw new UserError(
      `${doubt.replace(/\s+/g, ' ')} Nothing was done.`,
      `Run the one that you mean:\n${lines.join('\n')}`,
    )
  }
  const answer = await ask({
    input: 'meaning',
    text: doubt,
    choices: [
      ...known.map(({ meaning, command }) => ({ value: meaning, means: command })),
      { value: NONE, means: 'stop' },
    ],
    default: NONE,
  })
  const found = known.find(({ meaning }) => meaning === answer)
  if (!found)
    throw new UserError('Nothing was done.', 'Say it in other words, or see `backend-engineer --help`.')
  return found
}
