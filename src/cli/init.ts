import { stat } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { UserError } from '../core/error.ts'
import { nearest } from '../core/nearest.ts'
import { hostNames, init } from '../operations/init.ts'
import { contextFor } from './context.ts'
import type { Io } from './run.ts'

const help = `Tells coding agents about this project: the agent \`backend-engineer\`, its tools, and facts of the project.

  backend-engineer init [dir]                 shows what would be written
  backend-engineer init [dir] --apply         writes it; \`undo\` takes it back
  backend-engineer init [dir] --check         exits with 1 when what is there is stale
  backend-engineer init [dir] --remove        shows how it is taken out again (with --apply: takes it out)

  --host ${hostNames.join(',')}   for which (default: those of which there are traces)
`

/** `init`: returns the exit code: 0 done, 1 stale under --check. Throws a `UserError` for what it does not understand. */
export async function initialise(argv: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = flags(argv)
  if (values.help) {
    io.stdout.write(help)
    return 0
  }
  const [dir = '.', extra] = positionals
  if (extra !== undefined)
    throw new UserError(`"${extra}" is one argument too many.`, 'Run `backend-engineer init --help`.')
  const root = path.resolve(io.cwd, dir)
  if (!(await stat(root).catch(() => undefined))?.isDirectory())
    throw new UserError(`The directory ${dir} does not exist.`, 'Name the folder of your application.')
  const { remove = false, apply = false, check = false } = values
  if (check && (apply || remove))
    throw new UserError('--check only looks.', 'Leave out --apply and --remove.')
  const { text, stale } = await init(contextFor(root, io.env), {
    hosts: hostsOf(values.host ?? []),
    remove,
    apply,
  })
  io.stdout.write(text)
  return check && stale ? 1 : 0
}

function hostsOf(words: readonly string[]) {
  return words
    .flatMap((word) => word.split(','))
    .map((word) => {
      const known = hostNames.find((name) => name === word)
      if (known) return known
      const guess = nearest(word, hostNames)
      throw new UserError(
        `--host does not know "${word}".`,
        guess ? `Did you mean "${guess}"?` : `Choose of ${hostNames.join(', ')}.`,
      )
    })
}

function flags(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        host: { type: 'string', multiple: true },
        check: { type: 'boolean' },
        remove: { type: 'boolean' },
        apply: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw new UserError(cause.message, 'Run `backend-engineer init --help`.', { cause })
  }
}
