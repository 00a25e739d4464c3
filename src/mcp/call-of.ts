/** A command line of this tool, as the tool call that does the same. */
import type { Operation } from '../core/operation.ts'
import { inputsOf, type OperationInput } from '../operations/inputs.ts'

export interface Call {
  tool: string
  input: Record<string, unknown>
}

/**
 * `backend-engineer explain 2e9f56c5de` → explain with that id. `undefined` for what is no command of an operation, or has
 * words in it that are no input of one.
 */
export function callOf(command: string, operations: readonly Operation<unknown>[]): Call | undefined {
  const [program, name, ...words] = wordsOf(command)
  const operation = operations.find((one) => one.name === name)
  if (program !== 'backend-engineer' || !operation) return undefined
  const inputs = inputsOf(operation.input)
  const input: Record<string, unknown> = {}
  const positional = [...operation.positional, 'root']
  while (words.length > 0) {
    const word = words.shift() ?? ''
    const flag = /^--([a-z-]+)$/.exec(word)?.[1]
    if (flag === 'format') {
      // All that was seen, in another format: here, the answer from its first line on.
      words.shift()
      input.cursor = 1
      continue
    }
    const key = flag === undefined ? positional.shift() : camel(flag)
    const known = inputs.find((one) => one.key === key)
    if (key === undefined || (flag !== undefined && !known)) return undefined
    if (flag === undefined) input[key] = word
    else if (known?.kind === 'boolean') input[key] = true
    else add(input, known, words.shift())
  }
  return { tool: operation.name, input }
}

function add(input: Call['input'], known: OperationInput | undefined, value: string | undefined): void {
  if (!known || value === undefined) return
  const present = input[known.key]
  if (known.multiple) input[known.key] = [...(Array.isArray(present) ? present : []), ...value.split(',')]
  else input[known.key] = known.kind === 'number' ? Number(value) : value
}

/** Words as a shell takes them; what stands in angle brackets is one word, too. */
function wordsOf(command: string): string[] {
  const words = command.matchAll(/'((?:[^']|'\\'')*)'|"([^"]*)"|<[^>]*>|\S+/g)
  return [...words].map(([whole, single, double]) => single?.replaceAll("'\\''", "'") ?? double ?? whole)
}

const camel = (flag: string): string => flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
